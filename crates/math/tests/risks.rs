//! Risks and scores against fifty-digit references, made by `references/generate.py`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use serde_json::Value as Json;
use tempered_math::catalogue::{Choice, Entry, Value};
use tempered_math::estimator::Report;
use tempered_math::predictor::Predictor;
use tempered_math::risk::{Domain, Exponent, Risk};
use tempered_math::sample::{Degenerate, Sample};
use tempered_math::score::{Scorer, columns};
use tempered_math::seed::Draws;
use tempered_math::{estimator, target};

fn references() -> Json {
    serde_json::from_str(include_str!("references/risks.json")).unwrap()
}

fn real(json: &Json) -> f64 {
    json.as_f64().unwrap_or_else(|| json.as_str().unwrap().parse().unwrap())
}

fn reals(json: &Json) -> Vec<f64> {
    json.as_array().unwrap().iter().map(real).collect()
}

fn build<T: ?Sized>(catalogue: &'static [Entry<T>], name: &str, arguments: &[(&str, Value)]) -> Box<T> {
    let entry = catalogue.iter().find(|entry| entry.name == name).unwrap();
    Choice::new(entry, arguments).unwrap().build(catalogue).unwrap()
}

/// The target that a reference names.
fn target_of(json: &Json) -> Box<dyn target::Target> {
    let parameter = |(key, value): (&String, &Json)| {
        let value = if value.is_array() { Value::Reals(reals(value)) } else { Value::Real(real(value)) };
        (key.clone(), value)
    };
    let given: Vec<(String, Value)> =
        json.as_object().unwrap().iter().filter(|(key, _)| *key != "name").map(parameter).collect();
    let given: Vec<(&str, Value)> = given.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    build(target::CATALOGUE, json["name"].as_str().unwrap(), &given)
}

#[test]
fn pieces_have_twelve_digits() {
    let references = references();
    for case in references["pieces"].as_array().unwrap() {
        let [p, u, v, length] = ["p", "u", "v", "length"].map(|name| real(&case[name]));
        let exponent = Exponent::new(p).unwrap();
        let want = real(&case["value"]);
        let mut pieces = Vec::new();
        exponent.integrals(&[0.0, length], &[u, v], &mut pieces);
        for got in [exponent.integral(u, v, length), pieces[0]] {
            assert!((got - want).abs() <= 1e-12 * want, "{case}: {got}");
        }
    }
}

#[test]
fn scores_of_every_target_domain_and_end_have_twelve_digits() {
    let references = references();
    let powers = reals(&references["scores"]["powers"]);
    let mut risks: Vec<Risk> = powers.iter().map(|p| Risk::lp(*p).unwrap()).collect();
    risks.push(Risk::Sup);
    let names = columns(&risks, Domain::Hull);
    let at = |name: &str| names.iter().position(|column| column == name).unwrap();
    let cases = references["scores"]["cases"].as_array().unwrap();
    assert_eq!(cases.len(), target::CATALOGUE.len() * 8);
    for case in cases {
        let (x, y) = (reals(&case["x"]), reals(&case["y"]));
        let ends = Value::Word(if case["ends"] == "clamp" { "clamp" } else { "extend" });
        let mut fitter = build(estimator::CATALOGUE, "linear_spline", &[("ends", ends)]);
        let mut predictor = Predictor::default();
        fitter.fit(Sample::new(&x, &y).unwrap(), &Draws::new(0, "tests", 0), &mut predictor).unwrap();
        let domain = if case["domain"] == "hull" { Domain::Hull } else { Domain::Unit };
        let mut scores = Vec::new();
        Scorer::new(&risks, domain, target_of(&case["target"]))
            .score((&x, &y), (&predictor, Report::default()), &mut scores)
            .unwrap();
        let digits = if case["target"]["name"] == "sine" { 1e-10 } else { 1e-12 };
        let close = |column: String, want: f64| {
            let got = scores[at(&column)].unwrap();
            assert!((got - want).abs() <= digits * want, "{column} of {case}: {got}, not {want}");
        };
        for (k, risk) in risks.iter().take(powers.len()).enumerate() {
            close(format!("risk_{}", risk.suffix()), real(&case["risks"][k]));
            close(format!("gap_max_{}", risk.suffix()), real(&case["gaps"][k]));
        }
        close("risk_sup".into(), real(&case["supremum"]));
        assert_eq!(scores[at("hull_low")], Some(x[0]));
        assert_eq!(scores[at("hull_high")], Some(x[x.len() - 1]));
        assert_eq!(scores[at("train_error")], Some(0.0));
        assert_eq!(scores[at("depth_max")], Some(0.0));
        let size = predictor.knots().unwrap().size();
        assert_eq!(scores[at("norm")], Some(size.norm));
        assert_eq!(scores[at("variation")], Some(size.variation));
        assert_eq!(scores[at("rank")], None);
        let error = scores[at("quadrature_error")].unwrap();
        assert!(if case["target"]["name"] == "sine" { error > 0.0 && error <= 1e-9 } else { error == 0.0 });
    }
}

