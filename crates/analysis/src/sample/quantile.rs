//! Sample quantiles and their distribution-free confidence intervals.

use serde::{Serialize, Serializer};

use crate::sample::ordered::Ordered;

/// A quantile of a sample with an interval for the quantile of its law.
///
/// As JSON an object with `level`, `value`, `low` and `high`, `null` where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quantile {
    level: f64,
    value: OptionalReal,
    low: OptionalReal,
    high: OptionalReal,
}

/// A real number or none, which is NaN, in eight bytes where an option takes sixteen: a million levels hold ten million
/// quantiles.
#[derive(Clone, Copy, Debug)]
struct OptionalReal(f64);

impl OptionalReal {
    fn of(value: Option<f64>) -> OptionalReal {
        OptionalReal(value.unwrap_or(f64::NAN))
    }

    fn get(self) -> Option<f64> {
        Some(self.0).filter(|value| !value.is_nan())
    }
}

/// None equals none.
impl PartialEq for OptionalReal {
    fn eq(&self, other: &OptionalReal) -> bool {
        self.get() == other.get()
    }
}

impl Serialize for OptionalReal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl Quantile {
    /// The quantile of a sample with its interval at a level of confidence.
    pub(crate) fn of(sample: &Ordered, level: f64, confidence: f64) -> Quantile {
        let (low, high) = interval(sample, level, confidence);
        let [value, low, high] = [of(sample, level), low, high].map(OptionalReal::of);
        Quantile { level, value, low, high }
    }

    /// The level q, strictly between 0 and 1.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// The sample quantile; `None` without values.
    pub fn value(&self) -> Option<f64> {
        self.value.get()
    }

    /// The lower end; `None` where the sample is too small for a lower bound.
    pub fn low(&self) -> Option<f64> {
        self.low.get()
    }

    /// The upper end; `None` where the sample is too small for an upper bound.
    pub fn high(&self) -> Option<f64> {
        self.high.get()
    }
}

/// The quantile of a sample by linear interpolation ("type 7": q = 0 is the least, q = 1 the largest).
pub(crate) fn of(sample: &Ordered, level: f64) -> Option<f64> {
    sample.at(level * sample.count().checked_sub(1)? as f64)
}

/// The quantile of ascending values.
pub(crate) fn quantile(sorted: &[f64], level: f64) -> Option<f64> {
    let position = level * sorted.len().checked_sub(1)? as f64;
    let (v, w) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    Some(if v == w { v } else { v + position.fract() * (w - v) })
}

/// The interval [X_(l), X_(u)] of order statistics that covers the q-quantile with at least the stated
/// confidence, for any law; each side errs with probability at most (1 − confidence)/2.
///
/// With B ~ Binomial(N, q) the number of values at or below the quantile, the side probabilities are
/// P(B < l) and P(B ≥ u). They are summed exactly for every N. An end is `None` where no order statistic has a
/// small enough side probability.
fn interval(sample: &Ordered, level: f64, confidence: f64) -> (Option<f64>, Option<f64>) {
    let tail = (1.0 - confidence) / 2.0;
    let size = sample.count();
    let below = |level| reach(size as usize, level, tail).map(|l| l as u64);
    let low = below(level).and_then(|l| sample.get(l - 1));
    // Mirrored: the values above the quantile are Binomial(N, 1 − q).
    let high = below(1.0 - level).and_then(|l| sample.get(size - l));
    (low, high)
}

