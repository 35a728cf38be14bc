//! Excesses over high order statistics, and their likelihood under Pareto's generalised law.

use crate::sample::ordered::Ordered;
use libm::{exp, log, log1p, pow};

/// The most excesses of a sample: larger samples take a smaller share, since excesses further out are closer to the law.
const MOST: usize = 500;
/// Values with a smaller relative difference count as tied: it is the rounding error of the same sum in another order.
const ROUNDING: f64 = 1e-13;
/// A shape nearer to 0 than this counts as 0, the exponential law: the derivative in ξ is a difference, over ξ², of
/// sums that agree up to a relative difference ξ, and would lose all digits.
const EXPONENTIAL: f64 = 1e-6;
/// The range of scales, in units of the median excess: the scale is 1.7 for the shape −½ and .16 for 5. Scales outside would
/// fit the distances between close atoms, which are not part of the tail.
const SCALES: (f64, f64) = (0.02, 20.0);
/// The most Newton steps for the scale: a few are usual, some dozens where values differ by many powers of ten.
const STEPS: usize = 100;
/// The step of ln σ below which the iteration stops: the error is then its square by Newton's method, and the likelihood
/// depends on the square of the error at its maximum, 1e-24.
const LAST: f64 = 1e-6;
/// The longest step of ln σ, a factor of 20 in σ: where the likelihood is flat in σ, Newton steps are too long.
const LONGEST: f64 = 3.0;

/// Excesses of one sample over one of its values, in units of their median; empty where the largest values are tied.
#[derive(Clone, Debug)]
pub(crate) struct Excesses {
    /// Ascending and positive.
    pub values: Vec<f64>,
    /// The number of values of which they are the largest.
    pub of: usize,
}

/// The profile likelihood of a shape, maximised over the scale.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Likelihood {
    /// max_σ ℓ(ξ, σ).
    pub value: f64,
    /// Its derivative in ξ.
    pub slope: f64,
}

impl std::iter::Sum for Likelihood {
    fn sum<I: Iterator<Item = Likelihood>>(all: I) -> Likelihood {
        all.fold(Likelihood::default(), |a, b| Likelihood {
            value: a.value + b.value,
            slope: a.slope + b.slope,
        })
    }
}

impl Excesses {
    /// The excesses of the largest `share` of the p-th roots of a sample over the next value. A power of a light-tailed
    /// variable looks heavy-tailed in a finite sample, its root does not. Tied values are interpolated linearly from
    /// the middles of their runs, since atoms have no density. Where all of them are equal the law has an upper end,
    /// and there are no excesses.
    pub fn of(sample: &Ordered, share: f64, p: f64) -> Option<Excesses> {
        let count = ((sample.count() as f64 * share) as usize).min(MOST);
        let held = sample.largest(count + 1).len() == count + 1;
        let first = sample.count().checked_sub(count as u64 + 1).filter(|_| held)?;
        let value = |rank: u64| Some(pow(sample.at_middle(rank as f64)?, 1.0 / p));
        let largest: Vec<f64> = (first..sample.count()).map(value).collect::<Option<_>>()?;
        let threshold = *largest.first()?;
        let above = largest.partition_point(|value| *value <= threshold * (1.0 + ROUNDING));
        let Some(middle) = largest[above..].get((largest.len() - above) / 2) else {
            return threshold.is_finite().then(|| Excesses { values: Vec::new(), of: count });
        };
        let scale = middle - threshold;
        let values: Vec<f64> = largest[above..].iter().map(|value| (value - threshold) / scale).collect();
        values.iter().all(|value| value.is_finite()).then_some(Excesses { values, of: count })
    }

    /// ℓ = −k ln σ − (1 + 1/ξ) L, L = Σ ln(1 + ξ x/σ), at its largest over the scales σ, for a shape ξ > −1.
    ///
    /// There dℓ/dξ is the partial derivative, L/ξ² − (1 + 1/ξ) Σ x/(σ + ξ x), and ½ Σ (x/σ)² − Σ x/σ at ξ = 0.
    ///
    /// Cost: about ten sums over the values. Accuracy: a few units of roundoff.
    pub fn likelihood(&self, shape: f64) -> Likelihood {
        let count = self.values.len() as f64;
        let Some(log_scale) = self.log_scale(shape) else { return Likelihood::default() };
        let scale = exp(log_scale);
        if shape.abs() < EXPONENTIAL {
            let [first, second] = self.sums(|x| [x / scale, (x / scale) * (x / scale)]);
            return Likelihood { value: -count * log_scale - first, slope: second / 2.0 - first };
        }
        let logs = logarithms(&self.values, shape / scale);
        let [parts, _] = self.sums(|x| [x / (scale + shape * x), 0.0]);
        Likelihood {
            value: -count * log_scale - (1.0 + 1.0 / shape) * logs,
            slope: (logs / shape - (1.0 + shape) * parts) / shape,
        }
    }

