//! Comparisons of two positions of a curve, with a given probability of error.

use crate::sample::collect::Sample;
use crate::sample::confidence::standard_errors;
use crate::sample::quantile::Quantile;
use crate::sample::share::share_interval;

/// The least number of values for a comparison: from 13 on both ends of a 95 % interval of a quartile are among the values
/// (0.75¹³ < 2.5 %), and the next round number leaves room for stricter levels.
pub(crate) const LEAST_VALUES: u64 = 20;
/// Trials of each position that are kept, to estimate the correlation of two positions. The standard error of the
/// correlation, 1/64, changes the error of a difference by less than the uncertainty of that error.
pub(crate) const HELD: usize = 4096;

/// One-sided error probabilities, each half of one minus a level of confidence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chances {
    /// Of the displayed interval.
    pub shown: f64,
    /// Of one comparison where one position is compared with every other one.
    pub best: f64,
    /// Of one comparison where all positions are compared with each other.
    pub any: f64,
}

impl Chances {
    /// For a curve of this many positions (Bonferroni): the probability that any comparison errs is at most one minus the
    /// confidence.
    pub fn of(confidence: f64, places: usize) -> Chances {
        let (error, others) = (1.0 - confidence, places.saturating_sub(1).max(1) as f64);
        Chances { shown: error / 2.0, best: error / others, any: error / (others * (others + 1.0)) }
    }

    fn each<T>(&self, of: impl Fn(f64) -> T) -> [T; 3] {
        [self.shown, self.best, self.any].map(of)
    }
}

/// An estimate with one-sided confidence limits at the three [`Chances`]; `None` where no limit is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub value: f64,
    limits: [(Option<f64>, Option<f64>); 3],
}

/// The indices of the limits of [`Chances::best`] and [`Chances::any`].
pub(crate) const BEST: usize = 1;
pub(crate) const ANY: usize = 2;

impl Estimate {
    /// The median, with order statistics as limits.
    pub fn of_median(sample: &Sample, chances: &Chances) -> Option<Estimate> {
        let value = Quantile::of(&sample.ordered, 0.5, 0.5).value()?;
        let enough = sample.ordered.count() >= LEAST_VALUES;
        let limits = chances.each(|error| {
            let quantile = Quantile::of(&sample.ordered, 0.5, 1.0 - 2.0 * error);
            (quantile.low(), quantile.high())
        });
        Some(Estimate::new(value, limits, enough))
    }

    /// The mean, with Student's limits.
    pub fn of_mean(sample: &Sample, chances: &Chances) -> Option<Estimate> {
        let mean = sample.moments.mean()?;
        let count = sample.moments.count();
        let limits = chances.each(|error| {
            let reach = mean.error.map(|se| se * student(error, count - 1.0));
            (reach.map(|reach| mean.value - reach), reach.map(|reach| mean.value + reach))
        });
        Some(Estimate::new(mean.value, limits, count >= LEAST_VALUES as f64))
    }

    /// A share of trials, with Wilson's limits.
    pub fn of_share(sample: &Sample, chances: &Chances) -> Option<Estimate> {
        let mean = sample.moments.mean()?;
        let count = sample.moments.count();
        let limits = chances.each(|error| {
            let (low, high) = share_interval(mean.value, count, normal(error));
            (Some(low), Some(high))
        });
        Some(Estimate::new(mean.value, limits, true))
    }

    /// With too few values there is a displayed interval, but no limits for comparisons.
    fn new(value: f64, mut limits: [(Option<f64>, Option<f64>); 3], enough: bool) -> Estimate {
        if !enough {
            limits[BEST] = (None, None);
            limits[ANY] = (None, None);
        }
        Estimate { value, limits }
    }

    /// The displayed interval.
    pub fn shown(&self) -> (Option<f64>, Option<f64>) {
        self.limits[0]
    }

    /// Whether this is significantly larger than another estimate, at the error probability with index `at`.
    ///
    /// The lower limit of a − b is (a − b) − √((a − l_a)² + (u_b − b)² − 2ρ(a − l_a)(u_b − b)), with the lower limit of a,
    /// the upper one of b, and the correlation ρ of the two estimates; for means it is that of paired differences.
    ///
    /// Source: Zou & Donner (2008), Statist. Med. 27, on recovering variances from limits.
    pub fn exceeds(&self, other: &Estimate, at: usize, correlation: f64) -> bool {
        let (Some(low), Some(high)) = (self.limits[at].0, other.limits[at].1) else { return false };
        // Where most values overflowed, medians and limits are infinite.
        if low == f64::INFINITY {
            return high < f64::INFINITY;
        }
        let apart = self.value - other.value;
        let (below, above) = (self.value - low, high - other.value);
        let reach = (below * below + above * above - 2.0 * correlation * below * above).max(0.0).sqrt();
        apart > 0.0 && apart > reach
    }
}

