//! Linear targets.

use super::direction::{self, Direction};
use super::{Target, Truth};
use crate::catalogue::{Entry, Invalid, Kind, Parameter, Value};
use crate::space::design::MOST_FEATURES;
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "linear",
    summary: "f*(x) = w*·x",
    parameters: || {
        let [direction, weights] = direction::parameters();
        let length = Parameter {
            name: "length",
            summary: "whether norm is the length of every w*, or the root of its mean square, each weight being normal, for \
                      direction: random",
            kind: Kind::Word(&["fixed", "normal"]),
            default: Some(Value::Unset),
        };
        let support = Parameter {
            name: "support",
            summary: "how many features have a weight, the first ones; all where it is not given",
            kind: Kind::Whole { low: 1, high: MOST_FEATURES },
            default: Some(Value::Unset),
        };
        vec![Parameter::positive("norm", "length of w*"), direction, weights, length, support]
    },
    build: |values| {
        let direction = direction::build(&values[1], &values[2])?;
        let normal = values[3].word() == "normal";
        if normal && direction.is_fixed() {
            return Err(Invalid { parameter: "length", expected: "is normal for direction: random alone" });
        }
        let support = (values[4] != Value::Unset).then(|| values[4].whole() as usize);
        if support.is_some() && values[2] != Value::Unset {
            return Err(Invalid {
                parameter: "support",
                expected: "is what weights say for direction: given",
            });
        }
        Ok(Box::new(Linear { norm: values[0].real(), direction, normal, support }))
    },
};

/// w* = norm · u for a direction u of the first s features; or w*_i ~ N(0, norm²/s) for these.
struct Linear {
    norm: f64,
    direction: Direction,
    normal: bool,
    /// s, where it is not d.
    support: Option<usize>,
}

impl Target for Linear {
    fn draw(&self, rng: &mut ChaCha8Rng, spectrum: &[f64]) -> Truth {
        let used = &spectrum[..self.support.unwrap_or(spectrum.len()).min(spectrum.len())];
        let mut weights = vec![0.0; used.len()];
        if self.normal {
            fill_normal(rng, self.norm / (used.len() as f64).sqrt(), &mut weights);
        } else {
            weights = self.direction.draw(rng, used, self.norm);
        }
        weights.resize(spectrum.len(), 0.0);
        Truth::Linear { weights }
    }

    fn is_fixed(&self) -> bool {
        self.direction.is_fixed()
    }

    fn check(&self, d: usize) -> Result<(), String> {
        match self.support {
            Some(support) if support > d => {
                Err(format!("d must be at least the support of the target, {support}, but is {d}"))
            }
            _ => self.direction.check(d),
        }
    }
}
