//! Noises: the laws of ε in y = f*(x) + ε.

mod laplace;
mod law;
mod normal;
mod rademacher;
mod student_t;
mod uniform;

pub use law::Noise;

use crate::catalogue::Entry;

/// Every noise, in the order of the documentation.
pub static CATALOGUE: &[Entry<dyn Noise>] =
    &[normal::ENTRY, uniform::ENTRY, laplace::ENTRY, student_t::ENTRY, rademacher::ENTRY];
