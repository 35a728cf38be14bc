//! Points on a sphere.

use super::{Design, Support, features, quantile};
use crate::catalogue::{Entry, Kind, Parameter, Value};
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Design> = Entry {
    name: "sphere",
    summary: "uniform on a sphere; by itself of radius √d, so that every coordinate has variance 1",
    parameters: || {
        let summary = "of the sphere, in units of x";
        vec![
            features(),
            Parameter { name: "radius", summary, kind: Kind::POSITIVE, default: Some(Value::Unset) },
        ]
    },
    build: |values| {
        let radius = (values[1] != Value::Unset).then(|| values[1].real());
        Ok(Box::new(Sphere { radius }))
    },
};

/// r g/‖g‖ with g ~ N(0, I), r = √d where none is given.
struct Sphere {
    radius: Option<f64>,
}

impl Sphere {
    /// The square of the radius.
    fn square(&self, d: usize) -> f64 {
        self.radius.map_or(d as f64, |radius| radius * radius)
    }
}

fn project(square_of_radius: f64, d: usize, x: &mut [f64]) {
    for row in x.chunks_exact_mut(d) {
        let square: f64 = row.iter().map(|x| x * x).sum();
        // The origin, which has the probability 0, has no direction.
        if square > 0.0 {
            let scale = (square_of_radius / square).sqrt();
            row.iter_mut().for_each(|x| *x *= scale);
        } else {
            row[0] = square_of_radius.sqrt();
        }
    }
}

impl Design for Sphere {
    fn fill(&self, rng: &mut ChaCha8Rng, d: usize, x: &mut [f64]) {
        fill_normal(rng, 1.0, x);
        project(self.square(d), d, x);
    }

    fn spectrum(&self, d: usize) -> Vec<f64> {
        // r²/d, which is 1 for r = √d to the last bit.
        vec![self.square(d) / d as f64; d]
    }

    fn support(&self, d: usize) -> Option<Support> {
        Some(Support::Sphere(self.square(d).sqrt()))
    }

    fn map_uniform(&self, d: usize, u: &mut [f64]) -> bool {
        u.iter_mut().for_each(|u| *u = quantile::normal(*u));
        project(self.square(d), d, u);
        true
    }
}
