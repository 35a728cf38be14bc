//! Labels that are lost.

use super::{Local, Noise};
use crate::catalogue::{Entry, Kind, Parameter};
use crate::seed::unit;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Noise> = Entry {
    name: "zeroed",
    summary: "each label is 0 with a probability, and otherwise f*(x)",
    parameters: || {
        let kind = Kind::Real { low: 0.0, closed: true, high: 1.0 };
        vec![Parameter { name: "share", summary: "probability that a label is 0", kind, default: None }]
    },
    build: |values| Ok(Box::new(Zeroed { share: values[0].real() })),
};

/// ε = −B f*(x) with B = 1 with probability `share`, else 0.
struct Zeroed {
    share: f64,
}

impl Noise for Zeroed {
    /// B.
    fn fill(&self, rng: &mut ChaCha8Rng, out: &mut [f64]) {
        // A uniform number on [0, 1) is below 1 always and below 0 never.
        out.iter_mut().for_each(|out| *out = if unit(rng) < self.share { 1.0 } else { 0.0 });
    }

    /// Not a number: it depends on f*(x).
    fn absolute_moment(&self, _: f64) -> f64 {
        f64::NAN
    }

    fn wrong(&self, rng: &mut ChaCha8Rng, out: &mut [bool]) -> bool {
        let mut draws = vec![0.0; out.len()];
        self.fill(rng, &mut draws);
        out.iter_mut().zip(draws).for_each(|(out, draw)| *out = draw != 0.0);
        true
    }

    fn local(&self) -> Option<&dyn Local> {
        Some(self)
    }
}

impl Local for Zeroed {
    fn at(&self, draw: f64, _: &[f64], label: f64) -> f64 {
        if draw == 0.0 { 0.0 } else { -label }
    }

    /// −share f*(x).
    fn mean(&self, _: &[f64], label: f64) -> f64 {
        -self.share * label
    }

    /// share (1 − share) f*(x)².
    fn variance(&self, _: &[f64], label: f64) -> f64 {
        self.share * (1.0 - self.share) * label * label
    }
}
