//! Designs and targets: moments, places and pinned numbers.

use super::{choice, rng};
use tempered_math::catalogue::{Choice, FileName, Value};
use tempered_math::space::design::{self, Design, Support};
use tempered_math::space::target::{self, Target, Truth};
use tempered_math::space::{Points, Sample, design::CATALOGUE};

fn designs() -> Vec<(Choice, Box<dyn Design>)> {
    let word = |word| ("spectrum", Value::Word(word));
    let real = |name, value| (name, Value::Real(value));
    let listed = Value::Reals(vec![2.0, 0.5, 0.0, 1.0]);
    let spiked = [word("spiked"), ("spikes", Value::Whole(1)), real("height", 2.0), real("mass", 1.5)];
    let choices = vec![
        choice(CATALOGUE, "gaussian", &[]),
        choice(CATALOGUE, "gaussian", &[word("power"), real("exponent", 1.5)]),
        choice(CATALOGUE, "gaussian", &[word("exponential"), real("rate", 0.5)]),
        choice(CATALOGUE, "gaussian", &spiked),
        choice(CATALOGUE, "gaussian", &[word("log_power"), real("exponent", 2.0)]),
        choice(CATALOGUE, "gaussian", &[word("listed"), ("values", listed)]),
        choice(CATALOGUE, "sphere", &[]),
        choice(CATALOGUE, "cube", &[]),
        choice(CATALOGUE, "torus", &[]),
        choice(CATALOGUE, "hypercube", &[]),
        choice(CATALOGUE, "student", &[real("df", 9.0)]),
        choice(CATALOGUE, "clusters", &[real("distance", 1.5), ("count", Value::Whole(4)), real("sd", 0.5)]),
    ];
    choices.into_iter().map(|choice| (choice.clone(), choice.build(CATALOGUE).unwrap())).collect()
}

/// Means, variances and correlations of draws, in units of their standard errors.
fn holds_its_moments(label: &str, d: usize, x: &[f64], mean: f64, spectrum: &[f64], error: f64) {
    let n = (x.len() / d) as f64;
    for k in 0..d {
        let column = || x.iter().skip(k).step_by(d);
        let sd = spectrum[k].sqrt();
        let m = column().sum::<f64>() / n;
        assert!((m - mean).abs() <= 5.0 * error * sd / n.sqrt(), "{label}: mean {m} of {k}");
        let v = column().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        // Kurtoses here are at most 4.2.
        assert!(
            (v - spectrum[k]).abs() <= 9.0 * error * spectrum[k] / n.sqrt() + 1e-9,
            "{label}: variance {v} of {k}"
        );
        for j in 0..k {
            let product = |row: &[f64]| (row[j] - mean) * (row[k] - mean);
            let c = x.chunks_exact(d).map(product).sum::<f64>() / n;
            let scale = (spectrum[j] * spectrum[k]).sqrt();
            assert!(
                c.abs() <= 6.0 * error * scale / n.sqrt() + 1e-9,
                "{label}: covariance {c} of {j} and {k}"
            );
        }
    }
}

#[test]
fn draws_have_the_spectrum_and_the_mean() {
    for (choice, design) in designs() {
        let d = 4;
        assert_eq!(design.check(d), Ok(()));
        let spectrum = design.spectrum(d);
        assert_eq!(spectrum.len(), d);
        let mut x = vec![0.0; 40_000 * d];
        design.fill(&mut rng(1), d, &mut x);
        holds_its_moments(&choice.to_string(), d, &x, design.mean(), &spectrum, 1.0);
        assert_eq!(design.mean_is_zero(), !["cube", "torus"].contains(&choice.name()));
        assert_eq!(design.is_gaussian(), choice.name() == "gaussian");
        // A lattice of uniform numbers, moved through the same law: far better than draws.
        let n = 100_003;
        let ratios = [0.732_050_807_568_877, 0.236_067_977_499_79, 0.645_751_311_064_59, 0.316_624_790_355_4];
        let mut u: Vec<f64> = (0..n * d).map(|i| (0.5 + (i / d) as f64 * ratios[i % d]).fract()).collect();
        let before = u.clone();
        if design.map_uniform(d, &mut u) {
            holds_its_moments(&choice.to_string(), d, &u, design.mean(), &spectrum, 0.3);
        } else {
            assert!(choice.name() == "student" && u == before);
        }
        for row in x.chunks_exact(d).take(1000) {
            match design.support(d) {
                Some(Support::Sphere(r)) => {
                    assert!((row.iter().map(|x| x * x).sum::<f64>().sqrt() - r).abs() < 1e-13);
                }
                Some(Support::Cube(half)) => assert!(row.iter().all(|x| (x - design.mean()).abs() <= half)),
                None => {}
            }
        }
    }
}

