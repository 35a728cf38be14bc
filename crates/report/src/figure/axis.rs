//! An axis: which values it spans, where its ticks are and how they read.

use std::sync::Arc;

use kuva::TickFormat;

use crate::number;

/// Up to this many ticks carry a label.
const MOST_TICKS: f64 = 6.0;
/// Values that span more than this factor are drawn on a logarithmic axis.
pub(super) const WIDE: f64 = 30.0;
/// All words side by side have room for this many characters.
const ROOM: usize = 54;
/// A word keeps this many characters at least, however many there are.
const SHORTEST: usize = 4;

/// How values become positions.
#[derive(Clone, Debug, PartialEq)]
enum Scale {
    /// As they are.
    Linear,
    /// Up to three decades, with ticks at 1, 2 and 5; values are divided by a power of ten, because the plotting
    /// library takes no logarithm below 1e-10.
    Log { unit: f64 },
    /// Many decades, as their logarithms.
    Decades,
    /// Places 0, 1, … that have names.
    Words(Arc<[String]>),
}

/// An axis with its label. Its range holds every value that it was made from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(crate) label: String,
    scale: Scale,
    /// The ends, as positions.
    low: f64,
    high: f64,
    /// The distance of ticks, as positions; none where the library places them.
    pub(crate) step: Option<f64>,
}

/// Which way an axis runs: labels side by side need more room than labels one above the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Direction {
    Across,
    Up,
}

impl Axis {
    /// A logarithmic axis over the positive ones of the values.
    pub(crate) fn log(label: &str, direction: Direction, values: impl Iterator<Item = f64>) -> Axis {
        let (low, high) = range(values.filter(|&v| v > 0.0).map(f64::log10)).unwrap_or((0.0, 1.0));
        // Marks at the ends stay clear of the frame; 0.02 decades where all values are one.
        let margin = (0.04 * (high - low)).max(0.02);
        let (low, high) = (low - margin, high + margin);
        let decades = high.ceil() - low.floor();
        let fine = if direction == Direction::Up { 3.0 } else { 2.0 };
        let label = label.to_owned();
        // Below 1e-300 the unit would be subnormal, and positions lose their digits.
        if decades <= fine && low.floor() > -300.0 {
            let unit = 10f64.powf(low.floor());
            let (low, high) = (below(10f64.powf(low) / unit), above(10f64.powf(high) / unit));
            return Axis { label, scale: Scale::Log { unit }, low, high, step: None };
        }
        let step = (decades / MOST_TICKS).ceil().max(1.0);
        Axis { label, scale: Scale::Decades, low, high, step: Some(step) }
    }

    /// A linear axis over the values.
    pub(crate) fn linear(label: &str, values: impl Iterator<Item = f64>) -> Axis {
        // Beyond this size the differences of positions would overflow.
        let values = values.filter(|v| v.abs() < 1e200);
        let (low, high) = range(values).unwrap_or((0.0, 1.0));
        // Half the value to either side where all are one, and a thousandth where that is zero.
        let margin = if high > low { 0.03 * (high - low) } else { 0.5 * high.abs().max(1e-3) };
        let (low, high) = (low - margin, high + margin);
        Axis { label: label.to_owned(), scale: Scale::Linear, low, high, step: Some(step(high - low)) }
    }

    /// An axis on which the values 0, 1, … have these names, cut to the room there is.
    pub(crate) fn words(label: &str, words: &[String]) -> Axis {
        let room = (ROOM / words.len().max(1)).max(SHORTEST);
        let cut = |word: &String| match word.char_indices().nth(room) {
            Some(_) => word.chars().take(room - 1).chain(['…']).collect(),
            None => word.clone(),
        };
        let scale = Scale::Words(words.iter().map(cut).collect());
        let high = words.len() as f64 - 0.5;
        Axis { label: label.to_owned(), scale, low: -0.5, high: high.max(0.5), step: Some(1.0) }
    }

    /// The same axis from zero upwards.
    pub(crate) fn above_zero(mut self) -> Axis {
        self.low = 0.0;
        self.step = Some(step(self.high - self.low));
        self
    }

