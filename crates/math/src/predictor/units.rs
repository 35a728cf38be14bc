//! Predictors as sums of units φ(w x + b): their weights.

/// f(x) = Σ_j outer_j φ(inner_j x + bias_j) + skip_slope x + skip_intercept.
///
/// φ is (·)₊ for every piecewise-linear predictor; any other estimator documents its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Units {
    /// Slope of the affine part.
    pub skip_slope: f64,
    /// Intercept of the affine part.
    pub skip_intercept: f64,
    /// Outer weights.
    pub outer: Vec<f64>,
    /// Inner weights; empty where each is 1.
    pub inner: Vec<f64>,
    /// Biases.
    pub bias: Vec<f64>,
}
