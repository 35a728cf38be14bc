//! Least squares and ridge: against twins in twice the precision, and under symmetries.

use super::{choice, fit, normals, plane, rng, smoother, twin};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::sample::Degenerate;
use tempered_math::space::estimator::{CATALOGUE, Route};
use tempered_math::space::{Points, Predictor};

const SHAPES: [(usize, usize); 9] =
    [(1, 1), (1, 4), (2, 1), (5, 5), (6, 5), (5, 6), (20, 40), (40, 20), (12, 13)];

fn least_squares(intercept: bool) -> Choice {
    choice(CATALOGUE, "least_squares", &[("intercept", Value::Flag(intercept))])
}

fn ridge(lambda: f64, intercept: bool) -> Choice {
    choice(CATALOGUE, "ridge", &[("lambda", Value::Real(lambda)), ("intercept", Value::Flag(intercept))])
}

/// Normal points whose features shrink by a factor, off their origin.
fn sample(n: usize, d: usize, shrink: f64, offset: f64, trial: u64) -> (Vec<f64>, Vec<f64>) {
    let mut rng = rng(trial);
    let mut x = normals(&mut rng, n * d);
    for row in x.chunks_exact_mut(d) {
        row.iter_mut().enumerate().for_each(|(k, x)| *x = (*x + offset) * shrink.powi(k as i32));
    }
    (x, normals(&mut rng, n))
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    let square = |a: &[f64]| a.iter().map(|a| a * a).sum::<f64>();
    let apart: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    (square(&apart) / square(b).max(f64::MIN_POSITIVE)).sqrt()
}

#[test]
fn weights_are_those_of_twice_the_precision() {
    for (n, d) in SHAPES {
        for (trial, offset) in [0.0, 3.0, 0.0].iter().enumerate() {
            for intercept in [false, true] {
                let (x, y) = sample(n, d, 1.0, *offset, trial as u64);
                for lambda in [0.0, 1e-9, 1e-3, 1.0, 1e6] {
                    let (predictor, _) = fit(&ridge(lambda, intercept), d, &x, &y).unwrap();
                    let (weights, at_zero) = plane(&predictor);
                    let (twin, twin_at_zero) = twin::ridge(d, &x, &y, lambda, intercept);
                    let case = format!("{n} {d} {lambda} {intercept} {trial}");
                    if n == 1 && intercept {
                        // One point and an intercept: no slope.
                        assert!(weights.iter().all(|w| w.abs() < 1e-15) && at_zero == y[0], "{case}");
                        continue;
                    }
                    assert!(distance(weights, &twin) < 1e-11, "{case}: {weights:?} {twin:?}");
                    assert!((at_zero - twin_at_zero).abs() < 1e-11 * (1.0 + at_zero.abs()), "{case}");
                }
                let lambda_is_zero = fit(&ridge(0.0, intercept), d, &x, &y).unwrap();
                let (predictor, report) = fit(&least_squares(intercept), d, &x, &y).unwrap();
                assert_eq!(plane(&predictor), plane(&lambda_is_zero.0));
                let most = n.min(d) as u64;
                let rank = if intercept { most.min(n as u64 - 1) } else { most };
                assert_eq!(report.rank, Some(rank), "{n} {d} {intercept}");
            }
        }
    }
}

#[test]
fn steep_spectra_take_the_way_that_is_accurate() {
    let mut routes = Vec::new();
    for (n, d) in [(8, 8), (8, 12), (12, 8)] {
        for shrink in [1.0, 0.5, 0.1, 0.03] {
            let (x, y) = sample(n, d, shrink, 0.0, 9);
            for lambda in [0.0, 1e-12] {
                let (predictor, report) = fit(&ridge(lambda, false), d, &x, &y).unwrap();
                let (twin, _) = twin::ridge(d, &x, &y, lambda, false);
                let miss = distance(plane(&predictor).0, &twin);
                // ε κ of columns that are in a ratio of shrink^(k − 1), with room for the constant.
                let condition = shrink.powi(1 - n.min(d) as i32);
                let allowed = if report.route == Some(Route::Cholesky) { 1e-11 } else { 3e-14 * condition };
                assert!(miss < allowed, "{n} {d} {shrink} {lambda}: {miss} {report:?}");
                routes.push(report.route);
            }
        }
    }
    assert!(routes.contains(&Some(Route::Cholesky)) && routes.contains(&Some(Route::Qr)));
}

