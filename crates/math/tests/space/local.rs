//! Local averages: twins without cleverness, parts, gradients.

use super::{choice, fit, normals, rng, smoother};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::noise;
use tempered_math::sample::Degenerate;
use tempered_math::space::design;
use tempered_math::space::estimator::CATALOGUE;
use tempered_math::space::risk::Scorer;
use tempered_math::space::target::Truth;
use tempered_math::space::{Points, Predictor};

fn nearest(k: u64) -> Choice {
    choice(CATALOGUE, "nearest", &[("k", Value::Whole(k))])
}

fn shepard(beta: f64) -> Choice {
    choice(CATALOGUE, "shepard", &[("beta", Value::Real(beta))])
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// Places by distance, the nearest first.
fn by_distance(x: Points<'_>, at: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..x.n()).collect();
    places.sort_by(|a, b| distance(x.row(*a), at).total_cmp(&distance(x.row(*b), at)));
    places
}

#[test]
fn neighbours_are_the_nearest() {
    for (n, d) in [(3, 1), (50, 2), (200, 3), (333, 7)] {
        let (x, y) = (normals(&mut rng(1), n * d), normals(&mut rng(2), n));
        let points = Points::new(d, &x).unwrap();
        let at = normals(&mut rng(3), 40 * d);
        for k in [1, 3, 10, 100, 300].into_iter().filter(|k| *k <= n) {
            let (f, _) = fit(&nearest(k as u64), d, &x, &y).unwrap();
            let mut values = vec![0.0; 40];
            f.values(Points::new(d, &at).unwrap(), &mut values);
            for (row, value) in at.chunks_exact(d).zip(&values) {
                let told = by_distance(points, row)[..k].iter().map(|i| y[*i]).sum::<f64>() / k as f64;
                assert!((value - told).abs() < 1e-13, "{n} {d} {k}: {value} {told}");
                assert_eq!(f.value(row), *value);
            }
        }
        let many = nearest(n as u64 + 1);
        assert_eq!(fit(&many, d, &x, &y).map(|_| ()), Err(Degenerate::Scarce));
    }
    // Of equal distances the earlier point counts.
    let (f, _) = fit(&nearest(1), 1, &[1.0, -1.0, 1.0], &[5.0, 6.0, 7.0]).unwrap();
    assert_eq!((f.value(&[0.0]), f.value(&[1.0]), f.value(&[-0.5])), (5.0, 5.0, 6.0));
}

/// The same bits as the mean over points in the order of their distances, of equal ones the earlier first, with and without a tree.
#[test]
fn neighbours_are_the_nearest_to_the_last_bit() {
    for (n, d) in [(40, 2), (63, 1), (64, 1), (1000, 2), (700, 3), (500, 6), (500, 7)] {
        for lattice in [false, true] {
            let place = |x: f64| if lattice { (2.0 * x).round() } else { x };
            let points = |seed: u64, n: usize| -> Vec<f64> {
                normals(&mut rng(seed), n * d).into_iter().map(place).collect()
            };
            let (x, at, y) = (points(11, n), points(12, 50), normals(&mut rng(13), n));
            let square = |i: usize, at: &[f64]| -> f64 {
                x[i * d..(i + 1) * d].iter().zip(at).fold(0.0, |sum, (x, at)| sum + (x - at) * (x - at))
            };
            for k in [1, 5, 16, 60].into_iter().filter(|k| *k <= n) {
                let (f, _) = fit(&nearest(k as u64), d, &x, &y).unwrap();
                for at in at.chunks_exact(d) {
                    let mut places: Vec<usize> = (0..n).collect();
                    places.sort_by(|i, j| square(*i, at).total_cmp(&square(*j, at)));
                    places.truncate(k);
                    places.sort_unstable();
                    let told = places.iter().map(|i| y[*i]).sum::<f64>() / k as f64;
                    assert_eq!(f.value(at).to_bits(), told.to_bits(), "{n} {d} {k} {lattice}");
                }
            }
        }
    }
}

#[test]
fn shepard_is_the_weighted_mean() {
    for (n, d) in [(1, 1), (9, 2), (40, 3)] {
        let (x, y) = (normals(&mut rng(4), n * d), normals(&mut rng(5), n));
        let points = Points::new(d, &x).unwrap();
        for beta in [0.5, 1.0, 1.7, 2.0, 3.0, 4.5, 6.0, 12.0, 31.3] {
            let (f, _) = fit(&shepard(beta), d, &x, &y).unwrap();
            for at in normals(&mut rng(6), 20 * d).chunks_exact(d) {
                let weights: Vec<f64> = points.rows().map(|row| distance(row, at).powf(-beta)).collect();
                let told =
                    weights.iter().zip(&y).map(|(w, y)| w * y).sum::<f64>() / weights.iter().sum::<f64>();
                assert!((f.value(at) - told).abs() < 1e-12, "{n} {d} {beta}: {} {told}", f.value(at));
            }
            for (row, y) in points.rows().zip(&y) {
                assert_eq!(f.value(row), *y);
            }
        }
    }
    // At a place with two responses it is their mean.
    let (f, _) = fit(&shepard(2.0), 1, &[1.0, -1.0, 1.0], &[5.0, 6.0, 7.0]).unwrap();
    assert_eq!(f.value(&[1.0]), 6.0);
}

/// What exists on the line under these names is the same there.
#[test]
fn one_feature_is_the_line() {
    use tempered_math::seed::Draws;
    use tempered_math::{estimator, predictor, sample};
    let mut x = normals(&mut rng(7), 30);
    x.sort_by(f64::total_cmp);
    let y = normals(&mut rng(8), 30);
    for (name, given) in [("nearest", ("k", Value::Whole(4))), ("shepard", ("beta", Value::Real(1.5)))] {
        let given = [given];
        let line = choice(estimator::CATALOGUE, name, &given);
        let mut fitter = line.build(estimator::CATALOGUE).unwrap();
        let mut on_line = predictor::Predictor::default();
        let sample = sample::Sample::new(&x, &y).unwrap();
        fitter.fit(sample, &Draws::new(1, "", 0), &mut on_line).unwrap();
        let (f, _) = fit(&choice(CATALOGUE, name, &given), 1, &x, &y).unwrap();
        for at in [-2.0, -0.3, 0.001, 0.7, 3.0] {
            assert!((f.value(&[at]) - on_line.value(at)).abs() < 1e-13, "{name} {at}");
        }
    }
}

/// E Σ_j s_j(x)²: 1/k of neighbours, and that of single responses of Shepard's weights.
#[test]
fn parts_are_those_of_single_responses() {
    let (n, d) = (15, 2);
    let x = normals(&mut rng(9), n * d);
    let points = Points::new(d, &x).unwrap();
    let noise =
        choice(noise::CATALOGUE, "normal", &[("sd", Value::Real(2.0))]).build(noise::CATALOGUE).unwrap();
    let design = choice(design::CATALOGUE, "gaussian", &[]).build(design::CATALOGUE).unwrap();
    let mut scorer = Scorer::new(design, d);
    let mut parts = |estimator: &Choice| {
        let (made, _) = smoother(estimator, d, &x, &vec![0.0; n]);
        scorer.parts(&made, points, (&Truth::Zero, &*noise), &mut rng(10)).unwrap()
    };
    for k in [1, 4] {
        let parts = parts(&nearest(k));
        assert!((parts.variance - 4.0 / k as f64).abs() < 1e-12 && parts.bias.value == 0.0, "{parts:?}");
    }
    let told = parts(&shepard(3.0)).variance;
    let design = choice(design::CATALOGUE, "gaussian", &[]).build(design::CATALOGUE).unwrap();
    let mut scorer = Scorer::new(design, d);
    let (mut sum, mut square) = (0.0, 0.0);
    for j in 0..n {
        let single: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
        let (f, _) = fit(&shepard(3.0), d, &x, &single).unwrap();
        let risk = scorer.risks(&f, &Truth::Zero, &[2.0], &mut rng(11 + j as u64)).unwrap()[0];
        (sum, square) = (sum + 4.0 * risk.value, square + (4.0 * risk.standard_error.unwrap()).powi(2));
    }
    let error = 5.0 * (square * (n + 1) as f64).sqrt();
    assert!((told - sum).abs() < error && error < 0.2 * sum, "{told} {sum} ± {error}");
}

#[test]
fn local_planes_are_least_squares_of_the_neighbours() {
    let (n, d, k) = (120, 3, 20);
    let (x, y) = (normals(&mut rng(12), n * d), normals(&mut rng(13), n));
    let points = Points::new(d, &x).unwrap();
    let local = |k: u64| choice(CATALOGUE, "local_linear", &[("k", Value::Whole(k))]);
    let (f, _) = fit(&local(k), d, &x, &y).unwrap();
    let plane = choice(CATALOGUE, "least_squares", &[("intercept", Value::Flag(true))]);
    for at in normals(&mut rng(14), 20 * d).chunks_exact(d) {
        let places = &by_distance(points, at)[..k as usize];
        let rows: Vec<f64> = places.iter().flat_map(|i| points.row(*i)).copied().collect();
        let labels: Vec<f64> = places.iter().map(|i| y[*i]).collect();
        let (told, _) = fit(&plane, d, &rows, &labels).unwrap();
        assert!((f.value(at) - told.value(at)).abs() < 1e-11);
        let mut slope = vec![0.0; d];
        assert!(f.gradients(Points::new(d, at).unwrap(), &mut slope));
        let Predictor::Linear { weights, .. } = &told else { panic!("a plane") };
        assert!(slope.iter().zip(weights).all(|(a, b)| (a - b).abs() < 1e-11));
    }
    // A plane is met exactly.
    let linear: Vec<f64> = points.rows().map(|row| 2.0 * row[0] - row[2] + 0.5).collect();
    let (f, _) = fit(&local(k), d, &x, &linear).unwrap();
    assert!((f.value(&[0.3, 0.1, -0.2]) - 1.3).abs() < 1e-12);
    for k in [4, 121] {
        assert_eq!(fit(&local(k), d, &x, &y).map(|_| ()), Err(Degenerate::Scarce), "{k}");
    }
}

/// E ‖∇̂ − ∇f‖² = σ² d (d + 2)/(k r²) for k neighbours in a ball of radius r, π r² n = k in the middle of a square.
#[test]
fn gradients_have_their_error() {
    let (n, d, k) = (5000, 2, 200);
    let cube = choice(design::CATALOGUE, "cube", &[]).build(design::CATALOGUE).unwrap();
    let local = choice(CATALOGUE, "local_linear", &[("k", Value::Whole(k))]);
    let (mut sum, mut square, trials) = (0.0, 0.0, 300);
    for trial in 0..trials {
        let mut x = vec![0.0; n * d];
        cube.fill(&mut rng(700 + trial), d, &mut x);
        let (f, _) = fit(&local, d, &x, &normals(&mut rng(2000 + trial), n)).unwrap();
        let mut slope = [0.0; 2];
        assert!(f.gradients(Points::new(d, &[0.5, 0.5]).unwrap(), &mut slope));
        let size = slope[0] * slope[0] + slope[1] * slope[1];
        (sum, square) = (sum + size, square + size * size);
    }
    let mean = sum / trials as f64;
    let error = ((square / trials as f64 - mean * mean) / trials as f64).sqrt();
    let told = 8.0 * std::f64::consts::PI * n as f64 / (k * k) as f64;
    // To leading order in k: 3 % for 200.
    assert!((mean - told).abs() < 4.0 * error + 0.03 * told, "{mean} ± {error}, {told}");
    assert!((mean - 3.32).abs() < 4.0 * 0.18f64.hypot(error));
}
