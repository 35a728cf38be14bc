//! What holds for every estimator of the catalogue.

use super::{choice, fit, normals, plane, rng};
use proptest::prelude::*;
use tempered_math::catalogue::{Choice, Value};
use tempered_math::sample::Degenerate;
use tempered_math::seed::Draws;
use tempered_math::space::estimator::CATALOGUE;
use tempered_math::space::{Points, Predictor, Sample};

/// An estimator with arguments, and the laws that it obeys.
struct Case {
    choice: Choice,
    /// Weights turn with the points.
    turns: bool,
    /// The order of the points means nothing.
    forgets_order: bool,
    /// f̂ is linear in y.
    is_linear: bool,
    /// It is a rule for labels ±1.
    needs_labels: bool,
}

impl Case {
    /// These responses, or labels that a plane separates.
    fn responses(&self, d: usize, x: &[f64], y: &[f64]) -> Vec<f64> {
        if !self.needs_labels {
            return y.to_vec();
        }
        x.chunks_exact(d).map(|row| if row[0] >= 0.0 { 1.0 } else { -1.0 }).collect()
    }
}

fn cases() -> Vec<Case> {
    let real = |name, value| (name, Value::Real(value));
    let whole = |name, value| (name, Value::Whole(value));
    let word = |name, value| (name, Value::Word(value));
    let flag = |value| ("intercept", Value::Flag(value));
    let case = |name, given: super::Arguments<'_>, laws: [bool; 3]| Case {
        choice: choice(CATALOGUE, name, given),
        turns: laws[0],
        forgets_order: laws[1],
        is_linear: laws[2],
        needs_labels: name == "svm",
    };
    let (all, sparse, random, parts) =
        ([true; 3], [false, true, false], [false, false, true], [true, false, true]);
    let points = [false, true, true];
    vec![
        case("least_squares", &[], all),
        case("least_squares", &[flag(true)], all),
        case("ridge", &[real("lambda", 0.3)], all),
        case("ridge", &[real("lambda", 0.3), flag(true)], all),
        case("ridge_path", &[real("lambda", 0.3), flag(true)], all),
        case("nuclear", &[real("lambda", 15.0), flag(true)], all),
        case("spectral", &[real("shrinkage", 0.25)], all),
        case("gradient_descent", &[real("size", 0.01), whole("steps", 20)], all),
        case("gradient_flow", &[real("time", 0.5), flag(true)], all),
        case(
            "gradient_descent",
            &[real("size", 0.01), whole("steps", 20), real("start", 0.5)],
            [false, true, false],
        ),
        case("principal_components", &[whole("components", 2)], all),
        case("one_step", &[], all),
        case("averaging", &[], all),
        case("svm", &[], [true, true, false]),
        case(
            "random_features",
            &[whole("features", 20), word("map", "relu"), real("ridge", 0.1)],
            [false, true, true],
        ),
        case("random_features", &[whole("features", 9), word("map", "fourier")], [false, true, true]),
        case(
            "random_features",
            &[whole("features", 9), word("map", "relu"), real("ridge", 0.1), whole("layers", 3)],
            [false, true, true],
        ),
        case("kernel", &[], points),
        case("kernel", &[word("function", "gaussian"), real("bandwidth", 0.4), real("ridge", 0.1)], points),
        case("kernel", &[word("function", "matern"), real("smoothness", 1.5)], points),
        case("kernel", &[word("function", "ntk")], points),
        case("kernel", &[word("function", "arc_cosine"), real("ridge", 0.3)], points),
        case("kernel", &[word("function", "spiky_smooth"), real("spike", 0.5), real("width", 0.01)], points),
        case("nearest", &[], points),
        case("nearest", &[whole("k", 3)], points),
        case("shepard", &[real("beta", 2.5)], points),
        case("local_linear", &[whole("k", 5)], points),
        case("omp", &[whole("features", 2)], sparse),
        case("lasso", &[real("lambda", 0.05), flag(true)], sparse),
        case("basis_pursuit", &[], sparse),
        case("ensemble", &[whole("members", 2), real("lambda", 0.1)], parts),
        case("ensemble", &[whole("members", 3), word("scheme", "bootstrap"), real("lambda", 0.1)], random),
        case(
            "ensemble",
            &[whole("members", 2), word("weights", "stacked"), real("lambda", 0.1)],
            [true, false, false],
        ),
        case(
            "ensemble",
            &[whole("members", 2), word("member", "lasso"), real("lambda", 0.05)],
            [false, false, false],
        ),
        case(
            "ensemble",
            &[
                whole("members", 3),
                word("scheme", "bootstrap"),
                word("member", "random_features"),
                whole("features", 9),
                word("map", "relu"),
                real("ridge", 0.1),
            ],
            [false, false, true],
        ),
        case("regmean", &[whole("parts", 2)], parts),
    ]
}

