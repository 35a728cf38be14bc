//! Risks of pure noise against theory, within Monte Carlo errors.

use super::{Arguments, beta, choice, fit, nearest, risks, sample};
use tempered_math::estimator::{CATALOGUE, known};
use tempered_math::risk::Domain;
use tempered_math::seed::{Key, Purpose, unit};
use tempered_math::theory::Setting;
use tempered_math::{design, noise, target};

/// Mean and standard error of a statistic of samples.
fn mean(design: &str, n: usize, trials: u64, mut of: impl FnMut(&[f64], &[f64], u64) -> f64) -> (f64, f64) {
    let (mut sum, mut squares) = (0.0, 0.0);
    for trial in 0..trials {
        let (x, y) = sample(design, n, trial);
        let value = of(&x, &y, trial);
        (sum, squares) = (sum + value, squares + value * value);
    }
    let (count, mean) = (trials as f64, sum / trials as f64);
    (mean, ((squares / count - mean * mean) / count).sqrt())
}

#[test]
fn means_of_neighbours_have_the_risk_of_means_of_noise() {
    let normal = choice(noise::CATALOGUE, "normal", &[]);
    let (uniform, zero) = (choice(design::CATALOGUE, "uniform", &[]), choice(target::CATALOGUE, "zero", &[]));
    let n = 40;
    for (k, p) in [(1, 1.0), (1, 2.0), (1, 3.0), (4, 1.0), (4, 2.0), (4, 1.5)] {
        let of = |domain| {
            move |x: &[f64], y: &[f64], _| risks(&[p], &fit("nearest", &nearest(k), x, y), (x, y), domain)[0]
        };
        let estimator = choice(CATALOGUE, "nearest", &nearest(k));
        let setting = Setting { design: &uniform, target: &zero, noise: &normal, p, domain: Domain::Hull };
        let limit = known(&estimator, &setting).unwrap().limit.unwrap();
        let (hull, error) = mean("uniform", n, 500, of(Domain::Hull));
        let want = limit * (n as f64 - 1.0) / (n as f64 + 1.0);
        assert!((hull - want).abs() < 4.0 * error, "k {k} p {p}: {hull} ± {error}, not {want}");
        let (unit, error) = mean("uniform", n, 500, of(Domain::Unit));
        assert!((unit - limit).abs() < 4.0 * error, "k {k} p {p}: {unit} ± {error}, not {limit}");
    }
}

/// R_2 by points drawn in the middle of the data.
fn squared(name: &str, given: Arguments<'_>, design: &str, n: usize, trials: u64) -> (f64, f64) {
    mean(design, n, trials, |x, y, trial| {
        let f = fit(name, given, x, y);
        let mut rng = Key::new(1, name, Purpose::Bootstrap).trial(trial);
        (0..20).map(|_| f.value(0.25 + 0.5 * unit(&mut rng)).powi(2)).sum::<f64>() / 20.0
    })
}

#[test]
fn local_estimators_have_their_limits() {
    let normal = choice(noise::CATALOGUE, "normal", &[]);
    let cases: [(&str, Arguments<'_>, &str, usize, f64); 8] = [
        ("shepard", &beta(2.0), "uniform", 300, 0.5),
        ("shepard", &beta(4.0), "uniform", 300, 0.75),
        ("shepard", &beta(1.5), "uniform", 600, 1.0 / 3.0),
        ("shepard", &beta(2.0), "grid", 300, 2.0 / 3.0),
        ("cubic_spline", &[], "grid", 80, 0.8742307488958),
        ("nearest", &nearest(1), "uniform", 50, 1.0),
        ("nearest", &nearest(3), "jittered_grid", 50, 1.0 / 3.0),
        ("linear_spline", &[], "jittered_grid", 50, 2.0 / 3.0),
    ];
    for (name, given, design, n, want) in cases {
        let estimator = choice(CATALOGUE, name, given);
        let (place, zero) = (choice(design::CATALOGUE, design, &[]), choice(target::CATALOGUE, "zero", &[]));
        let setting = Setting { design: &place, target: &zero, noise: &normal, p: 2.0, domain: Domain::Hull };
        let limit = known(&estimator, &setting).unwrap().limit.unwrap();
        assert!((limit - want).abs() < 1e-12, "{estimator}: {limit} {want}");
        let (found, error) = squared(name, given, design, n, 700);
        assert!(error < 0.04, "{estimator}: {error}");
        // Far points are missing: their share of the weights is of order n^{1 − β}.
        let missing = if name == "shepard" { (n as f64).powf(1.0 - given[0].1.real()) } else { 0.0 };
        let slack = 4.0 * error + missing;
        assert!((found - want).abs() < slack, "{estimator} on {design}: {found} ± {error}, not {want}");
    }
}

/// β = 1 falls like 1/ln n.
#[test]
fn the_hilbert_kernel_is_slowly_benign() {
    let found: Vec<f64> =
        [30, 300].iter().map(|n| squared("shepard", &beta(1.0), "uniform", *n, 500).0).collect();
    assert!(found[1] < 0.75 * found[0] && found[1] > 0.3 * found[0], "{found:?}");
}
