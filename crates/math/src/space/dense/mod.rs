//! Dense linear algebra, one thread a call.
//!
//! The one place that names faer: a matrix is a slice everywhere else. Sums of rows and columns are loops in a fixed order, with
//! the same bits everywhere; products and factors of matrices are faer's, whose kernels and blocks follow from the registers
//! and caches of the processor, so that their last bits are the same on one machine, whatever its threads do, and may differ
//! from those of another.

mod cholesky;
mod eigen;
#[cfg(target_arch = "x86_64")]
mod eight;
mod loops;
mod qr;
mod svd;
mod tridiagonal;

pub(super) use cholesky::Cholesky;
pub(super) use eigen::Eigen;
#[cfg(target_arch = "x86_64")]
pub(super) use eight::{Accuracy, Eight};
pub(super) use loops::{
    dot, norm, times, times_each, transposed_times, transposed_times_each, without_structure,
};
pub(super) use qr::{Qr, stacked};
pub(super) use svd::{Svd, numerical_rank};
pub(super) use tridiagonal::{SYSTEMS, Tridiagonal};

use faer::dyn_stack::{MemBuffer, StackReq};
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, MatMut, MatRef, Par};

/// A matrix of r rows and c columns, row by row.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a> {
    pub values: &'a [f64],
    pub rows: usize,
    pub columns: usize,
}

impl<'a> Matrix<'a> {
    /// The matrix with this many columns.
    pub fn new(values: &'a [f64], columns: usize) -> Matrix<'a> {
        Matrix { values, rows: values.len() / columns.max(1), columns }
    }

    /// The rows in order.
    pub fn iter(self) -> std::slice::ChunksExact<'a, f64> {
        self.values.chunks_exact(self.columns)
    }

    fn faer(self) -> MatRef<'a, f64> {
        MatRef::from_row_major_slice(self.values, self.rows, self.columns)
    }
}

/// The lower triangle of A Aᵀ, column by column; what lies above it is left as it was, or 0.
pub(super) fn gram_of_rows(a: Matrix<'_>, gram: &mut Vec<f64>) {
    lower_product(a.faer(), a.faer().transpose(), gram);
}

/// The lower triangle of Aᵀ A, column by column; what lies above it is left as it was, or 0.
pub(super) fn gram_of_columns(a: Matrix<'_>, gram: &mut Vec<f64>) {
    lower_product(a.faer().transpose(), a.faer(), gram);
}

fn lower_product(a: MatRef<'_, f64>, b: MatRef<'_, f64>, gram: &mut Vec<f64>) {
    let order = a.nrows();
    gram.resize(order * order, 0.0);
    let (lower, full) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
    let gram = MatMut::from_column_major_slice_mut(gram, order, order);
    triangular::matmul(gram, lower, Accum::Replace, a, full, b, full, 1.0, Par::Seq);
}

/// A B, row by row; both row by row.
pub(super) fn product(a: Matrix<'_>, b: Matrix<'_>, out: &mut Vec<f64>) {
    out.resize(a.rows * b.columns, 0.0);
    let out = MatMut::from_row_major_slice_mut(out, a.rows, b.columns);
    faer::linalg::matmul::matmul(out, Accum::Replace, a.faer(), b.faer(), 1.0, Par::Seq);
}

/// A Bᵀ, row by row; both row by row.
pub(super) fn product_of_rows(a: Matrix<'_>, b: Matrix<'_>, out: &mut Vec<f64>) {
    out.resize(a.rows * b.rows, 0.0);
    let out = MatMut::from_row_major_slice_mut(out, a.rows, b.rows);
    faer::linalg::matmul::matmul(out, Accum::Replace, a.faer(), b.faer().transpose(), 1.0, Par::Seq);
}

/// Memory that factorisations ask for; it grows and is kept.
#[derive(Default)]
struct Workspace(Option<(usize, MemBuffer)>);

impl Workspace {
    fn of(&mut self, asked: StackReq) -> &mut MemBuffer {
        let size = asked.unaligned_bytes_required();
        if self.0.as_ref().is_some_and(|(has, _)| *has < size) {
            self.0 = None;
        }
        &mut self.0.get_or_insert_with(|| (size, MemBuffer::new(asked))).1
    }
}
