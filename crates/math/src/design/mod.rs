//! Designs: how the x of a sample are placed on [0, 1].

mod grid;
mod jittered_grid;
mod uniform;

use crate::catalogue::Entry;
use crate::sum::ascending;
use rand_chacha::ChaCha8Rng;

/// A law of n sorted points.
pub trait Design: Send + Sync {
    /// Fills `x` with strictly increasing points.
    fn fill(&self, rng: &mut ChaCha8Rng, x: &mut [f64]);
}

/// Every design, in the order of the documentation.
pub static CATALOGUE: &[Entry<dyn Design>] = &[uniform::ENTRY, grid::ENTRY, jittered_grid::ENTRY];

/// Moves ties that rounding made up by one unit in the last place, so that x increases strictly.
#[inline(always)]
fn separate(x: &mut [f64]) {
    if ascending(x) {
        return;
    }
    for i in 1..x.len() {
        if x[i] <= x[i - 1] {
            x[i] = x[i - 1].next_up();
        }
    }
}
