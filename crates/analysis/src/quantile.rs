//! Quantiles with distribution-free confidence intervals.

use serde::Serialize;

/// A sample quantile and its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quantile {
    /// Level, between 0 and 1.
    pub level: f64,
    /// Sample quantile, linear between order statistics.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Samples up to this size take exact binomial probabilities; larger ones the normal approximation.
const EXACT: usize = 1000;

/// The quantile of a sorted sample with an interval between order statistics.
///
/// The number of observations below the quantile is Binomial(N, level), whatever the law, so the interval from
/// the l-th to the u-th order statistic covers with probability P(l ≤ B < u) ≥ `confidence`.
///
/// Shapes: `sorted` holds N ≥ 1 ascending numbers. Cost: O(N) for N ≤ 1000, O(1) above.
/// Accuracy: exact coverage bound for N ≤ 1000; above, the normal approximation with continuity correction. Where
/// N is too small for the confidence asked for, the interval ends at the extremes.
/// Source: David & Nagaraja, "Order Statistics" (2003), section 7.1.
pub fn quantile(sorted: &[f64], level: f64, confidence: f64) -> Quantile {
    let count = sorted.len();
    let position = level * (count - 1) as f64;
    let below = position.floor() as usize;
    let share = position - below as f64;
    let next = sorted[(below + 1).min(count - 1)];
    let value = if share == 0.0 { sorted[below] } else { sorted[below] + share * (next - sorted[below]) };
    let (low, high) = ranks(count, level, 0.5 * (1.0 - confidence));
    Quantile { level, value, low: sorted[low.max(1) - 1], high: sorted[high.min(count) - 1] }
}

/// Ranks (from 1) with P(B < l) ≤ tail and P(B ≥ u) ≤ tail.
fn ranks(count: usize, level: f64, tail: f64) -> (usize, usize) {
    if count > EXACT {
        let (mean, sd) = (level * count as f64, (level * (1.0 - level) * count as f64).sqrt());
        let z = normal_quantile(1.0 - tail);
        let low = (mean - z * sd - 0.5).floor().max(0.0) as usize;
        return (low, (mean + z * sd + 0.5).ceil() as usize + 1);
    }
    let (mut below, mut low) = (0.0, 0);
    let mut high = count + 1;
    let mut above = 1.0;
    for k in 0..=count {
        let mass = binomial(count, k, level);
        below += mass;
        if below <= tail {
            low = k + 1;
        }
        if above <= tail {
            high = high.min(k);
        }
        above -= mass;
    }
    (low, high)
}

fn binomial(n: usize, k: usize, p: f64) -> f64 {
    let (n, k) = (n as f64, k as f64);
    let choose = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
    libm::exp(choose + k * libm::log(p) + (n - k) * libm::log1p(-p))
}

/// The normal quantile, by bisection on erfc.
pub(crate) fn normal_quantile(level: f64) -> f64 {
    let (mut low, mut high) = (-10.0, 10.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        let below = 0.5 * libm::erfc(-middle / std::f64::consts::SQRT_2);
        if below < level { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Normals;

    #[test]
    fn intervals_cover() {
        let mut normals = Normals::new(7);
        for (count, level) in [(40, 0.5), (200, 0.25), (1500, 0.5), (1500, 0.9)] {
            let truth = normal_quantile(level);
            let rounds = 600;
            let covered = (0..rounds)
                .filter(|_| {
                    let mut sample: Vec<f64> = (0..count).map(|_| normals.next()).collect();
                    sample.sort_by(f64::total_cmp);
                    let q = quantile(&sample, level, 0.95);
                    q.low <= truth && truth <= q.high
                })
                .count();
            // Four standard errors below 95 %: distribution-free intervals cover at least that.
            assert!(
                covered as f64 / rounds as f64 > 0.95 - 4.0 * (0.05f64 * 0.95 / 600.0).sqrt(),
                "{count} {level}"
            );
        }
    }

    #[test]
    fn small_samples() {
        let q = quantile(&[3.0], 0.5, 0.95);
        assert_eq!((q.value, q.low, q.high), (3.0, 3.0, 3.0));
        let q = quantile(&[1.0, 2.0, 4.0], 0.5, 0.95);
        assert_eq!((q.value, q.low, q.high), (2.0, 1.0, 4.0));
        // Of ten observations the second and ninth bracket the median with 97.9 %.
        let sample: Vec<f64> = (1..=10).map(f64::from).collect();
        let q = quantile(&sample, 0.5, 0.95);
        assert_eq!((q.value, q.low, q.high), (5.5, 2.0, 9.0));
    }
}