    /// The position of a value; none where the axis cannot show it.
    pub(crate) fn place(&self, value: f64) -> Option<f64> {
        let position = match self.scale {
            Scale::Linear | Scale::Words(_) => value,
            Scale::Log { unit } => value / unit,
            Scale::Decades => value.log10(),
        };
        // Ends are rounded: a value at an end must not fall outside.
        let slack = 1e-9 * (self.high - self.low);
        (self.low - slack..=self.high + slack).contains(&position).then_some(position)
    }

    /// The ends, as positions.
    pub(crate) fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Where a position lies between the ends, from 0 to 1.
    pub(crate) fn share(&self, position: f64) -> f64 {
        let of = |position: f64| if self.is_log() { position.log10() } else { position };
        (of(position) - of(self.low)) / (of(self.high) - of(self.low))
    }

    /// The position a part of the way from one to another.
    pub(crate) fn between(&self, from: f64, to: f64, part: f64) -> f64 {
        if self.is_log() { from * (to / from).powf(part) } else { from + (to - from) * part }
    }

    /// Whether positions are still to be taken the logarithm of.
    pub(crate) fn is_log(&self) -> bool {
        matches!(self.scale, Scale::Log { .. })
    }

    /// How ticks read.
    pub(crate) fn format(&self) -> TickFormat {
        match &self.scale {
            Scale::Linear => TickFormat::Custom(Arc::new(number::tick)),
            Scale::Log { unit } => {
                let unit = *unit;
                TickFormat::Custom(Arc::new(move |position| number::tick(position * unit)))
            }
            Scale::Decades => TickFormat::Custom(Arc::new(number::decade)),
            Scale::Words(words) => {
                let words = words.clone();
                TickFormat::Custom(Arc::new(move |position| name(&words, position)))
            }
        }
    }
}

/// The name of a place; nothing between places.
fn name(words: &[String], position: f64) -> String {
    let whole = position.round();
    let word = words.get(whole as usize).filter(|_| whole >= 0.0 && (position - whole).abs() < 1e-6);
    word.cloned().unwrap_or_default()
}

/// The least and the greatest of the finite ones of the values.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|v| v.is_finite()).fold(None, |range, v| {
        let (low, high) = range.unwrap_or((v, v));
        Some((v.min(low), v.max(high)))
    })
}

/// The greatest tick of a logarithmic axis up to a value: ends at ticks leave no axis without two of them.
fn below(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|factor| factor * power).find(|&tick| tick <= value).unwrap_or(value)
}

/// The least tick of a logarithmic axis from a value on.
fn above(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|&tick| tick >= value)
        .unwrap_or(value)
}

/// A distance 1, 2 or 5 times a power of ten that puts four to eight ticks on a span.
fn step(span: f64) -> f64 {
    let rough = span / MOST_TICKS;
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= rough).unwrap_or(10.0);
    factor * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(values: &[f64]) -> Axis {
        Axis::log("", Direction::Up, values.iter().copied())
    }

    #[test]
    fn every_value_has_a_place_between_the_ends() {
        let sets: [&[f64]; 6] = [
            &[0.6, 1.4],
            &[1e-300, 1e300],
            &[5.0],
            &[1e-15, 2e-15],
            &[1.0, 1e9],
            &[f64::MIN_POSITIVE, f64::MAX],
        ];
        for values in sets {
            let axis = log(values);
            for &value in values {
                let share = axis.place(value).map(|position| axis.share(position));
                assert!(
                    share.is_some_and(|share| (0.0..=1.0).contains(&share)),
                    "{value}: {share:?} on {axis:?}"
                );
            }
        }
    }

    #[test]
    fn what_has_no_place_is_left_out() {
        let axis = log(&[1.0, 10.0]);
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
            assert_eq!(axis.place(value), None, "{value}");
        }
        assert_eq!(Axis::linear("", [0.0, 1.0].into_iter()).place(f64::NAN), None);
    }

    #[test]
    fn an_axis_without_values_still_has_ends() {
        for axis in [log(&[]), log(&[0.0, f64::NAN]), Axis::linear("", std::iter::empty())] {
            let (low, high) = axis.ends();
            assert!(low < high && low.is_finite() && high.is_finite(), "{axis:?}");
        }
    }

    #[test]
    fn ticks_are_few() {
        assert_eq!(log(&[1e-10, 1e20]).step, Some(6.0));
        assert_eq!(step(1.0), 0.2);
        assert_eq!(step(7e5), 2e5);
    }
}
