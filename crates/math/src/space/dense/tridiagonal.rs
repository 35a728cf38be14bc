//! Symmetric matrices made tridiagonal.

use super::Workspace;
use faer::dyn_stack::MemStack;
use faer::linalg::evd::tridiag::{tridiag_in_place, tridiag_in_place_scratch};
use faer::linalg::householder::{
    apply_block_householder_sequence_on_the_left_in_place_scratch as apply_scratch,
    apply_block_householder_sequence_on_the_left_in_place_with_conj as apply,
    apply_block_householder_sequence_transpose_on_the_left_in_place_scratch as apply_transposed_scratch,
    apply_block_householder_sequence_transpose_on_the_left_in_place_with_conj as apply_transposed,
};
use faer::linalg::qr::no_pivoting::factor::recommended_block_size;
use faer::{Conj, MatMut, MatRef, Par, Spec};

/// G = Q T Qᵀ for a symmetric G of order k, T tridiagonal: (G + Λ I)⁻¹ b = Q (T + Λ I)⁻¹ Qᵀ b costs O(k²) for every Λ.
///
/// Cost: 4 k³/3 multiplications and additions, half of them in products of matrices with vectors; a seventh of those of
/// eigenvectors. Accuracy: k ε of the largest eigenvalue, as that of eigenvalues.
#[derive(Default)]
pub(crate) struct Tridiagonal {
    order: usize,
    /// T on the diagonal and beside it, reflections below, column by column.
    factor: Vec<f64>,
    coefficients: Vec<f64>,
    block: usize,
    diagonal: Vec<f64>,
    beside: Vec<f64>,
    workspace: Workspace,
}

impl Tridiagonal {
    /// Reduces G, of which the lower triangle is looked at, column by column.
    pub fn reduce(&mut self, gram: &[f64], order: usize) {
        self.factor.clear();
        self.factor.extend_from_slice(gram);
        (self.order, self.block) = (order, recommended_block_size::<f64>(order, order));
        self.coefficients.resize(self.block * order.saturating_sub(1), 0.0);
        let memory = self.workspace.of(tridiag_in_place_scratch::<f64>(order, Par::Seq, Spec::default()));
        tridiag_in_place(
            MatMut::from_column_major_slice_mut(&mut self.factor, order, order),
            MatMut::from_column_major_slice_mut(&mut self.coefficients, self.block, order.saturating_sub(1)),
            Par::Seq,
            MemStack::new(memory),
            Spec::default(),
        );
        self.diagonal.clear();
        self.diagonal.extend(self.factor.iter().step_by(order + 1));
        self.beside.clear();
        self.beside.extend(self.factor.iter().skip(1).step_by(order + 1));
    }

    /// No less than the largest eigenvalue: the largest sum of absolute values in a row of T.
    pub fn bound(&self) -> f64 {
        let beside = |i: usize| self.beside.get(i).map_or(0.0, |b| b.abs());
        let row = |i: usize| self.diagonal[i].abs() + beside(i) + if i > 0 { beside(i - 1) } else { 0.0 };
        (0..self.order).map(row).fold(0.0, f64::max)
    }

    /// Q B or Qᵀ B, for columns of B one after the other, in their place.
    pub fn rotate(&mut self, b: &mut [f64], back: bool) {
        let k = self.order;
        if k < 2 {
            return;
        }
        let columns = b.len() / k;
        let factor = MatRef::from_column_major_slice(&self.factor, k, k).submatrix(1, 0, k - 1, k - 1);
        let coefficients = MatRef::from_column_major_slice(&self.coefficients, self.block, k - 1);
        let b = MatMut::from_column_major_slice_mut(b, k, columns).get_mut(1.., ..);
        if back {
            let asked = apply_scratch::<f64>(k - 1, self.block, columns);
            let stack = MemStack::new(self.workspace.of(asked));
            apply(factor, coefficients, Conj::No, b, Par::Seq, stack);
        } else {
            let asked = apply_transposed_scratch::<f64>(k - 1, self.block, columns);
            let stack = MemStack::new(self.workspace.of(asked));
            apply_transposed(factor, coefficients, Conj::No, b, Par::Seq, stack);
        }
    }

    /// (T + Λ I)⁻¹ b in its place; false where T + Λ I is not positive definite.
    pub fn solve(&self, ridge: f64, b: &mut [f64]) -> bool {
        let mut pivots = Vec::with_capacity(self.order);
        let mut pivot = self.diagonal[0] + ridge;
        for i in 0..self.order {
            if i > 0 {
                let factor = self.beside[i - 1] / pivot;
                b[i] -= factor * b[i - 1];
                pivot = (self.diagonal[i] + ridge) - factor * self.beside[i - 1];
            }
            if pivot.is_nan() || pivot <= 0.0 {
                return false;
            }
            pivots.push(pivot);
        }
        b[self.order - 1] /= pivots[self.order - 1];
        for i in (0..self.order - 1).rev() {
            b[i] = (b[i] - self.beside[i] * b[i + 1]) / pivots[i];
        }
        true
    }
}