#[test]
fn every_estimator_has_a_case() {
    let cases = cases();
    for entry in CATALOGUE {
        assert!(cases.iter().any(|case| case.choice.name() == entry.name), "{}", entry.name);
        assert!(entry.summary.len() > 20 && entry.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    }
}

#[test]
fn names_are_distinct_identifiers_across_spaces() {
    let mut names: Vec<&str> = CATALOGUE.iter().map(|entry| entry.name).collect();
    names.extend(tempered_math::estimator::CATALOGUE.iter().map(|entry| entry.name));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    // These two are the same rules on the line.
    assert_eq!(names.len() + 2, count, "an estimator of one name on the line and on R^d");
    for name in ["nearest", "shepard"] {
        assert!(tempered_math::estimator::CATALOGUE.iter().any(|entry| entry.name == name));
    }
}

/// f̂ at a few places.
fn values(predictor: &Predictor, d: usize) -> Vec<f64> {
    let at = normals(&mut rng(77), 3 * d);
    let mut values = vec![0.0; 3];
    predictor.values(Points::new(d, &at).unwrap(), &mut values);
    values
}

fn near(a: &[f64], b: &[f64], within: f64) -> bool {
    let size = a.iter().chain(b).fold(1e-3f64, |most, b| most.max(b.abs()));
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= within * size)
}

#[test]
fn fits_follow_their_data() {
    for (n, d) in [(6, 4), (6, 10), (8, 8)] {
        let (x, y) = (normals(&mut rng(n as u64), n * d), normals(&mut rng(d as u64), n));
        let other = normals(&mut rng(33), n);
        // Local planes need more neighbours than there are points here.
        for case in cases().iter().filter(|case| case.choice.name() != "local_linear") {
            let told = format!("{} {n} {d}", case.choice);
            let y = case.responses(d, &x, &y);
            let of = |x: &[f64], y: &[f64]| fit(&case.choice, d, x, y).unwrap().0;
            let f = of(&x, &y);
            // The same bits again.
            assert_eq!(values(&f, d), values(&of(&x, &y), d), "{told}");
            // A unit of y.
            let scaled: Vec<f64> = y.iter().map(|y| 8.0 * y).collect();
            let label = case.choice.to_string();
            if !case.needs_labels && !label.contains("lasso") && !label.contains("start") {
                let after: Vec<f64> = values(&of(&x, &scaled), d).iter().map(|v| v / 8.0).collect();
                assert!(near(&after, &values(&f, d), 1e-10), "{told}");
            }
            if case.is_linear {
                let sum: Vec<f64> = y.iter().zip(&other).map(|(a, b)| a + b).collect();
                let g = values(&of(&x, &other), d);
                let both: Vec<f64> = values(&f, d).iter().zip(&g).map(|(f, g)| f + g).collect();
                assert!(near(&values(&of(&x, &sum), d), &both, 1e-8), "{told}");
            }
            if case.forgets_order {
                let turned: Vec<f64> = x.chunks_exact(d).rev().flatten().copied().collect();
                let back: Vec<f64> = y.iter().rev().copied().collect();
                assert!(near(&values(&of(&turned, &back), d), &values(&f, d), 1e-8), "{told}");
            }
            if case.turns {
                // A reflection in a plane that no axis is near.
                let u = normals(&mut rng(5), d);
                let square: f64 = u.iter().map(|u| u * u).sum();
                let reflect = |row: &[f64]| -> Vec<f64> {
                    let along: f64 = row.iter().zip(&u).map(|(x, u)| x * u).sum();
                    row.iter().zip(&u).map(|(x, u)| x - 2.0 * along / square * u).collect()
                };
                let moved: Vec<f64> = x.chunks_exact(d).flat_map(reflect).collect();
                let after = of(&moved, &y);
                assert!(near(plane(&after).0, &reflect(plane(&f).0), 1e-8), "{told}");
            }
            let interpolates = case.choice.build(CATALOGUE).unwrap().interpolates(n as u64, d as u64);
            let met = x.chunks_exact(d).zip(&y).all(|(row, y)| (f.value(row) - y).abs() < 1e-8);
            assert!(met == interpolates || case.needs_labels, "{told}");
            let cost = |n, d| case.choice.build(CATALOGUE).unwrap().cost(n, d);
            assert!(cost(n as u64, d as u64) > 0.0 && cost(400, 300) > cost(40, 30), "{told}");
        }
    }
}

