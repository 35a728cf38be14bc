//! Adversarial risks: the formula against draws of points, labels and moves.

use super::{choice, fit, normals, rng};
use tempered_math::catalogue::Value;
use tempered_math::space::risk::Scorer;
use tempered_math::space::target::Truth;
use tempered_math::space::{Predictor, design, estimator};

fn scorer(name: &str, given: super::Arguments<'_>, d: usize) -> Scorer {
    Scorer::new(choice(design::CATALOGUE, name, given).build(design::CATALOGUE).unwrap(), d)
}

#[test]
fn risks_are_means_of_the_worst_of_all_moves() {
    let (d, radius, sd) = (3, 0.4, 0.7);
    let plane = Predictor::Linear { weights: vec![2.0, -0.5, 1.0], intercept: 0.3 };
    let size = (4.0f64 + 0.25 + 1.0).sqrt();
    let power = [("spectrum", Value::Word("power")), ("exponent", Value::Real(1.0))];
    let targets = || {
        [
            Truth::Zero,
            Truth::Linear { weights: vec![1.0, 1.0, 0.0] },
            Truth::Function(Box::new(|row| row[0] * row[1])),
        ]
    };
    for (name, given) in [("gaussian", &power[..]), ("cube", &[]), ("sphere", &[])] {
        let law = choice(design::CATALOGUE, name, given).build(design::CATALOGUE).unwrap();
        for (place, truth) in targets().iter().enumerate() {
            let mut scorer = scorer(name, given, d);
            let risk = scorer.adversarial((&plane, truth), sd, radius, &mut rng(1)).unwrap().unwrap();
            assert_eq!(risk.standard_error.is_none(), name == "gaussian" && place < 2);
            let count = 40_000;
            let mut x = vec![0.0; count * d];
            law.fill(&mut rng(2), d, &mut x);
            let noise = normals(&mut rng(3), count);
            let (mut sum, mut square) = (0.0, 0.0);
            for (row, noise) in x.chunks_exact(d).zip(&noise) {
                let label = truth.value(row) + sd * noise;
                let off = plane.value(row) - label;
                // Along ŵ, away from the label.
                let step = radius / size * off.signum();
                let moved = [row[0] + 2.0 * step, row[1] - 0.5 * step, row[2] + step];
                let worst = (plane.value(&moved) - label).powi(2);
                (sum, square) = (sum + worst, square + worst * worst);
            }
            let mean = sum / count as f64;
            let error = ((square / count as f64 - mean * mean) / count as f64).sqrt();
            let own = risk.standard_error.unwrap_or(0.0);
            assert!(
                (risk.value - mean).abs() < 5.0 * error.hypot(own),
                "{name} {place}: {risk:?} {mean} ± {error}"
            );
        }
    }
    // No other move of this length does more.
    let row = [0.3, -1.0, 0.2];
    let worst = ((plane.value(&row) - 0.1).abs() + radius * size).powi(2);
    for delta in normals(&mut rng(4), 500 * d).chunks_exact(d) {
        let length = delta.iter().map(|x| x * x).sum::<f64>().sqrt();
        let moved: Vec<f64> = row.iter().zip(delta).map(|(x, step)| x + radius * step / length).collect();
        assert!((plane.value(&moved) - 0.1).powi(2) <= worst + 1e-12);
    }
}

#[test]
fn radius_0_leaves_the_risk_of_new_labels_and_functions_have_none() {
    let d = 3;
    let plane = Predictor::Linear { weights: vec![2.0, -0.5, 1.0], intercept: 0.0 };
    let mut scorer = scorer("gaussian", &[], d);
    let risk = scorer.adversarial((&plane, &Truth::Zero), 2.0, 0.0, &mut rng(1)).unwrap().unwrap();
    assert!((risk.value - (5.25 + 4.0)).abs() < 1e-12);
    let (x, y) = (normals(&mut rng(5), 10 * d), normals(&mut rng(6), 10));
    let (f, _) = fit(&choice(estimator::CATALOGUE, "kernel", &[]), d, &x, &y).unwrap();
    assert_eq!(scorer.adversarial((&f, &Truth::Zero), 1.0, 0.1, &mut rng(1)).unwrap(), None);
    let narrow = Predictor::Linear { weights: vec![1.0], intercept: 0.0 };
    assert!(scorer.adversarial((&narrow, &Truth::Zero), 1.0, 0.1, &mut rng(1)).is_err());
}
