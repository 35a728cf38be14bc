//! Estimators that are linear in y, as matrices.

use crate::sample::Degenerate;
use crate::space::dense::{Matrix, dot, transposed_times};
use crate::space::kernel::Kernel;
use crate::space::{Points, Predictor};

/// S with ŵ = S y, for one set of points.
///
/// # Formula
/// Noise of variance σ² that is independent between points has, given X,
///     E_ε ∫ (x·S_w ε + S_0 ε)² = σ² Σ_j (Σ_k λ_k S_kj² + (Σ_k μ_k S_kj + S_0j)²)
/// for x with mean μ and covariance diag(λ), each point with a variance of its own where these differ; and E_ε f̂ is what S makes of the
/// means of the labels, f*(x_i) for noise without a mean.
///
/// ```
/// use tempered_math::catalogue::Choice;
/// use tempered_math::space::estimator::{CATALOGUE, Smoother};
/// use tempered_math::space::{Points, Predictor, Sample};
///
/// let mut least_squares = Choice::new(&CATALOGUE[0], &[]).unwrap().build(CATALOGUE).unwrap();
/// let sample = Sample::new(Points::new(2, &[3.0, 4.0]).unwrap(), &[5.0]).unwrap();
/// let mut smoother = Smoother::default();
/// least_squares.smoother(sample, &mut smoother).unwrap().unwrap();
/// // S = x/‖x‖².
/// assert!((smoother.variance(&[1.0, 1.0], 0.0) - 1.0 / 25.0).abs() < 1e-16);
/// let mut mean = Predictor::default();
/// smoother.apply(&[5.0], &mut mean);
/// assert!((mean.value(&[3.0, 4.0]) - 5.0).abs() < 1e-14);
/// ```
#[derive(Default)]
pub struct Smoother {
    d: usize,
    /// How each weight moves with each response: one row of d numbers a point.
    weights: Vec<f64>,
    /// The mean of the points, where there is an intercept.
    centre: Option<Vec<f64>>,
    /// The weights of the responses in f̂(x), where f̂ is no plane.
    averages: Option<Box<dyn Averages>>,
    /// Whether S minimises the sum of squares and a multiple of ‖w‖², or the latter among all minimisers of the former.
    is_ridge: bool,
}

/// f̂(x) = Σ_j s_j(x) y_j, for one set of points.
pub trait Averages: Send + Sync {
    /// The number of points.
    fn n(&self) -> usize;

    /// Overwrites `out` with the predictor of these responses, one a point.
    ///
    /// # Errors
    /// `Overflow` where it is not finite.
    fn apply(&self, y: &[f64], out: &mut Predictor) -> Result<(), Degenerate>;

    /// What takes points to the mean of Σ_j v_j s_j(x)² over them, for noise of these variances v, one a point.
    fn spread<'a>(&'a self, variances: &'a [f64]) -> Box<dyn FnMut(Points<'_>) -> f64 + 'a>;

    /// y_i − f̂^{(−i)}(x_i) of these responses, f̂^{(−i)} fitted without point i; `None` where one of these fits does not exist.
    fn left_out(&self, y: &[f64]) -> Option<Vec<f64>>;

    /// Where f̂ is a sum of kernels at the points, what decides E Σ_j v_j s_j(x)² by a formula.
    fn kernels(&self) -> Option<KernelAverages<'_>> {
        None
    }
}

/// s(x) = A⁻¹ k(x) with k_j(x) = k(x, x_j), A the kernel matrix and a ridge.
pub struct KernelAverages<'a> {
    pub(in crate::space) kernel: &'a Kernel,
    pub(in crate::space) x: Points<'a>,
    /// A⁻¹, column by column.
    pub(in crate::space) inverse: &'a [f64],
    /// The condition of A.
    pub(in crate::space) condition: f64,
}

impl Smoother {
    /// Where to put the weights, one row of d numbers a point; the mean of the points belongs to an intercept.
    pub(super) fn set(&mut self, d: usize, centre: Option<&[f64]>) -> &mut Vec<f64> {
        self.d = d;
        self.centre = centre.map(<[f64]>::to_vec);
        self.weights.clear();
        self.averages = None;
        self.is_ridge = false;
        &mut self.weights
    }

    /// Says that the weights are those of least squares, of a ridge, or of the minimum norm.
    pub(super) fn set_ridge(&mut self) {
        self.is_ridge = true;
    }

    /// Makes it that of a function that is no plane.
    pub(super) fn set_averages(&mut self, d: usize, averages: Box<dyn Averages>) {
        self.set(d, None);
        self.averages = Some(averages);
    }

    /// Whether the weights are those of least squares, of a ridge, or of the minimum norm.
    pub(super) fn is_ridge(&self) -> bool {
        self.is_ridge
    }

    /// The weights of the responses in f̂(x), where f̂ is no plane.
    pub fn averages(&self) -> Option<&dyn Averages> {
        self.averages.as_deref()
    }

    /// The number of points.
    pub fn n(&self) -> usize {
        self.averages().map_or(self.weights.len() / self.d.max(1), Averages::n)
    }

    /// How each weight moves with each response: one row of d numbers a point.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// How the intercept moves with the response of each point.
    pub fn intercept(&self) -> Vec<f64> {
        let n = self.n() as f64;
        match &self.centre {
            Some(centre) => self.weights.chunks_exact(self.d).map(|row| 1.0 / n - dot(row, centre)).collect(),
            None => vec![0.0; self.n()],
        }
    }

    /// E_ε ∫ (f̂ − E_ε f̂)² for noise of variance 1, for x whose covariance has this diagonal and nothing beside it, and
    /// whose coordinates have this mean.
    pub fn variance(&self, spectrum: &[f64], mean: f64) -> f64 {
        let mut total = 0.0;
        self.each_part(spectrum, mean, |_, part| total += part);
        total
    }

    /// E_ε ∫ (f̂ − E_ε f̂)² for noise of these variances, one a point:
    /// Σ_j σ_j² (Σ_k λ_k S_kj² + (Σ_k μ_k S_kj + S_0j)²).
    pub fn variance_of(&self, variances: &[f64], spectrum: &[f64], mean: f64) -> f64 {
        let mut total = 0.0;
        self.each_part(spectrum, mean, |point, part| total += variances[point] * part);
        total
    }

    /// Hands on what each point adds for noise of variance 1, in one or two parts.
    fn each_part(&self, spectrum: &[f64], mean: f64, mut take: impl FnMut(usize, f64)) {
        let with_mean = self.centre.is_some() || mean != 0.0;
        let intercept = if with_mean { self.intercept() } else { Vec::new() };
        for (j, row) in self.weights.chunks_exact(self.d).enumerate() {
            take(j, row.iter().zip(spectrum).map(|(s, lambda)| lambda * s * s).sum::<f64>());
            if with_mean {
                let at_mean = mean * row.iter().sum::<f64>() + intercept[j];
                take(j, at_mean * at_mean);
            }
        }
    }

    /// The predictor of these responses, one a point: of f*(x_i) it is E_ε f̂.
    pub fn apply(&self, y: &[f64], out: &mut Predictor) {
        let mut weights = vec![0.0; self.d];
        let matrix = Matrix::new(&self.weights, self.d);
        let Some(centre) = &self.centre else {
            transposed_times(matrix, y, &mut weights);
            return out.set_linear(&weights, 0.0);
        };
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        let deviations: Vec<f64> = y.iter().map(|y| y - mean).collect();
        transposed_times(matrix, &deviations, &mut weights);
        out.set_linear(&weights, mean - dot(&weights, centre));
    }
}
