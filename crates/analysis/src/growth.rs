//! Growth of the median over n.

use crate::random::Normals;
use crate::summary::Level;
use serde::Serialize;

/// The exponent of median ∝ n^exponent, and its bootstrap interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Growth {
    /// What was fitted.
    pub model: &'static str,
    /// Least squares of ln median on ln n, weighted by the medians' errors.
    pub exponent: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// A median, its standard error, and its n.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub n: f64,
    pub median: f64,
    pub se: f64,
}

/// Trials a level needs to count in a fit.
const TRIALS: u64 = 20;

/// The levels that can be fitted: enough trials, positive medians. The standard error is the interval's half
/// width over its normal quantile.
pub(crate) fn points(levels: &[Level], z: f64) -> Vec<Point> {
    let usable = levels.iter().filter(|level| level.trials - level.failed >= TRIALS && level.median > 0.0);
    let point = |level: &Level| {
        let se = (level.median_high - level.median_low) / (2.0 * z);
        // Without any spread the rounding of the risk itself is the error.
        Point { n: level.n as f64, median: level.median, se: se.max(1e-9 * level.median) }
    };
    usable.map(point).collect()
}

/// The growth exponent with a parametric bootstrap: medians are redrawn from their normal approximation.
/// `None` below three levels.
pub(crate) fn growth(points: &[Point], rounds: usize, confidence: f64, seed: u64) -> Option<Growth> {
    if points.len() < 3 {
        return None;
    }
    let exponent = slope(points, points.iter().map(|p| p.median));
    let mut normals = Normals::new(seed);
    let mut redrawn: Vec<f64> = (0..rounds)
        .map(|_| {
            let medians = points.iter().map(|p| p.median * libm::exp(p.se / p.median * normals.next()));
            slope(points, medians.collect::<Vec<_>>().into_iter())
        })
        .collect();
    redrawn.sort_by(f64::total_cmp);
    let at = |level: f64| redrawn[((rounds - 1) as f64 * level).round() as usize];
    let tail = 0.5 * (1.0 - confidence);
    Some(Growth { model: "power", exponent, low: at(tail), high: at(1.0 - tail) })
}

/// Weighted least squares of ln median on ln n.
fn slope(points: &[Point], medians: impl Iterator<Item = f64>) -> f64 {
    let rows = points.iter().zip(medians).map(|(p, median)| {
        let relative = p.se / p.median;
        (libm::log(p.n), libm::log(median), 1.0 / (relative * relative))
    });
    let rows: Vec<(f64, f64, f64)> = rows.collect();
    line(&rows).1
}

/// Weighted least squares of y on x over rows (x, y, weight): (intercept, slope, χ²).
pub(crate) fn line(rows: &[(f64, f64, f64)]) -> (f64, f64, f64) {
    let total: f64 = rows.iter().map(|(_, _, w)| w).sum();
    let mean = |f: fn(&(f64, f64, f64)) -> f64| rows.iter().map(|row| row.2 * f(row)).sum::<f64>() / total;
    let (mx, my) = (mean(|r| r.0), mean(|r| r.1));
    let sxx: f64 = rows.iter().map(|(x, _, w)| w * (x - mx) * (x - mx)).sum();
    let sxy: f64 = rows.iter().map(|(x, y, w)| w * (x - mx) * (y - my)).sum();
    let slope = if sxx > 0.0 { sxy / sxx } else { 0.0 };
    let intercept = my - slope * mx;
    let chi2 =
        rows.iter().map(|(x, y, w)| w * (y - intercept - slope * x) * (y - intercept - slope * x)).sum();
    (intercept, slope, chi2)
}
