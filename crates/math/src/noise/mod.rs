//! Noises: the laws of ε in y = f*(x) + ε.

mod laplace;
mod normal;
mod rademacher;
mod student_t;
mod uniform;

use crate::catalogue::{Entry, Kind, Parameter, Value};
use rand_chacha::ChaCha8Rng;

/// A law of independent, symmetric noise.
pub trait Noise: Send + Sync {
    /// Fills `out` with independent draws.
    fn fill(&self, rng: &mut ChaCha8Rng, out: &mut [f64]);

    /// E|ε|^p; infinite where the moment does not exist. Units of y^p.
    fn absolute_moment(&self, p: f64) -> f64;
}

/// Every noise, in the order of the documentation.
pub static CATALOGUE: &[Entry<dyn Noise>] =
    &[normal::ENTRY, uniform::ENTRY, laplace::ENTRY, student_t::ENTRY, rademacher::ENTRY];

/// A positive parameter whose default is 1.
fn positive(name: &'static str, summary: &'static str) -> Parameter {
    Parameter { name, summary, kind: Kind::POSITIVE, default: Some(Value::Real(1.0)) }
}