#[test]
fn what_doubles_do_not_decide_is_refused() {
    // Columns in a ratio of 1e-20 to the first one.
    let (x, y) = sample(8, 12, 1e-3, 0.0, 1);
    assert_eq!(fit(&least_squares(false), 12, &x, &y).err(), Some(Degenerate::IllConditioned));
    assert_eq!(fit(&least_squares(true), 12, &x, &y).err(), Some(Degenerate::IllConditioned));
    // A ridge decides, and at 1e-9 of the largest square so do all routes.
    let (predictor, _) = fit(&ridge(1e-9, false), 12, &x, &y).unwrap();
    assert!(distance(plane(&predictor).0, &twin::ridge(12, &x, &y, 1e-9, false).0) < 1e-9);
}

#[test]
fn points_that_depend_on_each_other_exactly_have_a_rank() {
    // Of six points two are equal; of five features one is the sum of two others, and one is zero.
    let (mut x, mut y) = sample(6, 5, 1.0, 0.0, 2);
    x.copy_within(0..5, 25);
    y[5] = y[0];
    for row in x.chunks_exact_mut(5) {
        (row[3], row[4]) = (row[0] + row[1], 0.0);
    }
    let (predictor, report) = fit(&least_squares(false), 5, &x, &y).unwrap();
    assert_eq!((report.rank, report.route), (Some(3), Some(Route::Svd)));
    let (weights, _) = plane(&predictor);
    // Least norm: a weight on the sum counts like one on each of its parts.
    assert!((weights[0] + weights[1] - weights[3]).abs() < 1e-13 && weights[4].abs() < 1e-14);
    let normal = |k: usize| -> f64 {
        x.chunks_exact(5).zip(&y).map(|(row, y)| row[k] * (y - predictor.value(row))).sum()
    };
    assert!((0..5).all(|k| normal(k).abs() < 1e-13));
    let (_, report) = smoother(&least_squares(false), 5, &x, &y);
    assert_eq!(report.rank, Some(3));
    // All points equal: no slope is known, and the intercept is the mean.
    let (predictor, report) =
        fit(&least_squares(true), 2, &[1.0, 2.0].repeat(4), &[1.0, 2.0, 3.0, 6.0]).unwrap();
    assert_eq!((plane(&predictor), report.rank), ((&[0.0, 0.0][..], 3.0), Some(0)));
}

#[test]
fn nothing_penalises_the_intercept() {
    for (n, d) in [(5, 9), (9, 9), (10, 9), (20, 9)] {
        let (x, y) = sample(n, d, 1.0, 2.0, 3);
        let moved: Vec<f64> = y.iter().map(|y| y + 1000.0).collect();
        for estimator in [least_squares(true), ridge(0.7, true)] {
            let (predictor, _) = fit(&estimator, d, &x, &y).unwrap();
            let (after, _) = fit(&estimator, d, &x, &moved).unwrap();
            let ((w, b), (v, c)) = (plane(&predictor), plane(&after));
            assert!(distance(v, w) < 1e-9 && (c - b - 1000.0).abs() < 1e-9, "{estimator} {n}");
        }
        // Moving the points changes no weight either.
        let away: Vec<f64> = x.iter().map(|x| x + 50.0).collect();
        let (w, v) =
            (fit(&least_squares(true), d, &x, &y).unwrap(), fit(&least_squares(true), d, &away, &y).unwrap());
        assert!(distance(plane(&v.0).0, plane(&w.0).0) < 1e-9, "{n}");
    }
}

