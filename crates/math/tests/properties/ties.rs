//! Points that share an x: smoothers take them as they are, interpolants refuse them.

use super::cases::CASES;
use super::{choice, dyadic, few, fit_sample};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tempered_math::catalogue::{Choice, Value};
use tempered_math::estimator::{CATALOGUE, Report};
use tempered_math::predictor::Predictor;
use tempered_math::risk::{Domain, Risk};
use tempered_math::sample::Degenerate;
use tempered_math::score::{Criteria, Scorer};
use tempered_math::seed::{Key, Purpose, unit};
use tempered_math::target;

type Data = (Vec<f64>, Vec<f64>);

/// Every estimator: interpolants and smoothers.
fn choices() -> Vec<Choice> {
    CASES.iter().map(|case| case.choice(1.0, 1.0)).collect()
}

/// Each x as often as `counts` say, with labels of their own.
fn repeated(x: &[f64], counts: &[usize], seed: u64) -> Data {
    let mut rng = Key::new(seed, "ties", Purpose::Noise).trial(0);
    let places = x.iter().zip(counts).flat_map(|(x, count)| std::iter::repeat_n(*x, *count));
    places.map(|x| (x, 4.0 * unit(&mut rng) - 2.0)).unzip()
}

/// Where f̂ is compared: within gaps, away from halves and quarters, where nearest neighbours change.
fn probes(x: &[f64]) -> Vec<f64> {
    let (first, last) = (x[0], x[x.len() - 1]);
    let mut at = vec![first - 0.1 * (last - first), last + 0.1 * (last - first)];
    for pair in x.windows(2).filter(|pair| pair[0] < pair[1]) {
        at.extend([0.071_828, 0.414_213, 0.693_361, 0.914_159].map(|t| pair[0] + t * (pair[1] - pair[0])));
    }
    at
}

/// Scores on the hull and on the unit interval, so that whatever reads x has read it.
fn scores(predictor: &Predictor, report: Report, (x, y): (&[f64], &[f64])) -> Vec<Option<f64>> {
    let risks: Vec<Risk> = [1.0, 2.0].into_iter().filter_map(Risk::lp).chain([Risk::Sup]).collect();
    let mut scores = Vec::new();
    for domain in [Domain::Hull, Domain::Unit] {
        for (name, given) in [("zero", vec![]), ("sine", vec![("frequency", Value::Real(1.0))])] {
            let mut criteria = Criteria::risks(&risks, domain);
            (criteria.distances, criteria.knots_within) = (true, Some(0.01));
            let target = choice(target::CATALOGUE, name, &given).build(target::CATALOGUE).unwrap();
            let mut scorer = Scorer::new(criteria, target);
            scorer.finite_scores((x, y), (predictor, report), Some(predictor), &mut scores);
        }
    }
    scores
}

/// What is wrong with a fit to points that share an x.
fn fault(choice: &Choice, x: &[f64], y: &[f64]) -> Option<String> {
    let estimator = choice.build(CATALOGUE).unwrap();
    let first = x.windows(2).position(|pair| pair[0] == pair[1]).map(|k| Degenerate::DuplicateX(k + 1));
    let refused = estimator.sample(x, y).err();
    if refused != first.filter(|_| !estimator.takes_ties()) {
        return Some(format!("{choice} says {refused:?} of ties"));
    }
    if refused.is_some() {
        return None;
    }
    let (predictor, report) = match fit_sample(choice, x, y) {
        Ok(fitted) => fitted,
        Err(Degenerate::IllConditioned | Degenerate::Scarce | Degenerate::NotConverged) => return None,
        Err(why) => return Some(format!("{choice}: {why}")),
    };
    let miss = x.iter().zip(y).map(|(x, y)| (predictor.value(*x) - y).abs()).fold(0.0, f64::max);
    let told = predictor.train_error(x, y);
    // Steps are at their right ends, everything else is continuous.
    if (told - miss).abs() > 1e-12 * (1.0 + miss) {
        return Some(format!("{choice}: train error {told}, but the largest miss is {miss}"));
    }
    let breaks = predictor.breaks();
    if breaks.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Some(format!("{choice}: breakpoints {breaks:?}"));
    }
    if !predictor.expansion().is_finite() || !probes(x).iter().all(|at| predictor.value(*at).is_finite()) {
        return Some(format!("{choice}: a number is not finite"));
    }
    scores(&predictor, report, (x, y));
    None
}

