//! Points on a sphere.

use super::{Design, Support, features, quantile};
use crate::catalogue::Entry;
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Design> = Entry {
    name: "sphere",
    summary: "uniform on the sphere of radius √d, so that every coordinate has variance 1",
    parameters: || vec![features()],
    build: |_| Ok(Box::new(Sphere)),
};

/// √d g/‖g‖ with g ~ N(0, I).
struct Sphere;

fn project(d: usize, x: &mut [f64]) {
    for row in x.chunks_exact_mut(d) {
        let square: f64 = row.iter().map(|x| x * x).sum();
        // The origin, which has the probability 0, has no direction.
        if square > 0.0 {
            let scale = (d as f64 / square).sqrt();
            row.iter_mut().for_each(|x| *x *= scale);
        } else {
            row[0] = (d as f64).sqrt();
        }
    }
}

impl Design for Sphere {
    fn fill(&self, rng: &mut ChaCha8Rng, d: usize, x: &mut [f64]) {
        fill_normal(rng, 1.0, x);
        project(d, x);
    }

    fn spectrum(&self, d: usize) -> Vec<f64> {
        vec![1.0; d]
    }

    fn support(&self, d: usize) -> Option<Support> {
        Some(Support::Sphere((d as f64).sqrt()))
    }

    fn map_uniform(&self, d: usize, u: &mut [f64]) -> bool {
        u.iter_mut().for_each(|u| *u = quantile::normal(*u));
        project(d, u);
        true
    }
}
