//! Designs: laws of points in R^d.

mod clusters;
mod cube;
mod gaussian;
mod hypercube;
mod law;
pub(super) mod quantile;
mod rows;
mod spectrum;
mod sphere;
mod student;

pub use law::{Clusters, Design, Support};

use crate::catalogue::{Entry, Kind, Parameter, Value};

/// Every design, in the order of the documentation. `rows` names a table, which the choice does not hold, and is no law.
///
/// ```
/// use tempered_math::catalogue::{Choice, Value};
/// use tempered_math::space::design::CATALOGUE;
///
/// let power = [("spectrum", Value::Word("power")), ("exponent", Value::Real(2.0))];
/// let gaussian = Choice::new(&CATALOGUE[0], &power).unwrap().build(CATALOGUE).unwrap();
/// assert_eq!(gaussian.spectrum(3), [1.0, 0.25, 1.0 / 9.0]);
/// // A number that the spectrum has no use for is refused.
/// assert!(Choice::new(&CATALOGUE[0], &[("rate", Value::Real(2.0))]).is_err());
/// ```
pub static CATALOGUE: &[Entry<dyn Design>] = &[
    gaussian::ENTRY,
    sphere::ENTRY,
    cube::CUBE,
    cube::CENTRED,
    cube::TORUS,
    hypercube::ENTRY,
    student::ENTRY,
    clusters::ENTRY,
    rows::ENTRY,
];

/// The most features: matrices of d² numbers must fit into memory.
pub const MOST_FEATURES: u64 = 1 << 20;

/// The parameter d of every design, which studies must give and which the methods of [`Design`] take.
fn features() -> Parameter {
    let kind = Kind::Whole { low: 1, high: MOST_FEATURES };
    Parameter { name: "d", summary: "features of a point", kind, default: Some(Value::Unset) }
}
