//! One step, random features, pursuits and ℓ1 norms: against twins, definitions and published figures.

use super::{choice, fit, normals, plane, rng, smoother, twin};
use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOutcome};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::sample::Degenerate;
use tempered_math::seed::Draws;
use tempered_math::space::estimator::CATALOGUE;
use tempered_math::space::{Points, Predictor, Sample};

pub fn real(name: &'static str, value: f64) -> (&'static str, Value) {
    (name, Value::Real(value))
}

pub fn whole(name: &'static str, value: u64) -> (&'static str, Value) {
    (name, Value::Whole(value))
}

pub fn word(name: &'static str, value: &'static str) -> (&'static str, Value) {
    (name, Value::Word(value))
}

pub fn near(a: &[f64], b: &[f64], within: f64) -> bool {
    let size = b.iter().fold(1e-300f64, |most, b| most.max(b.abs()));
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= within * size)
}

fn square(w: &[f64]) -> f64 {
    w.iter().map(|w| w * w).sum()
}

/// R_2 − σ² of isotropic points: ‖ŵ − w*‖².
fn miss(w: &[f64], truth: &[f64]) -> f64 {
    w.iter().zip(truth).map(|(w, t)| (w - t) * (w - t)).sum()
}

/// The mean of a risk over trials of isotropic points with unit or given targets and noise of variance 1, and its error.
pub fn mean(estimator: &Choice, (n, d): (usize, usize), norm: f64, sd: f64, trials: u64) -> (f64, f64) {
    let mut built = estimator.build(CATALOGUE).unwrap();
    let mut out = Predictor::default();
    let mut risks = Vec::new();
    for trial in 0..trials {
        let mut rng = rng(trial);
        let x = normals(&mut rng, n * d);
        let mut truth = normals(&mut rng, d);
        let length = square(&truth).sqrt();
        truth.iter_mut().for_each(|t| *t *= norm / length);
        let noise = normals(&mut rng, n);
        let y: Vec<f64> = x
            .chunks_exact(d)
            .zip(&noise)
            .map(|(row, e)| row.iter().zip(&truth).map(|(x, t)| x * t).sum::<f64>() + sd * e)
            .collect();
        let sample = Sample::new(Points::new(d, &x).unwrap(), &y).unwrap();
        built.fit(sample, &Draws::new(3, "kin", trial), &mut out).unwrap();
        risks.push(miss(plane(&out).0, &truth));
    }
    let count = trials as f64;
    let mean = risks.iter().sum::<f64>() / count;
    let spread = risks.iter().map(|risk| (risk - mean) * (risk - mean)).sum::<f64>();
    (mean, (spread / (count * (count - 1.0))).sqrt())
}

pub fn agrees(what: &str, (mean, error): (f64, f64), figure: f64, within: f64) {
    assert!((mean - figure).abs() < 4.0 * error + within * figure, "{what}: {mean} ± {error}, {figure}");
}

#[test]
fn one_step_is_the_mean_of_products() {
    let estimator = choice(CATALOGUE, "one_step", &[real("rate", 0.5)]);
    let (x, y) = ([1.0, 2.0, 3.0, 4.0], [1.0, -2.0]);
    let (predictor, _) = fit(&estimator, 2, &x, &y).unwrap();
    assert_eq!(plane(&predictor), (&[0.25 * (1.0 - 6.0), 0.25 * (2.0 - 8.0)][..], 0.0));
    let (s, _) = smoother(&estimator, 2, &x, &y);
    let mut again = Predictor::default();
    s.apply(&y, &mut again);
    assert_eq!(plane(&again), plane(&predictor));
    // w* ~ N(0, I): loss without noise of the label d + σ² − n d/(n + d + 1 + σ²) − σ²; n = 20, d = 10, σ² = ½.
    let (n, d, noise) = (20.0, 10.0, 0.5f64);
    let rate = n / (n + d + 1.0 + noise);
    // Of a target of length √d, which is that of N(0, I) on average.
    let best = choice(CATALOGUE, "one_step", &[real("rate", rate)]);
    let risk = mean(&best, (20, 10), 10f64.sqrt(), noise.sqrt(), 1500);
    agrees("one step", risk, d - n * d / (n + d + 1.0 + noise), 0.0);
    // The published loss counts the noise of the label.
    assert!((4.1508f64 - (d + noise - n * d / (n + d + 1.0 + noise))).abs() < 1e-3);
}

