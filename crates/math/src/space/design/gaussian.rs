//! Normal points.

use super::spectrum::{self, Spectrum};
use super::{Design, features, quantile};
use crate::catalogue::Entry;
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Design> = Entry {
    name: "gaussian",
    summary: "independent normal coordinates with mean 0 and a spectrum of variances",
    parameters: || [features()].into_iter().chain(spectrum::parameters()).collect(),
    build: |values| Ok(Box::new(Gaussian { spectrum: spectrum::build(&values[1..])? })),
};

/// x ~ N(0, diag(λ_1, …, λ_d)).
struct Gaussian {
    spectrum: Spectrum,
}

impl Gaussian {
    fn stretch(&self, d: usize, x: &mut [f64]) {
        if let Spectrum::Identity = self.spectrum {
            return;
        }
        let mut roots = self.spectrum.values(d);
        roots.iter_mut().for_each(|root| *root = root.sqrt());
        for row in x.chunks_exact_mut(d) {
            row.iter_mut().zip(&roots).for_each(|(x, root)| *x *= root);
        }
    }
}

impl Design for Gaussian {
    fn fill(&self, rng: &mut ChaCha8Rng, d: usize, x: &mut [f64]) {
        fill_normal(rng, 1.0, x);
        self.stretch(d, x);
    }

    fn spectrum(&self, d: usize) -> Vec<f64> {
        self.spectrum.values(d)
    }

    fn is_gaussian(&self) -> bool {
        true
    }

    fn spectrum_tail(&self, d: usize) -> f64 {
        self.spectrum.tail(d)
    }

    fn map_uniform(&self, d: usize, u: &mut [f64]) -> bool {
        u.iter_mut().for_each(|u| *u = quantile::normal(*u));
        self.stretch(d, u);
        true
    }

    fn check(&self, d: usize) -> Result<(), String> {
        self.spectrum.check(d)
    }
}
