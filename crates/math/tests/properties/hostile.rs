//! Data at the limits of double precision: never a panic, never a number that is not finite.

use super::cases::CASES;
use super::{choice, few};
use proptest::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;
use tempered_math::catalogue::{Choice, Value};
use tempered_math::estimator::CATALOGUE;
use tempered_math::predictor::Predictor;
use tempered_math::risk::{Domain, Risk};
use tempered_math::sample::{Degenerate, Sample};
use tempered_math::score::{Criteria, Scorer};
use tempered_math::seed::Draws;
use tempered_math::target;

/// Long for a handful of points: what takes longer goes on for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// A number of any size, subnormal to 1e300.
fn size() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => (-1074i32..=996).prop_map(two_to),
        3 => (-300i32..=300, 1.0..10.0).prop_map(|(exponent, digits): (i32, f64)| digits * 10f64.powi(exponent)),
        4 => 0.0..1.0,
    ]
}

/// 2^exponent, also where that is subnormal.
fn two_to(exponent: i32) -> f64 {
    2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
}

fn label() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (size(), any::<bool>()).prop_map(|(size, negative)| if negative { -size } else { size }),
        1 => prop::sample::select(vec![0.0, -0.0, 1.0, 5e-324, -5e-324, f64::MIN_POSITIVE, 1e300, -1e300]),
    ]
}

/// Up to eight points, gaps and labels of any sizes or all of one size, anywhere on the line.
fn sample() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let start = prop_oneof![Just(0.0), label()];
    let labels = prop_oneof![
        3 => prop::collection::vec(label(), 8),
        1 => label().prop_map(|y| vec![y; 8]),
        1 => (size(), prop::collection::vec(-4i8..=4, 8))
            .prop_map(|(size, steps)| steps.iter().map(|step| f64::from(*step) * size).collect()),
    ];
    let gaps = prop_oneof![
        2 => prop::collection::vec(size(), 1..=7),
        1 => (size(), 1usize..=7).prop_map(|(size, count)| vec![size; count]),
        1 => prop::collection::vec(0.001..1.0, 1..=7),
    ];
    (start, gaps, labels).prop_filter_map("x must increase", |(start, gaps, labels)| {
        let mut x = vec![start];
        for gap in gaps {
            let next = x[x.len() - 1] + gap;
            if next > x[x.len() - 1] && next.is_finite() {
                x.push(next);
            }
        }
        let y = labels[..x.len()].to_vec();
        (x.len() >= 2).then_some((x, y))
    })
}

fn targets() -> Vec<Choice> {
    let bent = [("knots", Value::Reals(vec![0.0, 0.4, 1.0])), ("values", Value::Reals(vec![1.0, -1.0, 2.0]))];
    let target = |name, given: &[(&str, Value)]| choice(target::CATALOGUE, name, given);
    vec![
        target("zero", &[]),
        target("linear", &[]),
        target("piecewise_linear", &bent),
        target("sine", &[("frequency", Value::Real(1000.0)), ("amplitude", Value::Real(1e300))]),
    ]
}

/// Fits and scores; says what is wrong with the numbers that come out.
fn verdict(case: &Choice, x: &[f64], y: &[f64]) -> Result<(), String> {
    let Ok(sample) = Sample::new(x, y) else { return Err("a sample made to be right is refused".into()) };
    let mut predictor = Predictor::default();
    let mut estimator = case.build(CATALOGUE).unwrap();
    let Ok(report) = estimator.fit(sample, &Draws::new(0, "hostile", 0), &mut predictor) else {
        return Ok(());
    };
    let risks: Vec<Risk> =
        [1.0, 1.5, 2.0, 3.0, 2.7, 40.0].into_iter().filter_map(Risk::lp).chain([Risk::Sup]).collect();
    // Of a sine that turns more often than doubles can tell, quadrature goes to its limits: once is enough.
    let (far, plain) = (x.iter().any(|x| x.abs() > 1e3), case.to_string() == "linear_spline(ends=extend)");
    for target in targets().into_iter().filter(|target| target.name() != "sine" || !far || plain) {
        for domain in [Domain::Hull, Domain::Unit] {
            let mut criteria = Criteria::risks(&risks, domain);
            (criteria.distances, criteria.knots_within) = (true, Some(0.01));
            let names = criteria.columns();
            let mut scorer = Scorer::new(criteria, target.build(target::CATALOGUE).unwrap());
            let mut scores = Vec::new();
            match scorer.score((x, y), (&predictor, report), Some(&predictor), &mut scores) {
                Err(Degenerate::Overflow) => {}
                Err(other) => return Err(format!("scores against {target} refused: {other}")),
                Ok(_) => {
                    for (name, score) in names.iter().zip(&scores) {
                        let bad = score.is_some_and(|score| {
                            !score.is_finite() || (score < 0.0 && !name.starts_with("hull"))
                        });
                        if bad {
                            return Err(format!("{name} against {target} is {score:?}"));
                        }
                    }
                    weights_are_finite(&predictor)?;
                    interpolation_is_what_train_error_says(case, &names, &scores, y)?;
                }
            }
        }
    }
    Ok(())
}