proptest! {
    #![proptest_config(few(60))]

    #[test]
    fn every_estimator_takes_ties_or_refuses_them(
        (x, _) in dyadic(),
        counts in prop::collection::vec(prop_oneof![3 => Just(1usize), 2 => 1usize..=4, 1 => 5usize..=20], 16),
        ends in (1usize..=9, 1usize..=9),
        seed in any::<u64>(),
    ) {
        let mut counts = counts;
        counts.truncate(x.len());
        (counts[0], counts[x.len() - 1]) = ends;
        let (x, y) = repeated(&x, &counts, seed);
        let wrong: Vec<String> = choices().iter().filter_map(|choice| fault(choice, &x, &y)).collect();
        prop_assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn all_points_at_one_x_are_no_sample() {
    for choice in choices() {
        let estimator = choice.build(CATALOGUE).unwrap();
        let why = if estimator.takes_ties() { Degenerate::TooFew } else { Degenerate::DuplicateX(1) };
        assert_eq!(estimator.sample(&[0.5; 4], &[1.0; 4]).unwrap_err(), why, "{choice}");
        assert!(estimator.sample(&[0.5, 0.5, 0.4], &[1.0; 3]).is_err(), "{choice}");
    }
}

/// Labels of any size at one x, and places at the ends of what doubles tell apart: finite numbers or a typed error.
#[test]
fn ties_of_any_size_have_finite_values_or_a_typed_error() {
    let (tiny, most) = (5e-324, f64::MAX);
    let samples: [(&[f64], &[f64]); 9] = [
        (&[0.0, 0.0, 1.0], &[most, -most, 1.0]),
        (&[0.0, 0.0, 0.5, 1.0, 1.0], &[most; 5]),
        (&[0.0, 0.0, tiny, tiny], &[1.0, -1.0, 2.0, 0.0]),
        (&[0.0, -0.0, 0.0, 1.0], &[tiny, 3.0 * tiny, 0.0, -tiny]),
        (&[-most, -most, 0.0, most, most], &[1.0, 2.0, 0.0, 3.0, -1.0]),
        (&[1e9, 1e9, 1e9 + 0.5, 1e9 + 1.0, 1e9 + 1.0], &[1e9, 1e9 + 1.0, 1e9, 1e9 - 1.0, 1e9]),
        (&[0.0, 0.0, 1e-300, 1.0, 1.0], &[1e300, -1e300, 1e300, 1.0, 1.0]),
        (&[0.0, 0.0, 0.5, 0.5, 1.0], &[0.0; 5]),
        (&[0.0, 0.0, 0.5, 0.5, 1.0], &[1.0, -1.0, 2.0, -2.0, 0.0]),
    ];
    let mut fitted = 0;
    for (x, y) in samples {
        for choice in choices().into_iter().filter(|choice| choice.build(CATALOGUE).unwrap().takes_ties()) {
            let Ok((predictor, report)) = fit_sample(&choice, x, y) else { continue };
            fitted += 1;
            assert!(x.iter().all(|x| predictor.value(*x).is_finite()), "{choice} {x:?} {y:?}");
            assert!(!predictor.train_error(x, y).is_nan(), "{choice} {x:?} {y:?}");
            scores(&predictor, report, (x, y));
        }
    }
    assert!(fitted >= 50, "{fitted}");
}

/// How far f̂ is from that of points moved apart by so much, relative to the largest value; none where one is refused.
fn apart(choice: &Choice, (x, y): (&[f64], &[f64]), step: f64) -> Option<f64> {
    let mut moved = x.to_vec();
    for k in 1..moved.len() {
        if x[k] == x[k - 1] {
            moved[k] = moved[k - 1] + step;
        }
    }
    let (tied, _) = fit_sample(choice, x, y).ok()?;
    let (split, _) = fit_sample(choice, &moved, y).ok()?;
    let pairs: Vec<[f64; 2]> = probes(x).iter().map(|at| [tied.value(*at), split.value(*at)]).collect();
    let size = pairs.as_flattened().iter().chain(y).fold(0.0f64, |most, value| most.max(value.abs()));
    Some(pairs.iter().map(|[tied, split]| (tied - split).abs() / size).fold(0.0, f64::max))
}

/// f̂ depends on the data continuously: points at one x are the limit of points moved apart.
#[test]
fn ties_are_the_limit_of_points_moved_apart() {
    let counts: [&[usize]; 5] = [
        &[2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 2],
        &[1, 3, 1, 1, 1, 2, 1, 4, 1, 1, 1, 1],
        &[5, 5],
        &[3, 1, 2],
        &[1, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    ];
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    for (seed, counts) in counts.into_iter().enumerate() {
        let mut rng = Key::new(seed as u64, "places", Purpose::Design).trial(1);
        let mut place = 0.0;
        let x: Vec<f64> = counts
            .iter()
            .map(|_| {
                place += 0.02 + 0.1 * unit(&mut rng);
                place
            })
            .collect();
        let (x, y) = repeated(&x, counts, seed as u64);
        for choice in choices().into_iter().filter(|choice| choice.build(CATALOGUE).unwrap().takes_ties()) {
            let Some(miss) = apart(&choice, (&x, &y), 1e-9) else { continue };
            // Moves of 1e-9, times what a polynomial of degree nine makes of them at its ends.
            assert!(miss < 1e-5, "{choice} {counts:?}: {miss:e}");
            *done.entry(choice.to_string()).or_default() += 1;
        }
    }
    for choice in choices().into_iter().filter(|choice| choice.build(CATALOGUE).unwrap().takes_ties()) {
        assert!(done.get(&choice.to_string()).is_some_and(|count| *count >= 2), "{choice}: {done:?}");
    }
}
