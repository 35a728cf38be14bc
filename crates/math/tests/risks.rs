//! Risks and scores against fifty-digit references, made by `references/generate.py`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use serde_json::Value as Json;
use tempered_math::catalogue::{Choice, Entry, Value};
use tempered_math::estimator::Report;
use tempered_math::predictor::Predictor;
use tempered_math::risk::{Domain, Exponent, Risk};
use tempered_math::sample::{Degenerate, Sample};
use tempered_math::score::{Criteria, Scorer};
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
    let names = Criteria::risks(&risks, Domain::Hull).columns();
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
        Scorer::new(Criteria::risks(&risks, domain), target_of(&case["target"]))
            .score((&x, &y), (&predictor, Report::default()), None, &mut scores)
            .unwrap();
        let is_smooth = case["target"]["name"] == "sine" || case["target"]["name"] == "legendre";
        let digits = if is_smooth { 1e-10 } else { 1e-12 };
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
        assert!(if is_smooth { error > 0.0 && error <= 1e-9 } else { error == 0.0 });
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
    Scorer::new(Criteria::risks(&risks, Domain::Hull), zero)
        .score((&x, &y), (&predictor, Report::default()), None, &mut scores)
        .unwrap();
    let names = Criteria::risks(&risks, Domain::Hull).columns();
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
    let scored = Scorer::new(Criteria::risks(&[Risk::lp(2.0).unwrap()], Domain::Hull), zero).score(
        (&x, &y),
        (&predictor, Report::default()),
        None,
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
        Scorer::new(Criteria::risks(&risks, domain), zero)
            .score((&x, &y), (&predictor, Report::default()), None, &mut scores)
            .unwrap();
        let names = Criteria::risks(&risks, domain).columns();
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

/// Distances against sums over many points, in closed form and by quadrature.
#[test]
fn distances_are_integrals_of_the_difference() {
    let x = [0.1, 0.25, 0.4, 0.5, 0.75, 0.8, 0.95];
    let y = [1.0, -0.5, 0.25, 2.0, 1.5, -1.0, 0.5];
    let fit = |name: &str, arguments: &[(&str, Value)]| {
        let mut predictor = Predictor::default();
        build(estimator::CATALOGUE, name, arguments)
            .fit(Sample::new(&x, &y).unwrap(), &Draws::new(0, "tests", 0), &mut predictor)
            .unwrap();
        predictor
    };
    let (spline, least) = (fit("linear_spline", &[]), fit("min_norm", &[]));
    for domain in [Domain::Hull, Domain::Unit] {
        let risks = [1.0, 1.5, 2.0].map(|p| Risk::lp(p).unwrap());
        let mut criteria = Criteria::risks(&[risks[0], risks[1], risks[2], Risk::Sup], domain);
        criteria.distances = true;
        let names = criteria.columns();
        let mut scorer = Scorer::new(criteria, build(target::CATALOGUE, "zero", &[]));
        for (one, other) in [(&spline, &least), (&least, &spline)] {
            let mut scores = Vec::new();
            scorer.score((&x, &y), (one, Report::default()), Some(other), &mut scores).unwrap();
            let score = |name: &str| scores[names.iter().position(|column| column == name).unwrap()].unwrap();
            let (low, high) = if domain == Domain::Hull { (0.1, 0.95) } else { (0.0, 1.0) };
            let count = 100_000;
            let gaps = (0..count).map(|k| {
                let at = low + (high - low) * (f64::from(k) + 0.5) / f64::from(count);
                (one.value(at) - other.value(at)).abs()
            });
            let gaps: Vec<f64> = gaps.collect();
            for (name, p) in [("distance_l1", 1.0), ("distance_l1_5", 1.5), ("distance_l2", 2.0)] {
                let want = gaps.iter().map(|gap| gap.powf(p)).sum::<f64>() / f64::from(count) * (high - low);
                assert!((score(name) - want).abs() <= 1e-6 * want, "{name}: {} {want}", score(name));
            }
            let most = gaps.iter().fold(0.0, |most: f64, gap| most.max(*gap));
            assert!((score("distance_sup") - most).abs() <= 1e-3 * most);
        }
    }
}
