//! How the median risk grows with n: a power law with a bootstrap interval.

use libm::{cos, log};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::Serialize;

use crate::quantile::{at, quantile};

/// A level with fewer values than this takes no part in a fit.
pub(crate) const LEAST_VALUES: usize = 20;
/// Fewer levels than this say nothing about growth.
pub(crate) const LEAST_LEVELS: usize = 3;
/// Relative standard errors below this are rounding, not knowledge.
const LEAST_SPREAD: f64 = 1e-9;

/// A fitted law of growth, median ∝ n^exponent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Growth {
    /// The name of the law, `power`.
    pub model: &'static str,
    /// The fitted exponent.
    pub exponent: f64,
    /// The lower end of its bootstrap interval.
    pub low: f64,
    /// The upper end of its bootstrap interval.
    pub high: f64,
}

/// The median of one level and what is known about its error.
///
/// - `median` and all `draws` are finite and positive, `spread` ≥ 1e-9.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// The size of a training set.
    pub n: f64,
    /// The sample median.
    pub median: f64,
    /// The standard error of ln(median).
    pub spread: f64,
    /// Bootstrap replicates of the median.
    draws: Vec<f64>,
}

impl Point {
    /// The point of a level with ascending values; none where they are too few or not positive and finite.
    ///
    /// A bootstrap sample's median is an order statistic of the sample, at a position that is normal with
    /// mean N/2 and standard deviation √N/2 up to O(1): so N values need not be drawn again and again.
    pub fn of(n: u64, sorted: &[f64], replicates: usize, rng: &mut ChaCha8Rng) -> Option<Point> {
        if sorted.len() < LEAST_VALUES {
            return None;
        }
        let size = sorted.len() as f64;
        let median = quantile(sorted, 0.5)?;
        let draws: Vec<f64> = (0..replicates)
            .map(|_| at(sorted, (size - 1.0) / 2.0 + size.sqrt() / 2.0 * normal(rng)))
            .collect();
        let usable = |v: f64| v.is_finite() && v > 0.0;
        if !usable(median) || !draws.iter().copied().all(usable) {
            return None;
        }
        let spread = deviation(draws.iter().map(|&v| log(v))).max(LEAST_SPREAD);
        Some(Point { n: n as f64, median, spread, draws })
    }
}

/// A generator that depends on the seed and on what it is for, not on the order of the work.
pub(crate) fn generator(seed: u64, purpose: &[&str]) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // FNV-1a with a separator; the stream only has to differ between series.
    let bytes = purpose.iter().flat_map(|part| part.bytes().chain([0xff]));
    rng.set_stream(
        bytes.fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)),
    );
    rng
}

/// The last half of the levels (rounded up, at least two): where a limit shows first.
pub(crate) fn last_half(points: &[Point]) -> &[Point] {
    let count = points.len().div_ceil(2).max(2).min(points.len());
    &points[points.len() - count..]
}

/// The weighted least-squares slope of ln(median) on ln n, with the bootstrap interval at a level of
/// confidence. None for fewer than two different n.
pub(crate) fn fit(points: &[Point], confidence: f64) -> Option<Growth> {
    let x: Vec<f64> = points.iter().map(|p| log(p.n)).collect();
    let w: Vec<f64> = points.iter().map(|p| p.spread.powi(-2)).collect();
    let slope = |y: &dyn Fn(&Point) -> f64| {
        let y: Vec<f64> = points.iter().map(|p| log(y(p))).collect();
        line(&x, &y, &w).map(|line| line.slope)
    };
    let exponent = slope(&|p| p.median)?;
    let replicates = points.iter().map(|p| p.draws.len()).min()?;
    let mut slopes = (0..replicates).map(|b| slope(&|p| p.draws[b])).collect::<Option<Vec<f64>>>()?;
    slopes.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - confidence) / 2.0;
    let (low, high) = (quantile(&slopes, tail)?, quantile(&slopes, 1.0 - tail)?);
    Some(Growth { model: "power", exponent, low, high })
}

/// A weighted least-squares line.
pub(crate) struct Line {
    /// The value at x = 0.
    pub intercept: f64,
    /// The slope.
    pub slope: f64,
    /// The weighted sum of squared residuals.
    pub chi2: f64,
}

