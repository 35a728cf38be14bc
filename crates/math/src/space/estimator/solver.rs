//! Linear systems: least squares, the minimum norm and ridges by the cheapest way that is accurate.

use super::Route;
use crate::sample::Degenerate;
use crate::space::dense::{
    Cholesky, Matrix, Qr, Svd, gram_of_columns, gram_of_rows, norm, product, stacked, times,
    transposed_times, without_structure,
};
use crate::sum::all_finite;

/// The largest correction, relative to the weights, that refinement may make on the way by Cholesky. A correction is about as
/// large as the error before it, ε κ² for a condition κ of A, and the error after it is about as large as its
/// square, or ε κ: here 1e-12, at conditions of about 1e5.
pub(super) const CORRECTION: f64 = 1e-6;
/// Gram matrices with squares of pivots in a smaller ratio are left to QR: of a matrix that is singular, rounding leaves no
/// more than k ε, which is below this for any k that fits into memory.
pub(super) const PIVOTS: f64 = 1e-10;
/// The largest condition of the matrix, as an upper bound, that QR is trusted with: weights then have four digits or more, ε κ.
const CONDITION: f64 = 1e12;
/// Where the rank is deficient, the least singular value that counts is above this times the largest: it is ε^½, so that
/// between what counts and what is rounding there are five powers of ten or more without any.
const GAP: f64 = 1e-8;

/// The weights that minimise ‖A w − y‖² + Λ ‖w‖²; among several the ones of least norm.
///
/// # Formula
/// With Λ = 0, or any other: w = Aᵀ (A Aᵀ + Λ I)⁻¹ y = (AᵀA + Λ I)⁻¹ Aᵀ y, whichever system is smaller.
/// # Errors
/// `IllConditioned` where no way below is accurate: rounding would decide the rank, or the weights.
/// # Cost
/// k² (m + k/3) multiplications and additions, k = min, m = max of rows and columns; about 3 times that by QR, 10 times by
/// singular values.
/// # Accuracy
/// Of the weights, relative: 1e-12 or better by Cholesky, with refinement; ε κ by QR, κ the condition of (A; √Λ I), at
/// most 1e12. Nothing is cut off between these: singular values are dropped where they are rounding, k ε times the largest, and only
/// if no other is below 1e-8 times the largest. S has the error ε κ² by Cholesky, at most 1e-6.
/// # Source
/// Björck, Numerical Methods for Least Squares Problems (1996), §2.9 on corrected seminormal equations; Golub & Van Loan,
/// Matrix Computations (2013), §5.
#[derive(Default)]
pub(super) struct Solver {
    cholesky: Cholesky,
    qr: Qr,
    svd: Svd,
    /// The weights.
    pub weights: Vec<f64>,
    dual: Vec<f64>,
    residual: Vec<f64>,
    correction: Vec<f64>,
}

/// How a system was solved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Solved {
    pub route: Route,
    /// The rank of A; with a ridge, Cholesky and QR do not know it.
    pub rank: Option<u64>,
}

impl Solver {
    /// Puts the weights into `weights`.
    pub fn solve(&mut self, a: Matrix<'_>, y: &[f64], ridge: f64) -> Result<Solved, Degenerate> {
        self.weights.resize(a.columns, 0.0);
        if ridge == f64::INFINITY {
            self.weights.fill(0.0);
            return Ok(Solved { route: Route::Cholesky, rank: None });
        }
        let full = (ridge == 0.0).then_some(a.rows.min(a.columns) as u64);
        let solved = if self.by_cholesky(a, y, ridge) {
            Solved { route: Route::Cholesky, rank: full }
        } else if self.by_qr(a, y, ridge) {
            Solved { route: Route::Qr, rank: full }
        } else {
            Solved { route: Route::Svd, rank: Some(self.by_svd(a, y, ridge)?) }
        };
        if all_finite(&self.weights) { Ok(solved) } else { Err(Degenerate::Overflow) }
    }

    /// Puts Sᵀ into `rows`: how the weights move with each y, a row of numbers for each row of A.
    ///
    /// The way is chosen by responses without structure, so that it is good for all: those of a sample may be 0, or far from the
    /// directions that are hard.
    pub fn smoother(&mut self, a: Matrix<'_>, ridge: f64, rows: &mut Vec<f64>) -> Result<Solved, Degenerate> {
        let mut probe = vec![0.0; a.rows];
        without_structure(&mut probe);
        let solved = self.solve(a, &probe, ridge)?;
        if ridge == f64::INFINITY {
            rows.resize(a.values.len(), 0.0);
            return Ok(solved);
        }
        match solved.route {
            Route::Cholesky => {
                rows.extend_from_slice(a.values);
                if is_wide(a) {
                    self.cholesky.solve_rows(rows, a.columns);
                } else {
                    self.cholesky.solve_columns(rows, a.rows);
                }
            }
            Route::Qr => self.rows_by_qr(a, rows),
            Route::Svd | Route::Eigen | Route::Tridiagonal => self.rows_by_svd(a, ridge, solved.rank, rows),
        }
        if all_finite(rows) { Ok(solved) } else { Err(Degenerate::Overflow) }
    }

    fn by_cholesky(&mut self, a: Matrix<'_>, y: &[f64], ridge: f64) -> bool {
        let order = a.rows.min(a.columns);
        let gram = self.cholesky.matrix();
        if is_wide(a) {
            gram_of_rows(a, gram)
        } else {
            gram_of_columns(a, gram)
        }
        gram.iter_mut().step_by(order + 1).for_each(|entry| *entry += ridge);
        if !self.cholesky.factor(order) || self.cholesky.pivot_ratio() < PIVOTS {
            return false;
        }
        self.correction.resize(a.columns, 0.0);
        if is_wide(a) {
            self.dual(a, y, ridge)
        } else {
            self.primal(a, y, ridge)
        }
        let moved = norm(&self.correction);
        self.weights.iter_mut().zip(&self.correction).for_each(|(w, by)| *w += by);
        moved <= CORRECTION * norm(&self.weights)
    }

