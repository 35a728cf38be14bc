//! Kernel regression by the dense system, in twice the precision.

mod double;

use Kernel::{Gaussian, Laplace, Matern3, Matern5};
use double::Double;
use tempered_math::catalogue::{Choice, Value};
use tempered_math::estimator::{CATALOGUE, Report};
use tempered_math::predictor::Predictor;
use tempered_math::sample::Degenerate;
use tempered_math::seed::{Draws, Key, Purpose, unit};

/// An estimator and its kernel, as a function of |x − x'|/h.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kernel {
    Laplace,
    Matern3,
    Matern5,
    Gaussian,
}

impl Kernel {
    pub fn choice(self, h: f64, ridge: f64) -> Choice {
        let (name, nu) = match self {
            Laplace => ("laplace_kernel", None),
            Matern3 => ("matern", Some("3/2")),
            Matern5 => ("matern", Some("5/2")),
            Gaussian => ("gaussian_kernel", None),
        };
        let entry = CATALOGUE.iter().find(|entry| entry.name == name).unwrap();
        let mut given = vec![("bandwidth", Value::Real(h)), ("ridge", Value::Real(ridge))];
        given.extend(nu.map(|nu| ("nu", Value::Word(nu))));
        Choice::new(entry, &given).unwrap()
    }

    fn of(self, distance: Double, h: f64) -> Double {
        let z = distance / Double::from(h);
        let (one, z) = (Double::from(1.0), if z.0 < 0.0 { -z } else { z });
        match self {
            Laplace => (-z).exp(),
            Matern3 => {
                let z = z * Double::from(3.0).sqrt();
                (one + z) * (-z).exp()
            }
            Matern5 => {
                let z = z * Double::from(5.0).sqrt();
                (one + z + z * z / Double::from(3.0)) * (-z).exp()
            }
            Gaussian => (-(z * z) / Double::from(2.0)).exp(),
        }
    }

    /// The same kernel from the units that are stored.
    pub fn phi(self, z: f64) -> f64 {
        let size = z.abs();
        match self {
            Laplace => (-size).exp(),
            Matern3 => (1.0 + size) * (-size).exp(),
            Matern5 => (1.0 + size + size * size / 3.0) * (-size).exp(),
            Gaussian => (-0.5 * z * z).exp(),
        }
    }
}

pub fn try_fit(choice: &Choice, x: &[f64], y: &[f64]) -> Result<(Predictor, Report), Degenerate> {
    let mut predictor = Predictor::default();
    let draws = Draws::new(0, "", 0);
    let mut estimator = choice.build(CATALOGUE).unwrap();
    let sample = estimator.sample(x, y).unwrap();
    let fitted = estimator.fit(sample, &draws, &mut predictor);
    fitted.map(|report| (predictor, report))
}

pub fn fit(choice: &Choice, x: &[f64], y: &[f64]) -> Predictor {
    try_fit(choice, x, y).unwrap_or_else(|why| panic!("{choice}, n = {}: {why}", x.len())).0
}

/// n points on the unit interval with noise.
pub fn noisy(n: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut rng = Key::new(seed, "kernels", Purpose::Design).trial(n as u64);
    let mut x: Vec<f64> = (0..n).map(|_| unit(&mut rng)).collect();
    x.sort_by(f64::total_cmp);
    let y = (0..n).map(|_| (0..6).map(|_| unit(&mut rng)).sum::<f64>() - 3.0).collect();
    (x, y)
}

/// Points in each gap and beyond the data.
pub fn probes(x: &[f64]) -> Vec<f64> {
    let (first, last) = (x[0], x[x.len() - 1]);
    let mut at = vec![first - 3.0, first - 0.1, first - 1e-4, last + 1e-4, last + 0.1, last + 3.0];
    for pair in x.windows(2) {
        at.extend([0.0, 0.01, 0.3, 0.5, 0.8, 0.999].map(|t| pair[0] + t * (pair[1] - pair[0])));
    }
    at
}

/// Σ α_i k(·, x_i) by elimination of the dense system, at several points.
pub fn dense(kernel: Kernel, (h, ridge): (f64, f64), x: &[f64], y: &[f64], at: &[f64]) -> Vec<f64> {
    let n = x.len();
    let entry = |a: f64, b: f64| kernel.of(Double::from(a) - Double::from(b), h);
    let mut system: Vec<Vec<Double>> = x.iter().map(|a| x.iter().map(|b| entry(*a, *b)).collect()).collect();
    let mut alpha: Vec<Double> = y.iter().map(|y| Double::from(*y)).collect();
    for (i, row) in system.iter_mut().enumerate() {
        row[i] = row[i] + Double::from(ridge);
    }
    // The matrix is positive definite: no pivoting.
    for k in 0..n {
        let (above, below) = system.split_at_mut(k + 1);
        for (i, row) in below.iter_mut().enumerate() {
            let factor = row[k] / above[k][k];
            for (entry, pivot) in row[k..].iter_mut().zip(&above[k][k..]) {
                *entry = *entry - factor * *pivot;
            }
            alpha[k + 1 + i] = alpha[k + 1 + i] - factor * alpha[k];
        }
    }
    for k in (0..n).rev() {
        let known = (k + 1..n).fold(Double::from(0.0), |sum, j| sum + system[k][j] * alpha[j]);
        alpha[k] = (alpha[k] - known) / system[k][k];
    }
    let value = |at: &f64| {
        let terms = x.iter().zip(&alpha).map(|(x, alpha)| *alpha * entry(*at, *x));
        terms.fold(Double::from(0.0), |sum, term| sum + term).0
    };
    at.iter().map(value).collect()
}

/// The largest difference from the dense solve, relative to the largest value.
pub fn apart(kernel: Kernel, (h, ridge): (f64, f64), x: &[f64], y: &[f64]) -> f64 {
    let at = probes(x);
    let (found, want) = (fit(&kernel.choice(h, ridge), x, y), dense(kernel, (h, ridge), x, y, &at));
    let size = want.iter().fold(0.0f64, |most, value| most.max(value.abs()));
    let misses = at.iter().zip(&want).map(|(at, want)| (found.value(*at) - want).abs() / size);
    // NaN must not get lost.
    misses.fold(0.0, |worst, miss| if miss <= worst { worst } else { miss })
}