/// A kink inside a gap: its depth, and one gap's contribution made of two pieces.
#[test]
fn a_gap_with_a_kink_is_one_gap() {
    // Slopes −1, (0), 1, (0), −1 around the points: the two middle gaps' outer lines meet inside them.
    let x = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    let y = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
    let mut predictor = Predictor::default();
    build(estimator::CATALOGUE, "min_norm", &[])
        .fit(Sample::new(&x, &y).unwrap(), &Draws::new(0, "tests", 0), &mut predictor)
        .unwrap();
    let knots = predictor.knots().unwrap();
    assert_eq!(knots.inner.len(), 2);
    assert_eq!((knots.x[knots.inner[0]], knots.y[knots.inner[0]]), (1.5, -0.5));
    assert_eq!((knots.x[knots.inner[1]], knots.y[knots.inner[1]]), (3.5, 1.5));
    let risks = [Risk::lp(1.0).unwrap(), Risk::Sup];
    let mut scores = Vec::new();
    let zero = build(target::CATALOGUE, "zero", &[]);
    Scorer::new(&risks, Domain::Hull, zero)
        .score((&x, &y), (&predictor, Report::default()), &mut scores)
        .unwrap();
    let names = columns(&risks, Domain::Hull);
    let score = |name: &str| scores[names.iter().position(|column| column == name).unwrap()].unwrap();
    assert_eq!(score("depth_max"), 0.5);
    assert_eq!(score("risk_sup"), 1.5);
    assert_eq!(score("risk_l1"), 0.5 + 0.25 + 0.5 + 1.25 + 0.5);
    assert_eq!(score("gap_max_l1"), 1.25);
}

#[test]
fn scores_that_overflow_are_a_typed_error() {
    let (x, y) = ([0.0, 0.5, 1.0], [1e200, -1e200, 1e200]);
    let mut predictor = Predictor::default();
    build(estimator::CATALOGUE, "linear_spline", &[])
        .fit(Sample::new(&x, &y).unwrap(), &Draws::new(0, "tests", 0), &mut predictor)
        .unwrap();
    let mut scores = Vec::new();
    let zero = build(target::CATALOGUE, "zero", &[]);
    let scored = Scorer::new(&[Risk::lp(2.0).unwrap()], Domain::Hull, zero).score(
        (&x, &y),
        (&predictor, Report::default()),
        &mut scores,
    );
    assert_eq!(scored, Err(Degenerate::Overflow));
}

/// What lies outside the hull is what the unit interval adds to it.
#[test]
fn edges_are_the_difference_of_domains() {
    let (x, y) = ([0.25, 0.5, 0.75], [1.0, 0.0, 2.0]);
    let mut predictor = Predictor::default();
    build(estimator::CATALOGUE, "linear_spline", &[])
        .fit(Sample::new(&x, &y).unwrap(), &Draws::new(0, "tests", 0), &mut predictor)
        .unwrap();
    let risks = [Risk::lp(1.0).unwrap(), Risk::lp(3.0).unwrap(), Risk::Sup];
    let score = |domain| {
        let mut scores = Vec::new();
        let zero = build(target::CATALOGUE, "zero", &[]);
        Scorer::new(&risks, domain, zero)
            .score((&x, &y), (&predictor, Report::default()), &mut scores)
            .unwrap();
        let names = columns(&risks, domain);
        assert_eq!(names.len(), scores.len());
        move |name: &str| scores[names.iter().position(|column| column == name).unwrap()].unwrap()
    };
    let (hull, unit) = (score(Domain::Hull), score(Domain::Unit));
    for p in ["l1", "l3"] {
        let outside = unit(&format!("risk_{p}")) - hull(&format!("risk_{p}"));
        assert!((unit(&format!("edge_{p}")) / outside - 1.0).abs() < 1e-14);
        assert_eq!(unit(&format!("gap_max_{p}")), hull(&format!("gap_max_{p}")));
    }
    // Lines from 2 to 1 on the left, from 2 to 4 on the right, a quarter wide.
    assert_eq!(unit("edge_l1"), 0.25 * (1.5 + 3.0));
}
