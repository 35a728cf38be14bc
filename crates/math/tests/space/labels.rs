//! Labels: clusters, the plane of largest margin, and errors against draws and theory.

use super::{choice, fit, normals, plane, rng};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::noise;
use tempered_math::risk::Risk;
use tempered_math::sample::Degenerate;
use tempered_math::seed::{Key, Purpose, unit};
use tempered_math::space::design;
use tempered_math::space::estimator;
use tempered_math::space::risk::Scorer;
use tempered_math::space::target::{self, Truth};
use tempered_math::space::theory::{Growth, error, known_error};
use tempered_math::space::{Points, Predictor};
use tempered_math::theory::Class;

fn svm() -> Choice {
    choice(estimator::CATALOGUE, "svm", &[])
}

fn pair(distance: f64) -> Choice {
    choice(design::CATALOGUE, "clusters", &[("distance", Value::Real(distance))])
}

fn flip(probability: f64) -> Choice {
    choice(noise::CATALOGUE, "flip", &[("probability", Value::Real(probability))])
}

/// The plane of largest margin by trying every set of support: of all that meet the conditions there is one.
fn twin(d: usize, x: &[f64], y: &[f64]) -> Option<Vec<f64>> {
    let n = y.len();
    let rows: Vec<Vec<f64>> =
        x.chunks_exact(d).zip(y).map(|(row, y)| row.iter().map(|x| x * y).collect()).collect();
    (1usize..1 << n).find_map(|set| {
        let chosen: Vec<&Vec<f64>> = (0..n).filter(|i| set >> i & 1 == 1).map(|i| &rows[i]).collect();
        let m = chosen.len();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let gram = nalgebra::DMatrix::from_fn(m, m, |i, j| dot(chosen[i], chosen[j]));
        let alpha = gram.lu().solve(&nalgebra::DVector::from_element(m, 1.0))?;
        let weights: Vec<f64> =
            (0..d).map(|k| chosen.iter().zip(alpha.iter()).map(|(row, a)| a * row[k]).sum()).collect();
        let met = rows.iter().all(|row| dot(row, &weights) >= 1.0 - 1e-9);
        (met && alpha.iter().all(|a| *a > -1e-12)).then_some(weights)
    })
}

#[test]
fn margins_are_largest() {
    let mut separated = 0;
    for trial in 0..200 {
        let mut rng = rng(trial);
        let (n, d) = (2 + (trial as usize * 7) % 8, 1 + (trial as usize * 5) % 9);
        let x = normals(&mut rng, n * d);
        let y: Vec<f64> = (0..n).map(|_| if unit(&mut rng) < 0.5 { 1.0 } else { -1.0 }).collect();
        // Units of x decide nothing.
        let x: Vec<f64> = x.iter().map(|x| x * 10f64.powi(trial as i32 % 7 * 40 - 120)).collect();
        let found = fit(&svm(), d, &x, &y);
        match twin(
            d,
            &x.iter().map(|x| x / 10f64.powi(trial as i32 % 7 * 40 - 120)).collect::<Vec<f64>>(),
            &y,
        ) {
            Some(expected) => {
                let (predictor, report) = found.unwrap();
                let scale = 10f64.powi(trial as i32 % 7 * 40 - 120);
                let size = expected.iter().fold(0.0f64, |most, w| most.max(w.abs()));
                for (w, expected) in plane(&predictor).0.iter().zip(&expected) {
                    assert!((w * scale - expected).abs() < 1e-7 * size, "{trial}: {w} {expected}");
                }
                assert!(report.rank.unwrap() >= 1 && report.rank.unwrap() <= n as u64);
                separated += 1;
            }
            None => assert_eq!(found.err(), Some(Degenerate::NotSeparable), "{trial} {n} {d}"),
        }
    }
    assert!((80..190).contains(&separated), "{separated}");
}

#[test]
fn only_labels_can_be_separated() {
    assert_eq!(fit(&svm(), 1, &[1.0, 2.0], &[1.0, 0.5]).err(), Some(Degenerate::NotLabels));
    assert_eq!(fit(&svm(), 1, &[1.0, 1.0], &[1.0, -1.0]).err(), Some(Degenerate::NotSeparable));
    assert_eq!(fit(&svm(), 1, &[0.0, 0.0], &[1.0, -1.0]).err(), Some(Degenerate::NotSeparable));
    // Labels of one kind: the plane keeps the points at a distance of 1.
    assert!((plane(&fit(&svm(), 1, &[2.0, 4.0], &[1.0, 1.0]).unwrap().0).0[0] - 0.5).abs() < 1e-15);
    // Points that are equal support together or one for both.
    assert!(
        (plane(&fit(&svm(), 2, &[1.0, 0.0, 1.0, 0.0, 0.0, 2.0], &[1.0, 1.0, -1.0]).unwrap().0).0[0] - 1.0)
            .abs()
            < 1e-12
    );
}

