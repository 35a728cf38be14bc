//! What estimators declare of themselves.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use tempered_math::catalogue::{Choice, Entry, Value};
use tempered_math::risk::Domain;
use tempered_math::theory::{Class, Known, Setting};
use tempered_math::{design, estimator, noise, target};

fn choice<T: ?Sized>(catalogue: &[Entry<T>], name: &str, given: &[(&str, Value)]) -> Choice {
    Choice::new(catalogue.iter().find(|entry| entry.name == name).unwrap(), given).unwrap()
}

fn on(rule: &Choice, design: &Choice, p: f64, domain: Domain) -> Option<Known> {
    let noise = choice(noise::CATALOGUE, "normal", &[("sd", Value::Real(2.0))]);
    let target = choice(target::CATALOGUE, "zero", &[]);
    estimator::known(rule, &Setting { design, target: &target, noise: &noise, p, domain })
}

fn of(estimator: &Choice, design: &str, p: f64, domain: Domain) -> Option<Known> {
    on(estimator, &choice(design::CATALOGUE, design, &[]), p, domain)
}

#[test]
fn the_splines_limits_are_those_of_its_integral() {
    let spline = choice(estimator::CATALOGUE, "linear_spline", &[]);
    for (p, limit) in [(1.0, 0.647573), (1.5, 0.631666), (2.0, 2.0 / 3.0), (3.0, 0.884622), (4.0, 1.4)] {
        let found = of(&spline, "grid", p, Domain::Hull).unwrap().limit.unwrap();
        assert!((found / 2f64.powf(p) - limit).abs() < 1e-6, "p {p}: {found}");
    }
}

#[test]
fn classes_are_those_of_the_theorems() {
    use Class::{Catastrophic, Tempered};
    let spline = choice(estimator::CATALOGUE, "linear_spline", &[]);
    let clamped = choice(estimator::CATALOGUE, "linear_spline", &[("ends", Value::Word("clamp"))]);
    let least = choice(estimator::CATALOGUE, "min_norm", &[]);
    let free = choice(estimator::CATALOGUE, "min_norm", &[("penalise_bias", Value::Flag(false))]);
    let classes = |estimator: &Choice, design: &str, p: f64, domain: Domain| {
        let known = of(estimator, design, p, domain)?;
        Some((known.in_probability?, known.in_expectation?))
    };
    for p in [1.0, 1.9, 2.0, 4.0] {
        let random = if p < 2.0 { Tempered } else { Catastrophic };
        assert_eq!(classes(&spline, "uniform", p, Domain::Hull), Some((Tempered, Tempered)));
        assert_eq!(classes(&spline, "uniform", p, Domain::Unit), Some((Tempered, Catastrophic)));
        assert_eq!(classes(&clamped, "uniform", p, Domain::Unit), Some((Tempered, Tempered)));
        assert_eq!(classes(&least, "uniform", p, Domain::Hull), Some((random, random)));
        assert_eq!(classes(&least, "uniform", p, Domain::Unit), Some((random, Catastrophic)));
        assert_eq!(classes(&least, "grid", p, Domain::Unit), Some((Tempered, Tempered)));
        assert_eq!(classes(&free, "uniform", p, Domain::Hull), None);
        assert_eq!(classes(&spline, "jittered_grid", p, Domain::Hull), Some((Tempered, Tempered)));
        let met = if p < 2.0 { Tempered } else { Catastrophic };
        assert_eq!(classes(&spline, "jittered_grid", p, Domain::Unit), Some((Tempered, met)));
        assert_eq!(classes(&least, "jittered_grid", p, Domain::Hull), None);
    }
}

/// A grid that is not moved is the grid, and one whose points cannot meet has no steep first line.
#[test]
fn parameters_of_designs_count() {
    let jittered = |jitter| choice(design::CATALOGUE, "jittered_grid", &[("jitter", Value::Real(jitter))]);
    let least = choice(estimator::CATALOGUE, "min_norm", &[]);
    let of = |jitter| on(&least, &jittered(jitter), 2.0, Domain::Hull);
    assert_eq!((of(0.0).and_then(|known| known.in_probability), of(0.5)), (Some(Class::Tempered), None));
    let spline = choice(estimator::CATALOGUE, "linear_spline", &[]);
    let mean = |jitter| on(&spline, &jittered(jitter), 2.0, Domain::Unit).unwrap().in_expectation;
    assert_eq!((mean(0.9), mean(1.0)), (Some(Class::Tempered), Some(Class::Catastrophic)));
}

#[test]
fn polynomials_of_fixed_degree_average_noise_away() {
    let of = |degree, design: &str, domain| {
        let polynomial = choice(estimator::CATALOGUE, "polynomial", &[("degree", Value::Whole(degree))]);
        of(&polynomial, design, 3.0, domain).map(|known| (known.in_probability, known.in_expectation))
    };
    let benign = Some(Class::Benign);
    for (degree, design, domain, in_expectation) in [
        (0, "uniform", Domain::Unit, benign),
        (1, "uniform", Domain::Hull, benign),
        (1, "uniform", Domain::Unit, None),
        (2, "uniform", Domain::Hull, None),
        (9, "grid", Domain::Unit, benign),
    ] {
        assert_eq!(of(degree, design, domain), Some((benign, in_expectation)), "{degree} {design}");
    }
    assert_eq!(of(9, "jittered_grid", Domain::Unit), Some((benign, benign)));
}

#[test]
fn noise_without_the_moments_is_left_to_the_data() {
    let spline = choice(estimator::CATALOGUE, "linear_spline", &[]);
    let noise = choice(noise::CATALOGUE, "student_t", &[("df", Value::Real(2.5))]);
    let of = |p| {
        let (grid, zero) = (choice(design::CATALOGUE, "grid", &[]), choice(target::CATALOGUE, "zero", &[]));
        estimator::known(
            &spline,
            &Setting { design: &grid, target: &zero, noise: &noise, p, domain: Domain::Hull },
        )
    };
    assert!(of(2.0).is_some() && of(3.0).is_none());
}
