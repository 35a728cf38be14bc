//! Samples with d features: estimators against slow twins, symmetries and laws, risks against draws.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod adversarial;
mod chains;
mod data;
#[path = "../twin/double.rs"]
#[expect(dead_code, reason = "kernels take roots and exponentials, linear systems do not")]
mod double;
mod filters;
mod gradients;
mod kernels;
mod kin;
mod labels;
mod laws;
mod left_out;
mod linear;
mod local;
mod merges;
mod properties;
mod risks;
mod speed;
mod twin;
mod zonal;

use rand_chacha::ChaCha8Rng;
use tempered_math::catalogue::{Choice, Entry, Value};
use tempered_math::sample::Degenerate;
use tempered_math::seed::{Draws, Key, Purpose, unit};
use tempered_math::space::estimator::{self, Report, Smoother};
use tempered_math::space::{Points, Predictor, Sample};

type Arguments<'a> = &'a [(&'a str, Value)];

fn choice<T: ?Sized>(catalogue: &[Entry<T>], name: &str, given: Arguments<'_>) -> Choice {
    Choice::new(catalogue.iter().find(|entry| entry.name == name).unwrap(), given).unwrap()
}

fn rng(trial: u64) -> ChaCha8Rng {
    Key::new(5, "tests of space", Purpose::Design).trial(trial)
}

/// n standard normal numbers, by Box and Muller.
fn normals(rng: &mut ChaCha8Rng, n: usize) -> Vec<f64> {
    let one = |rng: &mut ChaCha8Rng| {
        (-2.0 * (1.0 - unit(rng)).ln()).sqrt() * (std::f64::consts::TAU * unit(rng)).cos()
    };
    (0..n).map(|_| one(rng)).collect()
}

/// The estimator's predictor of a sample.
fn fit(estimator: &Choice, d: usize, x: &[f64], y: &[f64]) -> Result<(Predictor, Report), Degenerate> {
    let mut estimator = estimator.build(estimator::CATALOGUE).unwrap();
    let mut out = Predictor::default();
    let sample = Sample::new(Points::new(d, x)?, y)?;
    let report = estimator.fit(sample, &Draws::new(5, "a fit", 0), &mut out)?;
    Ok((out, report))
}

/// Weights and intercept of a linear predictor.
fn plane(predictor: &Predictor) -> (&[f64], f64) {
    match predictor {
        Predictor::Linear { weights, intercept } => (weights, *intercept),
        Predictor::Function(_) | Predictor::Values(_) => panic!("not linear"),
    }
}

fn smoother(estimator: &Choice, d: usize, x: &[f64], y: &[f64]) -> (Smoother, Report) {
    let mut estimator = estimator.build(estimator::CATALOGUE).unwrap();
    let mut out = Smoother::default();
    let sample = Sample::new(Points::new(d, x).unwrap(), y).unwrap();
    let report = estimator.smoother(sample, &mut out).unwrap().unwrap();
    (out, report)
}
