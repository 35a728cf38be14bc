//! Equally spaced points.

use super::Design;
use crate::catalogue::Entry;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Design> = Entry {
    name: "grid",
    summary: "the points i/n for i = 1 … n",
    parameters: Vec::new,
    build: |_| Ok(Box::new(Grid)),
};

/// x_i = i/n, i = 1 … n.
///
/// Neighbouring points differ by 1/n, far above the rounding error 1e-16 of a quotient for every n that fits into memory,
/// so that there are no ties.
struct Grid;

impl Design for Grid {
    fn fill(&self, _: &mut ChaCha8Rng, x: &mut [f64]) {
        let n = x.len() as f64;
        for (i, value) in x.iter_mut().enumerate() {
            *value = (i + 1) as f64 / n;
        }
    }
}
