//! Functions of one direction.

use super::direction::{self, Direction};
use super::index::{Index, Link};
use super::{Target, Truth};
use crate::catalogue::{Entry, Kind, Parameter, Value};
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
        let (link, slope) = link(values[0].word());
        Ok(Box::new(SingleIndex { link, slope, amplitude: values[1].real(), direction }))
    },
};

/// A function of u·x.
type Curve = fn(f64) -> f64;

/// g and g', which the sign does not have.
fn link(word: &str) -> (Curve, Option<Curve>) {
    match word {
        "abs" => (f64::abs, Some(sign)),
        "square" => (|z| z * z, Some(|z| 2.0 * z)),
        "cube" => (|z| z * z * z, Some(|z| 3.0 * z * z)),
        "tanh" => (libm::tanh, Some(|z| 1.0 - libm::tanh(z) * libm::tanh(z))),
        "sine" => (libm::sin, Some(libm::cos)),
        "sign" => (sign, None),
        _ => (|z| z.max(0.0), Some(|z| if z > 0.0 { 1.0 } else { 0.0 })),
    }
}

/// The sign of 0 is 0.
fn sign(z: f64) -> f64 {
    if z == 0.0 { 0.0 } else { z.signum() }
}

/// amplitude · g(u·x), ‖u‖ = 1.
struct SingleIndex {
    link: Curve,
    slope: Option<Curve>,
    amplitude: f64,
    direction: Direction,
}

impl Target for SingleIndex {
    fn draw(&self, rng: &mut ChaCha8Rng, spectrum: &[f64]) -> Truth {
        let u = self.direction.draw(rng, spectrum, 1.0);
        let amplitude = self.amplitude;
        let scaled = |of: Curve| -> Box<Link> { Box::new(move |z| amplitude * of(z)) };
        Truth::Index(Index::new(u, scaled(self.link), self.slope.map(scaled)))
    }

    fn is_fixed(&self) -> bool {
        self.direction.is_fixed()
    }

    fn check(&self, d: usize) -> Result<(), String> {
        self.direction.check(d)
    }
}
