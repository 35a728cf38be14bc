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

/// How many singular values of A, whose entries are finite, are above max(r, c) ε times the largest.
///
/// Cost: about that of QR and a tenth more. Accuracy: values near the threshold are rounding, so that a matrix that is nearly
/// singular may count one more or less.
///
/// Source: the default tolerance of NumPy's `matrix_rank`; Golub & Van Loan, Matrix Computations (2013), §5.4.
///
/// # Errors
/// `NotConverged` where the iteration does not end.
pub(crate) fn numerical_rank(a: Matrix<'_>) -> Result<u64, Degenerate> {
    let mut values = vec![0.0; a.rows.min(a.columns)];
    let mut workspace = Workspace::default();
    let none = ComputeSvdVectors::No;
    let asked = svd_scratch::<f64>(a.rows, a.columns, none, none, Par::Seq, Spec::default());
    let stack = MemStack::new(workspace.of(asked));
    svd(a.faer(), DiagMut::from_slice_mut(&mut values), None, None, Par::Seq, stack, Spec::default())
        .map_err(|_| Degenerate::NotConverged)?;
    let most = values.iter().fold(0.0f64, |most, value| most.max(*value));
    let least = a.rows.max(a.columns) as f64 * f64::EPSILON * most;
    Ok(values.iter().filter(|value| **value > least).count() as u64)
}
