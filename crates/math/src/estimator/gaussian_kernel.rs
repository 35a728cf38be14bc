//! Regression with the Gaussian kernel, by a dense solve.

use super::{Estimator, Report, bandwidth, cost, ridge};
use crate::catalogue::Entry;
use crate::predictor::{Expansion, Form, Pieces, Predictor, Units};
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::sum::{all_finite, largest};
use nalgebra::{Cholesky, DMatrix, DVector};

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "gaussian_kernel",
    summary: "kernel regression with k(x, x') = exp(−(x − x')²/(2h²)), refused where it is ill-conditioned",
    parameters: || vec![bandwidth(), ridge()],
    build: |values| Ok(Box::new(GaussianKernel { h: values[0].real(), ridge: values[1].real() })),
};

/// Eigenvalues up to n · LIMIT times the largest one count as zero: rounding the entries of a kernel matrix to ε changes its
/// eigenvalues by up to n ε of the largest.
const LIMIT: f64 = f64::EPSILON;
/// The largest residual of the linear system, relative to the largest |y|, with which α is accepted: no risk needs more
/// digits of f̂.
const RESIDUAL: f64 = 1e-9;

/// f̂ = Σ α_i k(·, x_i) with (K + ridge I) α = y and k(x, x') = exp(−(x − x')²/(2h²)).
///
/// # Formula
/// α follows from a Cholesky factorisation and one step of iterative refinement. The rank reported is the number of
/// eigenvalues of K, without the ridge, above n ε times the largest one.
/// # Shapes, units
/// h in units of x; there are no breakpoints. Units: φ(z) = e^{−z²/2}, outer α, inner 1/h, bias −x_i/h.
/// # Errors
/// `IllConditioned` where K + ridge I has an eigenvalue at or below n ε times its largest, or where the residual of α
/// exceeds 1e-9 of max |y|. Without ridge this happens for few points already, as eigenvalues fall faster than
/// exponentially once points are closer than h. `Overflow` where a weight is not finite.
/// # Cost
/// n³/3 flops for the factor and 4n³/3 for the eigenvalues, two matrices of n² numbers; most refusals cost less, as the
/// factorisation stops at the first pivot that is not positive. An evaluation costs n exponentials.
/// # Accuracy
/// The residual at the data is at most 1e-9 of max |y|. The relative error of weights and of values off the data is
/// roundoff times the condition number, which is at most 1/(n ε).
/// # Source
/// Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), §2.2 and algorithm 2.1.
struct GaussianKernel {
    h: f64,
    ridge: f64,
}

impl Estimator for GaussianKernel {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        _: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let (x, h) = (sample.x(), self.h);
        let far = x[0].abs().max(x[x.len() - 1].abs());
        if !((1.0 + far) / h).is_finite() {
            return Err(Degenerate::Overflow);
        }
        let (outer, rank) = self.solve(x, sample.y())?;
        let smooth = predictor.smooth();
        smooth.breaks.clear();
        smooth.pieces = Box::new(Bells { h, x: x.to_vec(), outer });
        Ok(Report { rank: Some(rank), ..Report::default() })
    }

    fn interpolates(&self) -> bool {
        self.ridge == 0.0
    }

    fn takes_ties(&self) -> bool {
        self.ridge > 0.0
    }

    fn cost(&self, n: u64) -> f64 {
        // A dense system and its eigenvalues, and n exponentials an evaluation.
        let n = n as f64;
        cost::TRIAL + (cost::POINT + cost::PIECE) * n + 4.0 * cost::VALUES * n * n + n * n * n
    }
}

impl GaussianKernel {
    /// α, and the rank of K.
    fn solve(&self, x: &[f64], y: &[f64]) -> Result<(Vec<f64>, u64), Degenerate> {
        let n = x.len();
        let kernel = DMatrix::from_fn(n, n, |i, j| bell(x[i] - x[j], self.h));
        let mut system = kernel.clone();
        (0..n).for_each(|i| system[(i, i)] += self.ridge);
        // The factorisation precedes the eigenvalues because it fails early where most of them are below the rounding error.
        let factor = Cholesky::new(system).ok_or(Degenerate::IllConditioned)?;
        let rank = self.rank(&kernel)?;
        let y = DVector::from_column_slice(y);
        let residual = |alpha: &DVector<f64>| &y - &kernel * alpha - alpha * self.ridge;
        let mut alpha = factor.solve(&y);
        let correction = factor.solve(&residual(&alpha));
        alpha += correction;
        if !all_finite(alpha.as_slice()) {
            return Err(Degenerate::Overflow);
        }
        let residual = residual(&alpha);
        if !all_finite(residual.as_slice()) || largest(residual.as_slice()) > RESIDUAL * largest(y.as_slice())
        {
            return Err(Degenerate::IllConditioned);
        }
        Ok((alpha.as_slice().to_vec(), rank))
    }

    /// The number of eigenvalues of K above the rounding error; `IllConditioned` where K + ridge I has others.
    fn rank(&self, kernel: &DMatrix<f64>) -> Result<u64, Degenerate> {
        let eigenvalues = kernel.symmetric_eigenvalues();
        let limit = LIMIT * kernel.nrows() as f64;
        let (least, most) = (eigenvalues.min(), eigenvalues.max());
        if least + self.ridge <= limit * (most + self.ridge) {
            return Err(Degenerate::IllConditioned);
        }
        Ok(eigenvalues.iter().filter(|value| **value > limit * most).count() as u64)
    }
}

/// Σ α_i k(·, x_i).
struct Bells {
    h: f64,
    x: Vec<f64>,
    outer: Vec<f64>,
}

impl Pieces for Bells {
    fn values(&self, _: usize, x: &[f64], out: &mut [f64]) {
        for (x, out) in x.iter().zip(out) {
            let terms = self.x.iter().zip(&self.outer).map(|(at, outer)| outer * bell(x - at, self.h));
            *out = terms.sum();
        }
    }

    fn units(&self) -> Units {
        Units {
            outer: self.outer.clone(),
            inner: vec![1.0 / self.h; self.x.len()],
            bias: self.x.iter().map(|x| -x / self.h).collect(),
            ..Units::default()
        }
    }

    fn expansion(&self) -> Expansion {
        let scale = vec![1.0 / self.h; self.x.len()];
        let (coefficient, at) = (self.outer.clone(), self.x.clone());
        Expansion { coefficient, scale, at, ..Expansion::new(Form::Gaussian) }
    }
}

/// The kernel at a distance.
fn bell(distance: f64, h: f64) -> f64 {
    let z = distance / h;
    libm::exp(-0.5 * z * z)
}
