//! Filters of singular values: against their definition, steps that are really taken, and published risks.

use super::{choice, fit, normals, plane, rng, smoother};
use nalgebra::DMatrix;
use tempered_math::catalogue::{Choice, Value};
use tempered_math::sample::Degenerate;
use tempered_math::space::estimator::{CATALOGUE, Decomposition, Filter, Gain, Route};
use tempered_math::space::risk::Error;
use tempered_math::space::{Points, Predictor, Sample};

const GAINS: [Gain; 9] = [
    Gain::Ridge(0.7),
    Gain::Ridge(0.0),
    Gain::Nuclear(4.0),
    Gain::Spectral(0.3),
    Gain::Descent { size: 0.01, steps: 25 },
    Gain::Descent { size: 0.01, steps: 0 },
    Gain::Flow(0.2),
    Gain::Principal(3),
    Gain::Principal(1000),
];

/// ℓ(s), as it is written.
fn gain(gain: Gain, s: f64, place: usize) -> f64 {
    match gain {
        Gain::Ridge(ridge) => s / (s * s + ridge),
        Gain::Nuclear(penalty) => (1.0 / s).min(s / penalty),
        Gain::Spectral(shrinkage) => (1.0 - shrinkage) / s,
        Gain::Descent { size, steps } => (1.0 - (1.0 - size * s * s).powi(steps as i32)) / s,
        Gain::Flow(time) => (1.0 - (-time * s * s).exp()) / s,
        Gain::Principal(count) => f64::from(u8::from((place as u64) < count)) / s,
    }
}

fn estimator(gain: Gain, intercept: bool) -> Choice {
    let flag = ("intercept", Value::Flag(intercept));
    let real = |name, value| (name, Value::Real(value));
    match gain {
        Gain::Ridge(ridge) => choice(CATALOGUE, "ridge_path", &[real("lambda", ridge), flag]),
        Gain::Nuclear(penalty) => choice(CATALOGUE, "nuclear", &[real("lambda", penalty), flag]),
        Gain::Spectral(shrinkage) => choice(CATALOGUE, "spectral", &[real("shrinkage", shrinkage), flag]),
        Gain::Descent { size, steps } => {
            choice(CATALOGUE, "gradient_descent", &[real("size", size), ("steps", Value::Whole(steps)), flag])
        }
        Gain::Flow(time) => choice(CATALOGUE, "gradient_flow", &[real("time", time), flag]),
        Gain::Principal(count) => {
            choice(CATALOGUE, "principal_components", &[("components", Value::Whole(count)), flag])
        }
    }
}

/// Weights by the definition, from singular values of another crate.
fn by_definition(gain_of: Gain, d: usize, x: &[f64], y: &[f64], intercept: bool) -> (Vec<f64>, f64) {
    let n = y.len();
    let mut x = DMatrix::from_row_slice(n, d, x);
    let mut y = nalgebra::DVector::from_column_slice(y);
    let (means, mean) = (x.row_mean(), y.mean());
    if intercept {
        x.row_iter_mut().for_each(|mut row| row -= &means);
        y.add_scalar_mut(-mean);
    }
    let svd = x.svd(true, true);
    let (u, v) = (svd.u.unwrap(), svd.v_t.unwrap());
    let mut order: Vec<usize> = (0..svd.singular_values.len()).collect();
    order.sort_by(|i, j| svd.singular_values[*j].total_cmp(&svd.singular_values[*i]));
    let mut weights = nalgebra::DVector::zeros(d);
    for (place, i) in order.into_iter().enumerate() {
        let s = svd.singular_values[i];
        if s > 1e-12 {
            weights += v.row(i).transpose() * (gain(gain_of, s, place) * u.column(i).dot(&y));
        }
    }
    let at_zero = if intercept { mean - (means * &weights)[0] } else { 0.0 };
    (weights.as_slice().to_vec(), at_zero)
}

