//! Polynomials of one direction.

use super::direction::{self, Direction};
use super::index::Index;
use super::{Target, Truth};
use crate::catalogue::{Entry, Invalid, Kind, Parameter};
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "polynomial",
    summary: "f*(x) = Σ_k c_k (u·x)^k for a direction u",
    parameters: || {
        let [direction, weights] = direction::parameters();
        let coefficients = Parameter {
            name: "coefficients",
            summary: "c_0, c_1, …, at least one number",
            kind: Kind::Reals,
            default: None,
        };
        vec![coefficients, direction, weights]
    },
    build: |values| {
        let coefficients = values[0].reals().to_vec();
        if coefficients.is_empty() {
            return Err(Invalid { parameter: "coefficients", expected: "must hold at least one number" });
        }
        let direction = direction::build(&values[1], &values[2])?;
        Ok(Box::new(Polynomial { coefficients, direction }))
    },
};

struct Polynomial {
    coefficients: Vec<f64>,
    direction: Direction,
}

impl Target for Polynomial {
    fn draw(&self, rng: &mut ChaCha8Rng, spectrum: &[f64]) -> Truth {
        let u = self.direction.draw(rng, spectrum, 1.0);
        let c = self.coefficients.clone();
        let powers = c.iter().enumerate().skip(1).map(|(k, c)| k as f64 * c);
        let slopes: Vec<f64> = powers.collect();
        let value = move |z: f64| c.iter().rev().fold(0.0, |sum, c| sum * z + c);
        let slope = move |z: f64| slopes.iter().rev().fold(0.0, |sum, c| sum * z + c);
        Truth::Index(Index::new(u, Box::new(value), Some(Box::new(slope))))
    }

    fn is_fixed(&self) -> bool {
        self.direction.is_fixed()
    }

    fn check(&self, d: usize) -> Result<(), String> {
        self.direction.check(d)
    }
}
