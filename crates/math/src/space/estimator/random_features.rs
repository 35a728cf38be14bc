//! Regression on random features.

use super::linear::Linear;
use super::{Estimator, Report, cost};
use crate::catalogue::{Entry, Invalid, Kind, Parameter, Value};
use crate::sample::Degenerate;
use crate::seed::{Draws, Purpose, unit};
use crate::space::dense::{Matrix, numerical_rank, product, times};
use crate::space::{Function, Layout, Points, Predictor, ReluUnits, Sample};
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
            Parameter {
                name: "layers",
                summary: "random layers of k features each, for map: relu; where it is given, rank is that of the features",
                kind: Kind::Whole { low: 1, high: 1000 },
                default: Some(Value::Unset),
            },
        ]
    },
    build: |values| {
        let map = match values[1].word() {
            "relu" => Map::Relu,
            "fourier" => Map::Fourier,
            _ => Map::Gaussian,
        };
        let (features, scale) = (values[0].whole() as usize, values[3].real());
        let outer = Linear::new(values[2].real(), false);
        let layers = (values[4] != Value::Unset).then(|| values[4].whole() as usize);
        if layers.is_some() && map != Map::Relu {
            return Err(Invalid { parameter: "layers", expected: "is for map: relu" });
        }
        Ok(Box::new(RandomFeatures {
            features,
            map,
            scale,
            layers,
            outer,
            values: Vec::new(),
            fitted: Vec::new(),
        }))
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
/// kernel scale² x·x', scale² ‖x‖ ‖x'‖ (sin θ + (π − θ) cos θ)/(2π), or exp(−scale² ‖x − x'‖²/2). Layers beyond the first map the
/// features h of the one before to max(W h, 0), W_ij ~ N(0, 2/k), which keeps their mean square. Where `layers` is given the
/// rank of the report is that of F: the number of its singular values above max(n, k) ε times the largest.
/// # Errors
/// `IllConditioned` where doubles do not decide a, `Overflow` where a weight is not finite.
/// # Cost
/// n k d for the features, n k² for each further layer, and least squares of n points with k features; 8 k (d + n) bytes, and
/// 8 k² for each further layer. A value costs k d, and k² for each further layer. The rank takes singular values.
/// # Accuracy
/// That of [`Solver`](super::solver::Solver).
/// # Source
/// Rahimi & Recht, NIPS 20 (2007); Cho & Saul, NIPS 22 (2009) for the ReLU kernel; He et al., ICCV (2015) for 2/k.
struct RandomFeatures {
    features: usize,
    map: Map,
    scale: f64,
    /// How many, where that is given.
    layers: Option<usize>,
    /// The regression on features.
    outer: Linear,
    /// φ of each point of a sample.
    values: Vec<f64>,
    /// f̂ there, where that is what f̂ says to the bit.
    fitted: Vec<f64>,
}

/// What is random in the features.
struct Maps {
    k: usize,
    map: Map,
    /// u, d rows of k numbers, divided by √k but for waves.
    inner: Vec<f64>,
    /// b of waves.
    bias: Vec<f64>,
    /// W of each layer after the first, transposed: k rows of k numbers.
    deeper: Vec<Vec<f64>>,
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

impl Maps {
    /// Overwrites `values` with φ of each point, one row of k numbers a point.
    fn apply(&self, x: Matrix<'_>, values: &mut Vec<f64>) {
        product(x, Matrix::new(&self.inner, self.k), values);
        values.chunks_exact_mut(self.k).for_each(|row| self.map.apply(row, &self.bias));
        for weights in &self.deeper {
            let mut next = Vec::new();
            product(Matrix::new(values, self.k), Matrix::new(weights, self.k), &mut next);
            next.iter_mut().for_each(|z| *z = z.max(0.0));
            *values = next;
        }
    }
}

impl RandomFeatures {
    fn draw(&self, d: usize, draws: &Draws<'_>) -> Maps {
        let mut rng = draws.rng(Purpose::Initialisation);
        let k = self.features;
        let mut inner = vec![0.0; d * k];
        let each = if self.map == Map::Fourier { 1.0 } else { self.shrink() };
        fill_normal(&mut rng, self.scale * each, &mut inner);
        let waves = if self.map == Map::Fourier { k } else { 0 };
        let bias = (0..waves).map(|_| std::f64::consts::TAU * unit(&mut rng)).collect();
        let layer = |_| {
            let mut weights = vec![0.0; k * k];
            // A ReLU halves the mean square, which 2/k restores.
            fill_normal(&mut rng, (2.0 / k as f64).sqrt(), &mut weights);
            weights
        };
        let deeper = (1..self.layers.unwrap_or(1)).map(layer).collect();
        Maps { k, map: self.map, inner, bias, deeper }
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
        let maps = self.draw(d, draws);
        maps.apply(Matrix::new(sample.x().values(), d), &mut self.values);
        if self.map == Map::Fourier {
            let shrink = self.shrink();
            self.values.iter_mut().for_each(|z| *z *= shrink);
        }
        let features = Points::new(k, &self.values)?;
        let features = Sample::new(features, sample.y()).map_err(|_| Degenerate::Overflow)?;
        let report = self.outer.fit(features, out)?;
        let mut outer = out.coefficients().to_vec();
        self.fitted.clear();
        if self.map == Map::Relu {
            self.fitted.resize(sample.n(), 0.0);
            times(Matrix::new(&self.values, k), &outer, &mut self.fitted);
        }
        if self.map == Map::Gaussian {
            let mut weights = vec![0.0; d];
            times(Matrix::new(&maps.inner, k), &outer, &mut weights);
            out.set_linear(&weights, 0.0);
        } else {
            if self.map == Map::Fourier {
                outer.iter_mut().for_each(|a| *a *= self.shrink());
            }
            *out = Predictor::Function(Box::new(Network { maps, outer }));
        }
        let of_features = || numerical_rank(Matrix::new(&self.values, k)).map(Some);
        let rank = if self.layers.is_some() { of_features()? } else { report.rank };
        Ok(Report { rank, ..report })
    }

    fn fitted(&self) -> Option<&[f64]> {
        (!self.fitted.is_empty()).then_some(&self.fitted)
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        let k = self.features as u64;
        let drawn = cost::sample(n, d) + cost::sample(k, d);
        // Functions are scored at 4096 points, ReLU networks often exactly, which is no dearer.
        let points = if self.map == Map::Gaussian { n } else { n + 4096 };
        let wave = if self.map == Map::Fourier { 20.0 } else { 1.0 };
        // Projections of fewer features than points are linearly dependent: these take singular values.
        let dependent = self.map == Map::Gaussian && self.outer.ridge == 0.0 && d < n.min(k);
        let solved = cost::cholesky(n, k) * if dependent { 10.0 } else { 1.0 };
        let first = drawn + solved + points as f64 * k as f64 * (0.06 * d as f64 + wave);
        let Some(layers) = self.layers else { return first };
        let deeper = layers.saturating_sub(1) as f64;
        let k = k as f64;
        first + 10.0 * solved + deeper * k * (5.0 * k + points as f64 * (0.06 * k + 1.0))
    }

    fn interpolates(&self, n: u64, d: u64) -> bool {
        let k = self.features as u64;
        // Deeper features of as many points may depend on each other.
        let most = match self.map {
            Map::Gaussian => k.min(d),
            Map::Relu if self.layers.is_some_and(|layers| layers > 1) => 0,
            _ => k,
        };
        self.outer.ridge == 0.0 && n <= most
    }
}

/// Σ_j a_j φ_j(x).
struct Network {
    maps: Maps,
    outer: Vec<f64>,
}

impl Function for Network {
    fn values(&self, x: Points<'_>, out: &mut [f64]) {
        let mut values = Vec::new();
        self.maps.apply(Matrix::new(x.values(), x.d()), &mut values);
        times(Matrix::new(&values, self.maps.k), &self.outer, out);
    }

    fn coefficients(&self) -> &[f64] {
        &self.outer
    }

    fn relu(&self) -> Option<ReluUnits<'_>> {
        let Maps { map, inner, deeper, .. } = &self.maps;
        let units = ReluUnits { outer: &self.outer, inner, layout: Layout::Features };
        (*map == Map::Relu && deeper.is_empty()).then_some(units)
    }
}
