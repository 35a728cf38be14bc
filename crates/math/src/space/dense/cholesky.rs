//! Cholesky factors.

use super::Workspace;
use super::loops::{inner, without_structure};
use crate::wide::{Kernel, wide};
use faer::dyn_stack::MemStack;
use faer::linalg::cholesky::llt::factor::{cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::cholesky::llt::inverse::{inverse, inverse_scratch};
use faer::linalg::triangular_solve::{solve_lower_triangular_in_place, solve_upper_triangular_in_place};
use faer::{MatMut, MatRef, Par, Spec};

/// G = L Lᵀ for a symmetric, positive definite G of order k.
///
/// Cost: k³/3 multiplications and additions for the factor, 2 k² for a solution.
#[derive(Default)]
pub(crate) struct Cholesky {
    order: usize,
    /// G before and L after, column by column; what lies above the diagonal is not looked at.
    lower: Vec<f64>,
    /// 1/L_ii: a product is ready sooner than a quotient, and each step of a solution waits for the one before.
    inverse: Vec<f64>,
    workspace: Workspace,
}

impl Cholesky {
    /// Where to put G, column by column, before it is factored.
    pub fn matrix(&mut self) -> &mut Vec<f64> {
        &mut self.lower
    }

    /// Factors the matrix of this order. False where a pivot is not positive, NaN included.
    pub fn factor(&mut self, order: usize) -> bool {
        self.order = order;
        let matrix = MatMut::from_column_major_slice_mut(&mut self.lower, order, order);
        let memory = self.workspace.of(cholesky_in_place_scratch::<f64>(order, Par::Seq, Spec::default()));
        let stack = MemStack::new(memory);
        let factored = cholesky_in_place(matrix, Default::default(), Par::Seq, stack, Spec::default());
        let regular = factored.is_ok() && self.pivots().all(|pivot| pivot > 0.0 && pivot.is_finite());
        self.inverse.clear();
        self.inverse.extend(self.lower.iter().step_by(order + 1).map(|pivot| 1.0 / pivot));
        regular
    }

    /// The diagonal of L.
    fn pivots(&self) -> impl Iterator<Item = f64> {
        self.lower.iter().copied().step_by(self.order + 1)
    }

    /// (min L_ii / max L_ii)²: no less than the least eigenvalue of G divided by the largest, as L_ii² is never below the least
    /// one and never above the largest.
    pub fn pivot_ratio(&self) -> f64 {
        let least = self.pivots().fold(f64::INFINITY, f64::min);
        let most = self.pivots().fold(0.0, f64::max);
        (least / most) * (least / most)
    }

    /// G⁻¹, all of it.
    ///
    /// Cost: 2 k³/3 multiplications and additions.
    pub fn inverse(&mut self, out: &mut Vec<f64>) {
        let k = self.order;
        out.clear();
        out.resize(k * k, 0.0);
        let stack = MemStack::new(self.workspace.of(inverse_scratch::<f64>(k, Par::Seq)));
        let lower = MatRef::from_column_major_slice(&self.lower, k, k);
        inverse(MatMut::from_column_major_slice_mut(out, k, k), lower, Par::Seq, stack);
        mirror(out, k);
    }

    /// ‖G⁻¹‖, from below: two steps of inverse iteration from a vector without symmetry, each of which multiplies the share of
    /// the least eigenvalue by its distance from the others.
    pub fn inverse_norm(&self) -> f64 {
        let mut v = vec![0.0; self.order];
        without_structure(&mut v);
        let mut norm = 0.0;
        for _ in 0..2 {
            let length = super::norm(&v);
            v.iter_mut().for_each(|v| *v /= length);
            self.solve(&mut v);
            norm = super::norm(&v);
        }
        if norm.is_nan() { f64::INFINITY } else { norm }
    }

    /// G⁻¹ b, in its place.
    pub fn solve(&self, b: &mut [f64]) {
        wide(Solve { order: self.order, lower: &self.lower, inverse: &self.inverse, b });
    }

    /// G⁻¹ B for a B of k rows, in its place, row by row.
    pub fn solve_rows(&self, b: &mut [f64], columns: usize) {
        let lower = MatRef::from_column_major_slice(&self.lower, self.order, self.order);
        let mut b = MatMut::from_row_major_slice_mut(b, self.order, columns);
        solve_lower_triangular_in_place(lower, b.as_mut(), Par::Seq);
        solve_upper_triangular_in_place(lower.transpose(), b, Par::Seq);
    }

    /// G⁻¹ B for a B of k rows, in its place, column by column.
    pub fn solve_columns(&self, b: &mut [f64], columns: usize) {
        let lower = MatRef::from_column_major_slice(&self.lower, self.order, self.order);
        let mut b = MatMut::from_column_major_slice_mut(b, self.order, columns);
        solve_lower_triangular_in_place(lower, b.as_mut(), Par::Seq);
        solve_upper_triangular_in_place(lower.transpose(), b, Par::Seq);
    }
}

/// Copies the lower triangle of a matrix of this order, column by column, to the upper one.
///
/// By squares of 16 columns, so that both sides of a square stay in the first-level cache.
fn mirror(matrix: &mut [f64], order: usize) {
    const SQUARE: usize = 16;
    for left in (0..order).step_by(SQUARE) {
        let columns = left..(left + SQUARE).min(order);
        for top in (left..order).step_by(SQUARE) {
            for j in columns.clone() {
                for i in top.max(j + 1)..(top + SQUARE).min(order) {
                    matrix[i * order + j] = matrix[j * order + i];
                }
            }
        }
    }
}

struct Solve<'a> {
    order: usize,
    lower: &'a [f64],
    inverse: &'a [f64],
    b: &'a mut [f64],
}

impl Kernel for Solve<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Solve { order, lower, inverse, b } = self;
        for ((j, column), inverse) in lower.chunks_exact(order).enumerate().zip(inverse) {
            let (head, tail) = b.split_at_mut(j + 1);
            head[j] *= inverse;
            let by = head[j];
            tail.iter_mut().zip(&column[j + 1..]).for_each(|(b, l)| *b -= l * by);
        }
        for ((j, column), inverse) in lower.chunks_exact(order).enumerate().zip(inverse).rev() {
            let known = inner(&column[j + 1..], &b[j + 1..]);
            b[j] = (b[j] - known) * inverse;
        }
    }
}