/// Filters that are computed together have the bits that each has alone, and so have their values.
#[test]
fn a_filter_does_not_depend_on_others() {
    for (n, d) in [(1, 3), (5, 9), (9, 5), (20, 6), (30, 40)] {
        let mut rng = rng(n as u64 * 100 + d as u64);
        let (x, y) = (normals(&mut rng, n * d), normals(&mut rng, n));
        let sample = Sample::new(Points::new(d, &x).unwrap(), &y).unwrap();
        for intercept in [false, true] {
            let path = (0..21).map(|k| Gain::Ridge(1e-4 * f64::from(1 << k)));
            let gains: Vec<Gain> = path.chain(GAINS).collect();
            let filters: Vec<Filter> = gains.iter().map(|gain| Filter { intercept, gain: *gain }).collect();
            let fits = Decomposition::new(sample, intercept).unwrap().predictors(&filters);
            let fits: Vec<_> = fits.into_iter().map(Result::unwrap).collect();
            let predictors: Vec<&Predictor> = fits.iter().map(|(predictor, _)| predictor).collect();
            let values = Predictor::values_of_each(&predictors, sample.x());
            for ((filter, (predictor, report)), values) in filters.iter().zip(&fits).zip(values) {
                let mut alone = Predictor::default();
                let told =
                    Decomposition::new(sample, intercept).unwrap().predictor(filter, &mut alone).unwrap();
                assert_eq!((plane(predictor), *report), (plane(&alone), told), "{n} {d} {filter:?}");
                let mut own = vec![0.0; n];
                alone.values(sample.x(), &mut own);
                assert_eq!(values, own, "{n} {d} {filter:?}");
            }
        }
    }
}

/// Descent from normal weights is made of steps that are really taken, and two starts differ where no points are.
#[test]
fn descent_may_start_anywhere() {
    let (n, d, size) = (6, 10, 0.02);
    let (x, y) = (normals(&mut rng(41), n * d), normals(&mut rng(42), n));
    let of = |steps: u64, more: super::Arguments<'_>| {
        let given =
            [("size", Value::Real(size)), ("steps", Value::Whole(steps)), ("start", Value::Real(0.5))];
        fit(&choice(CATALOGUE, "gradient_descent", &[&given[..], more].concat()), d, &x, &y).unwrap()
    };
    let (first, report) = of(0, &[]);
    assert_eq!(report.steps, Some(0));
    let mut w = plane(&first).0.to_vec();
    assert!(w.iter().all(|w| *w != 0.0 && w.abs() < 2.5));
    for _ in 0..25 {
        let rows = x.chunks_exact(d).zip(&y);
        let step = |(row, y): (&[f64], &f64)| -> Vec<f64> {
            let off = y - row.iter().zip(&w).map(|(x, w)| x * w).sum::<f64>();
            row.iter().map(|x| size * off * x).collect()
        };
        let steps: Vec<Vec<f64>> = rows.map(step).collect();
        steps.iter().for_each(|step| w.iter_mut().zip(step).for_each(|(w, by)| *w += by));
    }
    assert!(near(plane(&of(25, &[]).0).0, &w, 1e-12));
    // In the end the points are met, and with an intercept as well.
    let flag = ("intercept", Value::Flag(true));
    for more in [&[][..], std::slice::from_ref(&flag)] {
        let (end, _) = of(1_000_000, more);
        assert!(x.chunks_exact(d).zip(&y).all(|(row, y)| (end.value(row) - y).abs() < 1e-9));
        assert!(plane(&end).1 != 0.0 || more.is_empty());
    }
    let given = [("time", Value::Real(3.0)), ("start", Value::Real(0.5))];
    let built = choice(CATALOGUE, "gradient_flow", &given).build(CATALOGUE).unwrap();
    assert!(built.filter().is_none() && !built.interpolates(6, 10));
}

fn near(a: &[f64], b: &[f64], within: f64) -> bool {
    let size = b.iter().fold(1e-3f64, |most, b| most.max(b.abs()));
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= within * size)
}

