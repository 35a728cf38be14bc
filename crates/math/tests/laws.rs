//! Laws over every entry of the catalogues.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use tempered_math::catalogue::{Choice, Entry, FileName, Kind, Value};
use tempered_math::predictor::{Knots, Predictor, Smooth};
use tempered_math::sample::{Degenerate, Sample};
use tempered_math::seed::{Draws, Key, Purpose};
use tempered_math::{design, estimator, noise, target};

/// Each entry with its defaults; required parameters get a value that any kind accepts, and words each of theirs.
fn choices<T: ?Sized>(catalogue: &[Entry<T>]) -> Vec<Choice> {
    let choice = |entry: &Entry<T>, word: usize| {
        let required = (entry.parameters)().into_iter().filter(|parameter| parameter.default.is_none());
        let given = required.map(|parameter| {
            let value = match parameter.kind {
                Kind::Reals => Value::Reals(vec![0.0, 0.4, 1.0]),
                Kind::Word(words) => Value::Word(words[word % words.len()]),
                Kind::Flag => Value::Flag(true),
                Kind::Whole { .. } => Value::Whole(7),
                Kind::Wholes { .. } => Value::Wholes(vec![7, 5]),
                Kind::Real { high, .. } => Value::Real(high.min(7.0)),
                Kind::Text => Value::Text("y".into()),
                Kind::Texts => Value::Texts(vec!["x".into()]),
                Kind::File => Value::File(FileName::new("table.csv")),
                Kind::Member(members) => Value::Word(members.0[0].name),
                Kind::Files => Value::Files(vec![FileName::new("worker.py")]),
                Kind::Open => Value::Unset,
            };
            (parameter.name, value)
        });
        Choice::new(entry, &given.collect::<Vec<_>>()).unwrap()
    };
    let words = |entry: &Entry<T>| {
        let required = (entry.parameters)().into_iter().filter(|parameter| parameter.default.is_none());
        let counts = required.map(|p| if let Kind::Word(words) = p.kind { words.len() } else { 1 });
        counts.max().unwrap_or(1)
    };
    catalogue.iter().flat_map(|entry| (0..words(entry)).map(|word| choice(entry, word))).collect()
}

#[test]
fn names_are_distinct_identifiers() {
    fn names<T: ?Sized>(catalogue: &[Entry<T>]) {
        for (i, entry) in catalogue.iter().enumerate() {
            assert!(entry.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", entry.name);
            assert!(catalogue[..i].iter().all(|other| other.name != entry.name), "{}", entry.name);
            assert!(!entry.summary.is_empty() && !entry.summary.ends_with('.'), "{}", entry.name);
        }
    }
    names(design::CATALOGUE);
    names(target::CATALOGUE);
    names(noise::CATALOGUE);
    names(estimator::CATALOGUE);
}

#[test]
fn every_source_file_is_in_its_catalogue() {
    for (folder, names) in [
        ("design", design::CATALOGUE.iter().map(|e| e.name).collect::<Vec<_>>()),
        ("target", target::CATALOGUE.iter().map(|e| e.name).collect()),
        ("noise", noise::CATALOGUE.iter().map(|e| e.name).collect()),
        ("estimator", estimator::CATALOGUE.iter().map(|e| e.name).collect()),
    ] {
        let path = format!("src/{folder}");
        for entry in std::fs::read_dir(path).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().trim_end_matches(".rs").to_string();
            // What entries of a catalogue share.
            let shared =
                ["mod", "law", "function", "rule", "cost", "parameters", "slope"].contains(&name.as_str());
            assert!(shared || names.contains(&name.as_str()), "{folder}/{name} is not registered");
        }
    }
}

#[test]
fn designs_increase_strictly_within_the_unit_interval_and_repeat() {
    for choice in choices(design::CATALOGUE) {
        let design = choice.build(design::CATALOGUE).unwrap();
        for n in [2, 3, 1000, 20_000] {
            let key = Key::new(9, &choice.to_string(), Purpose::Design);
            let mut points = [vec![0.0; n], vec![0.0; n]];
            points.iter_mut().for_each(|x| design.fill(&mut key.trial(5), x));
            assert_eq!(points[0], points[1], "{choice}");
            assert!(points[0].windows(2).all(|pair| pair[0] < pair[1]), "{choice}");
            assert!(points[0][0] >= 0.0 && points[0][n - 1] <= 1.0, "{choice}");
        }
    }
}

