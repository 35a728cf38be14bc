//! Laws of noise.

use rand_chacha::ChaCha8Rng;

/// A law of independent, symmetric noise.
pub trait Noise: Send + Sync {
    /// Fills `out` with independent draws.
    fn fill(&self, rng: &mut ChaCha8Rng, out: &mut [f64]);

    /// E|ε|^p; infinite where the moment does not exist. Units of y^p.
    fn absolute_moment(&self, p: f64) -> f64;
}
