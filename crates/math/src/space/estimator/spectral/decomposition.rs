//! One decomposition of a sample for all filters.

use super::{Filter, Gain};
use crate::sample::Degenerate;
use crate::space::dense::{
    Eigen, Matrix, SYSTEMS, Svd, Tridiagonal, dot, gram_of_columns, gram_of_rows, product, times,
    transposed_times, transposed_times_each,
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

/// The smaller Gram matrix of a sample in forms that make filters cheap, each computed when a filter first asks for it: tridiagonal
/// for ridges, eigenvalues for all filters, singular values where these ask for more.
///
/// # Formula
/// With XXᵀ = U diag(λ) Uᵀ: ŵ = Xᵀ U diag(h(λ)) Uᵀ y, h(s²) = ℓ(s)/s; with XᵀX = V diag(λ) Vᵀ: ŵ = V diag(h(λ)) Vᵀ Xᵀ y.
/// # Errors
/// `IllConditioned` where a filter divides by singular values that rounding decides, `Overflow` where weights are not finite.
/// # Cost
/// k² m multiplications and additions for the Gram matrix, 4 k³/3 for the tridiagonal form and 9 k³ for eigenvalues, k = min(n, d),
/// m = max(n, d); k (k + m) for a filter.
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
    /// The smaller Gram matrix, its lower triangle, column by column.
    gram: Vec<f64>,
    /// y, or Xᵀ y.
    moments: Vec<f64>,
    /// The tridiagonal form, and Qᵀ of the moments.
    tridiagonal: Option<(Tridiagonal, Vec<f64>)>,
    /// Eigenvalues, and Uᵀ of the moments.
    eigen: Option<(Eigen, Vec<f64>)>,
    svd: Option<Svd>,
}

