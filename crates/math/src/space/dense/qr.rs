//! QR factors.

use super::{Matrix, Workspace, without_structure};
use faer::dyn_stack::{MemStack, StackReq};
use faer::linalg::householder::{
    apply_block_householder_sequence_on_the_left_in_place_scratch as apply_scratch,
    apply_block_householder_sequence_on_the_left_in_place_with_conj as apply,
    apply_block_householder_sequence_transpose_on_the_left_in_place_scratch as apply_transposed_scratch,
    apply_block_householder_sequence_transpose_on_the_left_in_place_with_conj as apply_transposed,
};
use faer::linalg::qr::no_pivoting::factor::{qr_in_place, qr_in_place_scratch, recommended_block_size};
use faer::linalg::triangular_solve::{solve_lower_triangular_in_place, solve_upper_triangular_in_place};
use faer::{Conj, MatMut, MatRef, Par, Spec};

/// B = Q R by Householder reflections, for a B of m rows and k ≤ m columns.
///
/// Cost: 2 k² (m − k/3) multiplications and additions. Accuracy: that of B to a few units of roundoff.
#[derive(Default)]
pub(crate) struct Qr {
    rows: usize,
    columns: usize,
    block: usize,
    /// R on and above the diagonal, reflections below, column by column.
    factor: Vec<f64>,
    coefficients: Vec<f64>,
    workspace: Workspace,
}

impl Qr {
    /// Where to put B, column by column, before it is factored.
    pub fn matrix(&mut self) -> &mut Vec<f64> {
        &mut self.factor
    }

    /// Factors the matrix, which has this many rows and columns.
    pub fn factor(&mut self, rows: usize, columns: usize) {
        self.block = recommended_block_size::<f64>(rows, columns);
        (self.rows, self.columns) = (rows, columns);
        self.coefficients.clear();
        self.coefficients.resize(self.block * columns, 0.0);
        let memory = self.workspace.of(qr_in_place_scratch::<f64>(
            rows,
            columns,
            self.block,
            Par::Seq,
            Spec::default(),
        ));
        let factor = MatMut::from_column_major_slice_mut(&mut self.factor, rows, columns);
        let coefficients = MatMut::from_column_major_slice_mut(&mut self.coefficients, self.block, columns);
        qr_in_place(factor, coefficients, Par::Seq, MemStack::new(memory), Spec::default());
    }

    fn parts(&self) -> (MatRef<'_, f64>, MatRef<'_, f64>) {
        let factor = MatRef::from_column_major_slice(&self.factor, self.rows, self.columns);
        (factor, MatRef::from_column_major_slice(&self.coefficients, self.block, self.columns))
    }

    /// The number of rows.
    pub fn height(&self) -> usize {
        self.rows
    }

    /// Q B for a B of m rows and this many columns, column by column, in its place.
    pub fn apply(&mut self, b: &mut [f64], columns: usize) {
        let asked = apply_scratch::<f64>(self.rows, self.block, columns);
        self.run(b, columns, asked, |factor, coefficients, b, stack| {
            apply(factor, coefficients, Conj::No, b, Par::Seq, stack);
        });
    }

    /// Qᵀ B for a B of m rows and this many columns, column by column, in its place.
    pub fn apply_transposed(&mut self, b: &mut [f64], columns: usize) {
        let asked = apply_transposed_scratch::<f64>(self.rows, self.block, columns);
        self.run(b, columns, asked, |factor, coefficients, b, stack| {
            apply_transposed(factor, coefficients, Conj::No, b, Par::Seq, stack);
        });
    }

    fn run(
        &mut self,
        b: &mut [f64],
        columns: usize,
        asked: StackReq,
        apply: impl FnOnce(MatRef<'_, f64>, MatRef<'_, f64>, MatMut<'_, f64>, &mut MemStack),
    ) {
        let mut workspace = std::mem::take(&mut self.workspace);
        let (factor, coefficients) = self.parts();
        let b = MatMut::from_column_major_slice_mut(b, self.rows, columns);
        apply(factor, coefficients, b, MemStack::new(workspace.of(asked)));
        self.workspace = workspace;
    }

    /// R⁻¹ of the first k rows of each column of B, which has m rows, in their place.
    pub fn solve(&self, b: &mut [f64], columns: usize) {
        let upper = self.parts().0.get(..self.columns, ..);
        let b = MatMut::from_column_major_slice_mut(b, self.rows, columns).get_mut(..self.columns, ..);
        solve_upper_triangular_in_place(upper, b, Par::Seq);
    }

    /// R⁻ᵀ of the first k rows of each column of B, which has m rows, in their place.
    pub fn solve_transposed(&self, b: &mut [f64], columns: usize) {
        let upper = self.parts().0.get(..self.columns, ..);
        let b = MatMut::from_column_major_slice_mut(b, self.rows, columns).get_mut(..self.columns, ..);
        solve_lower_triangular_in_place(upper.transpose(), b, Par::Seq);
    }

    /// The largest singular value of R, over-estimated by its Frobenius norm, divided by an over-estimate of the least one.
    ///
    /// Three steps of inverse iteration from a vector without symmetry approach 1/σ_min from below; each multiplies the
    /// share of the direction that it looks for by (σ_2/σ_1)².
    pub fn condition(&self) -> f64 {
        let k = self.columns;
        let mut v = vec![0.0; self.rows];
        without_structure(&mut v[..k]);
        let mut inverse = 0.0;
        for _ in 0..3 {
            let length = super::norm(&v[..k]);
            v[..k].iter_mut().for_each(|v| *v /= length);
            self.solve_transposed(&mut v, 1);
            inverse = super::norm(&v[..k]);
            if !inverse.is_finite() {
                return f64::INFINITY;
            }
            let length = inverse;
            v[..k].iter_mut().for_each(|v| *v /= length);
            self.solve(&mut v, 1);
            inverse = super::norm(&v[..k]).max(inverse);
        }
        let square =
            |j: usize| super::dot(&self.factor[j * self.rows..][..j + 1], &self.factor[j * self.rows..]);
        let size = (0..k).map(square).sum::<f64>().sqrt();
        let condition = size * inverse;
        if condition.is_nan() { f64::INFINITY } else { condition }
    }
}

/// The transpose of A above √Λ I, or of Aᵀ: what QR takes, column by column.
pub(crate) fn stacked(a: Matrix<'_>, transposed: bool, root: f64, out: &mut Vec<f64>) -> (usize, usize) {
    let (rows, columns) = if transposed { (a.columns, a.rows) } else { (a.rows, a.columns) };
    let height = if root > 0.0 { rows + columns } else { rows };
    out.clear();
    out.resize(height * columns, 0.0);
    for (j, column) in out.chunks_exact_mut(height).enumerate() {
        if transposed {
            column[..rows].copy_from_slice(&a.values[j * a.columns..][..rows]);
        } else {
            column.iter_mut().zip(a.iter()).for_each(|(out, row)| *out = row[j]);
        }
        if root > 0.0 {
            column[rows + j] = root;
        }
    }
    (height, columns)
}
