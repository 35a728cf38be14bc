//! A quantity along a coordinate.

use super::axis::{Axis, Direction, WIDE};
use super::drawing::{Drawing, Key, Look, Mark, Stroke};
use super::ink::Ink;
use super::risk::line;
use crate::quantity::{coordinate, label};
use crate::{At, Curve, Place};

/// A curve with its estimator's place in the report.
pub(super) type PlacedCurve<'a> = (usize, &'a Curve);

/// From this factor on, coordinates are drawn on a logarithmic axis: sweeps over a decade are seldom meant as sums.
const DECADE: f64 = 10.0;

/// Lines of theory: as wide as lines of values are, so that these show between the dashes.
const THEORY: f64 = 1.5;
const DASHES: &[f64] = &[4.0, 4.0];

/// Where places lie across the figure.
struct Across {
    axis: Axis,
    words: Vec<String>,
    /// The ends, for what holds everywhere.
    ends: (f64, f64),
}

impl Across {
    fn of(along: &str, curves: &[PlacedCurve<'_>]) -> Across {
        let places = || curves.iter().flat_map(|(_, curve)| &curve.places);
        let mut words: Vec<String> = Vec::new();
        for place in places() {
            if let At::Word(word) = &place.at
                && !words.contains(word)
            {
                words.push(word.clone());
            }
        }
        let numbers: Vec<f64> = places()
            .filter_map(|place| if let At::Number(x) = place.at { Some(x) } else { None })
            .filter(|x| x.is_finite())
            .collect();
        let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let label = coordinate(along);
        let axis = match (words.is_empty(), low > 0.0 && high / low >= DECADE) {
            (false, _) => Axis::words(&label, &words),
            (true, true) => Axis::log(&label, Direction::Across, numbers.into_iter()),
            (true, false) => Axis::linear(&label, numbers.into_iter()),
        };
        let ends = match (words.is_empty(), low <= high) {
            (false, _) => (0.0, words.len().saturating_sub(1) as f64),
            (true, true) => (low, high),
            (true, false) => (0.0, 1.0),
        };
        Across { axis, words, ends }
    }

    /// The values that a place is drawn at: one, or both ends where it holds everywhere.
    fn at(&self, at: &At) -> Vec<f64> {
        match at {
            At::Number(x) if self.words.is_empty() => vec![*x],
            // Numbers beside words have no place of their own.
            At::Number(_) => Vec::new(),
            At::Word(word) => {
                self.words.iter().position(|other| other == word).map(|k| k as f64).into_iter().collect()
            }
            At::Everywhere if self.ends.0 == self.ends.1 => vec![self.ends.0],
            At::Everywhere => vec![self.ends.0, self.ends.1],
        }
    }

    fn points(&self, curve: &Curve, value: fn(&Place) -> Option<f64>) -> Vec<(f64, f64)> {
        let of = |place: &Place| {
            let value = value(place);
            self.at(&place.at).into_iter().filter_map(move |x| Some((x, value?))).collect::<Vec<_>>()
        };
        curve.places.iter().flat_map(of).collect()
    }
}

/// Curves of one quantity in one setting: values with their intervals, quartiles as a band, rings at the least place and at
/// a peak.
pub(super) fn curve(title: String, curves: &[PlacedCurve<'_>]) -> Option<Drawing> {
    let first = curves.first()?.1;
    let across = Across::of(&first.along, curves);
    let mut marks: Vec<Mark> = curves.iter().filter_map(|curve| band(&across, curve)).collect();
    marks.extend(curves.iter().flat_map(|curve| lines(&across, curve)));
    let theory: Vec<Mark> = curves.iter().filter_map(|curve| theory(&across, curve)).collect();
    let knows = !theory.is_empty();
    marks.extend(theory);
    let (least, peaks) = (rings(&across, curves, least), rings(&across, curves, peak));
    let mut legend: Vec<Key> = curves
        .iter()
        .map(|(place, curve)| Key { label: curve.estimator.clone(), look: Look::Line(line(*place)) })
        .collect();
    if knows {
        let stroke = Stroke { ink: Ink::Text, width: THEORY, dash: DASHES };
        legend.push(Key { label: "theory".to_owned(), look: Look::Line(stroke) });
    }
    for (points, ink, words) in [(least, Ink::Text, "least"), (peaks, Ink::Faint, "peak")] {
        if !points.is_empty() {
            legend.push(Key { label: words.to_owned(), look: Look::Dot(ink) });
            marks.insert(0, Mark::Rings { points, ink });
        }
    }
    // Bands lie behind all else.
    marks.sort_by_key(|mark| !matches!(mark, Mark::Band { .. }));
    let y = upwards(first, curves, &marks);
    Some(Drawing { title, x: across.axis, y, marks, legend })
}

/// The axis of the quantity: logarithmic where positive values span decades, from zero where it is a share.
fn upwards(first: &Curve, curves: &[PlacedCurve<'_>], marks: &[Mark]) -> Axis {
    let values: Vec<f64> =
        marks.iter().flat_map(Mark::points).map(|point| point.1).filter(|v| v.is_finite()).collect();
    let means = curves.iter().all(|(_, curve)| curve.statistic == "mean");
    let label = label(&first.quantity) + if means { ", mean" } else { "" };
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low > 0.0 && high / low > WIDE {
        return Axis::log(&label, Direction::Up, values.into_iter());
    }
    let axis = Axis::linear(&label, values.into_iter());
    if means && low >= 0.0 { axis.above_zero() } else { axis }
}

/// The middle half of the trials; of a mean it says little.
fn band(across: &Across, (estimator, curve): &PlacedCurve<'_>) -> Option<Mark> {
    let low = across.points(curve, |place| place.q25.filter(|_| place.q75.is_some()));
    let high = across.points(curve, |place| place.q75.filter(|_| place.q25.is_some()));
    let points = low.into_iter().zip(high).map(|((x, low), (_, high))| (x, low, high)).collect();
    (curve.statistic != "mean").then_some(Mark::Band { points, ink: Ink::Estimator(*estimator) })
}

/// The line through the values, their markers and their intervals.
fn lines(across: &Across, &(estimator, curve): &PlacedCurve<'_>) -> Vec<Mark> {
    let values = across.points(curve, |place| place.value);
    let bar = Stroke { ink: Ink::Estimator(estimator), width: 1.0, dash: &[] };
    let bars = curve.places.iter().filter_map(|place| {
        let (x, low, high) = (across.at(&place.at), place.low?, place.high?);
        // Where a value holds everywhere there is a band, or nothing to see.
        (x.len() == 1).then(|| Mark::Line { points: vec![(x[0], low), (x[0], high)], stroke: bar })
    });
    let mut marks = vec![Mark::Line { points: values.clone(), stroke: line(estimator) }];
    marks.extend(bars);
    let everywhere = curve.places.iter().all(|place| place.at == At::Everywhere);
    marks.extend((!everywhere).then_some(Mark::Markers { points: values, estimator }));
    marks
}

/// What theory says, over the line through the values, which it hides where they agree.
fn theory(across: &Across, (_, curve): &PlacedCurve<'_>) -> Option<Mark> {
    let points = across.points(curve, |place| place.theory);
    let stroke = Stroke { ink: Ink::Text, width: THEORY, dash: DASHES };
    (points.len() > 1).then_some(Mark::Line { points, stroke })
}

/// The place of the least value, where it can be told from another.
fn least(curve: &Curve) -> Option<usize> {
    curve.minimum.as_ref().filter(|minimum| curve.tells(minimum)).map(|minimum| minimum.place)
}

/// The place of a peak.
fn peak(curve: &Curve) -> Option<usize> {
    curve.maximum.as_ref().filter(|maximum| maximum.inside).map(|maximum| maximum.place)
}

fn rings(across: &Across, curves: &[PlacedCurve<'_>], of: fn(&Curve) -> Option<usize>) -> Vec<(f64, f64)> {
    let ring = |(_, curve): &PlacedCurve<'_>| {
        let place = curve.places.get(of(curve)?)?;
        Some((*across.at(&place.at).first()?, place.value?))
    };
    curves.iter().filter_map(ring).collect()
}
