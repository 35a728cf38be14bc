//! No noise.

use super::Noise;
use crate::catalogue::Entry;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Noise> = Entry {
    name: "none",
    summary: "ε = 0: labels are values of f*, or those of a table",
    parameters: Vec::new,
    build: |_| Ok(Box::new(None)),
};

struct None;

impl Noise for None {
    fn fill(&self, _: &mut ChaCha8Rng, out: &mut [f64]) {
        out.fill(0.0);
    }

    /// 0.
    fn absolute_moment(&self, _: f64) -> f64 {
        0.0
    }
}