/// The line through (x, y) with weights w; none where x does not vary.
pub(crate) fn line(x: &[f64], y: &[f64], w: &[f64]) -> Option<Line> {
    let total: f64 = w.iter().sum();
    let mean = |v: &[f64]| v.iter().zip(w).map(|(v, w)| v * w).sum::<f64>() / total;
    let (mx, my) = (mean(x), mean(y));
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        x.iter().zip(y).zip(w).map(|((&x, &y), &w)| w * f(x - mx, y - my)).sum()
    };
    let sxx = sum(&|dx, _| dx * dx);
    if !(sxx > 0.0 && sxx.is_finite()) {
        return None;
    }
    let slope = sum(&|dx, dy| dx * dy) / sxx;
    let chi2 = sum(&|dx, dy| (dy - slope * dx).powi(2));
    (slope.is_finite() && chi2.is_finite()).then_some(Line { intercept: my - slope * mx, slope, chi2 })
}

/// The standard deviation, in two passes.
fn deviation(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    (values.map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt()
}

/// A standard normal by Box and Muller's transform.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    const UNIT: f64 = 1.0 / (1u64 << 53) as f64;
    let radius = 1.0 - (rng.next_u64() >> 11) as f64 * UNIT;
    let angle = (rng.next_u64() >> 11) as f64 * UNIT * std::f64::consts::TAU;
    (-2.0 * log(radius)).sqrt() * cos(angle)
}

/// A point whose median is known with a relative standard error, for tests of rules.
#[cfg(test)]
pub(crate) fn synthetic(n: u64, median: f64, error: f64) -> Point {
    let mut rng = generator(5, &["synthetic", &n.to_string()]);
    let draws: Vec<f64> = (0..2000).map(|_| median + error * normal(&mut rng)).collect();
    Point { n: n as f64, median, spread: error / median, draws }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_exponent() {
        let points: Vec<Point> =
            [100, 1000, 10_000].map(|n| synthetic(n, (n as f64).sqrt(), 0.02 * (n as f64).sqrt())).into();
        let growth = fit(&points, 0.95).unwrap();
        assert!((growth.exponent - 0.5).abs() < 1e-12, "{growth:?}");
        // Three levels a decade apart: the slope's error is 0.02 / (√2 ln 10).
        let expected = 1.96 * 0.02 / (2f64.sqrt() * 10f64.ln());
        assert!(((growth.high - growth.low) / 2.0 / expected - 1.0).abs() < 0.1, "{growth:?}");
    }

    /// The shortcut against resampling in earnest.
    #[test]
    fn order_statistic_trick_agrees_with_resampling() {
        let mut rng = generator(1, &["twin"]);
        let mut x: Vec<f64> = (0..301).map(|_| normal(&mut rng).exp()).collect();
        x.sort_unstable_by(f64::total_cmp);
        let point = Point::of(10, &x, 4000, &mut rng).unwrap();
        let medians: Vec<f64> = (0..4000)
            .map(|_| {
                let mut y: Vec<f64> = (0..x.len()).map(|_| x[(rng.next_u64() % 301) as usize]).collect();
                y.sort_unstable_by(f64::total_cmp);
                y[150].ln()
            })
            .collect();
        let twin = deviation(medians.iter().copied());
        assert!((point.spread / twin - 1.0).abs() < 0.08, "{} against {twin}", point.spread);
    }

    #[test]
    fn leaves_out_what_has_no_logarithm() {
        let mut rng = generator(1, &[]);
        assert!(Point::of(10, &[1.0; 19], 100, &mut rng).is_none());
        assert!(Point::of(10, &[0.0; 50], 100, &mut rng).is_none());
        assert!(Point::of(10, &[f64::INFINITY; 50], 100, &mut rng).is_none());
        assert_eq!(Point::of(10, &[2.0; 50], 100, &mut rng).unwrap().spread, LEAST_SPREAD);
    }

    #[test]
    fn halves_round_up() {
        let points: Vec<Point> = [10, 20, 40, 80, 160].map(|n| synthetic(n, 1.0, 0.1)).into();
        assert_eq!(last_half(&points).iter().map(|p| p.n).collect::<Vec<_>>(), [40.0, 80.0, 160.0]);
        assert_eq!(last_half(&points[..3]).len(), 2);
    }

    #[test]
    fn purposes_have_their_own_numbers() {
        let first = |purpose: &[&str]| generator(1, purpose).next_u64();
        assert_eq!(first(&["a", "b"]), first(&["a", "b"]));
        assert_ne!(first(&["a", "b"]), first(&["ab"]));
    }
}
