//! One decomposition of a sample for all filters.

use super::{Filter, Gain};
use crate::sample::Degenerate;
use crate::space::dense::{
    Eigen, Matrix, Svd, dot, gram_of_columns, gram_of_rows, product, times, transposed_times,
};
use crate::space::estimator::centred::Centred;
use crate::space::estimator::{Report, Route, Smoother};
use crate::space::{Predictor, Sample};
use crate::sum::all_finite;

/// The largest ratio of a gain to that of the largest eigenvalue that eigenvalues are good for: they are known to k ε of the largest
/// one, so that filters then have eight digits or more.
const STIFFEST: f64 = 1e6;
/// Singular values below this share of the largest one are too uncertain for 1/s: weights then have four digits or more.
const LEAST: f64 = 1e-12;
/// Where singular values are dropped as rounding, no other may be below this share of the largest one.
const GAP: f64 = 1e-8;

/// The eigenvalues of the smaller Gram matrix of a sample, for any number of filters; singular values where these ask for more.
///
/// # Formula
/// With XXᵀ = U diag(λ) Uᵀ: ŵ = Xᵀ U diag(h(λ)) Uᵀ y, h(s²) = ℓ(s)/s; with XᵀX = V diag(λ) Vᵀ: ŵ = V diag(h(λ)) Vᵀ Xᵀ y.
/// # Errors
/// `IllConditioned` where a filter divides by singular values that rounding decides, `Overflow` where weights are not finite.
/// # Cost
/// k² (m + 9 k) multiplications and additions, k = min(n, d), m = max(n, d), and k (k + m) for a filter.
/// # Accuracy
/// Weights to eight digits, or ε κ by singular values; see [`Decomposition::predictor`].
///
/// ```
/// use tempered_math::space::estimator::{Decomposition, Filter, Gain};
/// use tempered_math::space::{Points, Predictor, Sample};
///
/// let x = [1.0, 0.0, 0.0, 2.0];
/// let sample = Sample::new(Points::new(2, &x).unwrap(), &[1.0, 1.0]).unwrap();
/// let mut decomposition = Decomposition::new(sample, false).unwrap();
/// let mut plane = Predictor::default();
/// for ridge in [0.5, 1.0, 2.0] {
///     let filter = Filter { intercept: false, gain: Gain::Ridge(ridge) };
///     decomposition.predictor(&filter, &mut plane).unwrap();
///     let weights = plane.coefficients();
///     assert!((weights[0] - 1.0 / (1.0 + ridge)).abs() < 1e-15 && (weights[1] - 2.0 / (4.0 + ridge)).abs() < 1e-15);
/// }
/// ```
pub struct Decomposition<'a> {
    system: Centred<'a>,
    intercept: bool,
    tail: f64,
    eigen: Eigen,
    /// Uᵀ y, or Vᵀ Xᵀ y.
    projections: Vec<f64>,
    svd: Option<Svd>,
}

