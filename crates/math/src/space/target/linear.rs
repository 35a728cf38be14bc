//! Linear targets.

use super::direction::{self, Direction};
use super::{Target, Truth};
use crate::catalogue::{Entry, Parameter};
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "linear",
    summary: "f*(x) = w*·x",
    parameters: || {
        let [direction, weights] = direction::parameters();
        vec![Parameter::positive("norm", "length of w*"), direction, weights]
    },
    build: |values| {
        let direction = direction::build(&values[1], &values[2])?;
        Ok(Box::new(Linear { norm: values[0].real(), direction }))
    },
};

/// w* = norm · u for a direction u.
struct Linear {
    norm: f64,
    direction: Direction,
}

impl Target for Linear {
    fn draw(&self, rng: &mut ChaCha8Rng, spectrum: &[f64]) -> Truth {
        Truth::Linear { weights: self.direction.draw(rng, spectrum, self.norm) }
    }

    fn is_fixed(&self) -> bool {
        self.direction.is_fixed()
    }

    fn check(&self, d: usize) -> Result<(), String> {
        self.direction.check(d)
    }
}
