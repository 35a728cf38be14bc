//! Chains of fits.

use super::Isotropic;
use super::known::{flag, is_ridgeless, isotropic, number, whole, word};
use crate::catalogue::Choice;
use crate::theory::moment;

/// E R_2 at (n, d) of least squares whose labels come from a chain of least-squares fits; infinite where a fit has |n − d| ≤ 1, and
/// `None` where it is not known.
///
/// Without intercepts and ridges, on x ~ N(0, I_d), for noise with a variance.
///
/// # Formula
/// Replaced, N generations of T points with sd σ_0, then n points with sd σ: with η(n) = min(1, n/d), v(n, σ) = σ² min(n, d)/(|n − d| − 1)
/// and S = Σ_{g<N} η(T)^g,
///     ‖w*‖² (1 − η(n) η(T)^N) + η(n) v(T, σ_0) S + v(n, σ):
/// a projection onto the rows of independent points keeps η of a squared length, and of E ŵ.
/// Accumulated, parts that end at n_0 < … < n_N = n, n_0 > d: ŵ_{g+1} − ŵ_g = (Σ_{i≤n_g} x_i x_iᵀ)⁻¹ X_gᵀ ε_g, and as the points are
/// exchangeable
///     σ² Σ_g (n_g − n_{g−1})/n_g · d/(n_g − d − 1).
/// # Cost
/// O(N).
/// # Source
/// Dohmatob, Feng & Kempe, arXiv 2402.07712 (2024), for n, T > d; derived here for the others.
pub fn collapse(
    estimator: &Choice,
    design: &Choice,
    target: &Choice,
    noise: &Choice,
    (n, d): (u64, u64),
) -> Option<f64> {
    let least = is_ridgeless(estimator) && !flag(estimator, "intercept") && number(target, "lambda") == 0.0;
    let variance = moment(noise, 2.0);
    if target.name() != "chain" || !isotropic(design) || !least || !variance.is_finite() || n == 0 || d == 0 {
        return None;
    }
    let generations = whole(target, "generations");
    if word(target, "labels") == "accumulated" {
        return accumulated((n, d), generations, variance);
    }
    let points = whole(target, "points");
    let sd = target.arguments().iter().find(|(name, _)| *name == "sd").map_or(1.0, |(_, sd)| sd.real());
    // A parameter that is not given has no number.
    let sd = if sd.is_nan() { 1.0 } else { sd };
    let kept = |n: u64| (n as f64 / d as f64).min(1.0);
    let (each, last) = (kept(points), kept(n));
    let (mut power, mut sum) = (1.0, 0.0);
    for _ in 0..generations {
        sum += power;
        power *= each;
    }
    let chain = if generations == 0 { 0.0 } else { last * spread((points, d), sd * sd) * sum };
    let norm = number(target, "norm");
    Some(norm * norm * (1.0 - last * power) + chain + spread((n, d), variance))
}

/// σ² E tr (XᵀX)⁺, what noise adds to R_2.
fn spread((n, d): (u64, u64), variance: f64) -> f64 {
    Isotropic { n, d, norm: 0.0, sd: variance.sqrt() }.mean()
}

fn accumulated((n, d): (u64, u64), generations: u64, variance: f64) -> Option<f64> {
    let parts = generations + 1;
    let (mut end, mut sum) = (0, 0.0);
    for part in 0..parts {
        let points = n / parts + u64::from(part < n % parts);
        end += points;
        if end <= d {
            return None;
        }
        sum += points as f64 / end as f64 * spread((end, d), variance);
    }
    Some(sum)
}
