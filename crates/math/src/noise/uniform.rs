//! Uniform noise.

use super::Noise;
use crate::catalogue::{Entry, Parameter};
use crate::seed::unit;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Noise> = Entry {
    name: "uniform",
    summary: "uniform on [−half_width, half_width]",
    parameters: || vec![Parameter::positive("half_width", "half the width of the interval")],
    build: |values| Ok(Box::new(Uniform { half_width: values[0].real() })),
};

/// Uniform on [−half_width, half_width).
struct Uniform {
    half_width: f64,
}

impl Noise for Uniform {
    fn fill(&self, rng: &mut ChaCha8Rng, out: &mut [f64]) {
        for value in out {
            *value = self.half_width * (2.0 * unit(rng) - 1.0);
        }
    }

    /// half_width^p / (p + 1).
    fn absolute_moment(&self, p: f64) -> f64 {
        libm::pow(self.half_width, p) / (p + 1.0)
    }
}