/// An entry with each of its real parameters at the least, the largest and next to the least value of its range.
fn extremes<T: ?Sized>(entry: &Entry<T>) -> Vec<Choice> {
    let mut all = vec![Vec::new()];
    for parameter in (entry.parameters)() {
        let Kind::Real { low, closed, high } = parameter.kind else { continue };
        let (low, high) = (low.max(-1e300), high.min(1e300));
        let values = [if closed { low } else { low.next_up() }, low.next_up(), high];
        let with = |given: &Vec<(&'static str, Value)>, value: f64| {
            let more = [(parameter.name, Value::Real(value))];
            given.iter().cloned().chain(more).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(|given| values.map(|value| with(given, value))).collect();
    }
    all.iter().map(|given| Choice::new(entry, given).unwrap()).collect()
}

/// Studies know no ties: interpolants would have no predictor.
#[test]
fn no_design_makes_ties() {
    for choice in choices(design::CATALOGUE).into_iter().chain(design::CATALOGUE.iter().flat_map(extremes)) {
        let design = choice.build(design::CATALOGUE).unwrap();
        let mut x = vec![0.0; 1_000_000];
        for (n, trials) in [(2, 2000), (3, 2000), (100, 200), (100_000, 2), (1_000_000, 1)] {
            let (x, y) = (&mut x[..n], vec![0.0; n]);
            for trial in 0..trials {
                design.fill(&mut Key::new(9, &choice.to_string(), Purpose::Design).trial(trial), x);
                assert!(Sample::new(x, &y).is_ok(), "{choice} n = {n} trial {trial}");
            }
        }
    }
}

#[test]
fn noises_are_symmetric_with_the_moments_they_state() {
    for choice in choices(noise::CATALOGUE) {
        let noise = choice.build(noise::CATALOGUE).unwrap();
        let count = 400_000;
        let mut draws = vec![0.0; count];
        noise.fill(&mut Key::new(4, &choice.to_string(), Purpose::Noise).trial(0), &mut draws);
        let moment = |p: f64| draws.iter().map(|z| libm::pow(z.abs(), p)).sum::<f64>() / count as f64;
        if noise.local().is_some() {
            assert!(noise.absolute_moment(2.0).is_nan(), "{choice}");
            continue;
        }
        for p in [1.0, 1.5, 2.0] {
            let variance = (noise.absolute_moment(2.0 * p) - noise.absolute_moment(p).powi(2)).max(0.0);
            let slack = 5.0 * (variance / count as f64).sqrt() + 1e-12;
            assert!((moment(p) - noise.absolute_moment(p)).abs() <= slack, "{choice} p {p}: {}", moment(p));
        }
        let signs: f64 = draws.iter().map(|z| if *z == 0.0 { 0.0 } else { z.signum() }).sum();
        assert!(signs.abs() < 5.0 * (count as f64).sqrt(), "{choice}: {signs}");
    }
}

/// Kolmogorov–Smirnov distances of the ziggurat laws, against the 10⁻⁶ point 2.69/√N.
#[test]
fn ziggurat_laws_have_their_distribution() {
    let count = 300_000;
    let distance = |name: &str, law: fn(f64) -> f64| {
        let entry = noise::CATALOGUE.iter().find(|entry| entry.name == name).unwrap();
        let noise = Choice::new(entry, &[]).unwrap().build(noise::CATALOGUE).unwrap();
        let mut draws = vec![0.0; count];
        noise.fill(&mut Key::new(11, name, Purpose::Noise).trial(1), &mut draws);
        draws.sort_by(f64::total_cmp);
        let steps = draws.iter().enumerate();
        steps.map(|(i, z)| (law(*z) - (i as f64 + 0.5) / count as f64).abs()).fold(0.0, f64::max)
    };
    let bound = 2.69 / (count as f64).sqrt();
    assert!(distance("normal", |z| 0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)) < bound);
    let laplace = |z: f64| if z < 0.0 { 0.5 * libm::exp(z) } else { 1.0 - 0.5 * libm::exp(-z) };
    assert!(distance("laplace", laplace) < bound);
}

