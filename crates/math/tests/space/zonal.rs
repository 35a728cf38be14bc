//! Risks of kernels on spheres: formulas against test points.

use super::kernels::kernel;
use super::{choice, fit, normals, rng, smoother};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::noise;
use tempered_math::space::Points;
use tempered_math::space::design::{self, Design};
use tempered_math::space::risk::Scorer;
use tempered_math::space::target::Truth;

fn sphere(radius: f64) -> Box<dyn Design> {
    choice(design::CATALOGUE, "sphere", &[("radius", Value::Real(radius))]).build(design::CATALOGUE).unwrap()
}

/// Points of a sphere.
fn points(n: usize, d: usize, radius: f64) -> Vec<f64> {
    let mut x = vec![0.0; n * d];
    sphere(radius).fill(&mut rng(n as u64), d, &mut x);
    x
}

fn real(name: &'static str, value: f64) -> (&'static str, Value) {
    (name, Value::Real(value))
}

/// R_2 by the formula, and by test points, which a target that is the same function but no `Linear` has.
#[test]
fn formulas_are_means_over_test_points() {
    let kernels: Vec<(Choice, f64)> = vec![
        (kernel("laplace", &[]), 1.0),
        (kernel("laplace", &[real("bandwidth", 0.4), real("ridge", 0.2)]), 1.0),
        (kernel("matern", &[real("smoothness", 1.5)]), 1.0),
        (kernel("ntk", &[]), 1.0),
        (kernel("ntk", &[real("bandwidth", 2.0)]), 2.5),
        (kernel("arc_cosine", &[real("ridge", 0.1)]), 1.5),
        (kernel("gaussian", &[real("bandwidth", 0.5), real("ridge", 0.05)]), 1.0),
    ];
    for (n, d) in [(30, 2), (60, 3), (80, 6)] {
        let y = normals(&mut rng(5), n);
        for (estimator, radius) in &kernels {
            let x = points(n, d, *radius);
            let rows = Points::new(d, &x).unwrap();
            let weights: Vec<f64> = (0..d).map(|k| 1.0 - 0.5 * k as f64).collect();
            let linear = Truth::Linear { weights: weights.clone() };
            let same =
                Truth::Function(Box::new(move |row| row.iter().zip(&weights).map(|(x, w)| x * w).sum()));
            let zero = Truth::Function(Box::new(|_| 0.0));
            let (f, _) = fit(estimator, d, &x, &y).unwrap();
            let mut scorer = Scorer::new(sphere(*radius), d);
            for (known, function) in [(&Truth::Zero, &zero), (&linear, &same)] {
                let exact = scorer.risks(&f, known, &[2.0], &mut rng(1)).unwrap()[0];
                assert_eq!(exact.standard_error, None, "{estimator} {d}");
                let sampled: Vec<f64> = (0..12)
                    .map(|trial| scorer.risks(&f, function, &[2.0], &mut rng(50 + trial)).unwrap()[0].value)
                    .collect();
                let mean = sampled.iter().sum::<f64>() / 12.0;
                let sd = (sampled.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / 11.0 / 12.0).sqrt();
                let miss = exact.value - mean;
                // Truncated series: 1e-4.
                assert!(miss.abs() < 5.0 * sd + 2e-4 * mean, "{estimator} {d}: {exact:?} {mean} ± {sd}");
                assert!(sd < 0.02 * mean);
            }
            // Variance: Σ_j R_2 of a response of 1 at point j.
            let (made, _) = smoother(estimator, d, &x, &y);
            let noise = choice(noise::CATALOGUE, "normal", &[]).build(noise::CATALOGUE).unwrap();
            let parts = scorer.parts(&made, rows, (&Truth::Zero, &*noise), &mut rng(1)).unwrap();
            let told: f64 = (0..n)
                .map(|j| {
                    let single: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
                    let (f, _) = fit(estimator, d, &x, &single).unwrap();
                    scorer.risks(&f, &Truth::Zero, &[2.0], &mut rng(1)).unwrap()[0].value
                })
                .sum();
            assert!((parts.variance / told - 1.0).abs() < 1e-6, "{estimator} {d}: {parts:?} {told}");
            assert_eq!(parts.bias.value, 0.0);
        }
    }
}

/// Formulas are left where doubles do not carry them, and what is stored is never negative.
#[test]
fn ill_conditioned_systems_are_scored_by_points() {
    let d = 3;
    for n in [40, 120] {
        let (x, y) = (points(n, d, 1.0), normals(&mut rng(9), n));
        let gaussian = kernel("gaussian", &[real("bandwidth", 0.5f64.sqrt())]);
        let Ok((f, _)) = fit(&gaussian, d, &x, &y) else { continue };
        let mut scorer = Scorer::new(sphere(1.0), d);
        let risk = scorer.risks(&f, &Truth::Zero, &[2.0], &mut rng(1)).unwrap()[0];
        assert_eq!(risk.standard_error.is_some(), n > 40, "{n}: {risk:?}");
        assert!(risk.value > 0.0);
    }
    // A target that is met nearly exactly: what is left of the formula is rounding.
    let x = points(100, d, 1.0);
    let linear = Truth::Linear { weights: vec![1.0, 0.0, 0.0] };
    let y: Vec<f64> = x.chunks_exact(d).map(|row| row[0]).collect();
    let (f, _) = fit(&kernel("matern", &[real("smoothness", 2.5)]), d, &x, &y).unwrap();
    let mut scorer = Scorer::new(sphere(1.0), d);
    let risk = scorer.risks(&f, &linear, &[2.0], &mut rng(1)).unwrap()[0];
    assert!(risk.standard_error.is_some() && risk.value >= 0.0 && risk.value < 1e-5, "{risk:?}");
    // A spike has no degrees.
    let spiky = kernel("spiky_smooth", &[real("spike", 1.0), real("width", 1e-3)]);
    let (f, _) = fit(&spiky, d, &x, &y).unwrap();
    assert!(scorer.risks(&f, &Truth::Zero, &[2.0], &mut rng(1)).unwrap()[0].standard_error.is_some());
}

