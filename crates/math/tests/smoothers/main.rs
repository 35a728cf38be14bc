//! Nearest neighbours, Shepard's means, cubic splines and polynomials: against slow twins, symmetries and theory; and
//! the scores by quadrature that they share.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod curves;
mod laws;
mod limits;
mod means;
mod scores;

use tempered_math::catalogue::{Choice, Entry, Value};
use tempered_math::estimator::{CATALOGUE, Report};
use tempered_math::predictor::Predictor;
use tempered_math::risk::{Domain, Risk};
use tempered_math::sample::{Degenerate, Sample};
use tempered_math::score::{Criteria, FIRST_RISK, Scorer};
use tempered_math::seed::{Draws, Key, Purpose, unit};
use tempered_math::{design, noise, target};

type Arguments<'a> = &'a [(&'a str, Value)];

fn choice<T: ?Sized>(catalogue: &[Entry<T>], name: &str, given: Arguments<'_>) -> Choice {
    Choice::new(catalogue.iter().find(|entry| entry.name == name).unwrap(), given).unwrap()
}

fn try_fit(
    name: &str,
    given: Arguments<'_>,
    x: &[f64],
    y: &[f64],
) -> Result<(Predictor, Report), Degenerate> {
    let mut predictor = Predictor::default();
    let mut estimator = choice(CATALOGUE, name, given).build(CATALOGUE).unwrap();
    let report = estimator.fit(Sample::new(x, y).unwrap(), &Draws::new(0, name, 0), &mut predictor)?;
    Ok((predictor, report))
}

fn fit(name: &str, given: Arguments<'_>, x: &[f64], y: &[f64]) -> Predictor {
    try_fit(name, given, x, y).unwrap_or_else(|why| panic!("{name} {given:?}, n = {}: {why}", x.len())).0
}

fn nearest(k: u64) -> [(&'static str, Value); 1] {
    [("k", Value::Whole(k))]
}

fn beta(beta: f64) -> [(&'static str, Value); 1] {
    [("beta", Value::Real(beta))]
}

fn degree(degree: u64) -> [(&'static str, Value); 1] {
    [("degree", Value::Whole(degree))]
}

/// A design and normal noise of one trial.
fn sample(name: &str, n: usize, trial: u64) -> (Vec<f64>, Vec<f64>) {
    let (mut x, mut y) = (vec![0.0; n], vec![0.0; n]);
    let design = choice(design::CATALOGUE, name, &[]).build(design::CATALOGUE).unwrap();
    design.fill(&mut Key::new(3, name, Purpose::Design).trial(trial), &mut x);
    let noise = choice(noise::CATALOGUE, "normal", &[]).build(noise::CATALOGUE).unwrap();
    noise.fill(&mut Key::new(3, name, Purpose::Noise).trial(trial), &mut y);
    (x, y)
}

/// Points of the interval from −0.2 to 1.2.
fn places(count: u64) -> Vec<f64> {
    let mut rng = Key::new(8, "places", Purpose::Design).trial(count);
    (0..count).map(|_| 1.4 * unit(&mut rng) - 0.2).collect()
}

/// x = A⁻¹ b by Gaussian elimination with exchanges of rows.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs())).unwrap();
        a.swap(k, pivot);
        b.swap(k, pivot);
        let row = a[k].clone();
        for i in k + 1..n {
            let share = a[i][k] / row[k];
            a[i].iter_mut().zip(&row).for_each(|(a, row)| *a -= share * row);
            b[i] -= share * b[k];
        }
    }
    for k in (0..n).rev() {
        b[k] = (b[k] - (k + 1..n).map(|j| a[k][j] * b[j]).sum::<f64>()) / a[k][k];
    }
    b
}

/// R_p for f* = 0.
fn risks(powers: &[f64], f: &Predictor, data: (&[f64], &[f64]), domain: Domain) -> Vec<f64> {
    let risks: Vec<Risk> = powers.iter().map(|p| Risk::lp(*p).unwrap()).collect();
    let zero = choice(target::CATALOGUE, "zero", &[]).build(target::CATALOGUE).unwrap();
    let mut out = Vec::new();
    Scorer::new(Criteria::risks(&risks, domain), zero)
        .score(data, (f, Report::default()), None, &mut out)
        .unwrap();
    out[FIRST_RISK..FIRST_RISK + risks.len()].iter().map(|risk| risk.unwrap()).collect()
}