#[test]
fn labels_and_first_numbers_are_pinned() {
    let labels: Vec<String> = designs().iter().map(|(choice, _)| choice.to_string()).collect();
    assert_eq!(labels[1], "gaussian(spectrum=power, exponent=1.5)");
    assert_eq!((&*labels[6], &*labels[10]), ("sphere", "student(df=9)"));
    let first = |design: &dyn Design| {
        let mut x = [0.0; 8];
        design.fill(&mut rng(2), 4, &mut x);
        x[5]
    };
    let numbers: Vec<f64> = designs().iter().map(|(_, design)| first(&**design)).collect();
    assert_eq!(numbers, PINNED);
}

const PINNED: [f64; 12] = [
    0.15305827465801225,
    0.09100899461667442,
    0.09283453630280161,
    0.10822854392739356,
    0.09851386612341942,
    0.10822854392739356,
    0.23805340067465125,
    0.043447006565661805,
    0.043447006565661805,
    1.0,
    -0.8991249697510727,
    1.4762826627584325,
];

#[test]
fn numbers_of_another_spectrum_are_refused() {
    let new = |given: &[(&str, Value)]| Choice::new(&CATALOGUE[0], given).map_err(|why| why.to_string());
    let word = |word| ("spectrum", Value::Word(word));
    let real = |name, value| (name, Value::Real(value));
    for (given, part) in [
        (vec![real("exponent", 2.0)], "exponent: is of another"),
        (vec![word("power")], "exponent: must be given"),
        (vec![word("power"), real("exponent", 2.0), real("rate", 1.0)], "rate: is of another"),
        (vec![word("log_power"), real("exponent", 1.0)], "exponent: must be above 1"),
        (vec![word("spiked"), ("spikes", Value::Whole(2)), real("height", 1.0)], "mass: must be given"),
        (vec![word("listed")], "values: must be given"),
        (vec![word("listed"), ("values", Value::Reals(vec![1.0, -1.0]))], "values: must hold"),
    ] {
        assert!(new(&given).unwrap_err().starts_with(part), "{part}");
    }
    let check = |place: usize, d: usize| designs()[place].1.check(d);
    assert!(check(3, 1).is_err() && check(3, 2).is_ok() && check(5, 3).is_err() && check(5, 4).is_ok());
}

#[test]
fn the_tail_of_the_logarithms_is_what_is_left_of_the_sum() {
    let design = &designs()[4].1;
    assert!((design.spectrum_tail(4000) - 0.1206).abs() < 5e-5);
    let sum = |from: usize, to: usize| design.spectrum(to)[from..].iter().sum::<f64>();
    for d in [1, 10, 100, 6_000] {
        let rest = design.spectrum_tail(d) - design.spectrum_tail(200_000);
        assert!((rest - sum(d, 200_000)).abs() < 1e-4 * rest, "{d}");
    }
    assert_eq!(designs()[1].1.spectrum_tail(5), 0.0);
}

fn target(name: &str, given: super::Arguments<'_>) -> Box<dyn Target> {
    choice(target::CATALOGUE, name, given).build(target::CATALOGUE).unwrap()
}