/// The normal quantile that is exceeded with this chance, at most a half.
fn normal(error: f64) -> f64 {
    standard_errors(1.0 - 2.0 * error)
}

/// The quantile of Student's law that is exceeded with this chance.
///
/// Accuracy: 1 % from 19 degrees of freedom and chances of 10⁻⁵ on, less for others.
///
/// Source: Abramowitz & Stegun (1964), 26.7.5.
fn student(error: f64, freedom: f64) -> f64 {
    let z = normal(error);
    let square = z * z;
    let terms = [
        z * (square + 1.0) / 4.0,
        z * ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        z * (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
        z * ((((79.0 * square + 776.0) * square + 1482.0) * square - 1920.0) * square - 945.0) / 92_160.0,
    ];
    z + terms.iter().rev().fold(0.0, |sum, term| (sum + term) / freedom)
}

/// The correlation of two medians of the same trials, from the share of trials in which both values lie on the same side
/// of their medians.
///
/// Two trials on different sides are added, since a correlation of 1 cannot be concluded from few trials.
pub(crate) fn of_medians(a: &[f64], b: &[f64], medians: [f64; 2]) -> f64 {
    let both = a.iter().zip(b).filter(|(a, b)| !a.is_nan() && !b.is_nan());
    let (mut count, mut same) = (0u32, 0u32);
    for (a, b) in both {
        count += 1;
        same += u32::from((*a <= medians[0]) == (*b <= medians[1]));
    }
    if u64::from(count) < LEAST_VALUES {
        return 0.0;
    }
    2.0 * f64::from(same) / f64::from(count + 2) - 1.0
}

/// The correlation of two means of the same trials: Pearson's.
pub(crate) fn of_means(a: &[f64], b: &[f64]) -> f64 {
    let both: Vec<(f64, f64)> =
        a.iter().copied().zip(b.iter().copied()).filter(|(a, b)| a.is_finite() && b.is_finite()).collect();
    if (both.len() as u64) < LEAST_VALUES {
        return 0.0;
    }
    let count = both.len() as f64;
    let (a, b) = both.iter().fold((0.0, 0.0), |sum, (a, b)| (sum.0 + a / count, sum.1 + b / count));
    let [mut aa, mut ab, mut bb] = [0.0; 3];
    for (x, y) in &both {
        aa += (x - a) * (x - a);
        ab += (x - a) * (y - b);
        bb += (y - b) * (y - b);
    }
    let correlation = ab / (aa * bb).sqrt();
    if correlation.is_finite() { correlation.clamp(-1.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles of Student's law from tables.
    #[test]
    fn student_s_quantiles_are_those_of_tables() {
        for (error, freedom, table) in [
            (0.025, 19.0, 2.0930),
            (0.005, 19.0, 2.8609),
            (0.0005, 19.0, 3.8834),
            (0.025, 40.0, 2.0211),
            (0.0005, 120.0, 3.3735),
        ] {
            let found = student(error, freedom);
            assert!((found / table - 1.0).abs() < 2e-3, "{error}, {freedom}: {found} against {table}");
        }
    }

    #[test]
    fn correlations_are_those_of_the_trials() {
        let a: Vec<f64> = (0..100).map(f64::from).collect();
        let twice: Vec<f64> = a.iter().map(|x| 2.0 * x).collect();
        let back: Vec<f64> = a.iter().map(|x| -x).collect();
        assert!((of_means(&a, &twice) - 1.0).abs() < 1e-12 && (of_means(&a, &back) + 1.0).abs() < 1e-12);
        assert!((of_medians(&a, &twice, [49.5, 99.0]) - (200.0 / 102.0 - 1.0)).abs() < 1e-12);
        assert!(of_medians(&a, &back, [49.5, -49.5]) < -0.99);
        assert_eq!((of_means(&a[..10], &a[..10]), of_means(&a, &[1.0; 100])), (0.0, 0.0));
    }

    /// Paired differences are significant where the intervals overlap.
    #[test]
    fn pairs_see_more_than_intervals() {
        let limits = |value: f64| [(Some(value - 0.5), Some(value + 0.5)); 3];
        let estimate = |value| Estimate { value, limits: limits(value) };
        let (a, b) = (estimate(1.2), estimate(1.0));
        assert!(!a.exceeds(&b, BEST, 0.0) && !b.exceeds(&a, BEST, 1.0));
        assert!(a.exceeds(&b, BEST, 0.95));
        let infinite = Estimate { value: f64::INFINITY, limits: [(Some(f64::INFINITY), None); 3] };
        assert!(infinite.exceeds(&a, ANY, 0.0) && !a.exceeds(&infinite, ANY, 0.0));
        assert!(!infinite.exceeds(&infinite, ANY, 0.0));
    }
}
