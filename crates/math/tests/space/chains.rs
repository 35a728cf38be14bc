//! Chains of fits: labels, step by step and in expectation.

use super::{choice, fit, normals, plane, rng};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::space::Points;
use tempered_math::space::theory::collapse;
use tempered_math::space::{design, estimator, target};

type Pair = (&'static str, Value);

fn whole(name: &'static str, value: u64) -> Pair {
    (name, Value::Whole(value))
}

fn real(name: &'static str, value: f64) -> Pair {
    (name, Value::Real(value))
}

fn chain(given: &[Pair]) -> Choice {
    choice(target::CATALOGUE, "chain", &[given, &[("direction", Value::Word("ones"))]].concat())
}

fn accumulated(generations: u64) -> Choice {
    chain(&[whole("generations", generations), ("labels", Value::Word("accumulated"))])
}

/// The labels of these points in the trial of this number, for this noise.
fn labels(target: &Choice, d: usize, x: &[f64], noise: &[f64], trial: u64) -> Vec<f64> {
    let design = choice(design::CATALOGUE, "gaussian", &[]).build(design::CATALOGUE).unwrap();
    let target = target.build(target::CATALOGUE).unwrap();
    let (mut rng, mut y) = (rng(trial), noise.to_vec());
    let truth = target.draw(&mut rng, &vec![1.0; d]);
    target.label(&mut rng, &*design, &truth, Points::new(d, x).unwrap(), &mut y);
    y
}

/// The mean of ‖ŵ − w*‖² over trials, and its standard error.
fn excess(target: &Choice, sd: f64, (n, d): (usize, usize), trials: u64) -> (f64, f64) {
    let least = choice(estimator::CATALOGUE, "least_squares", &[]);
    let one = |trial| {
        let (x, noise) =
            (normals(&mut rng(1_000_000 + trial), n * d), normals(&mut rng(2_000_000 + trial), n));
        let noise: Vec<f64> = noise.iter().map(|e| sd * e).collect();
        let y = labels(target, d, &x, &noise, trial);
        let (predictor, _) = fit(&least, d, &x, &y).unwrap();
        let w = 1.0 / (d as f64).sqrt();
        plane(&predictor).0.iter().map(|v| (v - w) * (v - w)).sum::<f64>()
    };
    let values: Vec<f64> = (0..trials).map(one).collect();
    let mean = values.iter().sum::<f64>() / trials as f64;
    let square = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    (mean, (square / (trials * (trials - 1)) as f64).sqrt())
}

fn theory(target: &Choice, sd: f64, size: (u64, u64)) -> f64 {
    let least = choice(estimator::CATALOGUE, "least_squares", &[]);
    let gaussian = choice(design::CATALOGUE, "gaussian", &[]);
    let noise = choice(tempered_math::noise::CATALOGUE, "normal", &[real("sd", sd)]);
    collapse(&least, &gaussian, target, &noise, size).unwrap()
}

#[test]
fn without_generations_labels_are_of_the_target() {
    let (x, noise) = (normals(&mut rng(1), 12), normals(&mut rng(2), 4));
    for target in [chain(&[whole("generations", 0), whole("points", 9)]), accumulated(0)] {
        assert!(target.build(target::CATALOGUE).unwrap().labels_are_of_truth());
        for ((y, row), e) in labels(&target, 3, &x, &noise, 0).iter().zip(x.chunks(3)).zip(&noise) {
            assert!((y - e - row.iter().sum::<f64>() / 3f64.sqrt()).abs() < 1e-14);
        }
    }
    assert!(!accumulated(1).build(target::CATALOGUE).unwrap().labels_are_of_truth());
}

#[test]
fn accumulated_labels_are_those_of_fits_to_all_parts_before() {
    // Eleven points in three parts: four, four and three.
    let (d, n) = (2, 11);
    let (x, noise) = (normals(&mut rng(3), n * d), normals(&mut rng(4), n));
    let y = labels(&accumulated(2), d, &x, &noise, 0);
    let least = choice(estimator::CATALOGUE, "least_squares", &[]);
    for (end, next) in [(4, 8), (8, 11)] {
        let (predictor, _) = fit(&least, d, &x[..end * d], &y[..end]).unwrap();
        for i in end..next {
            assert!((y[i] - noise[i] - predictor.value(&x[i * d..][..d])).abs() < 1e-13, "{i}");
        }
    }
    // Fewer points than parts.
    assert!(labels(&accumulated(11), d, &x, &noise, 0).iter().all(|y| y.is_nan()));
}

#[test]
fn chains_collapse_as_derived() {
    let replaced = |generations, points, sd| {
        chain(&[whole("generations", generations), whole("points", points), real("sd", sd)])
    };
    let cells = [
        (replaced(0, 30, 0.5), 1.0, (25, 10)),
        (replaced(5, 30, 0.5), 1.0, (25, 10)),
        // Interpolants all along, and before a last fit that is none, and the other way round.
        (replaced(3, 10, 0.3), 0.3, (10, 20)),
        (replaced(2, 10, 0.3), 0.5, (40, 20)),
        (replaced(2, 40, 0.3), 0.5, (10, 20)),
        (accumulated(2), 1.0, (45, 10)),
        (accumulated(4), 0.5, (82, 10)),
    ];
    for (target, sd, (n, d)) in cells {
        let (mean, error) = excess(&target, sd, (n, d), 1500);
        let exact = theory(&target, sd, (n as u64, d as u64));
        // Seven cells at four standard errors: one in two thousand goes wrong by chance, and seeds are fixed.
        assert!((mean - exact).abs() < 4.0 * error, "{target} ({n}, {d}): {mean} ± {error}, {exact}");
    }
}

/// Published figures: least squares of 20 features, 60 points a generation with sd .5 and 50 at last with sd 1; interpolants of 60
/// features, 30 points each time with sd .3.
#[test]
fn means_of_model_collapse() {
    let at = |generations, points, sd, last, size| {
        let target = chain(&[whole("generations", generations), whole("points", points), real("sd", sd)]);
        theory(&target, last, size)
    };
    for (generations, value) in [(0, 0.690), (1, 0.818), (5, 1.331), (10, 1.972)] {
        assert!((at(generations, 60, 0.5, 1.0, (50, 20)) - value).abs() < 6e-4);
    }
    for (fits, value) in [(1, 0.593), (2, 0.890), (5, 1.149)] {
        assert!((at(fits - 1, 30, 0.3, 0.3, (30, 60)) - value).abs() < 6e-4);
    }
    assert_eq!(at(1, 21, 0.5, 1.0, (50, 20)), f64::INFINITY);
    assert_eq!(at(0, 21, 0.5, 1.0, (21, 20)), f64::INFINITY);
    // A part of twenty points or fewer decides no least squares of twenty features.
    let least = choice(estimator::CATALOGUE, "least_squares", &[]);
    let gaussian = choice(design::CATALOGUE, "gaussian", &[]);
    let noise = choice(tempered_math::noise::CATALOGUE, "normal", &[]);
    assert_eq!(collapse(&least, &gaussian, &accumulated(2), &noise, (60, 20)), None);
}