/// Among planes through all points, Xᵀ(XXᵀ + 11ᵀ)⁻¹y has the least ‖w‖² + b²; the least ‖w‖ is another one.
#[test]
fn a_column_of_ones_would_put_the_intercept_into_the_norm() {
    let (n, d) = (4, 7);
    let (x, y) = sample(n, d, 1.0, 1.0, 4);
    let with_ones: Vec<f64> = x.chunks_exact(d).flat_map(|row| row.iter().copied().chain([1.0])).collect();
    let (joint, _) = fit(&least_squares(false), d + 1, &with_ones, &y).unwrap();
    let (free, _) = fit(&least_squares(true), d, &x, &y).unwrap();
    let square = |w: &[f64]| w.iter().map(|w| w * w).sum::<f64>();
    let ((joint, _), (weights, b)) = (plane(&joint), plane(&free));
    for (row, y) in x.chunks_exact(d).zip(&y) {
        assert!((free.value(row) - y).abs() < 1e-12);
    }
    assert!(square(weights) < 0.999 * square(&joint[..d]), "{weights:?} {joint:?}");
    assert!(square(weights) + b * b > 1.001 * square(joint), "{weights:?} {joint:?}");
}

#[test]
fn smoothers_are_the_derivatives_of_fits() {
    for (n, d) in SHAPES {
        for intercept in [false, true] {
            for lambda in [0.0, 0.3] {
                for shrink in [1.0, 0.7] {
                    let (x, y) = sample(n, d, shrink, 1.0, 5);
                    let estimator = ridge(lambda, intercept);
                    let (s, report) = smoother(&estimator, d, &x, &y);
                    let (predictor, fitted) = fit(&estimator, d, &x, &y).unwrap();
                    assert_eq!(report, fitted);
                    let mut again = Predictor::default();
                    s.apply(&y, &mut again);
                    let ((w, b), (v, c)) = (plane(&predictor), plane(&again));
                    let size = w.iter().fold(1.0f64, |most, w| most.max(w.abs()));
                    let near = |a: f64, b: f64| (a - b).abs() < 1e-7 * size;
                    assert!(
                        w.iter().zip(v).all(|(w, v)| near(*w, *v)) && near(b, c),
                        "{n} {d} {lambda} {shrink}"
                    );
                    if report.route != Some(Route::Cholesky) {
                        continue;
                    }
                    // Column by column from unit responses.
                    let rows = s.intercept();
                    for (j, at_zero) in rows.iter().enumerate() {
                        let unit: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
                        let (unit, _) = fit(&estimator, d, &x, &unit).unwrap();
                        let (w, b) = plane(&unit);
                        let row = &s.weights()[j * d..][..d];
                        assert!(
                            w.iter().zip(row).all(|(w, v)| near(*w, *v)) && near(b, *at_zero),
                            "{n} {d} {j}"
                        );
                    }
                }
            }
        }
    }
}

/// Responses of 0 say nothing of how hard the points are, and S has to be good for others.
#[test]
fn smoothers_do_not_depend_on_the_responses() {
    let (n, d) = (12, 12);
    let (x, y) = sample(n, d, 0.2, 0.0, 11);
    let (s, report) = smoother(&least_squares(false), d, &x, &vec![0.0; n]);
    assert_eq!(report.route, Some(Route::Qr));
    assert_eq!(s.weights(), smoother(&least_squares(false), d, &x, &y).0.weights());
    let mut out = Predictor::default();
    s.apply(&y, &mut out);
    let (twin, _) = twin::ridge(d, &x, &y, 0.0, false);
    assert!(distance(plane(&out).0, &twin) < 1e-6);
}

