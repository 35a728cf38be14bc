//! Regression on random features.

use super::solver::Solver;
use super::{Estimator, Report, cost};
use crate::catalogue::{Entry, Kind, Parameter, Value};
use crate::sample::Degenerate;
use crate::seed::{Draws, Purpose, unit};
use crate::space::dense::{Matrix, product, times};
use crate::space::{Function, Points, Predictor, ReluUnits, Sample};
use crate::sum::all_finite;
use crate::ziggurat::fill_normal;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "random_features",
    summary: "ridge regression on random features, drawn anew for every trial; without ridge the minimum norm",
    parameters: || {
        vec![
            Parameter {
                name: "features",
                summary: "k, how many",
                kind: Kind::Whole { low: 1, high: 1_000_000 },
                default: None,
            },
            Parameter {
                name: "map",
                summary: "φ_j(x): u_j·x, max(u_j·x, 0), or √2 cos(u_j·x + b_j)",
                kind: Kind::Word(&["gaussian", "relu", "fourier"]),
                default: Some(Value::Word("gaussian")),
            },
            Parameter {
                name: "ridge",
                summary: "added to the diagonal of the kernel matrix FFᵀ/k",
                kind: Kind::Real { low: 0.0, closed: true, high: f64::INFINITY },
                default: Some(Value::Real(0.0)),
            },
            Parameter::positive("scale", "standard deviation of the entries of u_j, in units of 1/x"),
        ]
    },
    build: |values| {
        let map = match values[1].word() {
            "relu" => Map::Relu,
            "fourier" => Map::Fourier,
            _ => Map::Gaussian,
        };
        let (features, ridge, scale) = (values[0].whole() as usize, values[2].real(), values[3].real());
        Ok(Box::new(RandomFeatures { features, map, ridge, scale, solver: Solver::default() }))
    },
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Map {
    Gaussian,
    Relu,
    Fourier,
}

/// f̂(x) = Σ_j a_j φ_j(x)/√k with u_j ~ N(0, scale² I), b_j uniform on [0, 2π).
///
/// # Formula
/// With F_ij = φ_j(x_i): a = Fᵀ/√k (FFᵀ/k + ridge I)⁻¹ y, or the least squares of it where n > k. As k grows FFᵀ/k tends to the
/// kernel scale² x·x', scale² ‖x‖ ‖x'‖ (sin θ + (π − θ) cos θ)/(2π), or exp(−scale² ‖x − x'‖²/2).
/// # Errors
/// `IllConditioned` where doubles do not decide a, `Overflow` where a weight is not finite.
/// # Cost
/// n k d for the features, and least squares of n points with k features; 8 k (d + n) bytes. A value costs k d.
/// # Accuracy
/// That of [`Solver`].
/// # Source
/// Rahimi & Recht, NIPS 20 (2007); Cho & Saul, NIPS 22 (2009) for the ReLU kernel.
struct RandomFeatures {
    features: usize,
    map: Map,
    ridge: f64,
    scale: f64,
    solver: Solver,
}

impl Map {
    /// φ_j of each u_j·x, for one point.
    fn apply(self, row: &mut [f64], bias: &[f64]) {
        match self {
            Map::Gaussian => {}
            Map::Relu => row.iter_mut().for_each(|z| *z = z.max(0.0)),
            Map::Fourier => {
                let wave = |z: f64| std::f64::consts::SQRT_2 * libm::cos(z);
                row.iter_mut().zip(bias).for_each(|(z, b)| *z = wave(*z + b));
            }
        }
    }
}

impl RandomFeatures {
    /// u, d rows of k numbers, divided by √k but for waves; and b.
    fn draw(&self, d: usize, draws: &Draws<'_>) -> (Vec<f64>, Vec<f64>) {
        let mut rng = draws.rng(Purpose::Initialisation);
        let mut inner = vec![0.0; d * self.features];
        let each = if self.map == Map::Fourier { 1.0 } else { self.shrink() };
        fill_normal(&mut rng, self.scale * each, &mut inner);
        let waves = if self.map == Map::Fourier { self.features } else { 0 };
        let bias = (0..waves).map(|_| std::f64::consts::TAU * unit(&mut rng)).collect();
        (inner, bias)
    }

    /// 1/√k, which a linear or homogeneous φ takes into u.
    fn shrink(&self) -> f64 {
        1.0 / (self.features as f64).sqrt()
    }
}

impl Estimator for RandomFeatures {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        out: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let (d, k) = (sample.d(), self.features);
        let (inner, bias) = self.draw(d, draws);
        let mut values = Vec::new();
        product(Matrix::new(sample.x().values(), d), Matrix::new(&inner, k), &mut values);
        for row in values.chunks_exact_mut(k) {
            self.map.apply(row, &bias);
            if self.map == Map::Fourier {
                row.iter_mut().for_each(|z| *z *= self.shrink());
            }
        }
        if !all_finite(&values) {
            return Err(Degenerate::Overflow);
        }
        let solved = self.solver.solve(Matrix::new(&values, k), sample.y(), self.ridge)?;
        let mut outer = self.solver.weights.clone();
        if self.map == Map::Gaussian {
            let mut weights = vec![0.0; d];
            times(Matrix::new(&inner, k), &outer, &mut weights);
            out.set_linear(&weights, 0.0);
        } else {
            if self.map == Map::Fourier {
                outer.iter_mut().for_each(|a| *a *= self.shrink());
            }
            *out = Predictor::Function(Box::new(Network { map: self.map, k, inner, bias, outer }));
        }
        Ok(Report { rank: solved.rank, route: Some(solved.route), ..Report::default() })
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        let k = self.features as u64;
        let drawn = cost::sample(n, d) + cost::sample(k, d);
        // Functions are scored at 4096 points.
        let points = if self.map == Map::Fourier { n + 4096 } else { n };
        let wave = if self.map == Map::Fourier { 20.0 } else { 1.0 };
        // Projections of fewer features than points are linearly dependent: these take singular values.
        let dependent = self.map == Map::Gaussian && self.ridge == 0.0 && d < n.min(k);
        let solved = cost::cholesky(n, k) * if dependent { 10.0 } else { 1.0 };
        drawn + solved + points as f64 * k as f64 * (0.06 * d as f64 + wave)
    }

    fn interpolates(&self, n: u64, d: u64) -> bool {
        let k = self.features as u64;
        self.ridge == 0.0 && n <= if self.map == Map::Gaussian { k.min(d) } else { k }
    }
}

/// Σ_j a_j φ(u_j·x + b_j).
struct Network {
    map: Map,
    k: usize,
    inner: Vec<f64>,
    bias: Vec<f64>,
    outer: Vec<f64>,
}

impl Function for Network {
    fn values(&self, x: Points<'_>, out: &mut [f64]) {
        let mut values = Vec::new();
        product(Matrix::new(x.values(), x.d()), Matrix::new(&self.inner, self.k), &mut values);
        values.chunks_exact_mut(self.k).for_each(|row| self.map.apply(row, &self.bias));
        times(Matrix::new(&values, self.k), &self.outer, out);
    }

    fn coefficients(&self) -> &[f64] {
        &self.outer
    }

    fn relu(&self) -> Option<ReluUnits<'_>> {
        (self.map == Map::Relu).then_some(ReluUnits { outer: &self.outer, inner: &self.inner })
    }
}
