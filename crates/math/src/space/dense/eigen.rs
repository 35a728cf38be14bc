//! Symmetric eigenvalues.

use super::Workspace;
use crate::sample::Degenerate;
use faer::diag::DiagMut;
use faer::dyn_stack::MemStack;
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{MatMut, MatRef, Par, Spec};

/// G = U diag(λ) Uᵀ for a symmetric G of order k, of which the lower triangle is looked at.
///
/// Cost: about 9 k³ multiplications and additions. Accuracy: eigenvalues to k ε times the largest one.
#[derive(Default)]
pub(crate) struct Eigen {
    /// G, column by column.
    matrix: Vec<f64>,
    /// λ, ascending.
    pub values: Vec<f64>,
    /// U, column by column: one eigenvector after the other.
    pub vectors: Vec<f64>,
    workspace: Workspace,
}

impl Eigen {
    /// Where to put G, column by column, before it is decomposed.
    pub fn matrix(&mut self) -> &mut Vec<f64> {
        &mut self.matrix
    }

    /// Decomposes the matrix of this order.
    ///
    /// # Errors
    /// `Overflow` where an entry is not finite, `NotConverged` where the iteration does not end.
    pub fn decompose(&mut self, order: usize) -> Result<(), Degenerate> {
        if !self.matrix.iter().all(|entry| entry.is_finite()) {
            return Err(Degenerate::Overflow);
        }
        self.values.resize(order, 0.0);
        self.vectors.resize(order * order, 0.0);
        if order == 1 {
            (self.values[0], self.vectors[0]) = (self.matrix[0], 1.0);
            return Ok(());
        }
        let matrix = MatRef::from_column_major_slice(&self.matrix, order, order);
        let vectors = MatMut::from_column_major_slice_mut(&mut self.vectors, order, order);
        let values = DiagMut::from_slice_mut(&mut self.values);
        let both = ComputeEigenvectors::Yes;
        let memory =
            self.workspace.of(self_adjoint_evd_scratch::<f64>(order, both, Par::Seq, Spec::default()));
        let stack = MemStack::new(memory);
        self_adjoint_evd(matrix, values, Some(vectors), Par::Seq, stack, Spec::default())
            .map_err(|_| Degenerate::NotConverged)
    }
}