/// Means and variances at points are those of draws, in units of their standard errors.
#[test]
fn noises_that_depend_on_the_point_have_the_moments_they_state() {
    let real = |name, value| (name, Value::Real(value));
    let cases: [(&str, &[(&str, Value)]); 4] = [
        ("heteroscedastic", &[real("sd", 0.5), real("growth", 3.0)]),
        ("heteroscedastic", &[real("growth", 0.0)]),
        ("zeroed", &[real("share", 0.2)]),
        ("zeroed", &[real("share", 1.0)]),
    ];
    for (name, given) in cases {
        let entry = noise::CATALOGUE.iter().find(|entry| entry.name == name).unwrap();
        let noise = Choice::new(entry, given).unwrap().build(noise::CATALOGUE).unwrap();
        let local = noise.local().unwrap();
        let count = 200_000;
        let mut draws = vec![0.0; count];
        noise.fill(&mut Key::new(6, name, Purpose::Noise).trial(0), &mut draws);
        for (x, label) in [([0.0, 9.0], 1.0), ([-2.0, 0.0], -3.0), ([0.5, 1.0], 0.0)] {
            let values = || draws.iter().map(|draw| local.at(*draw, &x, label));
            let (mean, variance) = (local.mean(&x, label), local.variance(&x, label));
            let found = values().sum::<f64>() / count as f64;
            assert!(
                (found - mean).abs() <= 5.0 * (variance / count as f64).sqrt(),
                "{name} {given:?} {x:?}: {found}"
            );
            let spread = values().map(|z| (z - mean) * (z - mean)).sum::<f64>() / count as f64;
            // Kurtoses here are at most 4.
            let slack = 5.0 * variance * (3.0 / count as f64).sqrt();
            assert!((spread - variance).abs() <= slack, "{name} {given:?} {x:?}: {spread} {variance}");
        }
    }
    let entry = noise::CATALOGUE.iter().find(|entry| entry.name == "zeroed").unwrap();
    assert!(Choice::new(entry, &[real("share", 1.5)]).is_err() && Choice::new(entry, &[]).is_err());
}

#[test]
fn estimators_fit_every_design_and_noise() {
    for fitter in choices(estimator::CATALOGUE) {
        let mut estimator = fitter.build(estimator::CATALOGUE).unwrap();
        for law in choices(noise::CATALOGUE) {
            for design in choices(design::CATALOGUE) {
                for n in [2, 3, 4, 5, 17, 500] {
                    let (mut x, mut y) = (vec![0.0; n], vec![0.0; n]);
                    let key = Key::new(2, &format!("{law}{design}"), Purpose::Design);
                    design.build(design::CATALOGUE).unwrap().fill(&mut key.trial(n as u64), &mut x);
                    law.build(noise::CATALOGUE).unwrap().fill(&mut key.trial(7 + n as u64), &mut y);
                    let mut predictor = Predictor::default();
                    let content = format!("{law}{design}{fitter}");
                    let draws = Draws::new(2, &content, n as u64);
                    let case = format!("{content} {n}");
                    match estimator.fit(Sample::new(&x, &y).unwrap(), &draws, &mut predictor) {
                        Err(Degenerate::IllConditioned) => continue,
                        fitted => fitted.unwrap_or_else(|why| panic!("{case}: {why}")),
                    };
                    let miss = predictor.train_error(&x, &y);
                    match &predictor {
                        Predictor::PiecewiseLinear(knots) => {
                            assert!(!estimator.interpolates() || miss == 0.0, "{case}: {miss}");
                            knots_are_in_order(knots, &x, &case);
                        }
                        Predictor::Smooth(smooth) => {
                            let size = y.iter().fold(0.0f64, |most, y| most.max(y.abs()));
                            assert!(!estimator.interpolates() || miss <= 1e-7 * size, "{case}: {miss}");
                            pieces_are_in_order(smooth, &case);
                        }
                    }
                }
            }
        }
    }
}

fn knots_are_in_order(knots: &Knots, x: &[f64], case: &str) {
    let n = x.len();
    assert_eq!(knots.hull().len(), n + knots.inner.len(), "{case}");
    let data = knots.hull().filter(|k| !knots.inner.contains(k)).map(|k| knots.x[k]);
    assert!(data.eq(x.iter().copied()), "{case}");
    assert!(knots.x.windows(2).all(|pair| pair[0] < pair[1]), "{case}");
    // The network Σ c (x − τ)₊ + skip passes through the last point as well.
    let (slope, intercept) = knots.skip();
    let end = x[n - 1];
    let network = knots.x.iter().zip(&knots.change).map(|(t, c)| c * (end - t).max(0.0)).sum::<f64>();
    let size = knots.change.iter().map(|c| c.abs()).sum::<f64>() + slope.abs();
    let miss = network + slope * end + intercept - knots.y[knots.hull().end - 1];
    assert!(miss.abs() <= 1e-11 * (1.0 + size), "{case}");
}

