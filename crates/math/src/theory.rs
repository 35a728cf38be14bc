//! What is known of estimators: the class of their risk as n grows, in probability and in expectation.

use crate::catalogue::Choice;
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
    /// The design.
    pub design: &'a Choice,
    /// The target.
    pub target: &'a Choice,
    /// The noise.
    pub noise: &'a Choice,
    /// The exponent of R_p, p ≥ 1.
    pub p: f64,
    /// Where f̂ is judged.
    pub domain: Domain,
}

impl Setting<'_> {
    /// The jitter of a jittered grid, 0 for the grid itself; none on other designs.
    pub(crate) fn jitter(&self) -> Option<f64> {
        match self.design.name() {
            "grid" => Some(0.0),
            "jittered_grid" => self
                .design
                .arguments()
                .iter()
                .find(|(name, _)| *name == "jitter")
                .map(|(_, jitter)| jitter.real()),
            _ => None,
        }
    }

    /// Whether the points are drawn from the uniform law, each by itself.
    pub(crate) fn is_uniform(&self) -> bool {
        self.design.name() == "uniform"
    }

    /// Whether they lie on the grid, not moved.
    pub(crate) fn is_grid(&self) -> bool {
        self.jitter() == Some(0.0)
    }

    /// Whether the largest gap vanishes as n grows, and no part of [0, 1] is left out.
    pub(crate) fn fills(&self) -> bool {
        self.is_uniform() || self.jitter().is_some()
    }
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
    /// The g for which n^−g R_p tends in law to a positive random number, where its limit is 0.
    pub exponent: Option<f64>,
    /// Where it is proven.
    pub source: &'static str,
}

/// E|ε|^p; infinite where it does not exist.
pub(crate) fn moment(noise: &Choice, p: f64) -> f64 {
    noise.build(noise::CATALOGUE).map_or(f64::INFINITY, |noise| noise.absolute_moment(p))
}

/// Whether f̂ is judged outside the data on lines that it extends so steeply that E R_p is infinite: the risk has a tail of
/// index 1/p where the first gap is below g with a probability in proportion to g, as on a random design, and of 2/p where in
/// proportion to g², as on a grid whose points may meet.
pub(crate) fn explodes(estimator: &Choice, setting: &Setting<'_>) -> bool {
    let extends =
        estimator.arguments().iter().any(|(name, value)| *name == "ends" && value.word() == "extend");
    let heavy = setting.is_uniform() || (setting.jitter() == Some(1.0) && setting.p >= 2.0);
    setting.domain == Domain::Unit && extends && heavy
}