#[test]
fn random_features_are_ridge_regression_on_what_they_say() {
    let (n, d) = (12, 4);
    let (x, y) = (normals(&mut rng(1), n * d), normals(&mut rng(2), n));
    for map in ["gaussian", "relu", "fourier"] {
        for (k, ridge) in [(30, 0.0), (30, 0.2), (6, 0.0), (6, 0.2)] {
            let estimator = choice(
                CATALOGUE,
                "random_features",
                &[whole("features", k), word("map", map), real("ridge", ridge)],
            );
            let (predictor, report) = fit(&estimator, d, &x, &y).unwrap();
            assert!(report.route.is_some());
            let value = |row: &[f64]| predictor.value(row);
            let met = x.chunks_exact(d).zip(&y).all(|(row, y)| (value(row) - y).abs() < 1e-7);
            let interpolates = estimator.build(CATALOGUE).unwrap().interpolates(n as u64, d as u64);
            assert_eq!(met, interpolates, "{map} {k} {ridge}");
            // The same draws, the same function; values of many points are those of each.
            let (again, _) = fit(&estimator, d, &x, &y).unwrap();
            assert_eq!(again.coefficients(), predictor.coefficients());
            let mut values = vec![0.0; n];
            predictor.values(Points::new(d, &x).unwrap(), &mut values);
            assert!(x.chunks_exact(d).zip(&values).all(|(row, v)| (value(row) - v).abs() < 1e-11));
        }
    }
}

/// Further layers are maps of what the layer before makes; the rank is that of the features.
#[test]
fn layers_of_random_features_have_a_rank() {
    let (n, d) = (20, 6);
    let (x, y) = (normals(&mut rng(1), n * d), normals(&mut rng(2), n));
    let with = |k: u64, layers: u64, ridge: f64| {
        let given =
            [whole("features", k), word("map", "relu"), real("ridge", ridge), whole("layers", layers)];
        choice(CATALOGUE, "random_features", &given)
    };
    // One layer is what there is without the parameter, but for the draws that its label decides.
    for (k, ridge, rank) in [(40, 0.1, 20), (12, 0.1, 12), (40, 0.0, 20)] {
        assert_eq!(fit(&with(k, 1, ridge), d, &x, &y).unwrap().1.rank, Some(rank), "{k} {ridge}");
    }
    let (deep, report) = fit(&with(60, 3, 0.0), d, &x, &y).unwrap();
    assert_eq!(report.rank, Some(20));
    assert!(x.chunks_exact(d).zip(&y).all(|(row, y)| (deep.value(row) - y).abs() < 1e-6));
    // Positively homogeneous without biases: f̂(2x) = 2 f̂(x).
    let at = [0.3, -0.5, 0.8, 1.0, -2.0, 0.1];
    let twice = deep.value(&at.map(|x| 2.0 * x));
    assert!((twice - 2.0 * deep.value(&at)).abs() < 1e-9 * twice.abs(), "{twice}");
    // Neurons that are 0 at every point, and points that are equal, take rank away.
    let narrow = fit(&with(3, 30, 0.1), d, &x, &y).unwrap().1.rank.unwrap();
    assert!(narrow < 3, "{narrow}");
    let mut same = x.clone();
    same.copy_within(0..d, d);
    assert_eq!(fit(&with(60, 3, 0.1), d, &same, &y).unwrap().1.rank, Some(19));
    let entry = CATALOGUE.iter().find(|entry| entry.name == "random_features").unwrap();
    assert!(Choice::new(entry, &[whole("features", 5), whole("layers", 2)]).is_err());
}

