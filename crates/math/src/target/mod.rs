//! Targets: the functions f* of the labels y = f*(x) + ε.

mod function;
mod legendre;
mod linear;
mod piecewise_linear;
mod sine;
mod zero;

pub use function::{Shape, Target};

use crate::catalogue::Entry;

/// Every target, in the order of the documentation.
///
/// ```
/// use tempered_math::catalogue::{Choice, Value};
/// use tempered_math::target::{CATALOGUE, Shape};
///
/// let entry = CATALOGUE.iter().find(|entry| entry.name == "piecewise_linear").unwrap();
/// let corners = [("knots", Value::Reals(vec![0.0, 0.5, 1.0])), ("values", Value::Reals(vec![0.0, 1.0, 0.0]))];
/// let target = Choice::new(entry, &corners).unwrap().build(CATALOGUE).unwrap();
/// assert_eq!(target.value(0.25), 0.5);
/// assert!(matches!(target.shape(), Shape::PiecewiseLinear { .. }));
/// ```
pub static CATALOGUE: &[Entry<dyn Target>] =
    &[zero::ENTRY, linear::ENTRY, piecewise_linear::ENTRY, sine::ENTRY, legendre::ENTRY];
