//! The rule that turns medians into *benign*, *tempered* or *catastrophic*.

use std::fmt;

use libm::{log, pow};
use serde::{Deserialize, Serialize};

use crate::growth::{Growth, LEAST_LEVELS, Line, Point, line};

/// What becomes of the median risk as n grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It vanishes.
    Benign,
    /// It tends to a finite positive limit.
    Tempered,
    /// It grows without bound.
    Catastrophic,
    /// The data do not say.
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

/// The rule in words, as printed under the table.
pub const RULE: &str = "\
b: exponent of median ~ n^b over the last half of the levels, with its bootstrap interval. Limits c + d n^-g (c > 0, \
g from 0.1 to 1) are held against growth (a + b ln n, or a power) and decay (a power, or 1/(a + b ln n)) on all levels; \
a model is clearly better if its chi-square is lower by more than 6.
benign        b < -0.05 with its interval below 0, and a limit not clearly better
tempered      interval within (-0.05, 0.05) and growth not clearly better, or a limit clearly better
catastrophic  interval reaching beyond 0.05 and growth clearly better
undecided     otherwise, or fewer than three levels with 20 values";

/// Exponents between plus and minus this count as flat.
const FLAT: f64 = 0.05;
/// A difference of weighted sums of squares that counts: e^(6/2) ≈ 20 to 1 in likelihood.
const CLEAR: f64 = 6.0;

/// Judges the levels, which ascend in n; `late` is the growth over their last half. The rule is [`RULE`].
///
/// A slope alone would call slow convergence from below growth, so growth has to fit clearly better than a
/// limit. An approach slower than n^-0.1 cannot be told from a logarithm this way, and is not claimed to be.
pub(crate) fn decide(points: &[Point], late: Option<&Growth>) -> Verdict {
    let Some(late) = late.filter(|_| points.len() >= LEAST_LEVELS) else {
        return Verdict::Undecided;
    };
    let limit = limit(points);
    let (rises, falls) = (growth(points), decay(points));
    if late.exponent < -FLAT && late.high < 0.0 {
        return if clearly(limit, falls) { Verdict::Tempered } else { Verdict::Benign };
    }
    if late.low > -FLAT && late.high < FLAT {
        let rising = late.low > 0.0 && clearly(rises, limit);
        return if rising { Verdict::Undecided } else { Verdict::Tempered };
    }
    if late.high > FLAT && clearly(rises, limit) {
        return Verdict::Catastrophic;
    }
    let rival = if late.exponent < 0.0 { falls } else { rises };
    if clearly(limit, rival) { Verdict::Tempered } else { Verdict::Undecided }
}

/// Whether the first chi-square is clearly the lower. A model that cannot take the shape at all has an
/// infinite one and loses to any that can.
fn clearly(chi2: f64, other: f64) -> bool {
    chi2.is_finite() && other - chi2 > CLEAR
}

/// The chi-square of the best c + d n^(−γ), c > 0.
fn limit(points: &[Point]) -> f64 {
    let rates = (2..=20).map(|k| f64::from(k) / 20.0);
    let fits = rates.filter_map(|rate| straight(points, |n| pow(n, -rate)));
    best(fits.filter(|fit| fit.intercept > 0.0).map(|fit| fit.chi2))
}

/// The chi-square of the better of a + b ln n and A n^b, b > 0.
fn growth(points: &[Point]) -> f64 {
    let fits = [straight(points, f64::ln), bent(points, log, |_| 1.0)];
    best(fits.into_iter().flatten().filter(|fit| fit.slope > 0.0).map(|fit| fit.chi2))
}

/// The chi-square of the better of A n^(−b) and 1/(a + b ln n), b > 0.
fn decay(points: &[Point]) -> f64 {
    let power = bent(points, log, |_| 1.0).filter(|fit| fit.slope < 0.0);
    let slow = bent(points, f64::recip, f64::recip).filter(|fit| fit.slope > 0.0);
    best([power, slow].into_iter().flatten().map(|fit| fit.chi2))
}

/// The line of the median in a function of n.
fn straight(points: &[Point], x: impl Fn(f64) -> f64) -> Option<Line> {
    let x: Vec<f64> = points.iter().map(|p| x(p.n)).collect();
    let y: Vec<f64> = points.iter().map(|p| p.median).collect();
    let w: Vec<f64> = points.iter().map(|p| (p.median * p.spread).powi(-2)).collect();
    line(&x, &y, &w)
}

/// The line of a function of the median in ln n; `scale` times the relative error is that function's error.
fn bent(points: &[Point], y: impl Fn(f64) -> f64, scale: impl Fn(f64) -> f64) -> Option<Line> {
    let x: Vec<f64> = points.iter().map(|p| log(p.n)).collect();
    let w: Vec<f64> = points.iter().map(|p| (scale(p.median) * p.spread).powi(-2)).collect();
    let y: Vec<f64> = points.iter().map(|p| y(p.median)).collect();
    line(&x, &y, &w)
}