impl<'a> Decomposition<'a> {
    /// Of the points, or of their deviations from their mean where filters have an intercept.
    ///
    /// # Errors
    /// `Overflow` where an entry of the Gram matrix is not finite, `NotConverged` where eigenvalues do not converge.
    pub fn new(sample: Sample<'a>, intercept: bool) -> Result<Decomposition<'a>, Degenerate> {
        let system = Centred::singular(sample, intercept);
        let a = system.matrix();
        let (order, mut eigen) = (a.rows.min(a.columns), Eigen::default());
        if is_wide(a) {
            gram_of_rows(a, eigen.matrix())
        } else {
            gram_of_columns(a, eigen.matrix())
        }
        eigen.decompose(order)?;
        let mut projections = vec![0.0; order];
        let vectors = Matrix::new(&eigen.vectors, order);
        if is_wide(a) {
            times(vectors, &system.y, &mut projections);
        } else {
            let mut moments = vec![0.0; order];
            transposed_times(a, &system.y, &mut moments);
            times(vectors, &moments, &mut projections);
        }
        Ok(Decomposition { system, intercept, tail: sample.tail(), eigen, projections, svd: None })
    }

    /// Overwrites `out` with the filter's predictor; its intercept must be that of the decomposition.
    ///
    /// By eigenvalues where h at the least of them is at most 1e6 times h at the largest, else by singular values.
    ///
    /// # Errors
    /// `IllConditioned`, `Overflow`, `NotConverged`, as the decomposition says; `Lengths` for a filter with another intercept.
    pub fn predictor(&mut self, filter: &Filter, out: &mut Predictor) -> Result<Report, Degenerate> {
        let (gain, gains) = self.gains(filter)?;
        let a = self.system.matrix();
        let mut weights = vec![0.0; a.columns];
        let report = if let Some(gains) = gains {
            let shrunk: Vec<f64> = gains.iter().zip(&self.projections).map(|(h, p)| h * p).collect();
            let vectors = Matrix::new(&self.eigen.vectors, gains.len());
            if is_wide(a) {
                let mut dual = vec![0.0; a.rows];
                transposed_times(vectors, &shrunk, &mut dual);
                transposed_times(a, &dual, &mut weights);
            } else {
                transposed_times(vectors, &shrunk, &mut weights);
            }
            Report { route: Some(Route::Eigen), ..Report::default() }
        } else {
            let (svd, rank) = self.singular()?;
            for i in 0..rank {
                let s = svd.values[i];
                let left = &svd.left[i * a.rows..][..a.rows];
                let by = s * gain.of_square(s * s, i) * dot(left, &self.system.y);
                let right = &svd.right[i * a.columns..][..a.columns];
                weights.iter_mut().zip(right).for_each(|(w, v)| *w += by * v);
            }
            Report { route: Some(Route::Svd), rank: Some(rank as u64), ..Report::default() }
        };
        let intercept = self.system.restore(&mut weights);
        if !all_finite(&weights) || !intercept.is_finite() {
            return Err(Degenerate::Overflow);
        }
        out.set_linear(&weights, intercept);
        Ok(report)
    }

    /// Overwrites `out` with the filter's matrix S of ŵ = S y.
    ///
    /// # Errors
    /// Those of [`Decomposition::predictor`].
    pub fn smoother(&mut self, filter: &Filter, out: &mut Smoother) -> Result<Report, Degenerate> {
        let (gain, gains) = self.gains(filter)?;
        let a = self.system.matrix();
        let mut transposed = Vec::new();
        let report = if let Some(gains) = gains {
            // U diag(h) Uᵀ X, or X V diag(h) Vᵀ.
            let order = gains.len();
            let scaled = self.eigen.vectors.chunks_exact(order).zip(&gains);
            let scaled: Vec<f64> = scaled.flat_map(|(u, h)| u.iter().map(move |u| h * u)).collect();
            let (vectors, scaled) = (Matrix::new(&self.eigen.vectors, order), Matrix::new(&scaled, order));
            let mut inner = Vec::new();
            product_of_columns(vectors, scaled, &mut inner);
            let inner = Matrix::new(&inner, order);
            if is_wide(a) {
                product(inner, a, &mut transposed)
            } else {
                product(a, inner, &mut transposed)
            }
            Report { route: Some(Route::Eigen), ..Report::default() }
        } else {
            let (svd, rank) = self.singular()?;
            let gains: Vec<f64> =
                svd.values[..rank].iter().enumerate().map(|(i, s)| s * gain.of_square(s * s, i)).collect();
            transposed.resize(a.values.len(), 0.0);
            for (i, h) in gains.iter().enumerate() {
                let right = &svd.right[i * a.columns..][..a.columns];
                for (row, u) in transposed.chunks_exact_mut(a.columns).zip(&svd.left[i * a.rows..]) {
                    row.iter_mut().zip(right).for_each(|(s, v)| *s += h * u * v);
                }
            }
            Report { route: Some(Route::Svd), rank: Some(rank as u64), ..Report::default() }
        };
        self.system.restore_rows(&mut transposed);
        if !all_finite(&transposed) {
            return Err(Degenerate::Overflow);
        }
        let centre = self.system.centre();
        *out.set(self.system.d, centre.as_deref()) = transposed;
        Ok(report)
    }

    /// The gain in units of A, and h for each eigenvalue where these are good enough; eigenvalues below 0 are 0 and rounding.
    fn gains(&mut self, filter: &Filter) -> Result<(Gain, Option<Vec<f64>>), Degenerate> {
        if filter.intercept != self.intercept {
            return Err(Degenerate::Lengths);
        }
        let gain = filter.gain.with_tail(self.tail).scaled(self.system.power());
        let order = self.eigen.values.len();
        let at = |(i, lambda): (usize, &f64)| gain.of_square(lambda.max(0.0), order - 1 - i);
        let mut gains: Vec<f64> = self.eigen.values.iter().enumerate().map(at).collect();
        // The deviations of n ≤ d points sum to 0: one direction has neither points nor responses.
        let a = self.system.matrix();
        if self.intercept && is_wide(a) {
            gains[0] = 0.0;
        }
        let first = gains.last().copied().unwrap_or(0.0).abs();
        if self.eigen.values.iter().all(|lambda| *lambda == 0.0) {
            // Points that are all 0 have no weights, whatever the gain.
            return Ok((gain, Some(vec![0.0; order])));
        }
        if gains.iter().all(|h| h.abs() <= STIFFEST * first) {
            return Ok((gain, Some(gains)));
        }
        if self.svd.is_none() {
            let mut svd = Svd::default();
            svd.decompose(self.system.matrix())?;
            self.svd = Some(svd);
        }
        Ok((gain, None))
    }

    /// Singular values, and how many of them are no rounding.
    fn singular(&self) -> Result<(&Svd, usize), Degenerate> {
        let svd = self.svd.as_ref().ok_or(Degenerate::NotConverged)?;
        let a = self.system.matrix();
        let most = svd.values.first().copied().unwrap_or(0.0);
        let rounding = a.rows.max(a.columns) as f64 * f64::EPSILON * most;
        let rank = svd.values.iter().filter(|s| **s > rounding).count();
        let dropped = svd.values.len() - rank;
        let expected = usize::from(self.intercept && is_wide(a));
        let least = if rank > 0 { svd.values[rank - 1] } else { 0.0 };
        let limit = if dropped > expected { GAP } else { LEAST };
        if least < limit * most { Err(Degenerate::IllConditioned) } else { Ok((svd, rank)) }
    }
}

/// Aᵀ B of two matrices with as many rows.
fn product_of_columns(a: Matrix<'_>, b: Matrix<'_>, out: &mut Vec<f64>) {
    let transposed: Vec<f64> =
        (0..a.columns).flat_map(|j| a.values.iter().skip(j).step_by(a.columns).copied()).collect();
    product(Matrix::new(&transposed, a.rows), b, out);
}

fn is_wide(a: Matrix<'_>) -> bool {
    a.rows <= a.columns
}
