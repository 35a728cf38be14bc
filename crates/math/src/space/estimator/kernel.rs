//! Kernel regression.

use super::{Averages, Estimator, KernelAverages, Report, Route, Smoother, cost};
use crate::catalogue::{Entry, Kind, Parameter, Value};
use crate::sample::Degenerate;
use crate::seed::Draws;
use crate::space::dense::{Cholesky, Matrix, dot, gram_of_columns, gram_of_rows, product, transposed_times};
use crate::space::kernel::{self, Blocks, Embedded, Kernel};
use crate::space::{Function, KernelSum, Points, Predictor, Sample};
use crate::sum::all_finite;
use std::cmp::Ordering;
use std::sync::Arc;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "kernel",
    summary: "kernel regression: the interpolant of least norm in the space of a kernel, or with a ridge",
    parameters: || {
        let ridge = Parameter {
            name: "ridge",
            summary: "added to the diagonal of the kernel matrix; 0 interpolates",
            kind: Kind::Real { low: 0.0, closed: true, high: f64::INFINITY },
            default: Some(Value::Real(0.0)),
        };
        kernel::parameters().into_iter().chain([ridge]).collect()
    },
    build: |values| {
        let (ridge, kernel) = values.split_last().map_or((0.0, values), |(ridge, rest)| (ridge.real(), rest));
        Ok(Box::new(KernelRegression {
            kernel: kernel::build(kernel)?,
            ridge,
            matrix: Vec::new(),
            cholesky: Cholesky::default(),
        }))
    },
};

/// The largest condition of K + ridge I with which c is accepted: it has then three digits or more.
const CONDITION: f64 = 1e13;
/// The largest condition κ up to which Σ_j s_j² is taken from a matrix whose entries are κ² times as large: rounding costs it ε κ² there,
/// and beyond would leave sums of squares that are negative.
const SQUARED: f64 = 1e9;

/// f̂(x) = Σ_i c_i k(x_i, x) with (K + ridge I) c = y, K_ij = k(x_i, x_j).
///
/// # Formula
/// [`Kernel`] has the kernels. The condition is at most the largest column sum of K + ridge I times ‖(K + ridge I)⁻¹‖, estimated by
/// inverse iteration, and is in the report.
/// # Shapes, units
/// Bandwidth in units of x; the ridge in those of k, which is 1 at distance 0 for functions of the distance.
/// # Errors
/// `DuplicateX` where two points are equal and there is no ridge; `IllConditioned` where K + ridge I is not positive definite to rounding,
/// as of the angles between points of the line, or has a condition above 1e13; `Overflow` where a number is not finite. There is no other way that is tried in silence.
/// # Cost
/// n²/2 values of the kernel and n³/3 multiplications and additions; 16 n² bytes. A value costs n kernels. The weights of the responses,
/// and with them the residuals of points that are left out, take 2 n³/3 more.
/// # Accuracy
/// c to ε κ for the condition κ. The training error is stored and shows the residual.
/// # Source
/// Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), §2.2 and §5.3; Wahba, Spline Models (1990), §4.2, for
/// leave-one-out.
struct KernelRegression {
    kernel: Kernel,
    ridge: f64,
    matrix: Vec<f64>,
    cholesky: Cholesky,
}

/// Points with all that values of f̂ need of them.
struct Centres {
    kernel: Kernel,
    d: usize,
    x: Vec<f64>,
    embedded: Embedded,
    blocks: Blocks,
}

impl Centres {
    fn new(kernel: Kernel, x: Points<'_>) -> Result<Centres, Degenerate> {
        let embedded = kernel.embed(x);
        if !embedded.is_finite() {
            return Err(Degenerate::Overflow);
        }
        let blocks = Blocks::new(&embedded);
        Ok(Centres { kernel, d: x.d(), x: x.values().to_vec(), embedded, blocks })
    }

    fn x(&self) -> Result<Points<'_>, Degenerate> {
        Points::new(self.d, &self.x)
    }

    /// k(a_i, x_j), a row for each point a.
    fn matrix(&self, a: Points<'_>, out: &mut Vec<f64>) {
        self.kernel.matrix(&self.kernel.embed(a), (&self.blocks, &self.embedded.factors), out);
    }
}

