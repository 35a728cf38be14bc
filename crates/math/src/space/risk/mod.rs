//! Risks on R^d, over the law of x.

mod arc;
mod exact;
mod mistakes;
mod pieces;
mod relu;
mod sampled;
mod scorer;
mod sobol;
mod table;
mod torus;
mod zonal;

pub use exact::{Error, normal_moment};
pub(in crate::space) use mistakes::below;
pub use scorer::{Parts, Scorer};

/// A risk, and how well it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The risk. Units of y^p.
    pub value: f64,
    /// Its standard error over the choice of test points; `None` for a formula.
    pub standard_error: Option<f64>,
}
