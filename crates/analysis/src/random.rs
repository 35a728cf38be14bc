//! Normal numbers for resampling.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A seeded stream of standard normal numbers.
pub(crate) struct Normals(ChaCha8Rng);

impl Normals {
    pub fn new(seed: u64) -> Normals {
        Normals(ChaCha8Rng::seed_from_u64(seed))
    }

    /// The next number, by the Box–Muller transform.
    pub fn next(&mut self) -> f64 {
        let mut unit = || ((self.0.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        let (u, v) = (unit(), unit());
        libm::sqrt(-2.0 * libm::log(u)) * libm::cos(std::f64::consts::TAU * v)
    }
}
