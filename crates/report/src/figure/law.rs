//! The law of the risk over training sets: its tail and its histogram.

use super::axis::{Axis, Direction, WIDE};
use super::drawing::{Drawing, Key, Look, Mark, Stroke};
use super::ink::Ink;
use super::risk::{Placed, keys, line};
use crate::quantity::with_unit;
use crate::{Bin, Distribution, Tail};

/// How a fitted tail is drawn.
const FITTED: Stroke = Stroke { ink: Ink::Text, width: 1.1, dash: &[5.0, 3.0] };

/// The distributions of a sample size with their series; none where there are none.
fn at<'a>(n: u64, series: &[Placed<'a>]) -> Vec<(Placed<'a>, &'a Distribution)> {
    let of = |&(i, s): &Placed<'a>| s.distributions.iter().find(|d| d.n == n).map(|d| ((i, s), d));
    series.iter().filter_map(of).collect()
}

/// The share of trials above a value, log–log, with the fitted power laws.
pub(super) fn tail(title: String, p: &str, n: u64, series: &[Placed<'_>]) -> Option<Drawing> {
    let laws: Vec<_> = at(n, series).into_iter().filter(|(_, d)| !d.survival.is_empty()).collect();
    let mut marks: Vec<Mark> =
        laws.iter().map(|((i, _), d)| Mark::Line { points: d.survival.clone(), stroke: line(*i) }).collect();
    let fitted: Vec<Mark> = laws.iter().filter_map(|(_, d)| fitted(d)).collect();
    let drawn = !fitted.is_empty();
    marks.extend(fitted);
    let points = || marks.iter().flat_map(Mark::points).filter(|point| point.0 > 0.0 && point.1 > 0.0);
    points().next()?;
    let label = format!("risk {}", with_unit(p));
    let x = Axis::log(&label, Direction::Across, points().map(|p| p.0));
    let y = Axis::log("share of trials above", Direction::Up, points().map(|p| p.1));
    let mut legend = keys(&laws.iter().map(|(placed, _)| *placed).collect::<Vec<_>>());
    if drawn {
        legend.push(Key { label: "fitted power law".to_owned(), look: Look::Line(FITTED) });
    }
    Some(Drawing { title, x, y, marks, legend })
}

/// The fitted power law from where it sets in to the largest value.
fn fitted(distribution: &Distribution) -> Option<Mark> {
    let Tail { index, from, probability } = distribution.tail?;
    let last =
        distribution.survival.iter().map(|point| point.0).filter(|v| v.is_finite()).fold(from, f64::max);
    let end = probability * (last / from).powf(-index);
    let points = vec![(from, probability), (last, end)];
    (from > 0.0 && end.is_finite() && end > 0.0).then_some(Mark::Line { points, stroke: FITTED })
}

/// Histograms of the risk as outlines over tinted areas.
pub(super) fn histogram(title: String, p: &str, n: u64, series: &[Placed<'_>]) -> Option<Drawing> {
    let laws: Vec<_> = at(n, series).into_iter().filter(|(_, d)| !d.histogram.is_empty()).collect();
    let bins = || laws.iter().flat_map(|(_, d)| d.histogram.iter()).filter(|bin| bin.share > 0.0);
    let low = bins().map(|bin| bin.low).fold(f64::INFINITY, f64::min);
    let high = bins().map(|bin| bin.high).fold(f64::NEG_INFINITY, f64::max);
    if !(low.is_finite() && high.is_finite() && low < high) {
        return None;
    }
    let label = format!("risk {}", with_unit(p));
    let ends = || bins().flat_map(|bin| [bin.low, bin.high]);
    let wide = low > 0.0 && high / low > WIDE;
    let x = if wide { Axis::log(&label, Direction::Across, ends()) } else { Axis::linear(&label, ends()) };
    let y = Axis::linear("share of trials", bins().map(|bin| bin.share)).above_zero();
    let mut marks = Vec::new();
    for ((estimator, _), distribution) in &laws {
        let outline = outline(&distribution.histogram);
        let area = outline.iter().map(|&(x, share)| (x, 0.0, share)).collect();
        marks.push(Mark::Band { points: area, ink: Ink::Estimator(*estimator) });
        marks.push(Mark::Line { points: outline, stroke: line(*estimator) });
    }
    let legend = keys(&laws.iter().map(|(placed, _)| *placed).collect::<Vec<_>>());
    Some(Drawing { title, x, y, marks, legend })
}

/// The upper edge of a histogram, from zero to zero, without empty bins at its ends.
fn outline(bins: &[Bin]) -> Vec<(f64, f64)> {
    let filled = |bin: &Bin| bin.share > 0.0;
    let first = bins.iter().position(filled).unwrap_or(0);
    let last = bins.iter().rposition(filled).map_or(0, |at| at + 1);
    let bins = &bins[first..last.max(first)];
    let mut points = Vec::with_capacity(2 * bins.len() + 2);
    points.extend(bins.first().map(|bin| (bin.low, 0.0)));
    points.extend(bins.iter().flat_map(|bin| [(bin.low, bin.share), (bin.high, bin.share)]));
    points.extend(bins.last().map(|bin| (bin.high, 0.0)));
    points
}
