//! Functions of one direction.

use super::direction::{self, Direction};
use super::{Target, Truth};
use crate::catalogue::{Entry, Kind, Parameter, Value};
use crate::space::dense::dot;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "single_index",
    summary: "f*(x) = amplitude · g(u·x) for a direction u and a link g",
    parameters: || {
        let [direction, weights] = direction::parameters();
        let link = Parameter {
            name: "link",
            summary: "g: max(z, 0), |z|, z², z³, tanh z, sin z or the sign of z",
            kind: Kind::Word(&["relu", "abs", "square", "cube", "tanh", "sine", "sign"]),
            default: Some(Value::Word("relu")),
        };
        vec![link, Parameter::positive("amplitude", "factor before g"), direction, weights]
    },
    build: |values| {
        let direction = direction::build(&values[2], &values[3])?;
        Ok(Box::new(SingleIndex { link: link(values[0].word()), amplitude: values[1].real(), direction }))
    },
};

fn link(word: &str) -> fn(f64) -> f64 {
    match word {
        "abs" => f64::abs,
        "square" => |z| z * z,
        "cube" => |z| z * z * z,
        "tanh" => libm::tanh,
        "sine" => libm::sin,
        // The sign of 0 is 0.
        "sign" => |z| if z == 0.0 { 0.0 } else { z.signum() },
        _ => |z| z.max(0.0),
    }
}

/// amplitude · g(u·x), ‖u‖ = 1.
struct SingleIndex {
    link: fn(f64) -> f64,
    amplitude: f64,
    direction: Direction,
}

impl Target for SingleIndex {
    fn draw(&self, rng: &mut ChaCha8Rng, spectrum: &[f64]) -> Truth {
        let u = self.direction.draw(rng, spectrum, 1.0);
        let (link, amplitude) = (self.link, self.amplitude);
        Truth::Function(Box::new(move |row| amplitude * link(dot(&u, row))))
    }

    fn is_fixed(&self) -> bool {
        self.direction.is_fixed()
    }

    fn check(&self, d: usize) -> Result<(), String> {
        self.direction.check(d)
    }
}
