//! Residuals of points that are left out: as many fits as there are points say the same.

use super::kernels::kernel;
use super::{choice, fit, normals, rng, smoother};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::sample::Degenerate;
use tempered_math::score::area;
use tempered_math::space::estimator::CATALOGUE;
use tempered_math::space::{Points, Sample};

/// y_i − f̂^{(−i)}(x_i), each by a fit of its own.
fn twin(estimator: &Choice, d: usize, x: &[f64], y: &[f64]) -> Result<Vec<f64>, Degenerate> {
    let one = |i: usize| {
        let rows: Vec<f64> = [&x[..i * d], &x[(i + 1) * d..]].concat();
        let labels: Vec<f64> = [&y[..i], &y[i + 1..]].concat();
        let (f, _) = fit(estimator, d, &rows, &labels)?;
        Ok(y[i] - f.value(&x[i * d..(i + 1) * d]))
    };
    (0..y.len()).map(one).collect()
}

fn real(name: &'static str, value: f64) -> (&'static str, Value) {
    (name, Value::Real(value))
}

#[test]
fn residuals_are_those_of_fits_without_the_point() {
    let intercept = ("intercept", Value::Flag(true));
    let mut cases = vec![
        kernel("laplace", &[]),
        kernel("laplace", &[real("ridge", 0.3)]),
        kernel("ntk", &[real("bandwidth", 0.7)]),
        kernel("arc_cosine", &[real("ridge", 1.0)]),
        choice(CATALOGUE, "nearest", &[]),
        choice(CATALOGUE, "nearest", &[("k", Value::Whole(4))]),
    ];
    cases.extend([0.4, 2.0, 3.7].map(|beta| choice(CATALOGUE, "shepard", &[real("beta", beta)])));
    for given in [&[][..], std::slice::from_ref(&intercept)] {
        cases.push(choice(CATALOGUE, "least_squares", given));
        for (name, lambda) in [("ridge", 0.5), ("ridge_path", 3.0), ("ridge_path", 0.0)] {
            cases.push(choice(CATALOGUE, name, &[&[real("lambda", lambda)], given].concat()));
        }
    }
    for (n, d) in [(12, 20), (25, 3), (9, 1)] {
        let (x, y) = (normals(&mut rng(1), n * d), normals(&mut rng(2), n));
        for estimator in &cases {
            // On a line the angles of a homogeneous kernel are those of two directions.
            if d == 1 && estimator.to_string().contains("ntk") {
                continue;
            }
            let (made, _) = smoother(estimator, d, &x, &vec![0.0; n]);
            let found = made.left_out(Points::new(d, &x).unwrap(), &y).unwrap();
            let told = twin(estimator, d, &x, &y).unwrap();
            let most = told.iter().fold(0.0f64, |most, r| most.max(r.abs()));
            for (a, b) in found.iter().zip(&told) {
                assert!((a - b).abs() < 1e-9 * most, "{estimator} ({n}, {d}): {a} {b}");
            }
        }
    }
}

#[test]
fn what_has_no_formula_has_no_residuals() {
    let (n, d) = (8, 3);
    let (x, y) = (normals(&mut rng(3), n * d), normals(&mut rng(4), n));
    let points = Points::new(d, &x).unwrap();
    for estimator in [
        choice(CATALOGUE, "nuclear", &[real("lambda", 1.0)]),
        choice(CATALOGUE, "gradient_flow", &[real("time", 1.0)]),
        choice(CATALOGUE, "averaging", &[]),
        // All other points are seven.
        choice(CATALOGUE, "nearest", &[("k", Value::Whole(8))]),
    ] {
        let (made, _) = smoother(&estimator, d, &x, &y);
        assert_eq!(made.left_out(points, &y), None, "{estimator}");
    }
    let (made, _) = smoother(&choice(CATALOGUE, "least_squares", &[]), d, &x, &y);
    assert!(made.left_out(points, &y).is_some());
    assert_eq!(made.left_out(points, &y[1..]), None);
    assert_eq!(made.left_out(Points::new(2, &x).unwrap(), &y), None);
}

/// Equal points: the others decide what a kernel interpolates, and there is none without a ridge.
#[test]
fn copies_are_taken_once_in_bags_of_interpolants() {
    let bags = |member: &[(&'static str, Value)]| {
        let given = [
            ("members", Value::Whole(5)),
            ("scheme", Value::Word("bootstrap")),
            ("member", Value::Word("kernel")),
        ];
        choice(CATALOGUE, "ensemble", &[&given, member].concat())
    };
    let (n, d) = (30, 2);
    let (x, y) = (normals(&mut rng(5), n * d), normals(&mut rng(6), n));
    let (f, _) = fit(&bags(&[]), d, &x, &y).unwrap();
    assert!(x.chunks_exact(d).all(|row| f.value(row).is_finite()));
    let (g, _) = fit(&bags(&[real("ridge", 0.1)]), d, &x, &y).unwrap();
    // With a ridge a copy counts: all points are kept.
    assert!(g.coefficients().len() == 5 * n && f.coefficients().len() < 5 * n);
    let twice = [&x[..], &x[..d]].concat();
    let labels = [&y[..], &y[..1]].concat();
    let sample = Sample::new(Points::new(d, &twice).unwrap(), &labels).unwrap();
    assert_eq!(sample.n(), n + 1);
    assert_eq!(fit(&kernel("laplace", &[]), d, &twice, &labels).map(|_| ()), Err(Degenerate::DuplicateX(n)));
}

/// Five of fifty labels shifted by 4: the area of residuals of the interpolant of least norm in R^150, 800 samples: .954 ± .002.
#[test]
#[ignore = "slow"]
fn wrong_labels_have_large_residuals() {
    let (n, d, trials) = (50, 150, 800);
    let least_squares = choice(CATALOGUE, "least_squares", &[]);
    let wrong: Vec<bool> = (0..n).map(|i| i < 5).collect();
    let areas: Vec<f64> = (0..trials)
        .map(|trial| {
            let (x, mut y) = (normals(&mut rng(3000 + trial), n * d), normals(&mut rng(9000 + trial), n));
            y[..5].iter_mut().for_each(|y| *y += 4.0);
            let (made, _) = smoother(&least_squares, d, &x, &y);
            area(&made.left_out(Points::new(d, &x).unwrap(), &y).unwrap(), &wrong).unwrap()
        })
        .collect();
    let mean = areas.iter().sum::<f64>() / trials as f64;
    let error = (areas.iter().map(|a| (a - mean).powi(2)).sum::<f64>() / (trials * trials) as f64).sqrt();
    println!("{mean:.4} ± {error:.4}, .954 ± .002");
    assert!((mean - 0.954).abs() < 4.0 * 0.002f64.hypot(error), "{mean} ± {error}");
}
