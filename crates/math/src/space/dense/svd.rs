//! Singular values.

use super::{Matrix, Workspace};
use crate::sample::Degenerate;
use faer::diag::DiagMut;
use faer::dyn_stack::MemStack;
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{MatMut, Par, Spec};

/// A = U diag(s) Vᵀ for an A of r rows and c columns, k = min(r, c).
///
/// Cost: about 4 to 8 times that of QR. Accuracy: singular values to a few ε times the largest one.
#[derive(Default)]
pub(crate) struct Svd {
    /// s, descending.
    pub values: Vec<f64>,
    /// U, column by column: k columns of r numbers.
    pub left: Vec<f64>,
    /// V, column by column: k columns of c numbers.
    pub right: Vec<f64>,
    workspace: Workspace,
}

impl Svd {
    /// Decomposes A, whose entries are finite.
    ///
    /// # Errors
    /// `NotConverged` where the iteration does not end.
    pub fn decompose(&mut self, a: Matrix<'_>) -> Result<(), Degenerate> {
        let k = a.rows.min(a.columns);
        self.values.resize(k, 0.0);
        self.left.resize(k * a.rows, 0.0);
        self.right.resize(k * a.columns, 0.0);
        let thin = ComputeSvdVectors::Thin;
        let asked = svd_scratch::<f64>(a.rows, a.columns, thin, thin, Par::Seq, Spec::default());
        svd(
            a.faer(),
            DiagMut::from_slice_mut(&mut self.values),
            Some(MatMut::from_column_major_slice_mut(&mut self.left, a.rows, k)),
            Some(MatMut::from_column_major_slice_mut(&mut self.right, a.columns, k)),
            Par::Seq,
            MemStack::new(self.workspace.of(asked)),
            Spec::default(),
        )
        .map_err(|_| Degenerate::NotConverged)
    }
}