#[test]
fn filters_are_what_they_say() {
    for (n, d) in [(1, 1), (1, 3), (5, 9), (9, 5), (7, 7), (20, 6), (6, 20), (30, 40)] {
        let mut rng = rng(n as u64 * 100 + d as u64);
        let x: Vec<f64> = normals(&mut rng, n * d).iter().map(|x| x + 0.5).collect();
        let y = normals(&mut rng, n);
        for intercept in [false, true] {
            let sample = Sample::new(Points::new(d, &x).unwrap(), &y).unwrap();
            let mut shared = Decomposition::new(sample, intercept).unwrap();
            for gain in GAINS {
                let case = format!("{n} {d} {intercept} {gain:?}");
                let (weights, at_zero) = by_definition(gain, d, &x, &y, intercept);
                let (own, report) = fit(&estimator(gain, intercept), d, &x, &y).unwrap();
                let mut out = Predictor::default();
                let filter = Filter { intercept, gain };
                shared.predictor(&filter, &mut out).unwrap();
                assert_eq!(plane(&own), plane(&out), "{case}");
                for predictor in [&own, &out] {
                    let (w, b) = plane(predictor);
                    assert!(near(w, &weights, 1e-8), "{case}: {w:?} {weights:?}");
                    assert!((b - at_zero).abs() < 1e-8 * (1.0 + at_zero.abs()), "{case}");
                }
                let built = estimator(gain, intercept).build(CATALOGUE).unwrap();
                assert_eq!(built.filter(), Some(filter));
                if built.interpolates(n as u64, d as u64) {
                    assert!(
                        sample.x().rows().zip(&y).all(|(row, y)| (own.value(row) - y).abs() < 1e-7),
                        "{case}"
                    );
                }
                assert!(report.route.is_some());
                let (s, _) = smoother(&estimator(gain, intercept), d, &x, &y);
                s.apply(&y, &mut out);
                let (w, b) = plane(&out);
                assert!(
                    near(w, &weights, 1e-8) && (b - at_zero).abs() < 1e-8 * (1.0 + at_zero.abs()),
                    "{case}"
                );
            }
            let other = Filter { intercept: !intercept, gain: Gain::Flow(1.0) };
            assert_eq!(shared.predictor(&other, &mut Predictor::default()).err(), Some(Degenerate::Lengths));
        }
    }
}

#[test]
fn steps_that_are_taken_are_the_filter() {
    let (n, d) = (8, 12);
    let (x, y) = (normals(&mut rng(1), n * d), normals(&mut rng(2), n));
    let size = 0.01;
    let mut w = vec![0.0; d];
    for steps in 0..=300u64 {
        if [0, 1, 2, 17, 300].contains(&steps) {
            let (predictor, report) =
                fit(&estimator(Gain::Descent { size, steps }, false), d, &x, &y).unwrap();
            assert!(near(plane(&predictor).0, &w, 1e-11) && report.steps == Some(steps), "{steps}");
        }
        let residuals: Vec<f64> = x
            .chunks_exact(d)
            .zip(&y)
            .map(|(row, y)| row.iter().zip(&w).map(|(x, w)| x * w).sum::<f64>() - y)
            .collect();
        for (row, residual) in x.chunks_exact(d).zip(&residuals) {
            w.iter_mut().zip(row).for_each(|(w, x)| *w -= size * residual * x);
        }
    }
    // Too large a step diverges, and says so where it leaves the doubles.
    assert!(fit(&estimator(Gain::Descent { size: 1.0, steps: 5 }, false), d, &x, &y).is_ok());
    let far = Gain::Descent { size: 1.0, steps: 1_000_000 };
    assert_eq!(fit(&estimator(far, false), d, &x, &y).err(), Some(Degenerate::Diverged));
    // Many small steps are the flow.
    let (flow, _) = fit(&estimator(Gain::Flow(0.3), false), d, &x, &y).unwrap();
    let (descent, _) =
        fit(&estimator(Gain::Descent { size: 3e-9, steps: 100_000_000 }, false), d, &x, &y).unwrap();
    assert!(near(plane(&descent).0, plane(&flow).0, 1e-6));
}

