//! The parts of a trial's cost that estimators have in common, in nanoseconds of a core of 2026 (AMD EPYC, AVX2).
//!
//! They were measured for two risks and the target zero; `tests/costs.rs` compares the models with the clock. The size of
//! shards is computed from them, so that models use +, −, ·, / and roots alone, which every platform rounds alike.

/// Drawing a point, and integrating the error of a piecewise-linear predictor on the gap next to it.
pub(crate) const POINT: f64 = 15.0;
/// The cost of a trial that does not depend on its number of points.
pub(crate) const TRIAL: f64 = 2_000.0;
/// Adaptive quadrature of a piece between data points, without the evaluations of the predictor.
pub(crate) const PIECE: f64 = 600.0;
/// Evaluations of the predictor in this quadrature: rules of 15 points and two ends, on a piece that is split once or
/// twice, and the search for zeros.
pub(crate) const VALUES: f64 = 100.0;