impl KernelRegression {
    /// Factors K + ridge I; its condition.
    fn factor(&mut self, centres: &Centres) -> Result<f64, Degenerate> {
        let n = centres.embedded.n();
        centres.kernel.matrix(
            &centres.embedded,
            (&centres.blocks, &centres.embedded.factors),
            &mut self.matrix,
        );
        self.matrix.iter_mut().step_by(n + 1).for_each(|entry| *entry += self.ridge);
        let size = self.matrix.chunks_exact(n).map(|row| row.iter().map(|k| k.abs()).sum::<f64>());
        let size = size.fold(0.0, f64::max);
        std::mem::swap(self.cholesky.matrix(), &mut self.matrix);
        if !self.cholesky.factor(n) {
            return Err(self.undecided(centres));
        }
        let condition = size * self.cholesky.inverse_norm();
        if condition <= CONDITION { Ok(condition) } else { Err(self.undecided(centres)) }
    }

    /// Why rounding would decide c.
    fn undecided(&self, centres: &Centres) -> Degenerate {
        let twice = if self.ridge == 0.0 { twice(centres.d, &centres.x) } else { None };
        twice.map_or(Degenerate::IllConditioned, Degenerate::DuplicateX)
    }

    fn report(&self, n: usize, condition: f64) -> Report {
        // A positive ridge leaves the rank of K itself open.
        let rank = (self.ridge == 0.0).then_some(n as u64);
        Report { rank, route: Some(Route::Cholesky), condition: Some(condition), ..Report::default() }
    }
}

impl Estimator for KernelRegression {
    fn fit(&mut self, sample: Sample<'_>, _: &Draws<'_>, out: &mut Predictor) -> Result<Report, Degenerate> {
        let centres = Centres::new(self.kernel, sample.x())?;
        let condition = self.factor(&centres)?;
        let report = self.report(sample.n(), condition);
        let mut coefficients = sample.y().to_vec();
        self.cholesky.solve(&mut coefficients);
        *out = sum(Arc::new(centres), coefficients, condition)?;
        Ok(report)
    }

    fn smoother(&mut self, sample: Sample<'_>, out: &mut Smoother) -> Option<Result<Report, Degenerate>> {
        let made = Centres::new(self.kernel, sample.x()).and_then(|centres| {
            let condition = self.factor(&centres)?;
            let mut inverse = Vec::new();
            self.cholesky.inverse(&mut inverse);
            Ok(KernelWeights { centres: Arc::new(centres), inverse, condition })
        });
        Some(made.map(|weights| {
            let report = self.report(sample.n(), weights.condition);
            out.set_averages(sample.d(), Box::new(weights));
            report
        }))
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        let (points, width) = (n as f64, self.kernel.width(d) as f64);
        let pair = self.kernel.cost() + 0.3 * width;
        // The factor, and values at the points and at 4096 others.
        cost::sample(n, d) + cost::cholesky(n, n) * 0.25 + points * (2.0 * points + 4096.0) * pair
    }

    fn takes_copies_once(&self) -> bool {
        self.ridge == 0.0
    }

    /// 2: risks on spheres and tori by polynomials in the squared distance, in strips of points.
    fn revision(&self) -> u32 {
        2
    }

    fn interpolates(&self, _: u64, _: u64) -> bool {
        self.ridge == 0.0
    }
}

/// The first point that an earlier one is equal to.
fn twice(d: usize, x: &[f64]) -> Option<usize> {
    let row = |i: usize| &x[i * d..(i + 1) * d];
    let mut places: Vec<usize> = (0..x.len() / d).collect();
    places.sort_by(|a, b| row(*a).partial_cmp(row(*b)).unwrap_or(Ordering::Equal).then(a.cmp(b)));
    places.windows(2).filter(|pair| row(pair[0]) == row(pair[1])).map(|pair| pair[1]).min()
}

fn sum(centres: Arc<Centres>, coefficients: Vec<f64>, condition: f64) -> Result<Predictor, Degenerate> {
    if !all_finite(&coefficients) {
        return Err(Degenerate::Overflow);
    }
    let weights = kernel::padded(&coefficients, &centres.embedded);
    Ok(Predictor::Function(Box::new(Sum { centres, coefficients, weights, condition })))
}

/// Σ_i c_i k(x_i, ·).
struct Sum {
    centres: Arc<Centres>,
    coefficients: Vec<f64>,
    /// c with the factors of the points, in whole blocks.
    weights: Vec<f64>,
    condition: f64,
}