/// The largest l ≥ 1 with P(Binomial(size, q) < l) ≤ tail, if there is one.
///
/// The probabilities are built outward from the mode by their exact ratio and normalised; terms below
/// 1e-20 of the largest are dropped, so the cost is O(√(size q (1−q))).
fn reach(size: usize, q: f64, tail: f64) -> Option<usize> {
    const DROPPED: f64 = 1e-20;
    if size == 0 {
        return None;
    }
    let odds = q / (1.0 - q);
    let mode = (((size + 1) as f64 * q).floor() as usize).min(size);
    // Terms at mode, mode − 1, …; the last is the far end of the lower tail.
    let mut lower = vec![1.0];
    let mut term = 1.0;
    for k in (1..=mode).rev() {
        term *= k as f64 / ((size - k + 1) as f64 * odds);
        if term < DROPPED {
            break;
        }
        lower.push(term);
    }
    let mut total: f64 = lower.iter().sum();
    term = 1.0;
    for k in mode + 1..=size {
        term *= (size - k + 1) as f64 * odds / k as f64;
        if term < DROPPED {
            break;
        }
        total += term;
    }
    let mut sum = 0.0;
    let mut l = mode + 1 - lower.len();
    for term in lower.iter().rev() {
        sum += term / total;
        if sum > tail {
            break;
        }
        l += 1;
    }
    (l >= 1).then_some(l.min(size))
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    use super::*;

    fn range(x: &[f64], level: f64, confidence: f64) -> (Option<f64>, Option<f64>) {
        interval(&Ordered::all(x.to_vec()), level, confidence)
    }

    #[test]
    fn interpolates_between_order_statistics() {
        let x = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(of(&Ordered::all(x.to_vec()), 0.25), Some(1.75));
        assert_eq!(quantile(&x, 0.5), Some(3.0));
        assert_eq!(quantile(&x, 0.25), Some(1.75));
        assert_eq!(quantile(&x, 1.0), Some(8.0));
        assert_eq!(quantile(&[5.0], 0.3), Some(5.0));
        assert_eq!(quantile(&[], 0.3), None);
        assert_eq!(quantile(&[1.0, f64::INFINITY, f64::INFINITY], 0.75), Some(f64::INFINITY));
    }

    /// The 95 % interval for the median of 20 values is (X_(6), X_(15)).
    #[test]
    fn matches_the_sign_test_table() {
        let x: Vec<f64> = (1..=20).map(f64::from).collect();
        assert_eq!(range(&x, 0.5, 0.95), (Some(6.0), Some(15.0)));
        let x: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(range(&x, 0.5, 0.95), (Some(40.0), Some(61.0)));
    }

    #[test]
    fn leaves_an_end_open_where_the_sample_is_too_small() {
        let x = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(range(&x, 0.5, 0.95), (None, None));
        let x: Vec<f64> = (1..=50).map(f64::from).collect();
        let (low, high) = range(&x, 0.02, 0.95);
        assert!(low.is_none() && high.is_some());
        assert_eq!(range(&[], 0.5, 0.95), (None, None));
    }

    /// Tail sums agree with a direct sum, term by term.
    #[test]
    fn tail_sums_agree_with_a_direct_sum() {
        for (size, q) in [(20usize, 0.5f64), (37, 0.1), (400, 0.95), (2000, 0.25)] {
            let ln_factorial: Vec<f64> = std::iter::once(0.0)
                .chain((1..=size).scan(0.0, |sum, k| {
                    *sum += (k as f64).ln();
                    Some(*sum)
                }))
                .collect();
            let term = |k: usize| {
                (ln_factorial[size] - ln_factorial[k] - ln_factorial[size - k]
                    + k as f64 * q.ln()
                    + (size - k) as f64 * (1.0 - q).ln())
                .exp()
            };
            let mut l = 0;
            let mut sum = 0.0;
            while sum + term(l) <= 0.025 {
                sum += term(l);
                l += 1;
            }
            assert_eq!(reach(size, q, 0.025), (l > 0).then_some(l), "N = {size}, q = {q}");
        }
    }

    #[test]
    fn covers_as_often_as_promised() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut uniform = move || (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        for (size, level) in [(60, 0.5), (200, 0.9), (500, 0.25)] {
            let rounds = 2000;
            let mut hits = 0;
            for _ in 0..rounds {
                // A heavy tail: the quantile of 1/U at level q is 1/(1 − q).
                let x: Vec<f64> = (0..size).map(|_| 1.0 / (1.0 - uniform())).collect();
                let (low, high) = range(&x, level, 0.95);
                let truth = 1.0 / (1.0 - level);
                if low.unwrap() <= truth && truth <= high.unwrap() {
                    hits += 1;
                }
            }
            let rate = f64::from(hits) / f64::from(rounds);
            // The interval is conservative; 0.015 is three standard errors of the simulation.
            assert!((0.935..0.99).contains(&rate), "N = {size}, q = {level}: {rate}");
        }
    }
}
