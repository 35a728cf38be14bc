//! Corners of a cube.

use super::{Design, Support, features};
use crate::catalogue::Entry;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

pub(super) const ENTRY: Entry<dyn Design> = Entry {
    name: "hypercube",
    summary: "independent coordinates −1 and 1, each with probability ½",
    parameters: || vec![features()],
    build: |_| Ok(Box::new(Hypercube)),
};

/// x_k = ±1, a bit a coordinate.
struct Hypercube;

impl Design for Hypercube {
    fn fill(&self, rng: &mut ChaCha8Rng, _: usize, x: &mut [f64]) {
        for block in x.chunks_mut(64) {
            let bits = rng.next_u64();
            for (k, x) in block.iter_mut().enumerate() {
                *x = if bits >> k & 1 == 1 { 1.0 } else { -1.0 };
            }
        }
    }

    fn spectrum(&self, d: usize) -> Vec<f64> {
        vec![1.0; d]
    }

    fn support(&self, _: usize) -> Option<Support> {
        Some(Support::Cube(1.0))
    }

    fn map_uniform(&self, _: usize, u: &mut [f64]) -> bool {
        u.iter_mut().for_each(|u| *u = if *u < 0.5 { -1.0 } else { 1.0 });
        true
    }
}
