//! Estimators on R^d: rules that turn a sample into a predictor.

mod centred;
mod combination;
mod cost;
mod ensemble;
mod kernel;
mod least_squares;
mod left_out;
mod linear;
mod local;
mod local_linear;
mod nearest;
mod omp;
mod one_step;
mod parts;
mod random_features;
mod regmean;
mod ridge;
mod rule;
mod shepard;
#[cfg(target_arch = "x86_64")]
mod side_by_side;
mod smoother;
mod solver;
mod sparse;
mod spectral;
mod svm;
mod tree;

pub(in crate::space) use kernel::lower_product;
pub(in crate::space) use linear::Linear;
pub use rule::{Estimator, Report, Route};
pub use smoother::{Averages, KernelAverages, Smoother};
pub use spectral::{Decomposition, Filter, Fit, Gain};

use super::dense::dot;
use crate::catalogue::{Entry, Kind, Parameter, Value};

/// Every estimator, in the order of the documentation.
///
/// ```
/// use tempered_math::catalogue::{Choice, Value};
/// use tempered_math::space::estimator::CATALOGUE;
///
/// let entry = CATALOGUE.iter().find(|entry| entry.name == "ridge").unwrap();
/// let ridge = Choice::new(entry, &[("lambda", Value::Real(0.5))]).unwrap();
/// assert_eq!(ridge.to_string(), "ridge(lambda=0.5, intercept=false)");
/// // Costs are in nanoseconds of a core; that of the smaller Gram matrix grows like its order squared.
/// let built = ridge.build(CATALOGUE).unwrap();
/// assert!(built.cost(400, 4000) > 6.0 * built.cost(100, 4000));
/// ```
pub static CATALOGUE: &[Entry<dyn Estimator>] = &[
    least_squares::ENTRY,
    ridge::ENTRY,
    spectral::RIDGE_PATH,
    spectral::NUCLEAR,
    spectral::SPECTRAL,
    spectral::DESCENT,
    spectral::FLOW,
    spectral::PRINCIPAL,
    one_step::ENTRY,
    one_step::AVERAGING,
    random_features::ENTRY,
    kernel::ENTRY,
    nearest::ENTRY,
    shepard::ENTRY,
    local_linear::ENTRY,
    omp::ENTRY,
    sparse::LASSO,
    sparse::BASIS_PURSUIT,
    ensemble::ENTRY,
    regmean::ENTRY,
    svm::ENTRY,
];

/// The parameter `intercept` of linear predictors.
fn intercept() -> Parameter {
    Parameter {
        name: "intercept",
        summary: "whether f̂ has an intercept, which nothing penalises",
        kind: Kind::Flag,
        default: Some(Value::Flag(false)),
    }
}
