//! Interpolation, and what happens to f̂ when the data are moved, scaled, mirrored or handed over out of order.

use super::cases::{CASES, Law};
use super::{dyadic, few, fit, probes};
use proptest::prelude::*;
use tempered_math::catalogue::Choice;
use tempered_math::estimator::CATALOGUE;
use tempered_math::predictor::Predictor;
use tempered_math::sample::{Degenerate, Sample};

/// Smooth interpolants meet labels to this share of the largest: what a dense system loses.
const SMOOTH_MISS: f64 = 1e-7;

/// Holds f̂ after a move of the data, `moved(place)`, against what the law makes of f̂ before it.
fn holds(
    law: Law,
    (before, after): (&Choice, &Choice),
    (x, y): (&[f64], &[f64]),
    (x_moved, y_moved): (&[f64], &[f64]),
    place: impl Fn(f64) -> f64,
    value: impl Fn(f64) -> f64,
) -> Result<(), TestCaseError> {
    let tolerance = match law {
        Law::No => return Ok(()),
        Law::Exact => 0.0,
        Law::Near(tolerance) => tolerance,
    };
    let (f, moved) = (fit(before, x, y), fit(after, x_moved, y_moved));
    let ((f, _), (moved, _)) = match (f, moved) {
        (Ok(f), Ok(moved)) => (f, moved),
        // Rounding may put one of them beyond the border of a refusal, where the law is not exact.
        (Err(_), _) | (_, Err(_)) if tolerance > 0.0 => return Ok(()),
        (one, other) => {
            prop_assert_eq!(one.err(), other.err(), "{}", before);
            return Ok(());
        }
    };
    let at = probes(x);
    let want: Vec<f64> = at.iter().map(|at| value(f.value(*at))).collect();
    let got: Vec<f64> = at.iter().map(|at| moved.value(place(*at))).collect();
    let size = want.iter().chain(y_moved).fold(f64::MIN_POSITIVE, |most, value| most.max(value.abs()));
    for ((at, got), want) in at.iter().zip(&got).zip(&want) {
        prop_assert!((got - want).abs() <= tolerance * size, "{before} at {at}: {got}, not {want}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(few(40))]

    #[test]
    fn interpolants_meet_their_labels((x, y) in dyadic()) {
        for case in CASES {
            let choice = case.choice(1.0, 1.0);
            let (predictor, _) = match fit(&choice, &x, &y) {
                Err(Degenerate::IllConditioned | Degenerate::Scarce) => continue,
                fitted => fitted.map_err(|why| TestCaseError::fail(format!("{choice}: {why}")))?,
            };
            if choice.build(CATALOGUE).unwrap().interpolates() {
                let miss = predictor.train_error(&x, &y);
                let size = y.iter().fold(0.0f64, |most, y| most.max(y.abs()));
                let exact = matches!(predictor, Predictor::PiecewiseLinear(_));
                prop_assert!(miss <= if exact { 0.0 } else { SMOOTH_MISS * size }, "{choice}: {miss}");
                for (x, y) in x.iter().zip(&y) {
                    let miss = (predictor.value(*x) - y).abs();
                    prop_assert!(miss <= if exact { 0.0 } else { SMOOTH_MISS * size }, "{choice} at {x}: {miss}");
                }
            }
        }
    }

    #[test]
    fn labels_scaled_and_lifted((x, y) in dyadic(), power in -20i32..=20, lift in -64i32..=64) {
        let (factor, lift) = (2f64.powi(power), f64::from(lift) / 16.0);
        let scaled: Vec<f64> = y.iter().map(|y| y * factor).collect();
        let negative: Vec<f64> = y.iter().map(|y| -y).collect();
        let lifted: Vec<f64> = y.iter().map(|y| y + lift).collect();
        for case in CASES {
            let (plain, other) = (case.choice(1.0, 1.0), case.choice(1.0, factor));
            holds(case.scale, (&plain, &other), (&x, &y), (&x, &scaled), |t| t, |v| v * factor)?;
            holds(case.scale, (&plain, &plain), (&x, &y), (&x, &negative), |t| t, |v| -v)?;
            holds(case.lift, (&plain, &plain), (&x, &y), (&x, &lifted), |t| t, |v| v + lift)?;
        }
    }

    #[test]
    fn places_moved_stretched_and_mirrored((x, y) in dyadic(), power in -20i32..=20, move_by in -64i32..=64) {
        let (factor, move_by) = (2f64.powi(power), f64::from(move_by) / 16.0);
        let moved: Vec<f64> = x.iter().map(|x| x + move_by).collect();
        let stretched: Vec<f64> = x.iter().map(|x| x * factor).collect();
        let mirrored: Vec<f64> = x.iter().rev().map(|x| -x).collect();
        let turned: Vec<f64> = y.iter().rev().copied().collect();
        for case in CASES {
            let (plain, wide) = (case.choice(1.0, 1.0), case.choice(factor, 1.0));
            holds(case.slide, (&plain, &plain), (&x, &y), (&moved, &y), |t| t + move_by, |v| v)?;
            holds(case.stretch, (&plain, &wide), (&x, &y), (&stretched, &y), |t| t * factor, |v| v)?;
            holds(case.mirror, (&plain, &plain), (&x, &y), (&mirrored, &turned), |t| -t, |v| v)?;
        }
    }

    /// Points out of order, twice there or not finite are refused, and the error names the first of them.
    #[test]
    fn samples_out_of_order_are_refused((x, y) in dyadic(), i in 0usize..15, j in 0usize..16) {
        let n = x.len();
        let (i, j) = (i % (n - 1), j % n);
        let mut swapped = x.clone();
        swapped.swap(i, i + 1);
        prop_assert!(matches!(Sample::new(&swapped, &y).unwrap_err(), Degenerate::Unsorted(at) if at.abs_diff(i) <= 1));
        let mut twice = x.clone();
        twice[i + 1] = twice[i];
        prop_assert_eq!(Sample::new(&twice, &y).unwrap_err(), Degenerate::DuplicateX(i + 1));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut bad_y = y.clone();
            bad_y[j] = bad;
            prop_assert_eq!(Sample::new(&x, &bad_y).unwrap_err(), Degenerate::NotFinite(j));
            let mut bad_x = x.clone();
            bad_x[j] = bad;
            prop_assert_eq!(Sample::new(&bad_x, &y).unwrap_err(), Degenerate::NotFinite(j));
        }
        prop_assert_eq!(Sample::new(&x[..1], &y[..1]).unwrap_err(), Degenerate::TooFew);
        prop_assert_eq!(Sample::new(&x, &y[1..]).unwrap_err(), Degenerate::Lengths);
    }
}

/// −0 and 0 are one place, whichever comes first.
#[test]
fn zeros_of_either_sign_are_one_place() {
    for x in [[-0.0, 0.0], [0.0, -0.0]] {
        assert_eq!(Sample::new(&x, &[1.0, 2.0]).unwrap_err(), Degenerate::DuplicateX(1));
    }
}
