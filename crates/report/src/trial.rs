//! One training set with the predictors trained on it.

/// A trial to draw: data, target and every estimator's predictor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DrawnTrial {
    /// Which trial it is, such as `median trial` or `worst trial`.
    pub title: String,
    /// The design's label.
    pub design: String,
    /// The target's label.
    pub target: String,
    /// The noise's label.
    pub noise: String,
    /// The sample size.
    pub n: u64,
    /// The trial's number in its cell.
    pub trial: u64,
    /// The command that computes it again.
    pub command: String,
    /// The training set.
    pub data: Vec<(f64, f64)>,
    /// Points of the target f*.
    pub target_curve: Vec<(f64, f64)>,
    /// The predictors.
    pub fits: Vec<Fit>,
}

/// One predictor f̂.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fit {
    /// The estimator's label.
    pub estimator: String,
    /// Points of f̂ to be joined by lines, x ascending.
    pub curve: Vec<(f64, f64)>,
    /// Its risks by their exponents, in order.
    pub risks: Vec<(String, f64)>,
}