/// Bits do not depend on where memory lies, nor on what runs beside.
#[test]
fn bits_depend_on_the_data_alone() {
    let steep = choice(CATALOGUE, "ridge", &[("lambda", Value::Real(1e-14))]);
    let choices: Vec<Choice> = cases()
        .into_iter()
        .filter(|case| !case.needs_labels)
        .map(|case| case.choice)
        .chain([steep])
        .collect();
    for (n, d) in [(7, 11), (20, 40), (33, 18), (65, 130), (130, 129)] {
        let (x, y) = (normals(&mut rng(n as u64), n * d), normals(&mut rng(d as u64), n));
        // Once with all features alike, once so steep that Cholesky does not do.
        let slopes = [1.0, 0.6].map(|shrink: f64| -> Vec<f64> {
            x.iter().enumerate().map(|(i, x)| x * shrink.powi((i % d).min(25) as i32)).collect()
        });
        for (x, choice) in slopes.iter().flat_map(|x| choices.iter().map(move |choice| (x, choice))) {
            let first = fit(choice, d, x, &y).map(|(predictor, report)| (values(&predictor, d), report));
            let again = |shift: usize| {
                // A shift of the data, and holes of odd sizes for what the fit allocates.
                let holes: Vec<Vec<f64>> = (0..shift).map(|k| vec![0.0; 2 * k + 1]).collect();
                let moved = |values: &[f64]| [vec![0.0; shift], values.to_vec()].concat();
                let (x, y) = (moved(x), moved(&y));
                let fitted = fit(choice, d, &x[shift..], &y[shift..]);
                drop(holes);
                fitted.map(|(predictor, report)| (values(&predictor, d), report))
            };
            let (first, again) = (&first, &again);
            std::thread::scope(|scope| {
                let threads: Vec<_> =
                    (0..3).map(|t| scope.spawn(move || (0..3).all(|s| *first == again(3 * t + s)))).collect();
                assert!(threads.into_iter().all(|thread| thread.join().unwrap()), "{choice} {n} {d}");
            });
        }
    }
}

/// What an instance has fitted before leaves no trace.
#[test]
fn instances_are_as_good_as_new() {
    for case in cases() {
        let mut used = case.choice.build(CATALOGUE).unwrap();
        let mut out = Predictor::default();
        for (trial, (n, d)) in
            [(9, 4), (4, 9), (30, 50), (6, 6), (50, 30), (9, 4), (2, 1)].into_iter().enumerate()
        {
            let (x, y) = (normals(&mut rng(trial as u64), n * d), normals(&mut rng(90 + trial as u64), n));
            // Steep samples between leave the scratch of other ways behind.
            for shrink in [1.0, 0.3f64] {
                let y = case.responses(d, &x, &y);
                let x: Vec<f64> =
                    x.iter().enumerate().map(|(i, x)| x * shrink.powi((i % d).min(12) as i32)).collect();
                let sample = Sample::new(Points::new(d, &x).unwrap(), &y).unwrap();
                let again = used.fit(sample, &Draws::new(5, "a fit", 0), &mut out);
                let new = fit(&case.choice, d, &x, &y);
                let told = format!("{} {n} {d} {shrink}", case.choice);
                assert_eq!(again.as_ref().err(), new.as_ref().err(), "{told}");
                if let Ok((new, report)) = new {
                    assert_eq!(again.unwrap(), report, "{told}");
                    assert_eq!(values(&out, d), values(&new, d), "{told}");
                }
            }
        }
    }
}

/// Numbers as hostile as doubles are.
fn hostile() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => -2.0..2.0,
        2 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, 1e-300, -1e-300, 5e-324, 1e300, -1e300, 1e160, 1e-160, f64::MAX]),
        1 => (-1000i32..1000).prop_map(|power| 2f64.powi(power)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_numbers_give_finite_predictors_or_a_typed_error(
        (n, d) in (1usize..7, 1usize..7),
        x in prop::collection::vec(hostile(), 36),
        y in prop::collection::vec(hostile(), 6),
    ) {
        for case in cases() {
            match fit(&case.choice, d, &x[..n * d], &case.responses(d, &x[..n * d], &y[..n])) {
                Ok((predictor, _)) => {
                    let finite = predictor.coefficients().iter().all(|c| c.is_finite());
                    prop_assert!(finite, "{}: {:?}", case.choice, predictor.coefficients());
                }
                Err(why) => prop_assert!(
                    matches!(why, Degenerate::Overflow | Degenerate::IllConditioned | Degenerate::NotConverged
                        | Degenerate::Diverged | Degenerate::Scarce | Degenerate::NotSeparable
                        | Degenerate::DuplicateX(_)),
                    "{}: {why}", case.choice
                ),
            }
        }
    }

    #[test]
    fn points_that_are_whole_numbers_have_a_typed_answer(
        (n, d) in (1usize..8, 1usize..8),
        x in prop::collection::vec(-1i8..2, 64),
        y in prop::collection::vec(-2i8..3, 8),
    ) {
        // Ranks below both sizes, and ties of correlations, are the rule here.
        let x: Vec<f64> = x[..n * d].iter().map(|x| f64::from(*x)).collect();
        let y: Vec<f64> = y[..n].iter().map(|y| f64::from(*y)).collect();
        for case in cases().iter().filter(|case| ["least_squares", "spectral", "principal_components"].contains(&case.choice.name())) {
            let fitted = fit(&case.choice, d, &x, &y);
            prop_assert!(fitted.is_ok(), "{}: {:?}", case.choice, fitted.err());
        }
        let (f, report) = fit(&choice(CATALOGUE, "least_squares", &[]), d, &x, &y).unwrap();
        let rank = nalgebra::DMatrix::from_row_slice(n, d, &x).rank(1e-9);
        prop_assert_eq!(report.rank, Some(rank as u64));
        // The residual is orthogonal to every feature.
        for k in 0..d {
            let product: f64 = x.chunks_exact(d).zip(&y).map(|(row, y)| row[k] * (y - f.value(row))).sum();
            prop_assert!(product.abs() < 1e-9, "{product}");
        }
    }
}
