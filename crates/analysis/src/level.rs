//! The distribution of one risk at one n.

use serde::Serialize;

use crate::options::Options;
use crate::read::samples::{OVERFLOW, Reasons};
use crate::sample::collect::Sample;
use crate::sample::quantile::{Quantile, of};
use crate::tail::index::TailIndex;
use std::collections::BTreeMap;

/// Statistics of the risks of all trials of one series at one n; `None` where the values do not determine a statistic.
///
/// Trials whose risk overflowed lack the largest values: the sample is censored. In order statistics they count as +∞. The
/// mean is that of the other trials and is not trusted, and no tail is estimated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Level {
    /// The size of a training set.
    pub n: u64,
    /// Finished trials, failed ones included.
    pub trials: u64,
    /// Trials without a value.
    pub failed: u64,
    /// Trials among them whose risk overflowed.
    pub censored: u64,
    /// The number of trials without a value by reason, in the words of the files' column `status`.
    pub reasons: BTreeMap<String, u64>,
    /// The mean of the existing values; it does not converge where the law has no mean.
    pub mean: Option<f64>,
    /// The standard error of the mean, s/√N.
    pub mean_se: Option<f64>,
    /// The kurtosis of the sample, 3 for a normal law.
    pub kurtosis: Option<f64>,
    /// Whether mean and standard error are trusted: the law has a variance by its tail index, and the relative error of the
    /// standard error is below a third.
    pub mean_trusted: bool,
    /// The sample median.
    pub median: Option<f64>,
    /// The lower end of the median's distribution-free interval.
    pub median_low: Option<f64>,
    /// The upper end of the median's distribution-free interval.
    pub median_high: Option<f64>,
    /// The lower quartile.
    pub q25: Option<f64>,
    /// The upper quartile.
    pub q75: Option<f64>,
    /// The largest value; infinite where the sample is censored.
    pub max: Option<f64>,
    /// The number of trials at which the relative standard error of the median is that of the options.
    pub trials_for_median: Option<u64>,
    /// The same for the mean; `None` where the mean is not trusted.
    pub trials_for_mean: Option<u64>,
    /// The tail index of the risk over training sets: that of the heaviest of its contributions, those of gaps and that from
    /// outside the hull. `None` where they are not known. It is boxed, since few of a million levels have one.
    pub tail_index: Option<Box<TailIndex>>,
    /// The quantiles of the options, each with its interval.
    pub quantiles: Vec<Quantile>,
    /// The distribution function: values with the share of trials at or below them. Empty except in [`Series::outlined`].
    ///
    /// [`Series::outlined`]: crate::Series::outlined
    #[serde(skip)]
    pub outline: Vec<(f64, f64)>,
}

impl Level {
    /// The statistics of a sample, except its tail. Censored trials are infinite values of the sample.
    pub(crate) fn of(n: u64, sample: &Sample, reasons: &Reasons, options: &Options) -> Level {
        let (values, confidence) = (&sample.ordered, options.confidence);
        let censored = reasons.get(OVERFLOW).copied().unwrap_or(0);
        let median = Quantile::of(values, 0.5, confidence);
        let mean = sample.moments.mean();
        Level {
            n,
            trials: sample.rows,
            failed: sample.rows.saturating_sub(values.count()) + censored,
            censored,
            reasons: reasons.clone(),
            mean: mean.map(|mean| mean.value),
            mean_se: mean.and_then(|mean| mean.error),
            kurtosis: mean.and_then(|mean| mean.kurtosis),
            mean_trusted: censored == 0 && mean.is_some_and(|mean| mean.is_steady(values.count())),
            median: median.value(),
            median_low: median.low(),
            median_high: median.high(),
            q25: of(values, 0.25),
            q75: of(values, 0.75),
            max: values.largest(1).first().copied(),
            trials_for_median: None,
            trials_for_mean: None,
            tail_index: None,
            quantiles: options.quantiles.iter().map(|&q| Quantile::of(values, q, confidence)).collect(),
            outline: finite(&sample.outline),
        }
    }

