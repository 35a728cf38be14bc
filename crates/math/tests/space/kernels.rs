//! Kernel regression: coefficients of a second solver, risks given the points, and what doubles do not decide.

use super::{choice, fit, normals, rng, smoother};
use nalgebra::{DMatrix, DVector};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::noise;
use tempered_math::sample::Degenerate;
use tempered_math::space::estimator::{CATALOGUE, Route};
use tempered_math::space::risk::Scorer;
use tempered_math::space::target::Truth;
use tempered_math::space::{Points, design};

pub fn kernel(function: &'static str, more: &[(&str, Value)]) -> Choice {
    choice(CATALOGUE, "kernel", &[&[("function", Value::Word(function))], more].concat())
}

fn real(name: &'static str, value: f64) -> (&'static str, Value) {
    (name, Value::Real(value))
}

/// The largest of these numbers.
fn most(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, f64::max)
}

#[test]
fn coefficients_solve_the_system_of_the_formula() {
    let (n, d) = (40, 3);
    let (x, y) = (normals(&mut rng(1), n * d), normals(&mut rng(2), n));
    let points = Points::new(d, &x).unwrap();
    let distance = |i: usize, j: usize| {
        points.row(i).iter().zip(points.row(j)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
    };
    for (function, of) in [
        ("laplace", (|r| (-r / 0.7).exp()) as fn(f64) -> f64),
        ("gaussian", |r| (-0.5 * (r / 0.7).powi(2)).exp()),
    ] {
        for ridge in [0.0, 0.3] {
            let given = [real("bandwidth", 0.7), real("ridge", ridge)];
            let (f, report) = fit(&kernel(function, &given), d, &x, &y).unwrap();
            let matrix = DMatrix::from_fn(n, n, |i, j| of(distance(i, j)) + if i == j { ridge } else { 0.0 });
            let eigenvalues = matrix.symmetric_eigenvalues();
            let condition = eigenvalues.max() / eigenvalues.min();
            let told = matrix.lu().solve(&DVector::from_column_slice(&y)).unwrap();
            let miss = most(f.coefficients().iter().zip(told.iter()).map(|(a, b)| (a - b).abs()));
            assert!(miss < 10.0 * condition * f64::EPSILON * told.amax(), "{function} {ridge}: {miss}");
            assert_eq!(report.route, Some(Route::Cholesky));
            assert_eq!(report.rank, (ridge == 0.0).then_some(n as u64));
            let residual = most(points.rows().zip(&y).map(|(row, y)| (f.value(row) - y).abs()));
            assert_eq!(residual < 1e-9, ridge == 0.0, "{function}: {residual}");
        }
    }
}

/// The spike is a ridge everywhere but at the points.
#[test]
fn a_narrow_spike_is_a_ridge_that_interpolates() {
    let (n, d) = (60, 4);
    let (x, y) = (normals(&mut rng(3), n * d), normals(&mut rng(4), n));
    let (spiky, _) =
        fit(&kernel("spiky_smooth", &[real("spike", 0.5), real("width", 1e-9)]), d, &x, &y).unwrap();
    let (ridge, _) = fit(&kernel("laplace", &[real("ridge", 0.5)]), d, &x, &y).unwrap();
    let at = normals(&mut rng(5), 50 * d);
    for row in at.chunks_exact(d) {
        assert!((spiky.value(row) - ridge.value(row)).abs() < 1e-12);
    }
    for (row, y) in x.chunks_exact(d).zip(&y) {
        assert!((spiky.value(row) - y).abs() < 1e-12 && (ridge.value(row) - y).abs() > 1e-6);
    }
}

#[test]
fn what_doubles_do_not_decide_is_refused() {
    let d = 3;
    let x = normals(&mut rng(6), 300 * d);
    let y = normals(&mut rng(7), 300);
    // A Gaussian as wide as the points has eigenvalues below rounding.
    let wide = kernel("gaussian", &[real("bandwidth", 2.0)]);
    assert_eq!(fit(&wide, d, &x, &y).map(|_| ()), Err(Degenerate::IllConditioned));
    assert!(fit(&kernel("gaussian", &[real("bandwidth", 2.0), real("ridge", 1e-6)]), d, &x, &y).is_ok());
    let equal = [&x[..9 * d], &x[..d]].concat();
    for function in ["laplace", "ntk", "arc_cosine"] {
        let (plain, ridge) = (kernel(function, &[]), kernel(function, &[real("ridge", 0.1)]));
        assert_eq!(
            fit(&plain, d, &equal, &y[..10]).map(|_| ()),
            Err(Degenerate::DuplicateX(9)),
            "{function}"
        );
        assert!(fit(&ridge, d, &equal, &y[..10]).is_ok(), "{function}");
    }
    let far = [1e308, -1e308];
    let narrow = kernel("laplace", &[real("bandwidth", 1e-3)]);
    assert_eq!(fit(&narrow, 1, &far, &y[..2]).map(|_| ()), Err(Degenerate::Overflow));
}

/// E Σ_j s_j(x)², s_j being the predictor of a response of 1 at point j, and the bias of f* that of its own predictor.
#[test]
fn parts_are_those_of_single_responses() {
    let (n, d) = (12, 2);
    let x = normals(&mut rng(8), n * d);
    let points = Points::new(d, &x).unwrap();
    let truth = Truth::Function(Box::new(|row| row[0].abs() + row[1]));
    let mut values = vec![0.0; n];
    truth.values(points, &mut values);
    for estimator in [kernel("laplace", &[]), kernel("ntk", &[real("ridge", 0.2)])] {
        let design = || choice(design::CATALOGUE, "gaussian", &[]).build(design::CATALOGUE).unwrap();
        let mut scorer = Scorer::new(design(), d);
        let (made, _) = smoother(&estimator, d, &x, &values);
        assert_eq!(made.n(), n);
        for (noise, variances) in [
            ("normal", vec![4.0; n]),
            ("heteroscedastic", points.rows().map(local_variance).collect::<Vec<f64>>()),
        ] {
            let noise = noise_of(noise);
            let parts = scorer.parts(&made, points, (&truth, &*noise), &mut rng(9)).unwrap();
            let (mut told, mut square) = (0.0, 0.0);
            for (j, variance) in variances.iter().enumerate() {
                let single: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
                let (f, _) = fit(&estimator, d, &x, &single).unwrap();
                let risk = scorer.risks(&f, &Truth::Zero, &[2.0], &mut rng(10 + j as u64)).unwrap()[0];
                told += variance * risk.value;
                square += (variance * risk.standard_error.unwrap()).powi(2);
            }
            // Both by points, those of `told` being fresh for each response.
            let error = 5.0 * (square * (n + 1) as f64).sqrt();
            assert!(
                (parts.variance - told).abs() < error,
                "{estimator}: {} {told} ± {error}",
                parts.variance
            );
            assert!(error < 0.1 * told, "{told} ± {error}");
            let (mean, _) = fit(&estimator, d, &x, &values).unwrap();
            let bias = scorer.risks(&mean, &truth, &[2.0], &mut rng(30)).unwrap()[0];
            let error = 5.0 * bias.standard_error.unwrap().hypot(parts.bias.standard_error.unwrap());
            assert!((parts.bias.value - bias.value).abs() < error, "{:?} {bias:?}", parts.bias);
        }
    }
}

fn noise_of(name: &str) -> Box<dyn noise::Noise> {
    let given = if name == "normal" { vec![real("sd", 2.0)] } else { Vec::new() };
    choice(noise::CATALOGUE, name, &given).build(noise::CATALOGUE).unwrap()
}

fn local_variance(row: &[f64]) -> f64 {
    noise_of("heteroscedastic").local().unwrap().variance(row, 0.0)
}

/// c and what it is worth do not depend on the unit of x, where the bandwidth has the same.
#[test]
fn bandwidths_have_the_unit_of_the_points() {
    let (n, d) = (30, 5);
    let (x, y) = (normals(&mut rng(11), n * d), normals(&mut rng(12), n));
    let scaled: Vec<f64> = x.iter().map(|x| 16.0 * x).collect();
    for function in ["laplace", "gaussian", "ntk"] {
        let (f, _) = fit(&kernel(function, &[real("bandwidth", 0.5)]), d, &x, &y).unwrap();
        let (g, _) = fit(&kernel(function, &[real("bandwidth", 8.0)]), d, &scaled, &y).unwrap();
        assert_eq!(f.coefficients(), g.coefficients(), "{function}");
    }
}

/// Spikes of height ρ on S², n = 500, σ² = ½ (arXiv 2305.14077): means of R_2 over ten trials, each equal to that of the ridge ρ where the
/// spike is narrow.
#[test]
#[ignore = "slow"]
fn spiky_kernels_have_their_figures() {
    let (n, d, trials) = (500, 3, 24);
    let target = || {
        Truth::Function(Box::new(|x| {
            x[0].abs() + x[1] * x[1] + (std::f64::consts::TAU * x[2]).sin() + x[0] * x[1] * x[2]
        }))
    };
    let sphere = || {
        let given = [real("radius", 1.0)];
        choice(design::CATALOGUE, "sphere", &given).build(design::CATALOGUE).unwrap()
    };
    let spiky = |spike, width| kernel("spiky_smooth", &[real("spike", spike), real("width", width)]);
    let cases = [
        (kernel("laplace", &[]), 0.222),
        (spiky(0.1, 1e-5), 0.115),
        (spiky(1.0, 1e-5), 0.127),
        (spiky(10.0, 1e-5), 0.349),
        (spiky(1.0, 0.05), 0.149),
        (kernel("laplace", &[real("ridge", 1.0)]), 0.127),
    ];
    let mut risks = vec![Vec::new(); cases.len()];
    for trial in 0..trials {
        let mut x = vec![0.0; n * d];
        sphere().fill(&mut rng(400 + trial), d, &mut x);
        let mut y = vec![0.0; n];
        target().values(Points::new(d, &x).unwrap(), &mut y);
        let noise = normals(&mut rng(500 + trial), n);
        y.iter_mut().zip(noise).for_each(|(y, noise)| *y += 0.5f64.sqrt() * noise);
        let mut scorer = Scorer::new(sphere(), d);
        for ((estimator, _), risks) in cases.iter().zip(&mut risks) {
            let (f, _) = fit(estimator, d, &x, &y).unwrap();
            risks.push(scorer.risks(&f, &target(), &[2.0], &mut rng(600 + trial)).unwrap()[0].value);
        }
    }
    for ((estimator, figure), risks) in cases.iter().zip(&risks) {
        let count = trials as f64;
        let mean = risks.iter().sum::<f64>() / count;
        let error = (risks.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (count - 1.0) / count).sqrt();
        println!("{estimator}: {mean:.4} ± {error:.4}, {figure}");
        // Published means are those of ten trials.
        assert!(
            (mean - figure).abs() < 4.0 * error * (1.0 + count / 10.0).sqrt(),
            "{estimator}: {mean} {figure}"
        );
    }
    // At the same points: equal to four digits.
    for (spiky, ridge) in risks[2].iter().zip(&risks[5]) {
        assert!((spiky / ridge - 1.0).abs() < 1e-3, "{spiky} {ridge}");
    }
}

/// Every kernel is positive definite in every dimension, on a torus too, but for what has no more directions than features.
#[test]
fn kernels_are_positive_definite() {
    let periodic = ("distance", Value::Word("periodic"));
    let spike = [real("spike", 0.5), real("width", 0.1)];
    let smooth = [&spike[..], &[("smooth", Value::Word("gaussian"))]].concat();
    let cases: Vec<(&'static str, Vec<(&'static str, Value)>)> = vec![
        ("laplace", vec![]),
        ("gaussian", vec![]),
        ("matern", vec![real("smoothness", 0.5)]),
        ("matern", vec![real("smoothness", 1.5)]),
        ("matern", vec![real("smoothness", 2.5)]),
        ("spiky_smooth", spike.to_vec()),
        ("spiky_smooth", smooth),
        ("ntk", vec![]),
        ("arc_cosine", vec![]),
    ];
    let (n, tiny) = (12, 1e-9);
    for d in [1, 2, 5] {
        let x = normals(&mut rng(40 + d as u64), n * d);
        for (function, given) in &cases {
            let by_angle = ["ntk", "arc_cosine"].contains(function);
            for periodic in [None, Some(periodic.clone())].into_iter().filter(|p| p.is_none() || !by_angle) {
                // A small ridge, whose weights (K + ridge I)⁻¹ e_j are columns of a matrix that must be positive definite.
                let mut given = [&given[..], &[real("ridge", tiny), real("bandwidth", 0.2)]].concat();
                given.extend(periodic);
                let column = |j: usize| {
                    let single: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
                    fit(&kernel(function, &given), d, &x, &single).unwrap().0.coefficients().to_vec()
                };
                let columns: Vec<f64> = (0..n).flat_map(column).collect();
                let eigenvalues = DMatrix::from_vec(n, n, columns).symmetric_eigenvalues();
                assert!(eigenvalues.min() > 0.0, "{function} {d}: {eigenvalues}");
                // Rounding of an eigenvalue 0 of K moves the largest one of the inverse.
                assert!(eigenvalues.max() < 1.01 / tiny, "{function} {d}: {eigenvalues}");
            }
        }
    }
    let line = normals(&mut rng(50), 3);
    let flat = fit(&kernel("arc_cosine", &[]), 1, &line, &[1.0, 2.0, 3.0]).map(|_| ());
    assert_eq!(flat, Err(Degenerate::IllConditioned));
}
