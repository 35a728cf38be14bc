//! Laplace (two-sided exponential) noise.

use super::Noise;
use crate::catalogue::{Entry, Parameter};
use crate::ziggurat::fill_exponential;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

pub(super) const ENTRY: Entry<dyn Noise> = Entry {
    name: "laplace",
    summary: "two-sided exponential with density exp(−|ε|/scale) / (2 scale)",
    parameters: || vec![Parameter::positive("scale", "mean of |ε|")],
    build: |values| Ok(Box::new(Laplace { scale: values[0].real() })),
};

/// ± scale × a standard exponential number.
///
/// Signs are the bits of a word, 64 draws a word, since a word holds 64 independent signs.
struct Laplace {
    scale: f64,
}

impl Noise for Laplace {
    fn fill(&self, rng: &mut ChaCha8Rng, out: &mut [f64]) {
        fill_exponential(rng, self.scale, out);
        for chunk in out.chunks_mut(64) {
            let mut signs = rng.next_u64();
            for value in chunk {
                *value = if signs & 1 == 1 { -*value } else { *value };
                signs >>= 1;
            }
        }
    }

    /// scale^p Γ(p + 1).
    fn absolute_moment(&self, p: f64) -> f64 {
        libm::pow(self.scale, p) * libm::tgamma(p + 1.0)
    }
}
