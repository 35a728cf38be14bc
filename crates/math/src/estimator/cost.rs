//! What trials cost: the parts that estimators have in common, in nanoseconds of a core of 2026 (AMD EPYC, AVX2).
//!
//! Measured for two risks on a target that is zero; `tests/costs.rs` compares the models with the clock. The size of shards
//! follows from them, so that they use +, · and / alone, which round alike everywhere, and no clock.

/// Drawing a point, and integrating the error of a piecewise linear predictor beside it.
pub(crate) const POINT: f64 = 15.0;
/// What a trial takes beside its points.
pub(crate) const TRIAL: f64 = 2_000.0;
/// Adaptive quadrature of a piece between data points, the values of the predictor aside.
pub(crate) const PIECE: f64 = 600.0;
/// Values of the predictor that this quadrature asks for: three rules of 15 points, split once or twice.
pub(crate) const VALUES: f64 = 100.0;