fn best(chi2: impl Iterator<Item = f64>) -> f64 {
    chi2.fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::growth::{fit, last_half, synthetic};

    const DECADES: [u64; 4] = [100, 1000, 10_000, 100_000];

    /// Simulated medians of R_2; the last is written so as not to look like 2π.
    const MIN_NORM_AT_TWO: [f64; 4] = [2.01, 3.43, 4.90, 4.90 + 1.38];

    /// The verdict on medians with standard errors.
    fn judge(levels: impl IntoIterator<Item = (u64, f64, f64)>) -> Verdict {
        let points: Vec<Point> = levels.into_iter().map(|(n, m, se)| synthetic(n, m, se)).collect();
        decide(&points, fit(last_half(&points), 0.95).as_ref())
    }

    /// The verdict on a law of the median, with the same relative error everywhere.
    fn judge_law(ns: &[u64], error: f64, law: impl Fn(f64) -> f64) -> Verdict {
        judge(ns.iter().map(|&n| (n, law(n as f64), error * law(n as f64))))
    }

    /// The limit law of R_2 has scale 1, so that 1000 trials leave an error of about 0.055.
    #[test]
    fn min_norm_at_two_is_catastrophic() {
        assert_eq!(judge((0..4).map(|i| (DECADES[i], MIN_NORM_AT_TWO[i], 0.055))), Verdict::Catastrophic);
    }

    /// The same with the medians' own noise put in.
    #[test]
    fn noise_does_not_turn_min_norm_at_two() {
        for (k, signs) in [[1., -1., 1., -1.], [-1., 1., -1., 1.], [1., 1., -1., -1.], [-1., 1., 1., -1.]]
            .into_iter()
            .enumerate()
        {
            let verdict = judge((0..4).map(|i| (DECADES[i], MIN_NORM_AT_TWO[i] + 0.055 * signs[i], 0.055)));
            assert_eq!(verdict, Verdict::Catastrophic, "pattern {k}");
        }
    }

    #[test]
    fn min_norm_at_one_and_a_half_is_not_growth() {
        for limit in [1.8, 2.2] {
            let verdict = judge_law(&DECADES, 0.02, |n| limit * (1.0 - 0.8 * n.powf(-0.25)));
            assert_eq!(verdict, Verdict::Tempered);
        }
        // Small sizes: the slope is above the flat band, the shape is not that of growth.
        for (error, ns) in [(0.02, [50, 100, 200, 400]), (0.002, [50, 100, 200, 400])] {
            let verdict = judge_law(&ns, error, |n| 1.8 * (1.0 - 0.8 * n.powf(-0.25)));
            assert_ne!(verdict, Verdict::Catastrophic, "{error}");
            assert_ne!(verdict, Verdict::Benign, "{error}");
        }
    }

    #[test]
    fn spline_is_tempered() {
        for error in [0.02, 0.0005] {
            let hull = judge_law(&[10, 30, 100, 300, 1000], error, |n| 2.0 / 3.0 * (n - 1.0) / (n + 1.0));
            assert_eq!(hull, Verdict::Tempered, "{error}");
            let clamped = judge_law(&DECADES, error, |n| (2.0 * n + 4.0) / (3.0 * (n + 1.0)));
            assert_eq!(clamped, Verdict::Tempered, "{error}");
        }
    }

    #[test]
    fn root_of_n_is_catastrophic() {
        assert_eq!(judge_law(&DECADES, 0.06, |n| 1.469 * n.sqrt()), Verdict::Catastrophic);
        // From below, as at p = 3.
        assert_eq!(
            judge_law(&DECADES, 0.06, |n| 1.469 * n.sqrt() * (1.0 - n.powf(-0.25))),
            Verdict::Catastrophic
        );
        assert_eq!(judge_law(&DECADES[..3], 0.06, |n| 0.773 * n), Verdict::Catastrophic);
    }

    #[test]
    fn decay_is_benign_and_a_floor_is_not() {
        assert_eq!(judge_law(&DECADES, 0.05, |n| 3.0 / n), Verdict::Benign);
        assert_eq!(judge_law(&DECADES, 0.02, |n| 1.0 / n.ln()), Verdict::Benign);
        assert_eq!(judge_law(&[30, 100, 300, 1000], 0.005, |n| 1.0 + 5.0 / n.sqrt()), Verdict::Tempered);
    }

    #[test]
    fn says_so_when_the_data_do_not_decide() {
        assert_eq!(judge_law(&DECADES[..2], 0.01, f64::sqrt), Verdict::Undecided);
        assert_eq!(judge_law(&DECADES, 0.9, |n| 1.0 + 0.1 * n.ln()), Verdict::Undecided);
        // Too slow for a slope of 0.05, and yet a logarithm.
        assert_eq!(judge_law(&DECADES, 0.0005, |n| 5.0 + 0.1 * n.ln()), Verdict::Undecided);
    }

    #[test]
    fn is_lower_case_everywhere() {
        assert_eq!(format!("[{:<10}]", Verdict::Tempered), "[tempered  ]");
        assert_eq!(serde_json::to_string(&Verdict::Catastrophic).unwrap(), "\"catastrophic\"");
    }
}
