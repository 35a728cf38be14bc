//! The inputs of a two-layer network in training.

use super::weights::{PartsMut, parts_mut};
use super::{Weights, word};
use crate::catalogue::Parameter;

/// The x of the sample, or t = (x − c)/h, which maps the sample's ends to −1 and 1.
///
/// Training, penalty and weights are those of the network in t; the predictor is the same function of x.
pub(crate) struct Inputs {
    centred: bool,
    centre: f64,
    half_width: f64,
    t: Vec<f64>,
    /// The weights of the network in x.
    back: Weights,
}

impl Inputs {
    pub fn parameter() -> Parameter {
        word(
            "inputs",
            "whether training sees the x as they are, or mapped so that a sample's ends are at −1 and 1",
            &["given", "centred"],
        )
    }

    pub fn new(word: &str) -> Inputs {
        let back = Weights::default();
        Inputs { centred: word == "centred", centre: 0.0, half_width: 1.0, t: Vec::new(), back }
    }

    /// Maps ascending x, at least two.
    pub fn begin(&mut self, x: &[f64]) {
        if self.centred {
            let (low, high) = (0.5 * x[0], 0.5 * x[x.len() - 1]);
            (self.centre, self.half_width) = (low + high, high - low);
        }
        self.t.clear();
        self.t.extend(x.iter().map(|x| (x - self.centre) / self.half_width));
    }

    /// The inputs of training.
    pub fn seen(&self) -> &[f64] {
        &self.t
    }

    /// The weights of the trained network as a function of x: w/h and b − w c/h for w and b, likewise for the affine part.
    pub fn in_x<'a>(&'a mut self, weights: &'a Weights) -> &'a Weights {
        if !self.centred {
            return weights;
        }
        let Inputs { centre, half_width, back, .. } = self;
        back.width = weights.width;
        back.theta.clone_from(&weights.theta);
        let PartsMut { w, b, skip, .. } = parts_mut(&mut back.theta, back.width);
        let map = |w: &mut f64, b: &mut f64| {
            *w /= *half_width;
            *b -= *w * *centre;
        };
        w.iter_mut().zip(b).for_each(|(w, b)| map(w, b));
        if let [slope, intercept] = skip {
            map(slope, intercept);
        }
        back
    }
}
