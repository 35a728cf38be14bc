//! Directions in R^d.

use crate::catalogue::{Invalid, Kind, Parameter, Value};
use crate::space::dense::norm;
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;

/// A direction of R^d, by its vector of length 1.
#[derive(Clone, Debug)]
pub(super) enum Direction {
    /// That of the first feature.
    First,
    /// Uniform on the sphere.
    Random,
    /// In proportion to the standard deviations of the features.
    Spectrum,
    /// The same for all features.
    Ones,
    /// That of a given vector.
    Given(Vec<f64>),
}

/// The parameters `direction` and `weights`.
pub(super) fn parameters() -> [Parameter; 2] {
    [
        Parameter {
            name: "direction",
            summary: "the first axis, one at random for each trial, along the standard deviations of the features, equal in all \
                      features, or as weights give it",
            kind: Kind::Word(&["first", "random", "spectrum", "ones", "given"]),
            default: Some(Value::Word("first")),
        },
        Parameter {
            name: "weights",
            summary: "d numbers, of which the direction alone counts, for direction: given",
            kind: Kind::Reals,
            default: Some(Value::Unset),
        },
    ]
}

/// The direction of these two arguments.
pub(super) fn build(word: &Value, weights: &Value) -> Result<Direction, Invalid> {
    if word.word() != "given" && *weights != Value::Unset {
        return Err(Invalid { parameter: "weights", expected: "is for direction: given" });
    }
    let weights = weights.reals();
    Ok(match word.word() {
        "random" => Direction::Random,
        "spectrum" => Direction::Spectrum,
        "ones" => Direction::Ones,
        "given" if weights.iter().all(|w| *w == 0.0) => {
            return Err(Invalid { parameter: "weights", expected: "must hold d numbers, not all 0" });
        }
        "given" => Direction::Given(weights.to_vec()),
        _ => Direction::First,
    })
}

impl Direction {
    /// The vector of this length.
    pub fn draw(&self, rng: &mut ChaCha8Rng, spectrum: &[f64], length: f64) -> Vec<f64> {
        let d = spectrum.len();
        let mut vector = vec![0.0; d];
        match self {
            Direction::First => vector[0] = 1.0,
            Direction::Random => fill_normal(rng, 1.0, &mut vector),
            Direction::Spectrum => vector.iter_mut().zip(spectrum).for_each(|(v, s)| *v = s.sqrt()),
            Direction::Ones => vector.fill(1.0),
            Direction::Given(weights) => vector.clone_from(weights),
        }
        // By the largest number first, so that no square leaves the doubles.
        let most = vector.iter().fold(0.0f64, |most, v| most.max(v.abs()));
        if most == 0.0 {
            vector[0] = length;
            return vector;
        }
        vector.iter_mut().for_each(|v| *v /= most);
        let scale = length / norm(&vector);
        vector.iter_mut().for_each(|v| *v *= scale);
        vector
    }

    /// Whether every trial has the same.
    pub fn is_fixed(&self) -> bool {
        !matches!(self, Direction::Random)
    }

    pub fn check(&self, d: usize) -> Result<(), String> {
        match self {
            Direction::Given(weights) if weights.len() != d => {
                Err(format!("d must be the number of weights, {}, but is {d}", weights.len()))
            }
            _ => Ok(()),
        }
    }
}