impl Function for Sum {
    fn values(&self, x: Points<'_>, out: &mut [f64]) {
        let Centres { kernel, blocks, .. } = &*self.centres;
        kernel.sums(&kernel.embed(x), (blocks, &self.weights), out);
    }

    fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    fn kernels(&self) -> Option<KernelSum<'_>> {
        let x = self.centres.x().ok()?;
        let (kernel, coefficients) = (&self.centres.kernel, &*self.coefficients);
        Some(KernelSum { kernel, x, coefficients, condition: self.condition })
    }
}

/// s(x) = (K + ridge I)⁻¹ k(x).
struct KernelWeights {
    centres: Arc<Centres>,
    /// (K + ridge I)⁻¹.
    inverse: Vec<f64>,
    condition: f64,
}

impl Averages for KernelWeights {
    fn n(&self) -> usize {
        self.centres.embedded.n()
    }

    fn apply(&self, y: &[f64], out: &mut Predictor) -> Result<(), Degenerate> {
        let mut coefficients = vec![0.0; y.len()];
        transposed_times(Matrix::new(&self.inverse, y.len()), y, &mut coefficients);
        *out = sum(self.centres.clone(), coefficients, self.condition)?;
        Ok(())
    }

    /// (A⁻¹y)_i/(A⁻¹)_ii.
    fn left_out(&self, y: &[f64]) -> Option<Vec<f64>> {
        let n = self.n();
        let mut residuals = vec![0.0; n];
        transposed_times(Matrix::new(&self.inverse, n), y, &mut residuals);
        let diagonal = self.inverse.iter().step_by(n + 1);
        residuals.iter_mut().zip(diagonal).for_each(|(residual, own)| *residual /= own);
        all_finite(&residuals).then_some(residuals)
    }

    /// Σ_j v_j s_j(x)² = k(x)ᵀ W k(x), W = A⁻¹ diag(v) A⁻¹: its mean over points is ⟨W, mean of k(x) k(x)ᵀ⟩. Where rounding would decide
    /// that, by the s_j(x) themselves, which takes twice the time.
    fn spread<'a>(&'a self, variances: &'a [f64]) -> Box<dyn FnMut(Points<'_>) -> f64 + 'a> {
        let n = self.n();
        if self.condition > SQUARED {
            let (mut values, mut weights) = (Vec::new(), Vec::new());
            return Box::new(move |x| {
                self.centres.matrix(x, &mut values);
                product(Matrix::new(&values, n), Matrix::new(&self.inverse, n), &mut weights);
                let of = |row: &[f64]| row.iter().zip(variances).map(|(s, v)| v * s * s).sum::<f64>();
                weights.chunks_exact(n).map(of).sum::<f64>() / x.n() as f64
            });
        }
        let middle = self.kernels().map(|averages| averages.middle(variances)).unwrap_or_default();
        let (mut values, mut gram) = (Vec::new(), Vec::new());
        Box::new(move |x| {
            self.centres.matrix(x, &mut values);
            gram_of_columns(Matrix::new(&values, n), &mut gram);
            lower_product(&gram, &middle, n) / x.n() as f64
        })
    }

    fn kernels(&self) -> Option<KernelAverages<'_>> {
        let Centres { kernel, .. } = &*self.centres;
        Some(KernelAverages {
            kernel,
            x: self.centres.x().ok()?,
            inverse: &self.inverse,
            condition: self.condition,
        })
    }
}

impl KernelAverages<'_> {
    /// A⁻¹ diag(v) A⁻¹, the lower triangle, column by column.
    pub(in crate::space) fn middle(&self, variances: &[f64]) -> Vec<f64> {
        let n = variances.len();
        let mut scaled = self.inverse.to_vec();
        for row in scaled.chunks_exact_mut(n) {
            row.iter_mut().zip(variances).for_each(|(entry, variance)| *entry *= variance.sqrt());
        }
        let mut middle = Vec::new();
        gram_of_rows(Matrix::new(&scaled, n), &mut middle);
        middle
    }
}

/// Σ_ij A_ij B_ij of two symmetric matrices of this order, given by their lower triangles, column by column.
pub(in crate::space) fn lower_product(a: &[f64], b: &[f64], order: usize) -> f64 {
    let columns = a.chunks_exact(order).zip(b.chunks_exact(order)).enumerate();
    columns.map(|(j, (a, b))| a[j] * b[j] + 2.0 * dot(&a[j + 1..], &b[j + 1..])).sum()
}
