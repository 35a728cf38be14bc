//! Two-point noise.

use super::Noise;
use crate::catalogue::{Entry, Parameter};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

pub(super) const ENTRY: Entry<dyn Noise> = Entry {
    name: "rademacher",
    summary: "−scale or scale with equal probability",
    parameters: || vec![Parameter::positive("scale", "the absolute value of ε")],
    build: |values| Ok(Box::new(Rademacher { scale: values[0].real() })),
};

/// ± scale, with one bit of a word of 64 bits a draw.
struct Rademacher {
    scale: f64,
}

impl Noise for Rademacher {
    fn fill(&self, rng: &mut ChaCha8Rng, out: &mut [f64]) {
        for chunk in out.chunks_mut(64) {
            let mut signs = rng.next_u64();
            for value in chunk {
                *value = if signs & 1 == 1 { -self.scale } else { self.scale };
                signs >>= 1;
            }
        }
    }

    /// scale^p.
    fn absolute_moment(&self, p: f64) -> f64 {
        libm::pow(self.scale, p)
    }
}