    /// The logarithm of the most likely scale for a shape ξ > −1; `None` without values.
    ///
    /// dℓ/d ln σ = (1 + ξ) Σ x/(σ + ξ x) − k decreases from a positive value to −k as σ grows from the least scale
    /// whose support holds the largest value, so that it has one zero. Newton's method starts at the scale for which
    /// the median is that of the values, 1.
    fn log_scale(&self, shape: f64) -> Option<f64> {
        let (count, largest) = (self.values.len() as f64, *self.values.last()?);
        // For ξ < 0 the support ends at −σ/ξ.
        let end = if shape < 0.0 { log(-shape * largest) } else { f64::NEG_INFINITY };
        let median =
            if shape.abs() < EXPONENTIAL { std::f64::consts::LN_2 } else { (pow(2.0, shape) - 1.0) / shape };
        let (least, most) = (log(SCALES.0), if end < log(SCALES.1) { log(SCALES.1) } else { f64::INFINITY });
        let (mut low, mut high) = (end, f64::INFINITY);
        let mut at = f64::max(-log(median), end + LONGEST / 2.0).clamp(least, most);
        for _ in 0..STEPS {
            let scale = exp(at);
            let [first, second] = self.sums(|x| {
                let inverse = 1.0 / (scale + shape * x);
                [x * inverse, x * inverse * inverse]
            });
            let excess = (1.0 + shape) * first - count;
            if excess > 0.0 {
                low = at
            } else {
                high = at
            }
            let step = (excess / ((1.0 + shape) * scale * second)).clamp(-LONGEST, LONGEST);
            let next = (at + step).clamp(least, most);
            if next == at || step.abs() < LAST || high - low < LAST {
                break;
            }
            // A step that leaves the bracket of the zero is replaced by bisection.
            at = if next > low && next < high {
                next
            } else {
                (low.max(at - 2.0 * LONGEST) + high.min(at + 2.0 * LONGEST)) / 2.0
            };
        }
        Some(at)
    }

    /// Σ of two terms, in independent lanes, whose additions overlap.
    fn sums(&self, terms: impl Fn(f64) -> [f64; 2]) -> [f64; 2] {
        const LANES: usize = 8;
        let mut lanes = [[0.0; LANES]; 2];
        let (rows, rest) = self.values.as_chunks::<LANES>();
        for row in rows {
            for lane in 0..LANES {
                let [first, second] = terms(row[lane]);
                lanes[0][lane] += first;
                lanes[1][lane] += second;
            }
        }
        for x in rest {
            let [first, second] = terms(*x);
            lanes[0][0] += first;
            lanes[1][0] += second;
        }
        lanes.map(|lanes| lanes.iter().sum())
    }
}

/// Σ ln(1 + r x). The logarithm of a product of eight factors takes an eighth of the time of eight logarithms, with the same
/// absolute error of 1e-16 a factor; for small r, where the sum is divided by r, `log1p` keeps the digits that a product
/// loses.
fn logarithms(values: &[f64], ratio: f64) -> f64 {
    if ratio.abs() < 1e-3 {
        return values.iter().map(|x| log1p(ratio * x)).sum();
    }
    let eight = |values: &[f64]| {
        let product: f64 = values.iter().map(|x| 1.0 + ratio * x).product();
        // The product of eight factors between 10^−37 and 10^37 is a normal number.
        if (1e-300..1e300).contains(&product) {
            log(product)
        } else {
            values.iter().map(|x| log1p(ratio * x)).sum()
        }
    };
    values.chunks(8).map(eight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::point::{generator, uniform};

    #[test]
    fn logarithms_of_products_are_sums_of_logarithms() {
        let mut rng = generator(3, &["logarithms"]);
        for power in [0, 3, 20, 50] {
            let values: Vec<f64> = (0..203).map(|_| uniform(&mut rng).powi(-power)).collect();
            for ratio in [-0.999, -0.2, -1e-5, 1e-9, 1e-3, 0.7, 40.0, 1e8] {
                // For ξ < 0 the support must hold the largest value.
                let ratio =
                    if ratio < 0.0 { ratio / values.iter().copied().fold(0.0, f64::max) } else { ratio };
                let sum: f64 = values.iter().map(|x| log1p(ratio * x)).sum();
                let error = (logarithms(&values, ratio) - sum).abs();
                assert!(error <= 1e-13 * (1.0 + sum.abs()), "{power} {ratio}: {error}");
            }
        }
    }
}
