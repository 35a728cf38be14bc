//! One risk of one estimator in one setting, as n grows.

use crate::{Class, Distribution};

/// The levels of one (estimator, design, target, noise, risk) and what they say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The estimator's label.
    pub estimator: String,
    /// The design's label.
    pub design: String,
    /// The target's label.
    pub target: String,
    /// The noise's label.
    pub noise: String,
    /// The risk exponent, one of the labels in `Report::risks`.
    pub p: String,
    /// Where the predictor is judged.
    pub domain: String,
    /// What medians and quantiles over training sets say.
    pub in_probability: Conclusion,
    /// What means over training sets say.
    pub in_expectation: Conclusion,
    /// What the risk tends to in probability, by theory.
    pub theory_limit: Option<f64>,
    /// The power of n that it follows, by theory, where the limit is 0.
    pub theory_exponent: Option<f64>,
    /// Where the theory is from.
    pub theory_source: Option<String>,
    /// Why it is classed so, in a sentence or two.
    pub reason: String,
    /// The growth that fits the medians.
    pub growth: Option<Growth>,
    /// Tail indices of the risk with the estimator each comes from, such as `Hill`.
    pub tail_indices: Vec<(String, Interval)>,
    /// The power of n that the risk is divided by to settle, where there is one.
    pub scaling: Option<Scaling>,
    /// The levels, n ascending.
    pub levels: Vec<Level>,
    /// The law of the risk over training sets at chosen sample sizes.
    pub distributions: Vec<Distribution>,
}

/// A class, and what theory says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// What the data say.
    pub class: Class,
    /// What theory says, if it says anything.
    pub theory: Option<Class>,
    /// Whether the two agree; none where either is missing or undecided.
    pub agrees: Option<bool>,
}

impl Default for Conclusion {
    fn default() -> Self {
        Conclusion { class: Class::Undecided, theory: None, agrees: None }
    }
}

/// How the median grows with n.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Growth {
    /// The model, such as `a + b ln n`.
    pub formula: String,
    /// The exponent b of median ~ n^b.
    pub exponent: Option<Interval>,
    /// The second best model.
    pub runner_up: Option<String>,
    /// How much more likely the data are under the model than under the second best.
    pub evidence: Option<f64>,
    /// Points (n, value) of the fitted model.
    pub curve: Vec<(f64, f64)>,
}

/// A number with its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    /// The number.
    pub value: f64,
    /// The lower end.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

/// The risk divided by a power of n.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scaling {
    /// The label of the quotient, such as `R₄ / n`.
    pub label: String,
    /// The power of n.
    pub exponent: f64,
}

/// The risk over the trials of one sample size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Level {
    /// The sample size.
    pub n: u64,
    /// Trials, failed ones included.
    pub trials: u64,
    /// Trials without a risk.
    pub failed: u64,
    /// Those of them whose risk is larger than any number; medians and quantiles count them so, means leave them out.
    pub censored: u64,
    /// Why trials have no risk, in a few words; empty where all have one.
    pub reasons: String,
    /// The sample mean.
    pub mean: Option<f64>,
    /// Its standard error.
    pub mean_se: Option<f64>,
    /// Whether mean and standard error can be believed; where not, they are shown as not to be trusted.
    pub mean_trusted: bool,
    /// The sample median.
    pub median: Option<f64>,
    /// The lower end of the median's interval.
    pub median_low: Option<f64>,
    /// The upper end of the median's interval.
    pub median_high: Option<f64>,
    /// The 5 % quantile.
    pub q05: Option<f64>,
    /// The lower quartile.
    pub q25: Option<f64>,
    /// The upper quartile.
    pub q75: Option<f64>,
    /// The 95 % quantile.
    pub q95: Option<f64>,
    /// The largest value.
    pub max: Option<f64>,
    /// Trials after which the standard error of the median is 1 % of it.
    pub trials_needed: Option<u64>,
}