/// With many features the fit is that of the kernel.
#[test]
fn many_random_features_are_their_kernel() {
    let (n, d, ridge) = (10, 3, 0.1);
    let (x, y) = (normals(&mut rng(3), n * d), normals(&mut rng(4), n));
    let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let kernel = |map: &str, a: &[f64], b: &[f64]| match map {
        "gaussian" => 0.49 * inner(a, b),
        "relu" => {
            let size = (inner(a, a) * inner(b, b)).sqrt();
            let angle = (inner(a, b) / size).clamp(-1.0, 1.0).acos();
            0.49 * size * (angle.sin() + (std::f64::consts::PI - angle) * angle.cos()) / std::f64::consts::TAU
        }
        _ => (-0.5 * 0.49 * a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>()).exp(),
    };
    for map in ["gaussian", "relu", "fourier"] {
        let given = [whole("features", 100_000), word("map", map), real("ridge", ridge), real("scale", 0.7)];
        let (predictor, _) = fit(&choice(CATALOGUE, "random_features", &given), d, &x, &y).unwrap();
        let row = |i: usize| &x[i * d..(i + 1) * d];
        let mut gram = nalgebra::DMatrix::from_fn(n, n, |i, j| kernel(map, row(i), row(j)));
        (0..n).for_each(|i| gram[(i, i)] += ridge);
        let alpha = gram.lu().solve(&nalgebra::DVector::from_column_slice(&y)).unwrap();
        let at = [0.3, -0.5, 0.8];
        let exact: f64 = (0..n).map(|i| alpha[i] * kernel(map, row(i), &at)).sum();
        assert!((predictor.value(&at) - exact).abs() < 0.03, "{map}: {} {exact}", predictor.value(&at));
    }
}

/// ½ ‖Xw − y‖² + nλ ‖w‖₁.
fn objective(d: usize, x: &[f64], y: &[f64], w: &[f64], lambda: f64) -> f64 {
    let residual = |(row, y): (&[f64], &f64)| {
        let r = row.iter().zip(w).map(|(x, w)| x * w).sum::<f64>() - y;
        r * r
    };
    let n = y.len() as f64;
    0.5 * x.chunks_exact(d).zip(y).map(residual).sum::<f64>()
        + n * lambda * w.iter().map(|w| w.abs()).sum::<f64>()
}

/// The lasso by coordinate descent to the last digit: slow and obvious.
fn descent(d: usize, x: &[f64], y: &[f64], lambda: f64) -> Vec<f64> {
    let (mut w, mut residual) = (vec![0.0; d], y.to_vec());
    let penalty = lambda * y.len() as f64;
    for _ in 0..200_000 {
        let mut moved = 0.0f64;
        for (k, w) in w.iter_mut().enumerate() {
            let column = || x.iter().skip(k).step_by(d);
            let size: f64 = column().map(|x| x * x).sum();
            let c: f64 = column().zip(&residual).map(|(x, r)| x * r).sum::<f64>() + size * *w;
            let by = c.signum() * (c.abs() - penalty).max(0.0) / size - *w;
            residual.iter_mut().zip(column()).for_each(|(r, x)| *r -= by * x);
            *w += by;
            moved = moved.max(by.abs());
        }
        if moved < 1e-14 {
            break;
        }
    }
    w
}

#[test]
fn the_lasso_is_what_coordinate_descent_tends_to() {
    for (n, d) in [(10, 4), (8, 20), (15, 15), (1, 3), (5, 1)] {
        for lambda in [1e-2, 0.1, 0.5, 5.0] {
            for trial in 0..5 {
                let (x, y) = (normals(&mut rng(trial), n * d), normals(&mut rng(50 + trial), n));
                let estimator = choice(CATALOGUE, "lasso", &[real("lambda", lambda)]);
                let (predictor, report) = fit(&estimator, d, &x, &y).unwrap();
                let w = plane(&predictor).0;
                let twin = descent(d, &x, &y, lambda);
                let case = format!("{n} {d} {lambda} {trial}: {w:?} {twin:?}");
                let (own, other) = (objective(d, &x, &y, w, lambda), objective(d, &x, &y, &twin, lambda));
                assert!(own <= other + 1e-12 * (1.0 + other), "{case}");
                assert!(w.iter().zip(&twin).all(|(w, t)| (w - t).abs() < 1e-6), "{case}");
                assert_eq!(report.rank, Some(w.iter().filter(|w| **w != 0.0).count() as u64));
                // An intercept takes constants, and moving y or x changes no weight.
                let with =
                    choice(CATALOGUE, "lasso", &[real("lambda", lambda), ("intercept", Value::Flag(true))]);
                let lifted: Vec<f64> = y.iter().map(|y| y + 7.0).collect();
                let (a, b) = (fit(&with, d, &x, &y).unwrap().0, fit(&with, d, &x, &lifted).unwrap().0);
                assert!(
                    near(plane(&b).0, plane(&a).0, 1e-9) && (plane(&b).1 - plane(&a).1 - 7.0).abs() < 1e-9
                );
            }
        }
    }
}