/// One trial: the error of a fit to labels that noise has flipped.
fn trial(
    rule: &Choice,
    (design, noise): (&Choice, &Choice),
    (n, d): (usize, usize),
    trial: u64,
) -> (f64, Predictor, Option<u64>) {
    let build = || design.build(design::CATALOGUE).unwrap();
    let (law, mut scorer) = (build(), Scorer::new(build(), d));
    let key = |purpose| Key::new(9, "labels", purpose);
    let (mut x, mut y) = (vec![0.0; n * d], vec![0.0; n]);
    law.fill(&mut key(Purpose::Design).trial(trial), d, &mut x);
    let mut truth = Truth::Zero;
    if !law.label(&mut key(Purpose::Design).trial(trial), &mut y) {
        truth = Truth::Sign(Box::new(Truth::Linear {
            weights: vec![1.0].into_iter().chain(vec![0.0; d - 1]).collect(),
        }));
        truth.values(Points::new(d, &x).unwrap(), &mut y);
    }
    let flips = noise.build(noise::CATALOGUE).unwrap();
    let mut draws = vec![0.0; n];
    flips.fill(&mut key(Purpose::Noise).trial(trial), &mut draws);
    y.iter_mut().zip(&draws).for_each(|(y, draw)| *y += flips.local().unwrap().at(*draw, &[], *y));
    let (predictor, report) = fit(rule, d, &x, &y).unwrap();
    let mut test = key(Purpose::Test).trial(trial);
    let error = scorer.mistakes(&predictor, &truth, &mut test).unwrap().unwrap();
    assert_eq!(error.standard_error, None);
    (error.value, predictor, report.rank)
}

/// Errors of planes on clusters and beside the sign of a coordinate, whose leading order theory has.
#[test]
fn errors_are_those_of_theory() {
    let zero = choice(target::CATALOGUE, "zero", &[]);
    let rule = |name| choice(estimator::CATALOGUE, name, &[]);
    for (distance, (n, d)) in [(2.0, (60, 240)), (2.0, (200, 50)), (3.0, (50, 400))] {
        for name in ["averaging", "least_squares"] {
            let (design, noise) = (pair(distance), flip(0.1));
            let errors: Vec<f64> =
                (0..60).map(|k| trial(&rule(name), (&design, &noise), (n, d), k).0).collect();
            let mean = errors.iter().sum::<f64>() / 60.0;
            let sd = (errors.iter().map(|e| (e - mean) * (e - mean)).sum::<f64>() / 59.0).sqrt();
            let expected = error(&rule(name), &design, &zero, &noise, (n as u64, d as u64)).unwrap();
            // Four standard errors, and what is left out, of the order of 1/n.
            let tolerance = 4.0 * sd / 60f64.sqrt() + 0.5 / n as f64;
            assert!((mean - expected).abs() < tolerance, "{name} {distance} {n} {d}: {mean} {expected}");
        }
    }
}

/// Of the multipliers y_i (K⁻¹y)_i of the interpolant of labels that do not depend on x, n P(t > √(ν/(n − 1))) are negative, t Student's
/// with ν = d − n + 2 degrees of freedom; all points support the plane of largest margin just where none is, and then it is the interpolant.
#[test]
fn all_points_support_where_the_interpolant_has_no_negative_multiplier() {
    let mut met = [0, 0];
    for ((n, d), expected, by_scipy) in [((50, 100), 7.693, 7.284), ((50, 200), 2.005, 2.049)] {
        let trials = 200;
        let one = |k: u64| {
            // Labels of clusters at distance 1e-9 depend on nothing.
            let (_, machine, support) = trial(&svm(), (&pair(1e-9), &flip(0.0)), (n, d), k);
            let law = pair(1e-9).build(design::CATALOGUE).unwrap();
            let key = Key::new(9, "labels", Purpose::Design);
            let (mut x, mut y) = (vec![0.0; n * d], vec![0.0; n]);
            law.fill(&mut key.trial(k), d, &mut x);
            law.label(&mut key.trial(k), &mut y);
            let x = nalgebra::DMatrix::from_row_slice(n, d, &x);
            let y = nalgebra::DVector::from_vec(y);
            let multipliers = (&x * x.transpose()).lu().solve(&y).unwrap();
            let negative = multipliers.iter().zip(y.iter()).filter(|(a, y)| *a * *y < 0.0).count();
            let all = support == Some(n as u64);
            assert_eq!(all, negative == 0, "{n} {d} {k}");
            if all {
                let interpolant = x.transpose() * &multipliers;
                let same =
                    plane(&machine).0.iter().zip(interpolant.iter()).all(|(a, b)| (a - b).abs() < 1e-9);
                assert!(same, "{n} {d} {k}");
            }
            [negative as f64, n as f64 - support.unwrap() as f64]
        };
        let found: Vec<[f64; 2]> = (0..trials).map(one).collect();
        for (which, expected) in [expected, by_scipy].into_iter().enumerate() {
            let mean = found.iter().map(|counts| counts[which]).sum::<f64>() / trials as f64;
            let square = found.iter().map(|counts| (counts[which] - mean).powi(2)).sum::<f64>();
            let error = (square / (trials * (trials - 1)) as f64).sqrt();
            // The second figure has an error of its own, .05.
            assert!((mean - expected).abs() < 4.0 * error.hypot(0.05), "{n} {d}: {mean} {expected}");
        }
        found.iter().for_each(|counts| met[usize::from(counts[0] == 0.0)] += 1);
    }
    assert!(met[0] > 20 && met[1] > 10, "{met:?}");
}

