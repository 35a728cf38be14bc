//! Verdicts in probability, from the medians.

use crate::growth::{Point, line};
use serde::Serialize;
use std::fmt;

/// What the medians do as n grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// They vanish.
    Benign,
    /// They settle at a positive value.
    Tempered,
    /// They grow without bound.
    Catastrophic,
    /// The data do not tell.
    Undecided,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Benign => "benign",
            Verdict::Tempered => "tempered",
            Verdict::Catastrophic => "catastrophic",
            Verdict::Undecided => "undecided",
        })
    }
}

/// The rule in words, printed beside the verdicts.
pub const RULE: &str = "Verdict: medians are fitted by a + b·g(n), weighted by their errors, with g = n^-γ, ln n or n^γ \
(γ from 0.1 to 1). The best saturating and the best growing fit are compared by χ²; a difference below 6, fewer than 4 \
levels, or a predicted rise of less than 3 % per decade leaves the smaller claim or undecided.";

/// Least difference of χ² that decides between two fits.
const EVIDENCE: f64 = 6.0;
/// Change per decade, relative to the median, that counts as none.
const FLAT: f64 = 0.03;
/// Largest χ² per degree of freedom of a fit that may be believed.
const MISFIT: f64 = 6.0;

/// Decides, by [`RULE`].
pub(crate) fn verdict(points: &[Point]) -> Verdict {
    if points.len() < 4 {
        return Verdict::Undecided;
    }
    let fit = |g: &dyn Fn(f64) -> f64| {
        let rows: Vec<_> = points.iter().map(|p| (g(p.n), p.median, 1.0 / (p.se * p.se))).collect();
        line(&rows)
    };
    let last = points[points.len() - 1];
    let first = points[points.len() - 2];
    let decades = libm::log10(last.n / first.n);
    let change = (last.median - first.median) / last.median / decades;
    let noise = 2.0 * libm::hypot(last.se, first.se) / last.median / decades;
    let mut settling = (f64::INFINITY, 0.0);
    let mut growing = (f64::INFINITY, 0.0);
    let log = fit(&|n| libm::log(n));
    growing = better(growing, (log.2, log.1));
    for step in 1..=10 {
        let gamma = 0.1 * f64::from(step);
        let (a, _, chi2) = fit(&|n| libm::pow(n, -gamma));
        settling = better(settling, (chi2, a));
        let (_, b, chi2) = fit(&|n| libm::pow(n, gamma));
        growing = better(growing, (chi2, b));
    }
    let (limit, freedom) = (settling.1, (points.len() - 2) as f64);
    if change.abs() <= FLAT && change.abs() <= FLAT.max(noise) && limit > 0.0 {
        return Verdict::Tempered;
    }
    if limit <= 0.1 * last.median && change < 0.0 {
        return if settling.0 <= MISFIT * freedom { Verdict::Benign } else { Verdict::Undecided };
    }
    if growing.1 > 0.0 && growing.0 + EVIDENCE < settling.0 {
        return Verdict::Catastrophic;
    }
    if limit > 0.0 && settling.0 + EVIDENCE < growing.0 {
        return Verdict::Tempered;
    }
    Verdict::Undecided
}

fn better(old: (f64, f64), new: (f64, f64)) -> (f64, f64) {
    if new.0 < old.0 { new } else { old }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(median: impl Fn(f64) -> f64, relative: f64) -> Vec<Point> {
        let sizes = [1e2, 3.16e2, 1e3, 3.16e3, 1e4, 3.16e4, 1e5];
        sizes.iter().map(|n| Point { n: *n, median: median(*n), se: relative * median(*n) }).collect()
    }

    #[test]
    fn known_shapes() {
        assert_eq!(verdict(&points(|n| 0.6476 * (1.0 - 1.0 / n), 0.002)), Verdict::Tempered);
        assert_eq!(
            verdict(&points(|n| 2.0 / std::f64::consts::PI * n.ln() - 0.92, 0.01)),
            Verdict::Catastrophic
        );
        assert_eq!(verdict(&points(|n| 1.4 * n.sqrt(), 0.03)), Verdict::Catastrophic);
        assert_eq!(verdict(&points(|n| 0.8 * n, 0.05)), Verdict::Catastrophic);
        assert_eq!(verdict(&points(|n| 1.0 / n.sqrt(), 0.01)), Verdict::Benign);
        assert_eq!(verdict(&points(|n| 1.6 - 1.5 * n.powf(-0.25), 0.004)), Verdict::Tempered);
    }

    #[test]
    fn too_little_is_undecided() {
        assert_eq!(verdict(&points(|n| n, 0.1)[..3]), Verdict::Undecided);
        assert_eq!(verdict(&points(|n| 1.0 + 0.1 * n.ln(), 0.3)), Verdict::Undecided);
    }
}
