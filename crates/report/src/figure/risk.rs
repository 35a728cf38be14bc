//! The risk against n, as it is and divided by a power of n.

use super::axis::{Axis, Direction};
use super::drawing::{Drawing, Key, Look, Mark, Stroke};
use super::ink::{Ink, dash};
use crate::quantity::with_unit;
use crate::{Level, Series};

/// A series with its estimator's place in the report.
pub(super) type Placed<'a> = (usize, &'a Series);

/// How the growth that was fitted is drawn: broad and pale, behind the medians.
const FITTED: Stroke = Stroke { ink: Ink::Faint, width: 5.0, dash: &[] };

/// Theory, on top of what it is compared with.
const THEORY: Stroke = Stroke { ink: Ink::Text, width: 1.1, dash: &[5.0, 3.0] };

/// What is drawn of a series: its levels, divided by a power of n, and the growth that was fitted.
struct Curve<'a> {
    estimator: usize,
    levels: &'a [Level],
    exponent: f64,
    growth: &'a [(f64, f64)],
}

/// The risk against n: medians with their intervals, quartiles as a band, the growth that was fitted.
pub(super) fn risk(title: String, p: &str, series: &[Placed<'_>]) -> Drawing {
    let curves: Vec<Curve<'_>> = series
        .iter()
        .map(|&(estimator, s)| {
            let growth = s.growth.as_ref().map_or(&[][..], |growth| &growth.curve);
            Curve { estimator, levels: &s.levels, exponent: 0.0, growth }
        })
        .collect();
    let (theory, words) = theory(series);
    let mut keys = keys(series);
    if !theory.is_empty() {
        keys.push(Key { label: words.to_owned(), look: Look::Line(THEORY) });
    }
    drawing(title, &with_unit(p), &curves, theory, keys)
}

/// What theory says of series: a level line at each limit, and through the last median a line of each known power, of which
/// the factor is not known. Series that share a line have it once.
fn theory(series: &[Placed<'_>]) -> (Vec<Mark>, &'static str) {
    let mut limits: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut powers: Vec<Vec<(f64, f64)>> = Vec::new();
    let sizes = || series.iter().flat_map(|(_, s)| &s.levels).map(|level| level.n as f64);
    let (first, last) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(0.0, f64::max));
    for (_, one) in series {
        let limit = one.theory_limit.filter(|limit| *limit > 0.0 && limit.is_finite());
        if let Some(limit) = limit {
            limits.push(vec![(first, limit), (last, limit)]);
        } else if let Some((power, level)) = one.theory_exponent.zip(one.levels.last())
            && let Some(median) = level.median.filter(|median| *median > 0.0 && median.is_finite())
        {
            let at = |n: f64| (n, median * (n / level.n as f64).powf(power));
            powers.push(vec![at(first), at(last)]);
        }
    }
    let words = match (limits.is_empty(), powers.is_empty()) {
        (_, true) => "limit by theory",
        (true, false) => "power of n by theory",
        (false, false) => "limit or power of n by theory",
    };
    let mut lines: Vec<Vec<(f64, f64)>> = Vec::new();
    for line in limits.into_iter().chain(powers) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let mark = |points| Mark::Line { points, stroke: THEORY };
    (lines.into_iter().map(mark).collect(), words)
}

/// The risk divided by the power of n at which it settles; none where there is no series.
pub(super) fn scaled(title: String, series: &[Placed<'_>]) -> Option<Drawing> {
    let label = series.first().and_then(|(_, s)| s.scaling.as_ref()).map(|scaling| &scaling.label)?;
    let curves: Vec<Curve<'_>> = series
        .iter()
        .map(|&(estimator, s)| {
            let exponent = s.scaling.as_ref().map_or(0.0, |scaling| scaling.exponent);
            Curve { estimator, levels: &s.levels, exponent, growth: &[] }
        })
        .collect();
    Some(drawing(title, label, &curves, Vec::new(), keys(series)))
}

fn drawing(
    title: String,
    label: &str,
    curves: &[Curve<'_>],
    theory: Vec<Mark>,
    mut legend: Vec<Key>,
) -> Drawing {
    let mut marks: Vec<Mark> = curves.iter().map(band).collect();
    marks.extend(curves.iter().map(|curve| Mark::Line { points: curve.growth.to_vec(), stroke: FITTED }));
    marks.extend(curves.iter().flat_map(lines));
    marks.extend(theory);
    let points = || marks.iter().flat_map(Mark::points);
    let x = Axis::log("sample size n", Direction::Across, points().map(|p| p.0));
    let y = Axis::log(label, Direction::Up, points().map(|p| p.1));
    if curves.iter().any(|curve| !curve.growth.is_empty()) {
        legend.push(Key { label: "fitted growth".to_owned(), look: Look::Line(FITTED) });
    }
    Drawing { title, x, y, marks, legend }
}

/// One entry for each estimator.
pub(super) fn keys(series: &[Placed<'_>]) -> Vec<Key> {
    series.iter().map(|&(i, s)| Key { label: s.estimator.clone(), look: Look::Line(line(i)) }).collect()
}

/// The line of an estimator.
pub(super) fn line(estimator: usize) -> Stroke {
    Stroke { ink: Ink::Estimator(estimator), width: 1.6, dash: dash(estimator) }
}

fn band(curve: &Curve<'_>) -> Mark {
    let points = curve.levels.iter().filter_map(|level| {
        let (n, divisor) = divisor(level, curve.exponent);
        Some((n, level.q25? / divisor, level.q75? / divisor))
    });
    Mark::Band { points: points.collect(), ink: Ink::Estimator(curve.estimator) }
}

/// The line through the medians, their markers and their intervals.
fn lines(curve: &Curve<'_>) -> Vec<Mark> {
    let &Curve { estimator, levels, exponent, .. } = curve;
    let scaled = |level: &Level, value: Option<f64>| {
        let (n, divisor) = divisor(level, exponent);
        value.map(|value| (n, value / divisor))
    };
    let medians: Vec<(f64, f64)> = levels.iter().filter_map(|level| scaled(level, level.median)).collect();
    let bar = Stroke { ink: Ink::Estimator(estimator), width: 1.0, dash: &[] };
    let bars = levels.iter().filter_map(|level| {
        let ends = vec![scaled(level, level.median_low)?, scaled(level, level.median_high)?];
        Some(Mark::Line { points: ends, stroke: bar })
    });
    let mut marks = vec![Mark::Line { points: medians.clone(), stroke: line(estimator) }];
    marks.extend(bars);
    marks.push(Mark::Markers { points: medians, estimator });
    marks
}

/// The sample size and its power.
fn divisor(level: &Level, exponent: f64) -> (f64, f64) {
    let n = level.n as f64;
    (n, n.powf(exponent))
}
