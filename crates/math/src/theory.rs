//! Theoretical results on estimators: the class of their risk as n grows, in probability and in expectation.

use crate::catalogue::Choice;
use crate::noise;
use crate::risk::Domain;

/// The limit of the risk of an interpolant of noise as n grows (Mallinar et al. 2022, arXiv 2207.06569).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The excess risk tends to 0.
    Benign,
    /// It tends to a finite positive value.
    Tempered,
    /// It tends to infinity.
    Catastrophic,
}

/// The data and the risk to which a statement applies.
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
    /// The domain of the risk.
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

    /// Whether the points are independent and uniform.
    pub(crate) fn is_uniform(&self) -> bool {
        self.design.name() == "uniform"
    }

    /// Whether the points are those of the grid, without jitter.
    pub(crate) fn is_grid(&self) -> bool {
        self.jitter() == Some(0.0)
    }

    /// Whether the largest gap, with those to 0 and 1, tends to 0 as n grows.
    pub(crate) fn fills(&self) -> bool {
        self.is_uniform() || self.jitter().is_some()
    }
}

/// What is known of R_p of an estimator; `None` where a statement is not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// The class of medians and quantiles over training sets.
    pub in_probability: Option<Class>,
    /// The class of the mean over training sets.
    pub in_expectation: Option<Class>,
    /// The limit of R_p in probability. Units of y^p.
    pub limit: Option<f64>,
    /// The g for which n^−g R_p tends in law to a positive random number, where the limit of R_p is 0.
    pub exponent: Option<f64>,
    /// The source of the proof.
    pub source: &'static str,
}

/// E|ε|^p; infinite where it does not exist.
pub(crate) fn moment(noise: &Choice, p: f64) -> f64 {
    noise.build(noise::CATALOGUE).map_or(f64::INFINITY, |noise| noise.absolute_moment(p))
}

/// Whether the risk covers extended outer lines whose slopes make E R_p infinite.
///
/// The slope of an outer line is inversely proportional to the outer gap. On a random design the gap is below g with a
/// probability proportional to g, which gives R_p the tail index 1/p; on a grid with jitter 1 the probability is
/// proportional to g², and the index 2/p. E R_p is infinite for an index of at most 1.
pub(crate) fn explodes(estimator: &Choice, setting: &Setting<'_>) -> bool {
    let extends =
        estimator.arguments().iter().any(|(name, value)| *name == "ends" && value.word() == "extend");
    let heavy = setting.is_uniform() || (setting.jitter() == Some(1.0) && setting.p >= 2.0);
    setting.domain == Domain::Unit && extends && heavy
}
