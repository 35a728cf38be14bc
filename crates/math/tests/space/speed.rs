//! How long fits take. Run with `--release --ignored --nocapture`.

use super::{choice, normals, rng};
use nalgebra::{Cholesky, DMatrix, DVector};
use std::hint::black_box;
use std::time::Instant;
use tempered_math::catalogue::Value;
use tempered_math::seed::Draws;
use tempered_math::space::estimator::{CATALOGUE, Smoother};
use tempered_math::space::{Points, Predictor, Sample};

/// The median of 15 times, in µs a call.
fn time(rounds: usize, mut call: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            (0..rounds).for_each(|_| call());
            start.elapsed().as_secs_f64() * 1e6 / rounds as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[7]
}

#[test]
#[ignore = "measures time"]
fn time_of_a_minimum_norm_fit() {
    for (n, d, rounds) in [(20, 40, 2000), (200, 400, 20), (1000, 2000, 1)] {
        let mut rng = rng(n as u64);
        let (x, y) = (normals(&mut rng, n * d), normals(&mut rng, n));
        let sample = Sample::new(Points::new(d, &x).unwrap(), &y).unwrap();
        let mut ours = choice(CATALOGUE, "least_squares", &[]).build(CATALOGUE).unwrap();
        let mut out = Predictor::default();
        let fit = time(rounds, || {
            ours.fit(black_box(sample), &Draws::new(5, "", 0), &mut out).unwrap();
        });
        let mut smoother = Smoother::default();
        let matrix = time(rounds, || {
            ours.smoother(black_box(sample), &mut smoother).unwrap().unwrap();
        });
        let mut ridge =
            choice(CATALOGUE, "ridge", &[("lambda", Value::Real(1e-30))]).build(CATALOGUE).unwrap();
        let ridged = time(rounds, || {
            ridge.fit(black_box(sample), &Draws::new(5, "", 0), &mut out).unwrap();
        });
        let theirs = time(rounds, || {
            let x = DMatrix::from_row_slice(n, d, black_box(&x));
            let alpha = Cholesky::new(&x * x.transpose()).unwrap().solve(&DVector::from_column_slice(&y));
            black_box(x.tr_mul(&alpha));
        });
        println!(
            "({n}, {d}): fit {fit:.2} µs, ridge {ridged:.2}, with S {matrix:.2}; nalgebra, Cholesky alone {theirs:.2}"
        );
    }
}
