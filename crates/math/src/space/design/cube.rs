//! Points in a cube, and on a torus.

use super::{Design, Support, features};
use crate::catalogue::Entry;
use crate::seed::unit;
use rand_chacha::ChaCha8Rng;

pub(super) const CUBE: Entry<dyn Design> = Entry {
    name: "cube",
    summary: "uniform on [0, 1]^d",
    parameters: || vec![features()],
    build: |_| Ok(Box::new(Cube { mean: 0.5 })),
};

pub(super) const CENTRED: Entry<dyn Design> = Entry {
    name: "centred_cube",
    summary: "uniform on [−1/2, 1/2]^d, whose mean is 0",
    parameters: || vec![features()],
    build: |_| Ok(Box::new(Cube { mean: 0.0 })),
};

pub(super) const TORUS: Entry<dyn Design> = Entry {
    name: "torus",
    summary: "uniform on [0, 1)^d, opposite faces being one: for kernels and functions of period 1",
    parameters: || vec![features()],
    build: |_| Ok(Box::new(Cube { mean: 0.5 })),
};

/// Independent coordinates, uniform on an interval of length 1 around their mean. A torus differs from a cube in what is measured
/// between points.
struct Cube {
    mean: f64,
}

impl Design for Cube {
    fn fill(&self, rng: &mut ChaCha8Rng, _: usize, x: &mut [f64]) {
        // Exact: numbers of 53 bits on [0, 1).
        x.iter_mut().for_each(|x| *x = unit(rng) + (self.mean - 0.5));
    }

    fn spectrum(&self, d: usize) -> Vec<f64> {
        vec![1.0 / 12.0; d]
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn support(&self, _: usize) -> Option<Support> {
        Some(Support::Cube(0.5))
    }

    fn is_uniform_over_periods(&self) -> bool {
        true
    }

    fn map_uniform(&self, _: usize, u: &mut [f64]) -> bool {
        u.iter_mut().for_each(|u| *u += self.mean - 0.5);
        true
    }
}
