//! Risks of sums of kernels on a sphere, by formula.

use super::table::Table;
use crate::sample::Degenerate;
use crate::space::dense::dot;
use crate::space::estimator::{KernelAverages, lower_product};
use crate::space::kernel::{Blocks, Kernel, LANES, scaled, squared_distances_from};
use crate::space::target::Truth;
use crate::space::{KernelSum, Points};
use std::sync::Arc;

/// The largest condition of a kernel matrix up to which formulas agree with test points; beyond 1e11 they have been seen to be negative.
pub(super) const CONDITION: f64 = 1e9;
/// What is left of the terms of R_2 must be above this share of the largest: the table has six digits of these, and test points two of what
/// is left.
pub(super) const LEFT: f64 = 1e-3;

/// A sphere of R^d with the uniform law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sphere {
    pub d: usize,
    pub radius: f64,
}

impl Sphere {
    /// R_2 of Σ_i c_i k(x_i, ·) against a target that is 0 or linear; `None` where the formula is not accurate or there is none.
    ///
    /// # Formula
    /// cᵀGc − 2 λ_1 Σ_i c_i f*(x_i) + ‖w*‖² r²/d, with G(θ) = Σ_l λ_l² N_l P_l(cos θ) between the points ([`Table`]).
    /// # Errors
    /// `Lengths` for points of another dimension.
    /// # Cost
    /// n²/2 distances and values of a table.
    /// # Accuracy
    /// 1e-4 of itself, or 1e-6 of its largest term, up to a condition of 1e9.
    /// # Source
    /// Elementary, from ∫ k(x, z) k(z, x') dz = G(x, x') and the degree 1 of linear functions.
    pub fn square(&self, sum: &KernelSum<'_>, truth: &Truth) -> Result<Option<f64>, Degenerate> {
        let Some(weights) = truth.weights() else { return Ok(None) };
        let Some(table) = self.table(sum.kernel, sum.x, sum.condition)? else { return Ok(None) };
        let n = sum.x.n();
        let mut image = vec![0.0; n];
        // Column by column as they are made: the matrix would leave the cache.
        self.columns(sum.x, &table, |j, column| add_column((j, column), sum.coefficients, &mut image));
        let square = dot(sum.coefficients, &image);
        let mut values = vec![0.0; n];
        truth.values(sum.x, &mut values);
        let both = 2.0 * table.degrees.values[1] * dot(sum.coefficients, &values);
        let target = weights.iter().map(|w| w * w).sum::<f64>() * self.radius * self.radius / self.d as f64;
        let risk = (square - both) + target;
        Ok((risk > LEFT * square.max(target)).then_some(risk))
    }

    /// E Σ_j v_j s_j(x)² of weights s(x) = A⁻¹ k(x): ⟨G, A⁻¹ diag(v) A⁻¹⟩; `None` as that of [`square`](Sphere::square).
    pub fn spread(
        &self,
        averages: &KernelAverages<'_>,
        variances: &[f64],
    ) -> Result<Option<f64>, Degenerate> {
        let KernelAverages { kernel, x, condition, .. } = *averages;
        let Some(table) = self.table(kernel, x, condition)? else { return Ok(None) };
        let n = x.n();
        let mut gram = vec![0.0; n * n];
        self.columns(x, &table, |j, column| gram[j * n + j..][..n - j].copy_from_slice(column));
        let spread = lower_product(&gram, &averages.middle(variances), x.n());
        Ok((spread > 0.0 || variances.iter().all(|v| *v == 0.0)).then_some(spread))
    }

    /// The table of a kernel for points of this dimension; `None` beyond the condition for which formulas are good.
    fn table(
        &self,
        kernel: &Kernel,
        x: Points<'_>,
        condition: f64,
    ) -> Result<Option<Arc<Table>>, Degenerate> {
        if x.d() != self.d {
            return Err(Degenerate::Lengths);
        }
        Ok(if condition > CONDITION { None } else { Table::of(kernel, self, x.n()) })
    }

    /// Hands on the columns of G between the points, each from the diagonal on.
    fn columns(&self, x: Points<'_>, table: &Table, mut take: impl FnMut(usize, &[f64])) {
        let (points, n) = (scaled(x, self.radius), x.n());
        let blocks = Blocks::new(&points);
        let mut column = vec![0.0; n];
        for (j, at) in points.rows.chunks_exact(self.d).enumerate() {
            let first = j / LANES;
            let part = &mut column[first * LANES..];
            squared_distances_from(at, &blocks, first, part);
            table.replace(part);
            take(j, &column[j..]);
        }
    }
}

/// A v for a symmetric A given by its lower triangle, column by column.
pub(super) fn symmetric_times(lower: &[f64], v: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (j, column) in lower.chunks_exact(v.len()).enumerate() {
        add_column((j, &column[j..]), v, out);
    }
}

/// Adds what a column of a symmetric matrix, from the diagonal on, and its row contribute to a product.
fn add_column((j, column): (usize, &[f64]), v: &[f64], out: &mut [f64]) {
    let Some((diagonal, below)) = column.split_first() else { return };
    out[j] += diagonal * v[j] + dot(below, &v[j + 1..]);
    out[j + 1..].iter_mut().zip(below).for_each(|(out, entry)| *out += entry * v[j]);
}
