//! Targets: the functions f* that the labels are noisy values of.

mod function;
mod linear;
mod piecewise_linear;
mod sine;
mod zero;

pub use function::{Shape, Target};

use crate::catalogue::Entry;

/// Every target, in the order of the documentation.
pub static CATALOGUE: &[Entry<dyn Target>] =
    &[zero::ENTRY, linear::ENTRY, piecewise_linear::ENTRY, sine::ENTRY];
