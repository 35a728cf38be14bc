//! Labels with the wrong sign.

use super::{Local, Noise};
use crate::catalogue::{Entry, Kind, Parameter};
use crate::seed::unit;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Noise> = Entry {
    name: "flip",
    summary: "each label ±1 has the wrong sign with a probability",
    parameters: || {
        // From one half on labels say nothing, or the opposite.
        let kind = Kind::Real { low: 0.0, closed: true, high: 0.5 };
        vec![Parameter { name: "probability", summary: "that a sign is wrong", kind, default: None }]
    },
    build: |values| Ok(Box::new(Flip { probability: values[0].real() })),
};

/// ε = −2 B f*(x) with B = 1 with this probability, else 0.
struct Flip {
    probability: f64,
}

impl Noise for Flip {
    /// B.
    fn fill(&self, rng: &mut ChaCha8Rng, out: &mut [f64]) {
        // A uniform number on [0, 1) is never below 0. The same numbers serve all probabilities: labels that a small one flips
        // are flipped by a larger one too.
        out.iter_mut().for_each(|out| *out = f64::from(u8::from(unit(rng) < self.probability)));
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

impl Local for Flip {
    fn at(&self, draw: f64, _: &[f64], label: f64) -> f64 {
        if draw == 0.0 { 0.0 } else { -2.0 * label }
    }

    /// −2 p f*(x).
    fn mean(&self, _: &[f64], label: f64) -> f64 {
        -2.0 * self.probability * label
    }

    /// 4 p (1 − p) f*(x)².
    fn variance(&self, _: &[f64], label: f64) -> f64 {
        4.0 * self.probability * (1.0 - self.probability) * label * label
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{Key, Purpose};

    #[test]
    fn so_many_labels_are_wrong_as_mean_and_variance_say() {
        let flip = Flip { probability: 0.2 };
        let mut draws = vec![0.0; 100_000];
        flip.fill(&mut Key::new(1, "flip", Purpose::Noise).trial(0), &mut draws);
        let labels: Vec<f64> = draws.iter().map(|draw| -1.0 + flip.at(*draw, &[], -1.0)).collect();
        assert!(labels.iter().all(|label| label.abs() == 1.0));
        let wrong = labels.iter().filter(|label| **label == 1.0).count() as f64 / 1e5;
        // 5 standard errors √(0.2 · 0.8/10⁵).
        assert!((wrong - 0.2).abs() < 5.0 * (0.16f64 / 1e5).sqrt(), "{wrong}");
        let mean = labels.iter().sum::<f64>() / 1e5;
        let square = labels.iter().map(|label| (label - mean) * (label - mean)).sum::<f64>() / 1e5;
        assert!((mean - (-1.0 + flip.mean(&[], -1.0))).abs() < 0.015);
        assert!((square - flip.variance(&[], -1.0)).abs() < 0.015);
    }
}