#[test]
fn linear_targets_have_their_length_and_direction() {
    let spectrum = [4.0, 1.0, 0.25];
    let weights = |word, list: &[f64], trial| {
        let given = [
            ("norm", Value::Real(3.0)),
            ("direction", Value::Word(word)),
            ("weights", if list.is_empty() { Value::Unset } else { Value::Reals(list.to_vec()) }),
        ];
        let target = target("linear", &given);
        assert_eq!(target.is_fixed(), word != "random");
        match target.draw(&mut rng(trial), &spectrum) {
            Truth::Linear { weights } => weights,
            _ => panic!("not linear"),
        }
    };
    let near = |a: &[f64], b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14);
    let third = 3f64.sqrt();
    assert!(near(&weights("first", &[], 0), [3.0, 0.0, 0.0]));
    assert!(near(&weights("ones", &[], 0), [third, third, third]));
    assert!(near(&weights("spectrum", &[], 0), [2.0, 1.0, 0.5].map(|w| w * 3.0 / 5.25f64.sqrt())));
    assert!(near(&weights("given", &[1e300, -1e300, 1e300], 0), [third, -third, third]));
    let random: Vec<Vec<f64>> = (0..2000).map(|trial| weights("random", &[], trial)).collect();
    for k in 0..3 {
        let mean = |power: i32| random.iter().map(|w| w[k].powi(power)).sum::<f64>() / 2000.0;
        assert!(mean(1).abs() < 0.2 && (mean(2) - 3.0).abs() < 0.3);
    }
    let refused = |name: &str, given: super::Arguments<'_>| {
        Choice::new(target::CATALOGUE.iter().find(|entry| entry.name == name).unwrap(), given).is_err()
    };
    assert!(refused("linear", &[("direction", Value::Word("given"))]));
    assert!(refused("linear", &[("weights", Value::Reals(vec![1.0]))]));
    assert!(refused("polynomial", &[("coefficients", Value::Reals(Vec::new()))]));
    let given = [("direction", Value::Word("given")), ("weights", Value::Reals(vec![1.0, 2.0]))];
    assert!(target("linear", &given).check(3).is_err() && target("linear", &given).check(2).is_ok());
}

#[test]
fn linear_targets_may_be_normal_and_sparse() {
    let drawn =
        |given: super::Arguments<'_>, trial| match target("linear", given).draw(&mut rng(trial), &[1.0; 5]) {
            Truth::Linear { weights } => weights,
            _ => panic!("not linear"),
        };
    let norm = ("norm", Value::Real(2.0));
    let ones = [norm.clone(), ("direction", Value::Word("ones")), ("support", Value::Whole(4))];
    assert!(drawn(&ones, 0).iter().zip([1.0, 1.0, 1.0, 1.0, 0.0]).all(|(w, one)| (w - one).abs() < 1e-15));
    assert!(target("linear", &ones).check(3).is_err() && target("linear", &ones).check(4).is_ok());
    // Each of the first two weights is N(0, 2²/2).
    let normal = [
        norm.clone(),
        ("direction", Value::Word("random")),
        ("length", Value::Word("normal")),
        ("support", Value::Whole(2)),
    ];
    let all: Vec<Vec<f64>> = (0..4000).map(|trial| drawn(&normal, trial)).collect();
    let moment = |of: &dyn Fn(&[f64]) -> f64| all.iter().map(|w| of(w)).sum::<f64>() / 4000.0;
    assert!(all.iter().all(|w| w[2..] == [0.0; 3]));
    // Standard errors .045, .045 and .3: the fourth moment of N(0, 2) is 12, that of a length of 2 would be 6.
    assert!((moment(&|w| w[0] * w[0]) - 2.0).abs() < 0.2 && moment(&|w| w[0] * w[1]).abs() < 0.15);
    assert!((moment(&|w| w[1].powi(4)) - 12.0).abs() < 2.5);
    let refused = |given: super::Arguments<'_>| {
        Choice::new(target::CATALOGUE.iter().find(|entry| entry.name == "linear").unwrap(), given).is_err()
    };
    assert!(refused(&[("length", Value::Word("normal"))]));
    let weights = ("weights", Value::Reals(vec![1.0, 2.0]));
    assert!(refused(&[("direction", Value::Word("given")), weights, ("support", Value::Whole(1))]));
}