impl<'a> Decomposition<'a> {
    /// Of the points, or of their deviations from their mean where filters have an intercept.
    ///
    /// # Errors
    /// `Overflow` where an entry of the Gram matrix is not finite.
    pub fn new(sample: Sample<'a>, intercept: bool) -> Result<Decomposition<'a>, Degenerate> {
        let system = Centred::singular(sample, intercept);
        let (a, mut gram) = (system.matrix(), Vec::new());
        if is_wide(a) {
            gram_of_rows(a, &mut gram)
        } else {
            gram_of_columns(a, &mut gram)
        }
        if !all_finite(&gram) {
            return Err(Degenerate::Overflow);
        }
        let mut moments = system.y.to_vec();
        if !is_wide(a) {
            moments.resize(a.columns, 0.0);
            transposed_times(a, &system.y, &mut moments);
        }
        let (tridiagonal, eigen, svd) = (None, None, None);
        Ok(Decomposition { system, intercept, tail: sample.tail(), gram, moments, tridiagonal, eigen, svd })
    }

    /// Overwrites `out` with the filter's predictor; its intercept must be that of the decomposition.
    ///
    /// Ridges of at least 1e-6 of the largest eigenvalue take the tridiagonal form; other filters eigenvalues where h at the least of
    /// them is at most 1e6 times h at the largest, else singular values. Which one does not depend on other filters.
    ///
    /// # Errors
    /// `IllConditioned`, `Overflow`, `NotConverged`, as the decomposition says; `Diverged` where descent with too large a step leaves
    /// the doubles; `Lengths` for a filter with another intercept.
    pub fn predictor(&mut self, filter: &Filter, out: &mut Predictor) -> Result<Report, Degenerate> {
        let one = self.predictors(std::slice::from_ref(filter)).pop().unwrap_or(Err(Degenerate::Lengths));
        one.map(|(predictor, report)| {
            *out = predictor;
            report
        })
    }

    /// The predictors of several filters in their order, each with the bits that [`Decomposition::predictor`] gives it: matrices are
    /// fetched once for several filters.
    pub fn predictors(&mut self, filters: &[Filter]) -> Vec<Fit> {
        let mut fits: Vec<Option<Result<Part, Degenerate>>> = vec![None; filters.len()];
        let gains: Vec<Result<Gain, Degenerate>> = filters.iter().map(|filter| self.gain(filter)).collect();
        self.by_ridges(&gains, &mut fits);
        self.by_eigenvalues(&gains, &mut fits);
        for (gain, fit) in gains.iter().zip(&mut fits) {
            if fit.is_none() {
                *fit = Some((*gain).and_then(|gain| self.by_singular_values(gain)));
            }
        }
        let mut parts: Vec<Result<Part, Degenerate>> = fits.into_iter().flatten().collect();
        self.multiply(&mut parts);
        parts.into_iter().zip(filters).map(|(part, filter)| self.fit(part, filter)).collect()
    }

    /// The predictor of weights of A.
    fn fit(&self, part: Result<Part, Degenerate>, filter: &Filter) -> Fit {
        let restored = part.and_then(|Part { mut weights, report, .. }| {
            let intercept = self.system.restore(&mut weights);
            let are_finite = all_finite(&weights) && intercept.is_finite();
            let predictor = Predictor::Linear { weights, intercept };
            if are_finite { Ok((predictor, report)) } else { Err(Degenerate::Overflow) }
        });
        let Gain::Descent { steps, .. } = filter.gain else { return restored };
        let why = |why| if why == Degenerate::Overflow { Degenerate::Diverged } else { why };
        restored.map(|(predictor, report)| (predictor, Report { steps: Some(steps), ..report })).map_err(why)
    }

    /// Overwrites `out` with the filter's matrix S of ŵ = S y, by eigenvalues or singular values.
    ///
    /// # Errors
    /// Those of [`Decomposition::predictor`].
    pub fn smoother(&mut self, filter: &Filter, out: &mut Smoother) -> Result<Report, Degenerate> {
        let gain = self.gain(filter)?;
        let (mut rows, report) = if let Some(gains) = self.gains(gain)? {
            (self.rows(&gains), told(Route::Eigen, None))
        } else {
            let rank = self.singular()?;
            let svd = self.svd.as_ref().ok_or(Degenerate::NotConverged)?;
            (rows_by_singular_values(self.system.matrix(), (svd, rank), gain), told(Route::Svd, Some(rank)))
        };
        self.system.restore_rows(&mut rows);
        if !all_finite(&rows) {
            return Err(Degenerate::Overflow);
        }
        let centre = self.system.centre();
        *out.set(self.system.d, centre.as_deref()) = rows;
        if matches!(filter.gain, Gain::Ridge(_)) {
            out.set_ridge();
        }
        Ok(report)
    }

    fn order(&self) -> usize {
        self.moments.len()
    }

    /// The gain in units of A, with the tail's ridge.
    fn gain(&self, filter: &Filter) -> Result<Gain, Degenerate> {
        if filter.intercept != self.intercept {
            return Err(Degenerate::Lengths);
        }
        Ok(filter.gain.with_tail(self.tail).scaled(self.system.power()))
    }

    /// Makes weights of A from what is (A Aᵀ + …)⁻¹ y.
    fn multiply(&self, parts: &mut [Result<Part, Degenerate>]) {
        let a = self.system.matrix();
        if !is_wide(a) {
            return;
        }
        let mut duals: Vec<&mut Part> = parts.iter_mut().flatten().filter(|part| part.is_dual).collect();
        let mut weights = vec![vec![0.0; a.columns]; duals.len()];
        let vectors: Vec<&[f64]> = duals.iter().map(|part| &part.weights[..]).collect();
        transposed_times_each(a, &vectors, &mut weights);
        duals.iter_mut().zip(weights).for_each(|(part, weights)| part.weights = weights);
    }

    /// (G + Λ I)⁻¹ of the moments, for ridges that are large enough for it; of all others nothing.
    fn by_ridges(
        &mut self,
        gains: &[Result<Gain, Degenerate>],
        fits: &mut [Option<Result<Part, Degenerate>>],
    ) {
        let ridge = |(place, gain): (usize, &Result<Gain, Degenerate>)| match gain {
            Ok(Gain::Ridge(ridge)) => Some((place, *ridge)),
            _ => None,
        };
        let mut ridges: Vec<(usize, f64)> = gains.iter().enumerate().filter_map(ridge).collect();
        if ridges.is_empty() {
            return;
        }
        let (form, rotated) = self.tridiagonal.get_or_insert_with(|| {
            let (mut form, mut rotated) = (Tridiagonal::default(), self.moments.clone());
            form.reduce(&self.gram, rotated.len());
            form.rotate(&mut rotated);
            (form, rotated)
        });
        let bound = form.bound();
        ridges.retain(|(_, ridge)| ridge.is_finite() && STIFFEST * ridge >= bound);
        let mut rows = Vec::new();
        for systems in ridges.chunks(SYSTEMS) {
            // Fewer have others like the first beside them.
            let all = std::array::from_fn(|system| systems.get(system).unwrap_or(&systems[0]).1);
            let are_positive = form.solve(all, rotated, &mut rows);
            for (system, (place, _)) in systems.iter().enumerate().filter(|(system, _)| are_positive[*system])
            {
                let weights = rows.iter().map(|row| row[system]).collect();
                let report = told(Route::Tridiagonal, None);
                fits[*place] = Some(Ok(Part { weights, is_dual: true, report }));
            }
        }
    }

    /// U diag(h) Uᵀ of the moments, for filters of which eigenvalues say enough and that have nothing yet.
    fn by_eigenvalues(
        &mut self,
        gains: &[Result<Gain, Degenerate>],
        fits: &mut [Option<Result<Part, Degenerate>>],
    ) {
        let (mut places, mut shrunk) = (Vec::new(), Vec::new());
        for (place, (gain, fit)) in gains.iter().zip(fits.iter_mut()).enumerate() {
            let (Ok(gain), None) = (gain, &fit) else { continue };
            match self.gains(*gain) {
                Ok(Some(gains)) => {
                    let projections = self.eigen.as_ref().map(|(_, projections)| projections);
                    let pairs = gains.iter().zip(projections.into_iter().flatten());
                    shrunk.push(pairs.map(|(h, p)| h * p).collect::<Vec<f64>>());
                    places.push(place);
                }
                Ok(None) => {}
                Err(why) => *fit = Some(Err(why)),
            }
        }
        let Some((eigen, _)) = &self.eigen else { return };
        let order = self.order();
        let mut duals = vec![vec![0.0; order]; places.len()];
        let vectors: Vec<&[f64]> = shrunk.iter().map(|shrunk| &shrunk[..]).collect();
        transposed_times_each(Matrix::new(&eigen.vectors, order), &vectors, &mut duals);
        for (place, weights) in places.into_iter().zip(duals) {
            fits[place] = Some(Ok(Part { weights, is_dual: true, report: told(Route::Eigen, None) }));
        }
    }

    fn by_singular_values(&mut self, gain: Gain) -> Result<Part, Degenerate> {
        let rank = self.singular()?;
        let svd = self.svd.as_ref().ok_or(Degenerate::NotConverged)?;
        let weights = by_singular_values(&self.system, (svd, rank), gain);
        Ok(Part { weights, is_dual: false, report: told(Route::Svd, Some(rank)) })
    }

    /// Sᵀ: U diag(h) Uᵀ X, or X V diag(h) Vᵀ.
    fn rows(&self, gains: &[f64]) -> Vec<f64> {
        let (a, order, mut rows) = (self.system.matrix(), self.order(), Vec::new());
        if let Some((eigen, _)) = &self.eigen {
            let scaled = eigen.vectors.chunks_exact(order).zip(gains);
            let scaled: Vec<f64> = scaled.flat_map(|(u, h)| u.iter().map(move |u| h * u)).collect();
            let mut inner = Vec::new();
            product_of_columns(Matrix::new(&eigen.vectors, order), Matrix::new(&scaled, order), &mut inner);
            let inner = Matrix::new(&inner, order);
            if is_wide(a) { product(inner, a, &mut rows) } else { product(a, inner, &mut rows) }
        }
        rows
    }

    /// h for each eigenvalue, where these are good enough; eigenvalues below 0 are 0 and rounding.
    fn gains(&mut self, gain: Gain) -> Result<Option<Vec<f64>>, Degenerate> {
        let order = self.order();
        let (eigen, _) = self.eigen()?;
        let values = &eigen.values;
        if values.iter().all(|lambda| *lambda == 0.0) {
            // Points that are all 0 have no weights, whatever the gain.
            return Ok(Some(vec![0.0; order]));
        }
        let at = |(i, lambda): (usize, &f64)| gain.of_square(lambda.max(0.0), order - 1 - i);
        let mut gains: Vec<f64> = values.iter().enumerate().map(at).collect();
        // The deviations of n ≤ d points sum to 0: one direction has neither points nor responses.
        if self.intercept && is_wide(self.system.matrix()) {
            gains[0] = 0.0;
        }
        let first = gains.last().copied().unwrap_or(0.0).abs();
        Ok(gains.iter().all(|h| h.abs() <= STIFFEST * first).then_some(gains))
    }

    fn eigen(&mut self) -> Result<&(Eigen, Vec<f64>), Degenerate> {
        if let Some(eigen) = self.eigen.take() {
            return Ok(self.eigen.insert(eigen));
        }
        let (mut eigen, order) = (Eigen::default(), self.order());
        eigen.matrix().extend_from_slice(&self.gram);
        eigen.decompose(order)?;
        let mut projections = vec![0.0; order];
        times(Matrix::new(&eigen.vectors, order), &self.moments, &mut projections);
        Ok(self.eigen.insert((eigen, projections)))
    }

    /// Computes singular values, and tells how many of them are no rounding.
    fn singular(&mut self) -> Result<usize, Degenerate> {
        if self.svd.is_none() {
            let mut svd = Svd::default();
            svd.decompose(self.system.matrix())?;
            self.svd = Some(svd);
        }
        let svd = self.svd.as_ref().ok_or(Degenerate::NotConverged)?;
        let a = self.system.matrix();
        let most = svd.values.first().copied().unwrap_or(0.0);
        let rounding = a.rows.max(a.columns) as f64 * f64::EPSILON * most;
        let rank = svd.values.iter().filter(|s| **s > rounding).count();
        let dropped = svd.values.len() - rank;
        let expected = usize::from(self.intercept && is_wide(a));
        let least = if rank > 0 { svd.values[rank - 1] } else { 0.0 };
        let limit = if dropped > expected { GAP } else { LEAST };
        if least < limit * most { Err(Degenerate::IllConditioned) } else { Ok(rank) }
    }
}

/// The predictor of a filter, or why there is none.
pub type Fit = Result<(Predictor, Report), Degenerate>;

/// What is known of the predictor of a filter.
#[derive(Clone)]
struct Part {
    /// Weights of A, or (A Aᵀ + …)⁻¹ y of more columns than rows.
    weights: Vec<f64>,
    is_dual: bool,
    report: Report,
}

fn told(route: Route, rank: Option<usize>) -> Report {
    Report { route: Some(route), rank: rank.map(|rank| rank as u64), ..Report::default() }
}

/// V diag(ℓ) Uᵀ y.
fn by_singular_values(system: &Centred<'_>, (svd, rank): (&Svd, usize), gain: Gain) -> Vec<f64> {
    let a = system.matrix();
    let mut weights = vec![0.0; a.columns];
    for i in 0..rank {
        let s = svd.values[i];
        let by = s * gain.of_square(s * s, i) * dot(&svd.left[i * a.rows..][..a.rows], &system.y);
        let right = &svd.right[i * a.columns..][..a.columns];
        weights.iter_mut().zip(right).for_each(|(w, v)| *w += by * v);
    }
    weights
}

/// Sᵀ = U diag(ℓ) Vᵀ.
fn rows_by_singular_values(a: Matrix<'_>, (svd, rank): (&Svd, usize), gain: Gain) -> Vec<f64> {
    let mut rows = vec![0.0; a.values.len()];
    for i in 0..rank {
        let s = svd.values[i];
        let h = s * gain.of_square(s * s, i);
        let right = &svd.right[i * a.columns..][..a.columns];
        for (row, u) in rows.chunks_exact_mut(a.columns).zip(&svd.left[i * a.rows..]) {
            row.iter_mut().zip(right).for_each(|(s, v)| *s += h * u * v);
        }
    }
    rows
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
