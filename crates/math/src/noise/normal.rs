//! Normal noise.

use super::Noise;
use crate::catalogue::{Entry, Parameter};
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Noise> = Entry {
    name: "normal",
    summary: "normal with mean 0",
    parameters: || vec![Parameter::positive("sd", "standard deviation")],
    build: |values| Ok(Box::new(Normal { sd: values[0].real() })),
};

/// N(0, sd²).
struct Normal {
    sd: f64,
}

impl Noise for Normal {
    fn fill(&self, rng: &mut ChaCha8Rng, out: &mut [f64]) {
        fill_normal(rng, self.sd, out);
    }

    /// sd^p 2^{p/2} Γ((p+1)/2) / √π.
    fn absolute_moment(&self, p: f64) -> f64 {
        libm::pow(self.sd * std::f64::consts::SQRT_2, p) * libm::tgamma((p + 1.0) / 2.0)
            / std::f64::consts::PI.sqrt()
    }
}
