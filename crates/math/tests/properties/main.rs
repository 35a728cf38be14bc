//! Properties of every estimator of the catalogue and of every risk, on data drawn at random.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod cases;
mod hostile;
mod invariance;
mod overflow;
mod risks;
mod ties;

use proptest::prelude::*;
use tempered_math::catalogue::{Choice, Entry, Value};
use tempered_math::estimator::{CATALOGUE, Report};
use tempered_math::predictor::Predictor;
use tempered_math::sample::{Degenerate, Sample};
use tempered_math::seed::Draws;

fn choice<T: ?Sized>(catalogue: &[Entry<T>], name: &str, given: &[(&str, Value)]) -> Choice {
    Choice::new(catalogue.iter().find(|entry| entry.name == name).unwrap(), given).unwrap()
}

fn fit(choice: &Choice, x: &[f64], y: &[f64]) -> Result<(Predictor, Report), Degenerate> {
    fit_to(choice, Sample::new(x, y).unwrap())
}

/// The same for data in which points may share an x.
fn fit_sample(choice: &Choice, x: &[f64], y: &[f64]) -> Result<(Predictor, Report), Degenerate> {
    fit_to(choice, choice.build(CATALOGUE).unwrap().sample(x, y).unwrap())
}

fn fit_to(choice: &Choice, sample: Sample<'_>) -> Result<(Predictor, Report), Degenerate> {
    let mut predictor = Predictor::default();
    let mut estimator = choice.build(CATALOGUE).unwrap();
    let report = estimator.fit(sample, &Draws::new(0, "properties", 0), &mut predictor)?;
    Ok((predictor, report))
}

/// Few cases, always the same ones: every estimator is fitted in each. PROPTEST_CASES asks for another number.
fn few(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(cases);
    let rng_seed = proptest::test_runner::RngSeed::Fixed(7);
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, rng_seed, ..Default::default() }
}

/// Data on a dyadic grid, so that shifts and powers of two are exact: 2 to 16 points within [0, 1], |y| ≤ 4.
fn dyadic() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    prop::collection::vec((1u32..=64, -64i32..=64), 2..=16).prop_map(|points| {
        let mut place = 0;
        let x = points.iter().map(|(gap, _)| {
            place += gap;
            f64::from(place) / 1024.0
        });
        let x = x.collect();
        (x, points.iter().map(|(_, y)| f64::from(*y) / 16.0).collect())
    })
}

/// Places from a little left of the data to a little right of them.
fn probes(x: &[f64]) -> Vec<f64> {
    let (first, last) = (x[0], x[x.len() - 1]);
    let beyond = 0.125 * (last - first);
    let mut at = vec![first - beyond, last + beyond];
    for pair in x.windows(2) {
        at.extend([0.0, 0.125, 0.5, 0.875].map(|t| pair[0] + t * (pair[1] - pair[0])));
    }
    at
}
