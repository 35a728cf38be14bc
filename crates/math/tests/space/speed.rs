//! How long fits take. Run with `--release --ignored --nocapture`.

use super::kernels::kernel;
use super::{choice, fit, normals, rng};
use nalgebra::{Cholesky, DMatrix, DVector};
use std::hint::black_box;
use tempered_math::catalogue::{Choice, Value};
use tempered_math::seed::Draws;
use tempered_math::space::design;
use tempered_math::space::estimator::{CATALOGUE, Decomposition, Filter, Gain, Smoother};
use tempered_math::space::risk::Scorer;
use tempered_math::space::target::Truth;
use tempered_math::space::{Points, Predictor, Sample};

/// Nanoseconds that this thread has worked, whatever else runs.
fn worked() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// The least of five means, in µs a call: each of a tenth of a second at least, as the clock of a thread ticks in milliseconds.
fn time(mut call: impl FnMut()) -> f64 {
    let mut mean = || {
        let (begun, mut calls) = (worked(), 0);
        while worked() - begun < 1e8 {
            for _ in 0..if calls < 4 { 1 } else { calls } {
                call();
                calls += 1;
            }
        }
        (worked() - begun) / 1e3 / f64::from(calls)
    };
    (0..5).map(|_| mean()).fold(f64::INFINITY, f64::min)
}

#[test]
#[ignore = "measures time"]
fn time_of_a_minimum_norm_fit() {
    for (n, d) in [(20, 40), (200, 400), (1000, 2000)] {
        let mut rng = rng(n as u64);
        let (x, y) = (normals(&mut rng, n * d), normals(&mut rng, n));
        let sample = Sample::new(Points::new(d, &x).unwrap(), &y).unwrap();
        let mut ours = choice(CATALOGUE, "least_squares", &[]).build(CATALOGUE).unwrap();
        let mut out = Predictor::default();
        let fit = time(|| {
            ours.fit(black_box(sample), &Draws::new(5, "", 0), &mut out).unwrap();
        });
        let mut smoother = Smoother::default();
        let matrix = time(|| {
            ours.smoother(black_box(sample), &mut smoother).unwrap().unwrap();
        });
        let mut ridge =
            choice(CATALOGUE, "ridge", &[("lambda", Value::Real(1e-30))]).build(CATALOGUE).unwrap();
        let ridged = time(|| {
            ridge.fit(black_box(sample), &Draws::new(5, "", 0), &mut out).unwrap();
        });
        let theirs = time(|| {
            let x = DMatrix::from_row_slice(n, d, black_box(&x));
            let alpha = Cholesky::new(&x * x.transpose()).unwrap().solve(&DVector::from_column_slice(&y));
            black_box(x.tr_mul(&alpha));
        });
        println!(
            "({n}, {d}): fit {fit:.2} µs, ridge {ridged:.2}, with S {matrix:.2}; nalgebra, Cholesky alone {theirs:.2}"
        );
    }
}

#[test]
#[ignore = "measures time"]
fn time_of_many_ridges() {
    let (n, d) = (200, 400);
    let mut rng = rng(1);
    let (x, y) = (normals(&mut rng, n * d), normals(&mut rng, n));
    let sample = Sample::new(Points::new(d, &x).unwrap(), &y).unwrap();
    let mut out = Predictor::default();
    let shared = time(|| {
        let mut decomposition = Decomposition::new(black_box(sample), false).unwrap();
        for k in 0..31 {
            let gain = Gain::Ridge(10f64.powf(f64::from(k) / 6.0 - 2.0));
            decomposition.predictor(&Filter { intercept: false, gain }, &mut out).unwrap();
        }
    });
    let one = time(|| {
        Decomposition::new(black_box(sample), false).unwrap();
    });
    println!("31 ridges at ({n}, {d}): {shared:.0} µs, of which the decomposition {one:.0}");
}

#[test]
#[ignore = "measures time"]
fn time_of_random_features() {
    let given = [("features", Value::Whole(1000)), ("ridge", Value::Real(0.1)), ("map", Value::Word("relu"))];
    let (n, d) = (256, 10);
    let mut rng = rng(1);
    let (x, y) = (normals(&mut rng, n * d), normals(&mut rng, n));
    let sample = Sample::new(Points::new(d, &x).unwrap(), &y).unwrap();
    let mut estimator = choice(CATALOGUE, "random_features", &given).build(CATALOGUE).unwrap();
    let mut out = Predictor::default();
    let fit = time(|| {
        estimator.fit(black_box(sample), &Draws::new(5, "", 0), &mut out).unwrap();
    });
    let test = normals(&mut rng, 1000 * d);
    let mut values = vec![0.0; 1000];
    let value = time(|| out.values(Points::new(d, black_box(&test)).unwrap(), &mut values));
    println!("1000 ReLU features of {n} points: fit {fit:.0} µs, 1000 values {value:.0}");
}