#[test]
fn steep_points_are_left_to_singular_values_or_refused() {
    let (n, d) = (6, 9);
    let steep = |shrink: f64| {
        let mut x = normals(&mut rng(3), n * d);
        x.chunks_exact_mut(d)
            .for_each(|row| row.iter_mut().enumerate().for_each(|(k, x)| *x *= shrink.powi(k as i32)));
        x
    };
    let y = normals(&mut rng(4), n);
    for (shrink, gain, route) in [
        (0.5, Gain::Spectral(0.0), Some(Route::Eigen)),
        (0.03, Gain::Spectral(0.0), Some(Route::Svd)),
        (0.001, Gain::Spectral(0.0), None),
        (0.001, Gain::Ridge(0.1), Some(Route::Tridiagonal)),
        (0.001, Gain::Nuclear(0.1), Some(Route::Eigen)),
        (0.001, Gain::Principal(2), Some(Route::Eigen)),
        (0.001, Gain::Flow(5.0), Some(Route::Eigen)),
    ] {
        let x = steep(shrink);
        for intercept in [false, true] {
            let fitted = fit(&estimator(gain, intercept), d, &x, &y);
            let Some(route) = route else {
                assert_eq!(fitted.err(), Some(Degenerate::IllConditioned), "{gain:?} {intercept}");
                continue;
            };
            let (predictor, report) = fitted.unwrap();
            assert_eq!(report.route, Some(route), "{gain:?} {intercept}");
            let (weights, _) = by_definition(gain, d, &x, &y, intercept);
            assert!(near(plane(&predictor).0, &weights, 1e-6), "{gain:?} {intercept}");
        }
    }
    // All points zero, and numbers at the end of the doubles.
    let zero = vec![0.0; n * d];
    for gain in GAINS {
        let (predictor, _) = fit(&estimator(gain, false), d, &zero, &y).unwrap();
        assert!(plane(&predictor).0.iter().all(|w| *w == 0.0), "{gain:?}");
    }
    let x: Vec<f64> = steep(1.0).iter().map(|x| x * 2f64.powi(500)).collect();
    let power = 2f64.powi(-1000);
    let (flow, _) = fit(&estimator(Gain::Flow(0.3 * power), false), d, &x, &y).unwrap();
    let (near_one, _) = fit(&estimator(Gain::Flow(0.3), false), d, &steep(1.0), &y).unwrap();
    let back: Vec<f64> = plane(&flow).0.iter().map(|w| w * 2f64.powi(500)).collect();
    assert!(near(&back, plane(&near_one).0, 1e-12));
}

/// The least mean risk over a grid of parameters, for random unit targets and noise of variance 1.
fn best(n: usize, d: usize, trials: u64, gains: &[Gain]) -> f64 {
    let mut totals = vec![0.0; gains.len()];
    for trial in 0..trials {
        let mut rng = rng(1000 + trial);
        let x = normals(&mut rng, n * d);
        let mut w = normals(&mut rng, d);
        let length = w.iter().map(|w| w * w).sum::<f64>().sqrt();
        w.iter_mut().for_each(|w| *w /= length);
        let noise = normals(&mut rng, n);
        let y: Vec<f64> = x
            .chunks_exact(d)
            .zip(&noise)
            .map(|(row, e)| row.iter().zip(&w).map(|(x, w)| x * w).sum::<f64>() + e)
            .collect();
        let sample = Sample::new(Points::new(d, &x).unwrap(), &y).unwrap();
        let mut shared = Decomposition::new(sample, false).unwrap();
        let mut out = Predictor::default();
        for (total, gain) in totals.iter_mut().zip(gains) {
            shared.predictor(&Filter { intercept: false, gain: *gain }, &mut out).unwrap();
            *total += Error::new(plane(&out).0, 0.0, &w, &vec![1.0; d], 0.0).square();
        }
    }
    totals.iter().fold(f64::INFINITY, |least, total| least.min(total / trials as f64))
}

#[test]
#[ignore = "many decompositions"]
fn best_filters_have_their_published_risks() {
    let grid = |gain: &dyn Fn(f64) -> Gain| -> Vec<Gain> {
        (0..40).map(|k| gain(10f64.powf(0.5 + 2.5 * f64::from(k) / 39.0))).collect()
    };
    for (n, d, figures) in [(200, 100, [0.415, 0.458, 0.502]), (200, 180, [0.589, 0.626, 0.905])] {
        let shrinkage: Vec<Gain> = (0..100).map(|k| Gain::Spectral(f64::from(k) / 100.0)).collect();
        let found = [
            best(n, d, 100, &grid(&Gain::Ridge)),
            best(n, d, 100, &grid(&Gain::Nuclear)),
            best(n, d, 100, &shrinkage),
        ];
        println!("({n}, {d}): {found:.4?}, published {figures:?}");
        for (value, figure) in found.iter().zip(figures) {
            assert!((value / figure - 1.0).abs() < 0.025, "({n}, {d}): {found:?} {figures:?}");
        }
    }
}
