//! Points in a cube, and on a torus.

use super::{Design, Support, features};
use crate::catalogue::Entry;
use crate::seed::unit;
use rand_chacha::ChaCha8Rng;

pub(super) const CUBE: Entry<dyn Design> = Entry {
    name: "cube",
    summary: "uniform on [0, 1]^d",
    parameters: || vec![features()],
    build: |_| Ok(Box::new(Cube)),
};

pub(super) const TORUS: Entry<dyn Design> = Entry {
    name: "torus",
    summary: "uniform on [0, 1)^d, opposite faces being one: for kernels and functions of period 1",
    parameters: || vec![features()],
    build: |_| Ok(Box::new(Cube)),
};

/// Independent coordinates, uniform on [0, 1): the law of both, which differ in what is measured between points.
struct Cube;

impl Design for Cube {
    fn fill(&self, rng: &mut ChaCha8Rng, _: usize, x: &mut [f64]) {
        x.iter_mut().for_each(|x| *x = unit(rng));
    }

    fn spectrum(&self, d: usize) -> Vec<f64> {
        vec![1.0 / 12.0; d]
    }

    fn mean(&self) -> f64 {
        0.5
    }

    fn support(&self, _: usize) -> Option<Support> {
        Some(Support::Cube(0.5))
    }

    fn map_uniform(&self, _: usize, _: &mut [f64]) -> bool {
        true
    }
}
