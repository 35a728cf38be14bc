//! The mean of a sample with its standard error, and whether that error is reliable.

use libm::{exp2, log2};
use serde::Serialize;

/// Values of a block, which is read twice, first for its mean; its 4 kB stay in the first-level cache.
const BLOCK: usize = 512;
const LANES: usize = 8;
/// The unit of values is between 2 to minus this and 2 to this, so that its inverse is finite.
const MOST_BITS: f64 = 1000.0;

/// Moments about the mean, gathered value by value or block by block.
///
/// Accuracy: of the order of roundoff times √N for the mean and the variance.
///
/// Source: Pébay (2008), "Formulas for robust, one-pass parallel computation of covariances and
/// arbitrary-order statistical moments".
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Moments {
    /// A power of two near the first value that is not 0, or 0 before there is one. Division by it changes no digit, and
    /// fourth powers of values around 1e-200 or 1e200 are then finite.
    unit: f64,
    count: f64,
    mean: f64,
    second: f64,
    third: f64,
    fourth: f64,
}

/// A sample mean. It does not converge where the law has no mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mean {
    /// The sample mean.
    pub value: f64,
    /// Its standard error, s/√N.
    pub error: Option<f64>,
    /// The sample kurtosis, 3 for a normal law.
    pub kurtosis: Option<f64>,
}

impl Mean {
    /// Whether the relative error of the standard error, √((kurtosis − 1)/N)/2, is below a third. The kurtosis of N values
    /// is at most N, so that this has to be combined with a least number of values.
    pub fn is_steady(&self, count: u64) -> bool {
        self.kurtosis.is_some_and(|kurtosis| ((kurtosis - 1.0) / count as f64).sqrt() / 2.0 < 1.0 / 3.0)
    }
}

impl Moments {
    /// Adds values.
    pub fn extend(&mut self, values: &[f64]) {
        if self.unit == 0.0 {
            self.unit = values
                .iter()
                .find(|value| **value != 0.0)
                .map_or(0.0, |value| exp2(log2(value.abs()).floor().clamp(-MOST_BITS, MOST_BITS)));
        }
        // Without a unit all values so far are 0.
        let inverse = if self.unit == 0.0 { 1.0 } else { 1.0 / self.unit };
        let mut scaled = Vec::with_capacity(BLOCK.min(values.len()));
        for block in values.chunks(BLOCK) {
            scaled.clear();
            scaled.extend(block.iter().map(|value| value * inverse));
            let block = scaled.as_slice();
            let found = Moments::of_block(block);
            if found.fourth.is_finite() {
                self.merge(&found);
            } else {
                // Sums of a block may overflow although its mean does not.
                block.iter().for_each(|value| self.push(*value));
            }
        }
    }

    /// The moments of a block, in independent lanes, whose operations overlap.
    fn of_block(values: &[f64]) -> Moments {
        // Differences from the first value, so that equal values have variance 0.
        let first = values.first().copied().unwrap_or(0.0);
        let count = values.len() as f64;
        let [sum] = sums(values, |value| [value - first]);
        let mean = first + sum / count;
        let [second, third, fourth] = sums(values, |value| {
            let apart = value - mean;
            let square = apart * apart;
            [square, square * apart, square * square]
        });
        Moments { unit: 0.0, count, mean, second, third, fourth }
    }

    /// Adds the moments of another sample.
    fn merge(&mut self, other: &Moments) {
        let (a, b) = (*self, *other);
        if a.count == 0.0 {
            *self = Moments { unit: a.unit, ..b };
            return;
        }
        let n = a.count + b.count;
        let (u, v) = (a.count / n, b.count / n);
        let apart = b.mean - a.mean;
        let square = apart * apart;
        self.count = n;
        self.mean = a.mean + v * apart;
        self.second = a.second + b.second + n * u * v * square;
        self.third = a.third
            + b.third
            + n * u * v * (u - v) * square * apart
            + 3.0 * apart * (u * b.second - v * a.second);
        self.fourth = a.fourth
            + b.fourth
            + n * u * v * (u * u - u * v + v * v) * square * square
            + 6.0 * square * (u * u * b.second + v * v * a.second)
            + 4.0 * apart * (u * b.third - v * a.third);
    }

    /// Adds a value.
    fn push(&mut self, value: f64) {
        let before = self.count;
        self.count += 1.0;
        let n = self.count;
        let delta = value - self.mean;
        let step = delta / n;
        let squared = step * step;
        let term = delta * step * before;
        self.mean += step;
        self.fourth +=
            term * squared * (n * n - 3.0 * n + 3.0) + 6.0 * squared * self.second - 4.0 * step * self.third;
        self.third += term * step * (n - 2.0) - 3.0 * step * self.second;
        self.second += term;
    }

    /// The mean of the added values; `None` without values or where it is not finite.
    pub fn mean(&self) -> Option<Mean> {
        if self.count == 0.0 || !self.mean.is_finite() {
            return None;
        }
        let error = (self.second / (self.count - 1.0) / self.count).sqrt();
        let kurtosis = self.count * self.fourth / (self.second * self.second);
        Some(Mean {
            value: self.mean * self.scale(),
            error: Some(error * self.scale()).filter(|error| error.is_finite()),
            kurtosis: kurtosis.is_finite().then_some(kurtosis),
        })
    }