#[test]
fn functions_of_a_direction_are_what_they_say() {
    let row = [-2.0, 5.0];
    for (link, value) in [
        ("relu", 0.0),
        ("abs", 2.0),
        ("square", 4.0),
        ("cube", -8.0),
        ("tanh", (-2.0f64).tanh()),
        ("sine", (-2.0f64).sin()),
        ("sign", -1.0),
    ] {
        let given = [("link", Value::Word(link)), ("amplitude", Value::Real(3.0))];
        let truth = target("single_index", &given).draw(&mut rng(0), &[1.0, 1.0]);
        assert!((truth.value(&row) - 3.0 * value).abs() < 1e-15, "{link}");
        assert!(truth.weights().is_none());
    }
    let given = [("coefficients", Value::Reals(vec![1.0, 0.0, 2.0, -1.0]))];
    let truth = target("polynomial", &given).draw(&mut rng(0), &[1.0, 1.0]);
    let mut values = [0.0; 2];
    truth.values(Points::new(2, &[-2.0, 5.0, 3.0, 5.0]).unwrap(), &mut values);
    assert_eq!(values, [1.0 + 8.0 + 8.0, 1.0 + 18.0 - 27.0]);
}

/// E f*² of a teacher over weights is amplitude² E φ(z)², z standard normal where the points have the length √Σλ.
#[test]
fn teachers_have_their_amplitude() {
    for (word, square) in [("relu", 0.5), ("tanh", 0.394_294)] {
        let given =
            [("activation", Value::Word(word)), ("amplitude", Value::Real(2.0)), ("width", Value::Whole(5))];
        let target = target("teacher", &given);
        let row = [3f64.sqrt(), 0.0, 3f64.sqrt()];
        let value = |trial| target.draw(&mut rng(trial), &[2.0, 2.0, 2.0]).value(&row);
        let mean = (0..6_000).map(|trial| value(trial) * value(trial)).sum::<f64>() / 6_000.0;
        // The kurtosis of a sum of five is below 10.
        assert!(
            (mean - 4.0 * square).abs() < 5.0 * 4.0 * square * (9.0f64 / 6_000.0).sqrt(),
            "{word}: {mean}"
        );
        assert!(value(1) == value(1) && value(1) != value(2));
    }
}

#[test]
fn every_choice_builds_from_its_defaults_or_says_what_is_missing() {
    for name in design::CATALOGUE
        .iter()
        .map(|entry| entry.name)
        .filter(|name| !["student", "clusters", "rows"].contains(name))
    {
        assert_eq!(choice(CATALOGUE, name, &[]).name(), name);
    }
}

/// A choice names a table and holds none: nothing that is drawn from it passes for a sample.
#[test]
fn rows_are_no_law() {
    let text = |name, text: &str| (name, Value::Text(text.into()));
    let file = ("file", Value::File(FileName::new("/a/data.csv")));
    let features = ("features", Value::Texts(vec!["b".into(), "c=d".into()]));
    let rows = choice(CATALOGUE, "rows", &[file, text("response", "y"), features, ("d", Value::Whole(2))]);
    assert_eq!(
        rows.to_string(),
        "rows(d=2, file=data.csv, response=y, features=[b, \"c\\u003dd\"], standardise=false)"
    );
    let design = rows.build(CATALOGUE).unwrap();
    let mut x = [0.0; 4];
    design.fill(&mut rng(1), 2, &mut x);
    assert!(x.iter().all(|x| x.is_nan()) && design.check(2).is_err());
    assert!(Sample::new(Points::new(2, &x).unwrap(), &[0.0; 2]).is_err());
}