/// What is stored as weights.
fn weights_are_finite(predictor: &Predictor) -> Result<(), String> {
    let numbers: Vec<f64> = match predictor {
        Predictor::PiecewiseLinear(knots) => {
            let (slope, intercept) = knots.skip();
            knots.x.iter().chain(&knots.y).chain(&knots.change).copied().chain([slope, intercept]).collect()
        }
        Predictor::Smooth(smooth) => {
            let units = smooth.pieces.units();
            let lists = [units.outer, units.inner, units.bias, vec![units.skip_slope, units.skip_intercept]];
            lists.concat()
        }
    };
    let bad = numbers.iter().find(|number| !number.is_finite());
    bad.map_or(Ok(()), |bad| Err(format!("a weight is {bad}")))
}

/// An interpolant that misses its labels without saying so would be a wrong number.
fn interpolation_is_what_train_error_says(
    case: &Choice,
    names: &[String],
    scores: &[Option<f64>],
    y: &[f64],
) -> Result<(), String> {
    let at = names.iter().position(|name| name == "train_error");
    let miss = at.and_then(|at| scores[at]).ok_or("no training error")?;
    let size = y.iter().fold(0.0f64, |most, y| most.max(y.abs()));
    let interpolates = case.build(CATALOGUE).unwrap().interpolates();
    if interpolates && miss > 1e-7 * size {
        return Err(format!("interpolates, but misses a label of at most {size} by {miss}"));
    }
    Ok(())
}

/// The verdict of a case, in a thread of its own: a panic and a loop without end are failures like others.
fn judge(case: &Choice, x: &[f64], y: &[f64]) -> Result<(), String> {
    let (sender, receiver) = mpsc::channel();
    let (choice, data) = (case.clone(), (x.to_vec(), y.to_vec()));
    std::thread::spawn(move || {
        let judged = catch_unwind(AssertUnwindSafe(|| verdict(&choice, &data.0, &data.1)));
        let said = |panic: Box<dyn std::any::Any + Send>| {
            let text = panic.downcast_ref::<String>().cloned();
            text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
        };
        let _ = sender.send(judged.unwrap_or_else(|panic| Err(format!("panics: {}", said(panic)))));
    });
    let judged = receiver.recv_timeout(PATIENCE);
    judged.unwrap_or_else(|_| Err("goes on for ever".into())).map_err(|what| format!("{case}: {what}"))
}

proptest! {
    #![proptest_config(few(3))]

    #[test]
    fn numbers_of_any_size_give_finite_scores_or_a_typed_error((x, y) in sample()) {
        let wrong: Vec<String> =
            CASES.iter().filter_map(|case| judge(&case.choice(1.0, 1.0), &x, &y).err()).collect();
        prop_assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// Samples that each were or could be a trap.
#[test]
fn known_traps() {
    let tiny = 5e-324;
    let samples: [(&[f64], &[f64]); 12] = [
        (&[0.0, 1.0], &[0.0, 0.0]),
        (&[0.0, 1.0], &[-0.0, 0.0]),
        (&[0.0, tiny], &[0.0, 1.0]),
        (&[0.0, 1e-300, 1e300], &[1.0, -1.0, 1.0]),
        (&[-1e300, 0.0, 1e300], &[1e300, -1e300, 1e300]),
        (&[-f64::MAX, f64::MAX], &[f64::MAX, -f64::MAX]),
        (&[1e300, 2e300, 3e300], &[1.0, 2.0, 1.0]),
        (&[1e15, 1e15 + 0.125, 1e15 + 0.25], &[1.0, -1.0, 1.0]),
        (&[0.0, tiny, 2.0 * tiny, 3.0 * tiny], &[tiny, 0.0, tiny, 0.0]),
        (&[0.0, 0.25, 0.5, 0.75, 1.0], &[1e-160, -1e-160, 1e-160, -1e-160, 1e-160]),
        (&[0.0, 0.25, 0.5, 0.75, 1.0], &[f64::MAX; 5]),
        (&[0.0, 0.25, 0.5, 0.75, 1.0], &[3.0; 5]),
    ];
    let mut wrong = Vec::new();
    for (x, y) in samples {
        for case in CASES {
            wrong.extend(
                judge(&case.choice(1.0, 1.0), x, y).err().map(|what| format!("{what}\n  x {x:?}\n  y {y:?}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