#[test]
fn basis_pursuit_is_the_linear_program() {
    for (n, d) in [(1, 3), (3, 5), (6, 12), (10, 40), (8, 8)] {
        for trial in 0..6 {
            let (x, y) = (normals(&mut rng(trial), n * d), normals(&mut rng(90 + trial), n));
            let (predictor, report) = fit(&choice(CATALOGUE, "basis_pursuit", &[]), d, &x, &y).unwrap();
            let w = plane(&predictor).0;
            let mut problem = Problem::new(OptimizationDirection::Minimize);
            let both: Vec<_> = (0..2 * d).map(|_| problem.add_var(1.0, (0.0, f64::INFINITY))).collect();
            for (row, y) in x.chunks_exact(d).zip(&y) {
                let terms = (0..d).flat_map(|k| [(both[k], row[k]), (both[d + k], -row[k])]);
                problem.add_constraint(terms.collect::<Vec<_>>(), ComparisonOp::Eq, *y);
            }
            let SolveOutcome::Solution(solution) = problem.solve().unwrap() else { panic!("stopped early") };
            let least = solution.objective();
            let norm: f64 = w.iter().map(|w| w.abs()).sum();
            assert!((norm / least - 1.0).abs() < 1e-8, "{n} {d} {trial}: {norm} {least}");
            assert!(x.chunks_exact(d).zip(&y).all(|(row, y)| (predictor.value(row) - y).abs() < 1e-9));
            assert_eq!((report.rank, report.converged), (Some(n as u64), Some(true)));
        }
    }
    // More points than features: least squares.
    let (x, y) = (normals(&mut rng(1), 30), normals(&mut rng(2), 10));
    let (predictor, _) = fit(&choice(CATALOGUE, "basis_pursuit", &[]), 3, &x, &y).unwrap();
    assert!(near(plane(&predictor).0, &twin::ridge(3, &x, &y, 0.0, false).0, 1e-10));
    // Responses that are all 0, and columns that are equal: a tie that no rounding decides.
    let (zero, _) = fit(&choice(CATALOGUE, "basis_pursuit", &[]), 3, &x, &[0.0; 10]).unwrap();
    assert_eq!(plane(&zero).0, [0.0; 3]);
    let twice: Vec<f64> = x.iter().flat_map(|x| [*x, *x]).collect();
    let tied = fit(&choice(CATALOGUE, "lasso", &[real("lambda", 0.05)]), 6, &twice, &y);
    if let Ok((predictor, _)) = tied {
        let single = fit(&choice(CATALOGUE, "lasso", &[real("lambda", 0.05)]), 3, &x, &y).unwrap().0;
        let sums: Vec<f64> = plane(&predictor).0.chunks(2).map(|pair| pair[0] + pair[1]).collect();
        assert!(near(&sums, plane(&single).0, 1e-8));
    } else {
        assert!(matches!(tied.err(), Some(Degenerate::IllConditioned | Degenerate::NotConverged)));
    }
}

#[test]
fn what_a_fit_leaves_of_its_points_is_what_the_predictor_says() {
    let (n, d) = (17, 5);
    let (x, y) = (normals(&mut rng(51), n * d), normals(&mut rng(52), n));
    let sample = Sample::new(Points::new(d, &x).unwrap(), &y).unwrap();
    for (given, known) in [
        (vec![word("map", "relu"), real("ridge", 0.1)], true),
        (vec![word("map", "relu"), real("ridge", 0.1), whole("layers", 3)], true),
        (vec![word("map", "fourier")], false),
        (vec![word("map", "gaussian")], false),
    ] {
        let given = [&given[..], &[whole("features", 40)]].concat();
        let mut estimator = choice(CATALOGUE, "random_features", &given).build(CATALOGUE).unwrap();
        let mut out = Predictor::default();
        estimator.fit(sample, &Draws::new(5, "a fit", 0), &mut out).unwrap();
        let mut values = vec![0.0; n];
        out.values(sample.x(), &mut values);
        assert_eq!(estimator.fitted().is_some(), known);
        assert!(estimator.fitted().is_none_or(|fitted| fitted == values));
    }
}