/// Breakpoints increase, many points at once have the values of each alone, and lists of units are even.
fn pieces_are_in_order(smooth: &Smooth, case: &str) {
    assert!(smooth.breaks.windows(2).all(|pair| pair[0] < pair[1]), "{case}");
    for piece in 0..=smooth.breaks.len() {
        let before = piece.checked_sub(1).map(|k| smooth.breaks[k]);
        let ends = (before, smooth.breaks.get(piece).copied());
        let (low, high) = match ends {
            (Some(low), Some(high)) => (low, high),
            (Some(low), None) => (low, low + 1.0),
            (None, Some(high)) => (high - 1.0, high),
            (None, None) => (0.0, 1.0),
        };
        let points = [0.0, 0.3, 0.7, 1.0].map(|t| low + (high - low) * t);
        let mut values = [0.0; 4];
        smooth.pieces.values(piece, &points, &mut values);
        for (at, value) in points.iter().zip(values) {
            let mut alone = [0.0];
            smooth.pieces.values(piece, &[*at], &mut alone);
            assert!(value.is_finite() && alone[0].to_bits() == value.to_bits(), "{case}: {at}");
            if *at > low && *at < high {
                assert_eq!(smooth.value(*at).to_bits(), value.to_bits(), "{case}: {at}");
            }
        }
    }
    let units = smooth.pieces.units();
    assert_eq!(units.outer.len(), units.bias.len(), "{case}");
    assert!(units.inner.is_empty() || units.inner.len() == units.outer.len(), "{case}");
    let numbers = [&units.outer, &units.inner, &units.bias].into_iter().flatten();
    assert!(
        numbers.chain([&units.skip_slope, &units.skip_intercept]).all(|number| number.is_finite()),
        "{case}"
    );
}

/// After so many steps a network is what training of so many steps leaves; a checkpoint that training does not reach is
/// not shown.
#[test]
fn checkpoints_are_shorter_trainings() {
    let (x, y) = ([0.1, 0.3, 0.35, 0.6, 0.9], [1.0, -0.5, 0.25, 0.75, -1.0]);
    let mut trained = 0;
    for choice in choices(estimator::CATALOGUE) {
        let entry = estimator::CATALOGUE.iter().find(|entry| entry.name == choice.name()).unwrap();
        let steps = |steps: u64| {
            let mut given: Vec<(&str, Value)> = choice.arguments().to_vec();
            given.iter_mut().filter(|(name, _)| *name == "steps").for_each(|(_, v)| *v = Value::Whole(steps));
            Choice::new(entry, &given).unwrap().build(estimator::CATALOGUE).unwrap()
        };
        let (sample, draws) = (Sample::new(&x, &y).unwrap(), Draws::new(2, "checkpoints", 3));
        let mut shown = Vec::new();
        let mut show = |predictor: Predictor, report: estimator::Report| shown.push((predictor, report));
        let mut last = Predictor::default();
        let mut estimator = steps(30);
        let report =
            estimator.fit_with_checkpoints(sample, &draws, &[1, 12, 29, 30, 99], &mut show, &mut last);
        let Ok(report) = report else { continue };
        if !estimator.trains() {
            assert!(shown.is_empty() && report.steps.is_none(), "{choice}");
            continue;
        }
        trained += 1;
        assert_eq!(report.steps, Some(30), "{choice}");
        assert_eq!(shown.len(), 3, "{choice}");
        for (count, (predictor, report)) in [1, 12, 29].into_iter().zip(&shown) {
            let mut alone = Predictor::default();
            assert_eq!(steps(count).fit(sample, &draws, &mut alone).unwrap(), *report, "{choice} {count}");
            for at in [-0.5, 0.0, 0.2, 0.36, 0.77, 1.5] {
                assert_eq!(predictor.value(at).to_bits(), alone.value(at).to_bits(), "{choice} {count} {at}");
            }
        }
    }
    assert!(trained >= 10, "{trained}");
}

#[test]
fn bad_samples_have_typed_errors() {
    let bad = |x: &[f64], y: &[f64]| Sample::new(x, y).unwrap_err();
    assert_eq!(bad(&[0.0], &[1.0]), Degenerate::TooFew);
    assert_eq!(bad(&[0.0, 1.0], &[1.0]), Degenerate::Lengths);
    assert_eq!(bad(&[0.0, 0.0, 1.0], &[1.0; 3]), Degenerate::DuplicateX(1));
    assert_eq!(bad(&[0.0, 2.0, 1.0], &[1.0; 3]), Degenerate::Unsorted(2));
    assert_eq!(bad(&[0.0, 1.0, 2.0], &[1.0, f64::NAN, 1.0]), Degenerate::NotFinite(1));
    assert_eq!(bad(&[0.0, 1.0, f64::INFINITY], &[1.0; 3]), Degenerate::NotFinite(2));
}
