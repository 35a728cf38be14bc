//! Targets: the functions f* on R^d that the labels are noisy values of.

mod chain;
mod direction;
mod harmonic;
mod index;
mod linear;
mod polynomial;
mod sign;
mod single_index;
mod teacher;
mod truth;
mod zero;

pub use index::Index;
pub use truth::{RowFunction, Target, Teacher, Truth};

use crate::catalogue::Entry;

/// Every target, in the order of the documentation.
///
/// ```
/// use tempered_math::catalogue::Choice;
/// use tempered_math::space::target::CATALOGUE;
///
/// let names: Vec<&str> = CATALOGUE.iter().map(|entry| entry.name).collect();
/// assert_eq!(names, ["zero", "linear", "single_index", "polynomial", "harmonic", "teacher", "chain", "sign"]);
/// assert_eq!(Choice::new(&CATALOGUE[1], &[]).unwrap().to_string(), "linear(norm=1, direction=first)");
/// ```
pub static CATALOGUE: &[Entry<dyn Target>] = &[
    zero::ENTRY,
    linear::ENTRY,
    single_index::ENTRY,
    polynomial::ENTRY,
    harmonic::ENTRY,
    teacher::ENTRY,
    chain::ENTRY,
    sign::ENTRY,
];