/// Exact errors beside counts of mistakes at points that are drawn.
#[test]
fn errors_are_shares_of_mistakes() {
    let real = |name, value| (name, Value::Real(value));
    let four = [real("distance", 2.0), ("count", Value::Whole(4)), ("labels", Value::Word("xor"))];
    let power = [("spectrum", Value::Word("power")), real("exponent", 1.0)];
    let designs = [
        pair(1.5),
        choice(design::CATALOGUE, "clusters", &four),
        choice(design::CATALOGUE, "gaussian", &power),
        choice(design::CATALOGUE, "sphere", &[]),
    ];
    for (design, intercept) in designs.iter().flat_map(|design| [(design, 0.0), (design, 0.4)]) {
        let d = 3;
        let law = design.build(design::CATALOGUE).unwrap();
        let truth = match law.clusters() {
            Some(_) => Truth::Zero,
            None => Truth::Sign(Box::new(Truth::Linear { weights: vec![1.0, -0.5, 0.2] })),
        };
        let predictor = Predictor::Linear { weights: vec![0.7, 0.2, -1.0], intercept };
        let mut scorer = Scorer::new(design.build(design::CATALOGUE).unwrap(), d);
        let found = scorer.mistakes(&predictor, &truth, &mut rng(1)).unwrap().unwrap();
        let on_sphere = design.name() == "sphere";
        assert_eq!(found.standard_error.is_none(), !(on_sphere && intercept != 0.0), "{design}");
        let count = 200_000;
        let (mut x, mut y) = (vec![0.0; count * d], vec![0.0; count]);
        law.fill(&mut rng(2), d, &mut x);
        let points = Points::new(d, &x).unwrap();
        if !law.label(&mut rng(2), &mut y) {
            truth.values(points, &mut y);
        }
        let wrong = points.rows().zip(&y).filter(|(row, y)| predictor.value(row) * **y < 0.0).count() as f64;
        let share = wrong / count as f64;
        let sd = (share * (1.0 - share) / count as f64).sqrt() + found.standard_error.unwrap_or(0.0);
        assert!((share - found.value).abs() < 4.0 * sd, "{design} {intercept}: {} {share}", found.value);
        // The same by test points, of a predictor that is not known to be a plane.
        struct Plane([f64; 3], f64);
        impl tempered_math::space::Function for Plane {
            fn values(&self, x: Points<'_>, out: &mut [f64]) {
                let one = |row: &[f64]| row.iter().zip(&self.0).map(|(x, w)| x * w).sum::<f64>() + self.1;
                x.rows().zip(out).for_each(|(row, out)| *out = one(row));
            }
            fn coefficients(&self) -> &[f64] {
                &self.0
            }
        }
        let function = Predictor::Function(Box::new(Plane([0.7, 0.2, -1.0], intercept)));
        let sampled = scorer.mistakes(&function, &truth, &mut rng(3)).unwrap().unwrap();
        let off = (sampled.value - found.value).abs();
        assert!(off < 5.0 * sampled.standard_error.unwrap() + 4.0 * sd, "{design}: {off}");
    }
}

#[test]
fn responses_that_are_no_labels_have_no_mistakes() {
    let gaussian = choice(design::CATALOGUE, "gaussian", &[]);
    let mut scorer = Scorer::new(gaussian.build(design::CATALOGUE).unwrap(), 2);
    let predictor = Predictor::Linear { weights: vec![1.0, 0.0], intercept: 0.0 };
    let truth = Truth::Linear { weights: vec![1.0, 0.0] };
    assert_eq!(scorer.mistakes(&predictor, &truth, &mut rng(1)).unwrap(), None);
}

#[test]
fn classes_of_errors_follow_the_growth_of_features() {
    let (zero, noise) = (choice(target::CATALOGUE, "zero", &[]), flip(0.2));
    let class = |name: &str, growth, risk| {
        let rule = choice(estimator::CATALOGUE, name, &[]);
        known_error(&rule, [&pair(2.0), &zero, &noise], growth, risk).unwrap().in_probability
    };
    assert_eq!(class("averaging", Growth::Fixed, Risk::Error), Some(Class::Tempered));
    assert_eq!(class("averaging", Growth::Fixed, Risk::ExcessError), Some(Class::Benign));
    assert_eq!(class("least_squares", Growth::Ratio(2.0), Risk::ExcessError), Some(Class::Tempered));
    assert_eq!(class("least_squares", Growth::Offset(0), Risk::Error), Some(Class::Catastrophic));
    assert_eq!(class("least_squares", Growth::Power(1.5), Risk::Error), Some(Class::Catastrophic));
}
