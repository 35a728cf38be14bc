//! Initial weights.

use super::weights::{Weights, length, parts_mut};
use crate::catalogue::Invalid;
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;

/// The law of the initial weights. The affine part starts at zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Init {
    /// a, w, b independent.
    Normal,
    /// w, b independent and a = ±√(w² + b²), so that a² = w² + b², which gradient flow conserves.
    Balanced,
    /// Pairs (a, w, b), (−a, w, b): f = 0 at the start.
    Antisymmetric,
}

impl Init {
    pub const WORDS: &[&str] = &["normal", "balanced", "antisymmetric"];

    pub fn new(word: &str, width: usize) -> Result<Init, Invalid> {
        match word {
            "antisymmetric" if width % 2 == 1 => {
                Err(Invalid { parameter: "width", expected: "must be even where `init` is antisymmetric" })
            }
            "antisymmetric" => Ok(Init::Antisymmetric),
            "balanced" => Ok(Init::Balanced),
            _ => Ok(Init::Normal),
        }
    }

    /// Draws θ, with normal numbers N(0, sd²), and an affine part of zero where `skip`.
    pub fn draw(self, weights: &mut Weights, skip: bool, sd: f64, rng: &mut ChaCha8Rng) {
        let width = weights.width;
        weights.theta.clear();
        weights.theta.resize(length(width, skip), 0.0);
        fill_normal(rng, sd, &mut weights.theta[..3 * width]);
        let parts = parts_mut(&mut weights.theta, width);
        match self {
            Init::Normal => {}
            Init::Balanced => {
                for ((a, w), b) in parts.a.iter_mut().zip(&*parts.w).zip(&*parts.b) {
                    *a = (w * w + b * b).sqrt().copysign(*a);
                }
            }
            Init::Antisymmetric => {
                let half = width / 2;
                for part in [&mut *parts.a, parts.w, parts.b] {
                    part.copy_within(..half, half);
                }
                parts.a[half..].iter_mut().for_each(|a| *a = -*a);
            }
        }
    }
}
