//! Gradients: differences of values say the same, and risks are means over draws.

use super::{choice, fit, normals, rng};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::space::estimator;
use tempered_math::space::risk::Scorer;
use tempered_math::space::target::{self, Truth};
use tempered_math::space::{Points, Predictor, design};

fn truth(name: &str, given: super::Arguments<'_>, d: usize) -> Truth {
    let built = choice(target::CATALOGUE, name, given).build(target::CATALOGUE).unwrap();
    built.draw(&mut rng(3), &vec![1.0; d])
}

fn scorer(name: &str, d: usize) -> Scorer {
    Scorer::new(choice(design::CATALOGUE, name, &[]).build(design::CATALOGUE).unwrap(), d)
}

#[test]
fn gradients_of_targets_are_differences() {
    let d = 3;
    let random = ("direction", Value::Word("random"));
    let index = |link| [("link", Value::Word(link)), ("amplitude", Value::Real(1.7)), random.clone()];
    let mut cases = vec![
        truth("zero", &[], d),
        truth("linear", std::slice::from_ref(&random), d),
        truth("polynomial", &[("coefficients", Value::Reals(vec![1.0, -2.0, 0.5, 3.0])), random.clone()], d),
        truth("teacher", &[("width", Value::Whole(5))], d),
    ];
    cases.extend(
        ["relu", "abs", "square", "cube", "tanh", "sine"].map(|link| truth("single_index", &index(link), d)),
    );
    for (case, truth) in cases.iter().enumerate() {
        for row in normals(&mut rng(4), 20 * d).chunks_exact(d) {
            let mut found = vec![f64::NAN; d];
            assert!(truth.gradient(row, &mut found));
            for k in 0..d {
                let at = |off: f64| {
                    let mut row = row.to_vec();
                    row[k] += off;
                    truth.value(&row)
                };
                let told = (at(1e-6) - at(-1e-6)) / 2e-6;
                assert!((found[k] - told).abs() < 1e-7 * (1.0 + told.abs()), "{case}: {} {told}", found[k]);
            }
        }
    }
    for truth in [
        truth("single_index", &index("sign"), d),
        truth("harmonic", &[("degree", Value::Whole(2))], d),
        truth("sign", &[("of", Value::Word("linear"))], d),
    ] {
        assert!(!truth.gradient(&[1.0, 2.0, 3.0], &mut [0.0; 3]));
    }
}

#[test]
fn risks_of_gradients_are_means() {
    let d = 3;
    let linear = Truth::Linear { weights: vec![1.0, -0.5, 0.25] };
    let (weights, intercept) = (vec![2.0, 0.5, 0.25], 7.0);
    let flat = Predictor::Linear { weights: weights.clone(), intercept };
    let of = |truth: &Truth| scorer("cube", d).gradient(&flat, truth, &mut rng(1)).unwrap();
    let exact = of(&linear).unwrap();
    assert_eq!((exact.value, exact.standard_error), (2.0, None));
    assert_eq!(of(&Truth::Zero).unwrap().value, 4.0 + 0.25 + 0.0625);
    assert_eq!(of(&truth("sign", &[("of", Value::Word("linear"))], d)), None);
    // f* = x_1²: E (2 − 2 x_1)² on a cube and what is left of the others.
    let square = truth("single_index", &[("link", Value::Word("square"))], d);
    let risk = of(&square).unwrap();
    let told = 4.0 / 3.0 + 0.25 + 0.0625;
    let error = risk.standard_error.unwrap();
    assert!((risk.value - told).abs() < 5.0 * error && error < 1e-3, "{risk:?} {told}");
    // Planes through neighbours, over draws.
    let (n, k) = (60, 12);
    let (x, y) = (normals(&mut rng(5), n * d), normals(&mut rng(6), n));
    let local: Choice = choice(estimator::CATALOGUE, "local_linear", &[("k", Value::Whole(k))]);
    let (f, _) = fit(&local, d, &x, &y).unwrap();
    let risk = scorer("gaussian", d).gradient(&f, &linear, &mut rng(7)).unwrap().unwrap();
    let (mut sum, mut square, count) = (0.0, 0.0, 20_000);
    let rows = normals(&mut rng(8), count * d);
    let mut slopes = vec![0.0; count * d];
    assert!(f.gradients(Points::new(d, &rows).unwrap(), &mut slopes));
    for slope in slopes.chunks_exact(d) {
        let off: f64 = slope.iter().zip([1.0, -0.5, 0.25]).map(|(a, b)| (a - b) * (a - b)).sum();
        (sum, square) = (sum + off, square + off * off);
    }
    let mean = sum / count as f64;
    let error = ((square / count as f64 - mean * mean) / count as f64).sqrt();
    assert!(
        (risk.value - mean).abs() < 5.0 * error.hypot(risk.standard_error.unwrap()),
        "{risk:?} {mean} ± {error}"
    );
    // A sum of kernels has none of its own.
    let (f, _) = fit(&choice(estimator::CATALOGUE, "kernel", &[]), d, &x, &y).unwrap();
    assert_eq!(scorer("gaussian", d).gradient(&f, &linear, &mut rng(7)).unwrap(), None);
    assert!(scorer("gaussian", 2).gradient(&flat, &linear, &mut rng(7)).is_err());
}