/// R_2 of a thousand points on a sphere by the formula, and by 4096 test points, which a target that is no known function has.
#[test]
#[ignore = "measures time"]
fn time_of_zonal_risks() {
    let (n, d) = (1000, 5);
    let sphere = || choice(design::CATALOGUE, "sphere", &[]).build(design::CATALOGUE).unwrap();
    let (mut x, y) = (vec![0.0; n * d], normals(&mut rng(2), n));
    sphere().fill(&mut rng(1), d, &mut x);
    for name in ["laplace", "ntk", "arc_cosine"] {
        let (f, _) = fit(&kernel(name, &[]), d, &x, &y).unwrap();
        let mut scorer = Scorer::new(sphere(), d);
        let mut took = |truth: &Truth, is_exact: bool| {
            let risk = scorer.risks(&f, truth, &[2.0], &mut rng(3)).unwrap()[0];
            assert_eq!(risk.standard_error.is_none(), is_exact);
            time(|| {
                black_box(scorer.risks(&f, truth, &[2.0], &mut rng(3)).unwrap());
            })
        };
        let [formula, points] =
            [took(&Truth::Zero, true), took(&Truth::Function(Box::new(|_| 0.0)), false)].map(|t| t / 1e3);
        println!(
            "{name}: formula {formula:.2} ms, 4096 points {points:.2} ms, ratio {:.1}",
            points / formula
        );
    }
}

/// The models of cost against the clock: drawn, fitted and scored, within a factor of 3.5 of what is usual on this core.
#[test]
#[ignore = "measures time"]
fn costs_are_what_the_clock_says() {
    let cases: Vec<Choice> = vec![
        choice(CATALOGUE, "least_squares", &[]),
        choice(CATALOGUE, "gradient_flow", &[("time", Value::Real(1.0))]),
        choice(CATALOGUE, "one_step", &[]),
        choice(CATALOGUE, "random_features", &[("features", Value::Whole(300))]),
        choice(
            CATALOGUE,
            "random_features",
            &[("features", Value::Whole(300)), ("map", Value::Word("fourier")), ("ridge", Value::Real(0.1))],
        ),
        choice(CATALOGUE, "omp", &[("features", Value::Whole(10))]),
        choice(CATALOGUE, "lasso", &[("lambda", Value::Real(0.01))]),
        choice(CATALOGUE, "basis_pursuit", &[]),
        choice(CATALOGUE, "ensemble", &[("members", Value::Whole(4))]),
        choice(CATALOGUE, "regmean", &[("parts", Value::Whole(4))]),
    ];
    let entry = tempered_math::space::design::CATALOGUE;
    let mut all: Vec<(f64, [f64; 2], String)> = Vec::new();
    for choice in cases {
        for (n, d) in [(20, 40), (100, 50), (60, 300), (300, 600)] {
            let mut estimator = choice.build(CATALOGUE).unwrap();
            let build = || Choice::new(&entry[0], &[]).unwrap().build(entry).unwrap();
            let (design, mut scorer) = (build(), Scorer::new(build(), d));
            let (mut x, mut y, mut out) = (vec![0.0; n * d], vec![0.0; n], Predictor::default());
            let mut trial = 0;
            let mut one = || {
                trial += 1;
                let mut rng = rng(trial);
                design.fill(&mut rng, d, &mut x);
                design.fill(&mut rng, n, &mut y);
                let sample = Sample::new(Points::new(d, &x).unwrap(), &y).unwrap();
                estimator.fit(sample, &Draws::new(5, "", trial), &mut out).unwrap();
                black_box(scorer.risks(&out, &Truth::Zero, &[2.0], &mut rng).unwrap());
            };
            let took = time(&mut one);
            let told = choice.build(CATALOGUE).unwrap().cost(n as u64, d as u64) / 1e3;
            let line = format!("{choice} ({n}, {d}): {took:.1} µs, told {told:.1}, ratio {:.2}", told / took);
            println!("{line}");
            // How far the path of the lasso is followed depends on its penalty: the model is that of all of it. Waves are computed one at a
            // time, and have gained nothing from wide registers, which what is usual has.
            let above = if choice.name() == "lasso" { 10.0 } else { 3.5 };
            let below = if line.contains("fourier") { 5.0 } else { 3.5 };
            all.push((told / took, [1.0 / below, above], line));
        }
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let usual = all[all.len() / 2].0;
    for (ratio, [least, most], line) in &all {
        assert!((least..most).contains(&&(ratio / usual)), "{line}; {usual:.2} is usual");
    }
}