    /// Weights Aᵀα with (A Aᵀ + Λ I) α = y, and what one step of refinement adds to them.
    fn dual(&mut self, a: Matrix<'_>, y: &[f64], ridge: f64) {
        self.dual.clear();
        self.dual.extend_from_slice(y);
        self.cholesky.solve(&mut self.dual);
        transposed_times(a, &self.dual, &mut self.weights);
        self.residual.resize(a.rows, 0.0);
        times(a, &self.weights, &mut self.residual);
        for ((residual, y), alpha) in self.residual.iter_mut().zip(y).zip(&self.dual) {
            *residual = (y - *residual) - ridge * alpha;
        }
        self.cholesky.solve(&mut self.residual);
        transposed_times(a, &self.residual, &mut self.correction);
    }

    /// Weights w with (AᵀA + Λ I) w = Aᵀy, and what one step of refinement adds to them.
    fn primal(&mut self, a: Matrix<'_>, y: &[f64], ridge: f64) {
        transposed_times(a, y, &mut self.weights);
        self.cholesky.solve(&mut self.weights);
        self.residual.resize(a.rows, 0.0);
        times(a, &self.weights, &mut self.residual);
        self.residual.iter_mut().zip(y).for_each(|(residual, y)| *residual = y - *residual);
        transposed_times(a, &self.residual, &mut self.correction);
        self.correction.iter_mut().zip(&self.weights).for_each(|(by, w)| *by -= ridge * w);
        self.cholesky.solve(&mut self.correction);
    }

    fn by_qr(&mut self, a: Matrix<'_>, y: &[f64], ridge: f64) -> bool {
        let (height, order) = stacked(a, is_wide(a), ridge.sqrt(), self.qr.matrix());
        self.qr.factor(height, order);
        if self.qr.condition() > CONDITION {
            return false;
        }
        let mut b = y.to_vec();
        b.resize(height, 0.0);
        if is_wide(a) {
            self.qr.solve_transposed(&mut b, 1);
            self.qr.apply(&mut b, 1);
        } else {
            self.qr.apply_transposed(&mut b, 1);
            self.qr.solve(&mut b, 1);
        }
        self.weights.copy_from_slice(&b[..a.columns]);
        true
    }

    fn rows_by_qr(&mut self, a: Matrix<'_>, rows: &mut Vec<f64>) {
        let height = self.qr.height();
        let mut b = vec![0.0; height * a.rows];
        b.iter_mut().step_by(height + 1).for_each(|one| *one = 1.0);
        if is_wide(a) {
            self.qr.solve_transposed(&mut b, a.rows);
            self.qr.apply(&mut b, a.rows);
        } else {
            self.qr.apply_transposed(&mut b, a.rows);
            self.qr.solve(&mut b, a.rows);
        }
        b.chunks_exact(height).for_each(|column| rows.extend_from_slice(&column[..a.columns]));
    }

    /// The weights by singular values, and the rank.
    fn by_svd(&mut self, a: Matrix<'_>, y: &[f64], ridge: f64) -> Result<u64, Degenerate> {
        self.svd.decompose(a)?;
        let rank = self.rank(a)?;
        self.weights.fill(0.0);
        for i in 0..rank {
            let by =
                filter(self.svd.values[i], ridge) * super::dot(&self.svd.left[i * a.rows..][..a.rows], y);
            let right = &self.svd.right[i * a.columns..][..a.columns];
            self.weights.iter_mut().zip(right).for_each(|(w, v)| *w += by * v);
        }
        Ok(rank as u64)
    }

    /// How many singular values are no rounding.
    fn rank(&self, a: Matrix<'_>) -> Result<usize, Degenerate> {
        let values = &self.svd.values;
        let most = values.first().copied().unwrap_or(0.0);
        let rounding = a.rows.max(a.columns) as f64 * f64::EPSILON * most;
        let rank = values.iter().filter(|value| **value > rounding).count();
        let least = if rank > 0 { values[rank - 1] } else { 0.0 };
        if least < GAP * most { Err(Degenerate::IllConditioned) } else { Ok(rank) }
    }

    fn rows_by_svd(&self, a: Matrix<'_>, ridge: f64, rank: Option<u64>, rows: &mut Vec<f64>) {
        let rank = rank.map_or(0, |rank| rank as usize);
        let mut left = vec![0.0; a.rows * rank];
        for (j, row) in left.chunks_exact_mut(rank.max(1)).enumerate() {
            for (i, entry) in row.iter_mut().enumerate() {
                *entry = self.svd.left[i * a.rows + j] * filter(self.svd.values[i], ridge);
            }
        }
        if rank == 0 {
            return rows.resize(a.values.len(), 0.0);
        }
        let right = &self.svd.right[..rank * a.columns];
        product(Matrix::new(&left, rank), Matrix::new(right, a.columns), rows);
    }
}

/// Whether the rows are the smaller side.
fn is_wide(a: Matrix<'_>) -> bool {
    a.rows <= a.columns
}

/// s/(s² + Λ).
fn filter(s: f64, ridge: f64) -> f64 {
    if ridge == 0.0 { 1.0 / s } else { s / (s * s + ridge) }
}
