//! The distribution of one risk at one n.

use serde::Serialize;

use crate::quantile::{Quantile, quantile};

/// The risks of all trials of one series at one n. A statistic that the values do not allow is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Level {
    /// The size of a training set.
    pub n: u64,
    /// Trials done, failed ones included.
    pub trials: u64,
    /// Trials without a value; every statistic below is over the others.
    pub failed: u64,
    /// The sample mean, which is an accident where the law has no mean.
    pub mean: Option<f64>,
    /// The standard error of the mean, s/√N.
    pub mean_se: Option<f64>,
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
    /// The largest value.
    pub max: Option<f64>,
    /// The quantiles asked for, each with its interval.
    pub quantiles: Vec<Quantile>,
}

impl Level {
    /// The statistics of ascending values.
    pub(crate) fn of(n: u64, trials: u64, sorted: &[f64], quantiles: &[f64], confidence: f64) -> Level {
        let median = Quantile::of(sorted, 0.5, confidence);
        let (mean, mean_se) = mean(sorted);
        Level {
            n,
            trials,
            failed: trials.saturating_sub(sorted.len() as u64),
            mean,
            mean_se,
            median: median.value,
            median_low: median.low,
            median_high: median.high,
            q25: quantile(sorted, 0.25),
            q75: quantile(sorted, 0.75),
            max: sorted.last().copied(),
            quantiles: quantiles.iter().map(|&q| Quantile::of(sorted, q, confidence)).collect(),
        }
    }
}

/// The mean and its standard error, in two passes.
fn mean(values: &[f64]) -> (Option<f64>, Option<f64>) {
    if values.is_empty() {
        return (None, None);
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    (Some(mean), error.is_finite().then_some(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_hand_computation() {
        let level = Level::of(10, 5, &[1.0, 2.0, 3.0, 6.0], &[0.5], 0.5);
        assert_eq!((level.trials, level.failed), (5, 1));
        assert_eq!(level.mean, Some(3.0));
        // Squares 4 + 1 + 0 + 9 = 14, so s² = 14/3 and the error √(14/12).
        assert!((level.mean_se.unwrap() - (14.0f64 / 12.0).sqrt()).abs() < 1e-15);
        assert_eq!((level.q25, level.median, level.q75), (Some(1.75), Some(2.5), Some(3.75)));
        assert_eq!(level.max, Some(6.0));
        assert_eq!(level.quantiles[0].value, level.median);
    }

    #[test]
    fn has_no_statistics_without_values() {
        let level = Level::of(10, 3, &[], &[0.5], 0.95);
        assert_eq!(level.failed, 3);
        assert!(level.mean.is_none() && level.median.is_none() && level.max.is_none());
        assert!(Level::of(10, 1, &[1.0], &[], 0.95).mean_se.is_none());
    }
}
