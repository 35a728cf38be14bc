//! What is known of estimators: the class of their risk as n grows, in probability over training sets.

use crate::catalogue::{Choice, Value};
use crate::noise;

/// What happens to the risk of an interpolant of noise as n grows (Mallinar et al. 2022, arXiv 2207.06569).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The excess risk vanishes.
    Benign,
    /// It settles at a finite positive value.
    Tempered,
    /// It grows without bound.
    Catastrophic,
}

/// The proven class of R_p of an estimator under a design, in probability, for p ≥ 1; `None` where nothing is
/// proven, as for the supremum.
///
/// Source: Joshi, Vardi & Srebro (2024), arXiv 2307.15396: the linear spline is tempered for every p; the
/// minimum-norm network is tempered on a grid, and on a random design tempered for p < 2 and, for f* = 0,
/// catastrophic for p ≥ 2.
///
/// The noise must have the moments that the theorems ask for: a variance, and E|ε|^p.
pub fn in_probability(
    estimator: &Choice,
    design: &str,
    target: &str,
    noise: &Choice,
    p: f64,
) -> Option<Class> {
    if !noise.build(noise::CATALOGUE).ok()?.absolute_moment(p.max(2.0)).is_finite() {
        return None;
    }
    let biased = estimator.arguments().contains(&("penalise_bias", Value::Flag(true)));
    match (estimator.name(), design) {
        ("linear_spline", "uniform" | "grid") => Some(Class::Tempered),
        ("min_norm", "grid") if biased => Some(Class::Tempered),
        ("min_norm", "uniform") if biased && p < 2.0 => Some(Class::Tempered),
        ("min_norm", "uniform") if biased && target == "zero" => Some(Class::Catastrophic),
        _ => None,
    }
}
