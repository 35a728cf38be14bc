//! Independent uniform points, sorted.

use super::Design;
use super::law::separate;
use crate::catalogue::Entry;
use crate::wide::{Kernel, wide};
use crate::ziggurat::fill_arrivals;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Design> = Entry {
    name: "uniform",
    summary: "n independent uniform points on [0, 1], sorted",
    parameters: Vec::new,
    build: |_| Ok(Box::new(Uniform)),
};

/// The order statistics of n independent uniform points.
///
/// x_i = S_i / S_{n+1} with S_k the sum of k independent standard exponentials, which needs no sorting. Points that
/// rounding makes equal, as rare as gaps of 1e-16, are separated by one unit in the last place. Cost: O(n).
///
/// Source: Devroye, "Non-Uniform Random Variate Generation" (1986), chapter V, theorem 2.2.
struct Uniform;

impl Design for Uniform {
    fn fill(&self, rng: &mut ChaCha8Rng, x: &mut [f64]) {
        let scale = 1.0 / fill_arrivals(rng, x);
        wide(Scale { x, scale });
    }
}

/// Multiplies sorted points by a factor, and separates those that rounding makes equal.
struct Scale<'a> {
    x: &'a mut [f64],
    scale: f64,
}

impl Kernel for Scale<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Scale { x, scale } = self;
        for value in x.iter_mut() {
            *value *= scale;
        }
        separate(x);
    }
}
