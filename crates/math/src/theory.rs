//! What is known of estimators: the class of their risk as n grows, in probability and in expectation.

use crate::catalogue::Choice;
use crate::estimator;
use crate::noise;
use crate::risk::Domain;

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

/// The data and the risk that a statement is about.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The design's name.
    pub design: &'a str,
    /// The target's name.
    pub target: &'a str,
    /// The noise.
    pub noise: &'a Choice,
    /// The exponent of R_p, p ≥ 1.
    pub p: f64,
    /// Where f̂ is judged.
    pub domain: Domain,
}

/// What is known of R_p of an estimator. A part of which nothing is known is `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// The class of medians and quantiles over training sets.
    pub in_probability: Option<Class>,
    /// The class of the mean over training sets.
    pub in_expectation: Option<Class>,
    /// What R_p tends to in probability. Units of y^p.
    pub limit: Option<f64>,
    /// Where it is proven.
    pub source: &'static str,
}

/// What is known of R_p of an estimator in a setting; `None` where nothing is, as for the supremum.
///
/// The noise must have the moments that the theorems ask for: a variance, and E|ε|^p.
pub fn known(estimator: &Choice, setting: &Setting<'_>) -> Option<Known> {
    if !moment(setting.noise, setting.p.max(2.0)).is_finite() {
        return None;
    }
    estimator::KNOWN.iter().find(|(name, _)| *name == estimator.name())?.1(estimator, setting)
}

/// E|ε|^p; infinite where it does not exist.
pub(crate) fn moment(noise: &Choice, p: f64) -> f64 {
    noise.build(noise::CATALOGUE).map_or(f64::INFINITY, |noise| noise.absolute_moment(p))
}

/// Whether f̂ is judged outside the data on lines that it extends: then the first gap, which is small with a probability
/// in proportion to its size, gives the risk a tail of index 1/p, and E R_p is infinite for every n ≥ 2 and p ≥ 1.
pub(crate) fn extends(estimator: &Choice, setting: &Setting<'_>) -> bool {
    setting.domain == Domain::Unit
        && estimator.arguments().iter().any(|(name, value)| *name == "ends" && value.word() == "extend")
}
