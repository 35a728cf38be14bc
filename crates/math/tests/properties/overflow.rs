//! Scores by themselves: each is the same whatever is asked for beside it, and missing only where it is no finite number.

use super::cases::CASES;
use super::{choice, dyadic, few, fit};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tempered_math::catalogue::Value;
use tempered_math::estimator::Report;
use tempered_math::predictor::Predictor;
use tempered_math::risk::{Domain, Risk};
use tempered_math::score::{Criteria, Scorer};
use tempered_math::target::{self, Target};

/// Labels most of which are small and a few of which have any size that doubles can have.
fn heavy() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let powers = prop::collection::vec(prop_oneof![4 => Just(0), 1 => 0..306i32], 16);
    (dyadic(), powers).prop_map(|((x, y), powers)| {
        let y = y.iter().zip(powers).map(|(y, power)| y * libm::exp10(f64::from(power)));
        (x, y.collect())
    })
}

fn risks(exponents: &[f64]) -> Vec<Risk> {
    exponents.iter().map(|p| if p.is_finite() { Risk::lp(*p).unwrap() } else { Risk::Sup }).collect()
}

fn targets() -> [Box<dyn Target>; 2] {
    let sine = [("frequency", Value::Real(2.0))];
    [choice(target::CATALOGUE, "zero", &[]), choice(target::CATALOGUE, "sine", &sine)]
        .map(|target| target.build(target::CATALOGUE).unwrap())
}

type Scores = BTreeMap<String, Option<u64>>;

/// A sample, what was fitted to it, and what distances are measured from.
struct Fit<'a> {
    data: (&'a [f64], &'a [f64]),
    fitted: &'a (Predictor, Report),
    reference: &'a Predictor,
}

/// Bits of the scores by name.
fn scored(exponents: &[f64], (target, domain): (Box<dyn Target>, Domain), fit: &Fit<'_>) -> Scores {
    let Fit { data, fitted: (predictor, report), reference } = *fit;
    let mut criteria = Criteria::risks(&risks(exponents), domain);
    (criteria.distances, criteria.knots_within) = (true, Some(0.01));
    let names = criteria.columns();
    let mut scores = Vec::new();
    let mut scorer = Scorer::new(criteria, target);
    scorer.finite_scores(data, (predictor, *report), Some(reference), &mut scores);
    assert_eq!(names.len(), scores.len());
    assert!(scores.iter().flatten().all(|score| score.is_finite()));
    names.into_iter().zip(scores.iter().map(|score| score.map(f64::to_bits))).collect()
}

proptest! {
    #![proptest_config(few(3))]

    #[test]
    fn no_score_depends_on_what_it_is_asked_with((x, y) in heavy()) {
        let (reference, _) = fit(&choice(tempered_math::estimator::CATALOGUE, "linear_spline", &[]), &x, &y).unwrap();
        for case in CASES {
            let Ok(fitted) = fit(&case.choice(1.0, 1.0), &x, &y) else { continue };
            let domains = [Domain::Unit, Domain::Hull];
            for ((alone, together), domain) in targets().into_iter().zip(targets()).zip(domains) {
                let of = &Fit { data: (&x, &y), fitted: &fitted, reference: &reference };
                let alone = scored(&[1.0], (alone, domain), of);
                let together = scored(&[2.0, 1.0, 100.0, f64::INFINITY], (together, domain), of);
                for (name, score) in alone.iter().filter(|(name, _)| *name != "quadrature_error") {
                    prop_assert_eq!(score, &together[name], "{} {} {:?}", case.name, name, domain);
                }
            }
        }
    }
}