#[test]
fn pursuits_pick_what_the_residual_asks_for() {
    // Orthogonal columns: those of largest share, in order.
    let x = [3.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0];
    let y = [1.0, 5.0, 3.0, 0.5];
    for (count, weights) in [(1, [0.0, 5.0, 0.0]), (2, [0.0, 5.0, 1.5]), (3, [1.0 / 3.0, 5.0, 1.5])] {
        let (predictor, report) =
            fit(&choice(CATALOGUE, "omp", &[whole("features", count)]), 3, &x, &y).unwrap();
        assert!(near(plane(&predictor).0, &weights, 1e-15) && report.steps == Some(count));
    }
    for (n, d, count) in [(10, 30, 4), (30, 10, 10), (6, 9, 6), (20, 20, 7)] {
        let (x, y) = (normals(&mut rng(5), n * d), normals(&mut rng(6), n));
        let (predictor, report) =
            fit(&choice(CATALOGUE, "omp", &[whole("features", count)]), d, &x, &y).unwrap();
        let w = plane(&predictor).0;
        let picked: Vec<usize> = (0..d).filter(|k| w[*k] != 0.0).collect();
        assert_eq!((picked.len() as u64, report.rank), (count, Some(count)));
        let columns: Vec<f64> = x.chunks_exact(d).flat_map(|row| picked.iter().map(|k| row[*k])).collect();
        let (twin, _) = twin::ridge(picked.len(), &columns, &y, 0.0, false);
        let own: Vec<f64> = picked.iter().map(|k| w[*k]).collect();
        assert!(near(&own, &twin, 1e-10), "{n} {d}");
        // The first pick has the largest correlation.
        let (first, _) = fit(&choice(CATALOGUE, "omp", &[whole("features", 1)]), d, &x, &y).unwrap();
        let asked = |k: usize| {
            let column = || x.iter().skip(k).step_by(d);
            let size: f64 = column().map(|x| x * x).sum();
            (column().zip(&y).map(|(x, y)| x * y).sum::<f64>() / size.sqrt()).abs()
        };
        let best = (0..d).max_by(|i, j| asked(*i).total_cmp(&asked(*j))).unwrap();
        assert!(plane(&first).0[best] != 0.0);
    }
}

/// A signal of height a in one of p orthonormal directions, noise 1: P(right) = ∫ φ(z − a) (2 Φ|z| − 1)^{p − 1} dz.
#[test]
fn first_picks_are_as_often_right_as_they_must() {
    let (p, a, trials) = (100, 3.0, 800);
    let mut x = vec![0.0; p * p];
    x.iter_mut().step_by(p + 1).for_each(|one| *one = 1.0);
    let estimator = choice(CATALOGUE, "omp", &[whole("features", 1)]);
    let right = (0..trials).filter(|trial| {
        let mut y = normals(&mut rng(*trial), p);
        y[17] += a;
        plane(&fit(&estimator, p, &x, &y).unwrap().0).0[17] != 0.0
    });
    let share = right.count() as f64 / trials as f64;
    assert!((share - 0.596).abs() < 4.0 * (0.6 * 0.4 / trials as f64).sqrt(), "{share}");
}

/// Exact recovery of 4 of 256 features without noise, and the least ℓ1 norm through noise.
#[test]
#[ignore = "minutes"]
fn pursuits_have_their_published_figures() {
    for (n, figure) in [(20, 0.24), (30, 0.77), (40, 0.96), (60, 0.99)] {
        let estimator = choice(CATALOGUE, "omp", &[whole("features", 4)]);
        let right = |trial: &u64| {
            let mut rng = rng(*trial);
            let x = normals(&mut rng, n * 256);
            let heights = [1.0; 4];
            let y: Vec<f64> =
                x.chunks_exact(256).map(|row| row.iter().zip(&heights).map(|(x, h)| x * h).sum()).collect();
            let (predictor, _) = fit(&estimator, 256, &x, &y).unwrap();
            let w = plane(&predictor).0;
            w[..4].iter().zip(&heights).all(|(w, h)| (w - h).abs() < 1e-6)
        };
        let share = (0..300).filter(right).count() as f64 / 300.0;
        println!("omp, n = {n}: {share}, published {figure}");
        let error = (2.0 * f64::max(figure * (1.0 - figure), 0.01) / 300.0).sqrt();
        assert!((share - figure).abs() < 3.5 * error, "{n}: {share}");
    }
    for (d, figure, its_error) in [(500, 0.426, 0.019), (2000, 0.255, 0.014)] {
        let (risk, error) = mean(&choice(CATALOGUE, "basis_pursuit", &[]), (50, d), 1e-12, 1.0, 100);
        println!("basis pursuit, d = {d}: {risk:.4} ± {error:.4}, published {figure} ± {its_error}");
        assert!((risk - figure).abs() < 3.5 * f64::hypot(error, its_error), "{d}: {risk} ± {error}");
    }
}