#[test]
fn rotations_scales_and_orders_do_what_they_must() {
    for (n, d) in [(6, 9), (9, 6), (7, 7)] {
        let (x, y) = sample(n, d, 1.0, 0.5, 6);
        // A reflection in a random direction, with no structure in common with the axes.
        let u = normals(&mut rng(7), d);
        let square: f64 = u.iter().map(|u| u * u).sum();
        let reflect = |row: &[f64]| -> Vec<f64> {
            let along: f64 = row.iter().zip(&u).map(|(x, u)| x * u).sum();
            row.iter().zip(&u).map(|(x, u)| x - 2.0 * along / square * u).collect()
        };
        let reflected: Vec<f64> = x.chunks_exact(d).flat_map(reflect).collect();
        let scaled: Vec<f64> = x.iter().map(|x| 4.0 * x).collect();
        let turned: Vec<f64> = x.chunks_exact(d).rev().flatten().copied().collect();
        let back: Vec<f64> = y.iter().rev().copied().collect();
        let mirrored: Vec<f64> = x.chunks_exact(d).flat_map(|row| row.iter().rev().copied()).collect();
        for (estimator, other) in [
            (least_squares(false), least_squares(false)),
            (least_squares(true), least_squares(true)),
            (ridge(0.5, false), ridge(8.0, false)),
            (ridge(0.5, true), ridge(8.0, true)),
        ] {
            let weights = |estimator: &Choice, x: &[f64], y: &[f64]| {
                let (predictor, _) = fit(estimator, d, x, y).unwrap();
                let (weights, intercept) = plane(&predictor);
                (weights.to_vec(), intercept)
            };
            let (w, b) = weights(&estimator, &x, &y);
            let (v, c) = weights(&estimator, &reflected, &y);
            assert!(distance(&v, &reflect(&w)) < 1e-10 && (b - c).abs() < 1e-10, "{estimator} {n} {d}");
            let (v, c) = weights(&other, &scaled, &y);
            let v: Vec<f64> = v.iter().map(|v| 4.0 * v).collect();
            assert!(distance(&v, &w) < 1e-12 && (b - c).abs() < 1e-12, "{estimator} {n} {d}");
            let (v, c) = weights(&estimator, &turned, &back);
            assert!(distance(&v, &w) < 1e-11 && (b - c).abs() < 1e-11, "{estimator} {n} {d}");
            let (mut v, c) = weights(&estimator, &mirrored, &y);
            v.reverse();
            assert!(distance(&v, &w) < 1e-11 && (b - c).abs() < 1e-11, "{estimator} {n} {d}");
        }
    }
}

#[test]
fn sizes_at_the_ends_of_the_doubles_change_no_digit() {
    for (n, d) in [(6, 9), (9, 6)] {
        for intercept in [false, true] {
            let (x, y) = sample(n, d, 1.0, 0.5, 8);
            let (predictor, _) = fit(&ridge(0.5, intercept), d, &x, &y).unwrap();
            let (w, _) = plane(&predictor);
            for (px, py) in [(900, 0), (-900, 0), (0, 900), (0, -900), (900, 900), (-900, -900), (300, -300)]
            {
                let times = |values: &[f64], power: i32| -> Vec<f64> {
                    values.iter().map(|value| value * 2f64.powi(power)).collect()
                };
                let lambda = if px == 0 { 0.5 } else { 0.0 };
                let estimator = ridge(lambda, intercept);
                let base = if px == 0 {
                    w.to_vec()
                } else {
                    let (predictor, _) = fit(&estimator, d, &x, &y).unwrap();
                    plane(&predictor).0.to_vec()
                };
                let (predictor, _) = fit(&estimator, d, &times(&x, px), &times(&y, py)).unwrap();
                let got = times(plane(&predictor).0, (px - py) / 2);
                let got = times(&got, (px - py) - (px - py) / 2);
                assert!(distance(&got, &base) < 1e-13, "{n} {d} {px} {py}");
            }
        }
    }
    // 1e300 over 1e-300 is no double.
    assert_eq!(fit(&least_squares(false), 1, &[1e-300], &[1e300]).err(), Some(Degenerate::Overflow));
    // A ridge that is infinite beside the points leaves nothing.
    let (predictor, _) = fit(&ridge(f64::MAX, false), 1, &[1e-200], &[1.0]).unwrap();
    assert_eq!(plane(&predictor), (&[0.0][..], 0.0));
}

#[test]
fn samples_are_checked() {
    assert!(Points::new(0, &[]).is_err() && Points::new(2, &[1.0]).is_err());
    let fit = |x: &[f64], y: &[f64]| fit(&least_squares(false), 1, x, y).err();
    assert_eq!(fit(&[], &[]), Some(Degenerate::Scarce));
    assert_eq!(fit(&[1.0, 2.0], &[1.0]), Some(Degenerate::Lengths));
    assert_eq!(fit(&[1.0, f64::INFINITY], &[1.0, 2.0]), Some(Degenerate::NotFinite(1)));
    assert_eq!(fit(&[1.0, 2.0], &[f64::NAN, 2.0]), Some(Degenerate::NotFinite(0)));
    // Responses that are all zero have the weights zero.
    assert_eq!(fit(&[1.0, 2.0], &[0.0, 0.0]), None);
}