    fn scale(&self) -> f64 {
        if self.unit == 0.0 { 1.0 } else { self.unit }
    }

    /// How many values were added.
    pub fn count(&self) -> f64 {
        self.count
    }

    /// The variance of one value, s²; none for fewer than two.
    pub fn variance(&self) -> Option<f64> {
        let variance = self.second / (self.count - 1.0) * self.scale() * self.scale();
        (self.count > 1.0 && variance.is_finite()).then_some(variance)
    }
}

/// Σ term(value), K sums at once.
fn sums<const K: usize>(values: &[f64], term: impl Fn(f64) -> [f64; K]) -> [f64; K] {
    let mut lanes = [[0.0; LANES]; K];
    let (rows, rest) = values.as_chunks::<LANES>();
    for row in rows {
        for lane in 0..LANES {
            let terms = term(row[lane]);
            (0..K).for_each(|k| lanes[k][lane] += terms[k]);
        }
    }
    for value in rest {
        let terms = term(*value);
        (0..K).for_each(|k| lanes[k][0] += terms[k]);
    }
    lanes.map(|lanes| lanes.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        moments.extend(values);
        moments
    }

    /// Moments do not depend on the division into blocks, to rounding.
    #[test]
    fn blocks_agree_with_single_values() {
        let values: Vec<f64> = (0..3000).map(|k| (f64::from(k) * 0.7).sin().powi(3) * 5.0 - 2.0).collect();
        let mut single = Moments::default();
        values.iter().for_each(|value| single.push(*value));
        let mut pieces = Moments::default();
        values.chunks(777).for_each(|piece| pieces.extend(piece));
        let parts = |m: &Moments| {
            let unit = m.scale();
            let powers = [1.0, unit, unit.powi(2), unit.powi(3), unit.powi(4)];
            let parts = [m.count, m.mean, m.second, m.third, m.fourth];
            std::array::from_fn::<f64, 5, _>(|k| parts[k] * powers[k])
        };
        let mean = |m: &Moments| m.mean * m.scale();
        for found in [of(&values), pieces] {
            for (a, b) in parts(&found).into_iter().zip(parts(&single)) {
                assert!((a / b - 1.0).abs() < 1e-12, "{found:?} {single:?}");
            }
        }
        let same = of(&[0.1; 1000]);
        assert_eq!((mean(&same), same.second, same.fourth), (0.1, 0.0, 0.0));
        assert_eq!(mean(&of(&[1e300, 3e300])), 2e300);
        // Fourth powers overflow in the unit of the first value: one by one, first, last and between blocks.
        let mut mixed = of(&[2.0; 600]);
        mixed.extend(&[1e200; 600]);
        mixed.extend(&[2.0; 600]);
        assert!((mean(&mixed) / (1e200 / 3.0) - 1.0).abs() < 1e-12 && mixed.count == 1800.0);
        assert!(mixed.mean().unwrap().kurtosis.is_none());
        // In other units, where squares overflow or vanish: the same numbers.
        let one = of(&values).mean().unwrap();
        for unit in [exp2(-700.0), exp2(700.0)] {
            let scaled: Vec<f64> = values.iter().map(|value| value * unit).collect();
            let found = of(&scaled).mean().unwrap();
            assert_eq!((found.value, found.error), (one.value * unit, one.error.map(|error| error * unit)));
            assert_eq!(found.kurtosis, one.kurtosis);
        }
    }

    #[test]
    fn agree_with_two_passes() {
        let values: Vec<f64> = (0..1000).map(|k| 1e6 + (f64::from(k) * 0.7).sin().powi(3)).collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let power = |k: i32| values.iter().map(|v| (v - mean).powi(k)).sum::<f64>() / n;
        let found = of(&values).mean().unwrap();
        assert!((found.value / mean - 1.0).abs() < 1e-15);
        assert!((found.error.unwrap() / (power(2) / (n - 1.0)).sqrt() - 1.0).abs() < 1e-9);
        assert!((found.kurtosis.unwrap() / (power(4) / power(2).powi(2)) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_few_values_have_few_moments() {
        assert_eq!(of(&[]).mean(), None);
        let one = of(&[2.0]).mean().unwrap();
        assert_eq!((one.value, one.error, one.kurtosis), (2.0, None, None));
        // Squares 4 + 1 + 0 + 9 = 14, so s² = 14/3 and the error √(14/12).
        let four = of(&[1.0, 2.0, 3.0, 6.0]).mean().unwrap();
        assert!((four.error.unwrap() - (14.0f64 / 12.0).sqrt()).abs() < 1e-15);
        // Fourth powers 16 + 1 + 0 + 81 = 98: kurtosis 4 · 98/14².
        assert!((four.kurtosis.unwrap() - 2.0).abs() < 1e-14);
    }

    #[test]
    fn heavy_samples_are_not_steady() {
        let mut values = [1.0, 2.0].repeat(500);
        assert!(of(&values).mean().unwrap().is_steady(1000));
        values.push(1e9);
        assert!(!of(&values).mean().unwrap().is_steady(1001));
    }
}