/// The variance of systems that doubles just about decide is that of responses of 1 at one point, at the same test points: no difference
/// of numbers that are κ² times as large.
#[test]
fn variances_of_ill_conditioned_systems_are_sums_of_squares() {
    let (d, n) = (3, 100);
    let x = points(n, d, 1.0);
    let noise = choice(noise::CATALOGUE, "normal", &[]).build(noise::CATALOGUE).unwrap();
    let mut seen = 0;
    for bandwidth in [0.7, 0.75, 0.8, 0.85, 0.9] {
        let gaussian = kernel("gaussian", &[real("bandwidth", bandwidth)]);
        let Ok((_, report)) = fit(&gaussian, d, &x, &vec![0.0; n]) else { continue };
        let mut scorer = Scorer::new(sphere(1.0), d);
        let (made, _) = smoother(&gaussian, d, &x, &vec![0.0; n]);
        let rows = Points::new(d, &x).unwrap();
        let parts = scorer.parts(&made, rows, (&Truth::Zero, &*noise), &mut rng(1)).unwrap();
        let told: f64 = (0..n)
            .map(|j| {
                let single: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
                let (f, _) = fit(&gaussian, d, &x, &single).unwrap();
                scorer.risks(&f, &Truth::Zero, &[2.0], &mut rng(1)).unwrap()[0].value
            })
            .sum();
        // Both go through (K + ridge I)⁻¹, to ε κ.
        assert!((parts.variance / told - 1.0).abs() < 0.02, "{bandwidth}: {parts:?} {told} {report:?}");
        seen += i32::from(report.condition.unwrap() > 1e11);
    }
    assert!(seen >= 2, "{seen} of the systems are ill-conditioned");
}

/// On a torus: one feature and any function of the chord, or more and the Gaussian, whatever cube of side 1 the points lie in.
#[test]
fn formulas_on_a_torus_are_means_over_test_points() {
    let periodic = ("distance", Value::Word("periodic"));
    let cases = [
        (1, 30, kernel("laplace", &[real("bandwidth", 0.2), periodic.clone()])),
        (1, 40, kernel("matern", &[real("smoothness", 1.5), real("ridge", 0.1), periodic.clone()])),
        (1, 40, kernel("gaussian", &[real("bandwidth", 0.02), real("ridge", 0.1), periodic.clone()])),
        (2, 60, kernel("gaussian", &[real("bandwidth", 0.05), real("ridge", 0.05), periodic.clone()])),
        (3, 60, kernel("gaussian", &[real("bandwidth", 0.1), real("ridge", 0.2), periodic.clone()])),
    ];
    let build = |name: &str| choice(design::CATALOGUE, name, &[]).build(design::CATALOGUE).unwrap();
    for (d, n, estimator) in cases {
        for name in ["torus", "centred_cube"] {
            let mut x = vec![0.0; n * d];
            build(name).fill(&mut rng(n as u64), d, &mut x);
            let y = normals(&mut rng(6), n);
            let (f, _) = fit(&estimator, d, &x, &y).unwrap();
            let mut scorer = Scorer::new(build(name), d);
            let exact = scorer.risks(&f, &Truth::Zero, &[2.0], &mut rng(1)).unwrap()[0];
            assert_eq!(exact.standard_error, None, "{estimator}");
            let zero = Truth::Function(Box::new(|_| 0.0));
            let sampled: Vec<f64> = (0..12)
                .map(|trial| scorer.risks(&f, &zero, &[2.0], &mut rng(70 + trial)).unwrap()[0].value)
                .collect();
            let mean = sampled.iter().sum::<f64>() / 12.0;
            let sd = (sampled.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / 11.0 / 12.0).sqrt();
            let miss = exact.value - mean;
            assert!(miss.abs() < 5.0 * sd + 2e-4 * mean, "{estimator}: {exact:?} {mean} ± {sd}");
            assert!(sd < 0.02 * mean, "{estimator}: {mean} ± {sd}");
            let (made, _) = smoother(&estimator, d, &x, &y);
            let noise = choice(noise::CATALOGUE, "normal", &[]).build(noise::CATALOGUE).unwrap();
            let rows = Points::new(d, &x).unwrap();
            let parts = scorer.parts(&made, rows, (&Truth::Zero, &*noise), &mut rng(1)).unwrap();
            let told: f64 = (0..n)
                .map(|j| {
                    let single: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
                    let (f, _) = fit(&estimator, d, &x, &single).unwrap();
                    scorer.risks(&f, &Truth::Zero, &[2.0], &mut rng(1)).unwrap()[0].value
                })
                .sum();
            assert!((parts.variance / told - 1.0).abs() < 1e-6, "{estimator}: {parts:?} {told}");
        }
    }
    // No product, and a kernel that is not periodic.
    for estimator in [kernel("laplace", &[periodic]), kernel("laplace", &[])] {
        let x = normals(&mut rng(2), 40);
        let (f, _) = fit(&estimator, 2, &x, &normals(&mut rng(3), 20)).unwrap();
        let risk = Scorer::new(build("torus"), 2).risks(&f, &Truth::Zero, &[2.0], &mut rng(1)).unwrap()[0];
        assert!(risk.standard_error.is_some(), "{estimator}");
    }
}