    /// Its mark in tables: `*` where values overflowed, `!` where trials failed otherwise.
    pub(crate) fn mark(&self) -> &'static str {
        match self.failed - self.censored {
            _ if self.censored > 0 => "*",
            0 => "",
            _ => "!",
        }
    }

    /// Sets the numbers of trials at which the relative standard errors of median and mean are `share`; `spread` is the
    /// standard error of the logarithm of the median.
    pub(crate) fn plan_trials(&mut self, spread: Option<f64>, share: f64) {
        let values = (self.trials - self.failed + self.censored) as f64;
        let needed = |relative: f64| {
            let trials = (values * (relative / share) * (relative / share)).ceil();
            (trials.is_finite() && trials < u64::MAX as f64).then_some(trials as u64)
        };
        self.trials_for_median = spread.and_then(needed);
        let relative = self.mean_se.zip(self.mean).filter(|_| self.mean_trusted);
        self.trials_for_mean = relative.and_then(|(error, mean)| needed(error / mean));
    }
}

/// The finite part of an outline, without spare capacity, since there may be a million levels.
fn finite(outline: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let count = outline.iter().filter(|(value, _)| value.is_finite()).count();
    let mut kept = Vec::with_capacity(count);
    kept.extend(outline.iter().copied().filter(|(value, _)| value.is_finite()));
    kept
}

/// The levels where trials overflowed, as text; `None` where there are none.
pub(crate) fn censored(levels: &[Level]) -> Option<String> {
    let worst = levels.iter().filter(|level| level.censored > 0).max_by_key(|level| level.censored)?;
    Some(format!(
        "{} of {} trials overflowed at n = {}, and their risks are the largest: means and tails of the others say nothing \
         of the law",
        worst.censored, worst.trials, worst.n
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::collect::{Column, Gather, collect};

    fn level(values: &[f64], trials: u64) -> Level {
        let rows: Vec<f64> =
            (0..trials as usize).map(|row| values.get(row).copied().unwrap_or(f64::NAN)).collect();
        let mut pass = |columns: &mut [Column]| {
            columns[0].add(&rows);
            Ok(())
        };
        let gather = Gather { order: true, ..Gather::default() };
        let sample = &collect(trials, &[gather], &[0.5], &mut pass).unwrap()[0];
        let overflowed = rows.iter().filter(|risk| risk.is_infinite()).count() as u64;
        let reasons = Reasons::from([(OVERFLOW.to_owned(), overflowed)]);
        let options = Options { quantiles: vec![0.5], confidence: 0.5, ..Options::default() };
        Level::of(10, sample, &reasons, &options)
    }

    #[test]
    fn matches_hand_computation() {
        let mut level = level(&[1.0, 2.0, 3.0, 6.0], 5);
        assert_eq!((level.trials, level.failed), (5, 1));
        assert_eq!(level.mean, Some(3.0));
        assert_eq!((level.q25, level.median, level.q75), (Some(1.75), Some(2.5), Some(3.75)));
        assert_eq!(level.max, Some(6.0));
        assert_eq!(level.quantiles[0].value(), level.median);
        // An error of 10 % in four values is one of 1 % in four hundred.
        level.mean_trusted = false;
        level.plan_trials(Some(0.1), 0.01);
        assert_eq!((level.trials_for_median, level.trials_for_mean), (Some(400), None));
    }

    /// Overflows count as the largest values: the median is that of all trials, the mean that of the others.
    #[test]
    fn what_overflowed_is_larger_than_all_else() {
        let level = level(&[1.0, f64::INFINITY, 2.0, 3.0, 6.0], 6);
        assert_eq!((level.trials, level.failed, level.censored), (6, 2, 1));
        assert_eq!((level.median, level.q75, level.max), (Some(3.0), Some(6.0), Some(f64::INFINITY)));
        assert_eq!((level.mean, level.mean_trusted), (Some(3.0), false));
        assert!(level.outline.iter().all(|(value, share)| value.is_finite() && *share < 1.0));
    }

    #[test]
    fn has_no_statistics_without_values() {
        let none = level(&[], 3);
        assert_eq!(none.failed, 3);
        assert!(none.mean.is_none() && none.median.is_none() && none.max.is_none() && !none.mean_trusted);
        assert!(level(&[1.0], 1).mean_se.is_none());
    }
}
