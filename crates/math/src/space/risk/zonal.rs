//! Risks of sums of kernels on a sphere, by formula.

use super::table::Table;
use crate::sample::Degenerate;
use crate::space::dense::dot;
use crate::space::estimator::{KernelAverages, lower_product};
use crate::space::kernel::{Blocks, scaled, squared_distances};
use crate::space::target::Truth;
use crate::space::{KernelSum, Points};
use std::sync::Arc;

/// The largest condition of a kernel matrix up to which formulas agree with test points; beyond 1e11 they have been seen to be negative.
pub(super) const CONDITION: f64 = 1e9;
/// What is left of the terms of R_2 must be above this share of the largest: the table has six digits of these, and test points two of what
/// is left.
pub(super) const LEFT: f64 = 1e-3;

/// The table of a kernel, and G between the points, the lower triangle, column by column.
type Squared = (Arc<Table>, Vec<f64>);

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
    /// n²/2 values of a table and n² distances.
    /// # Accuracy
    /// 1e-4 of itself, or 1e-6 of its largest term, up to a condition of 1e9.
    /// # Source
    /// Elementary, from ∫ k(x, z) k(z, x') dz = G(x, x') and the degree 1 of linear functions.
    pub fn square(&self, sum: &KernelSum<'_>, truth: &Truth) -> Result<Option<f64>, Degenerate> {
        let Some(weights) = truth.weights() else { return Ok(None) };
        let Some((table, gram)) = self.gram(sum)? else { return Ok(None) };
        let n = sum.x.n();
        let mut image = vec![0.0; n];
        symmetric_times(&gram, sum.coefficients, &mut image);
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
        let sum = KernelSum { kernel, x, coefficients: &[], condition };
        let Some((_, gram)) = self.gram(&sum)? else { return Ok(None) };
        let spread = lower_product(&gram, &averages.middle(variances), x.n());
        Ok((spread > 0.0 || variances.iter().all(|v| *v == 0.0)).then_some(spread))
    }

    /// The table of the kernel, and G between the points, the lower triangle.
    fn gram(&self, sum: &KernelSum<'_>) -> Result<Option<Squared>, Degenerate> {
        if sum.x.d() != self.d {
            return Err(Degenerate::Lengths);
        }
        if sum.condition > CONDITION {
            return Ok(None);
        }
        let table = Table::of(sum.kernel, self, sum.x.n());
        Ok(table.map(|table| {
            let gram = self.matrix(sum.x, &table);
            (table, gram)
        }))
    }

    fn matrix(&self, x: Points<'_>, table: &Table) -> Vec<f64> {
        let (points, n) = (scaled(x, self.radius), x.n());
        let mut matrix = Vec::new();
        squared_distances(&points, &Blocks::new(&points), &mut matrix);
        for (j, column) in matrix.chunks_exact_mut(n).enumerate() {
            column[j..].iter_mut().for_each(|entry| *entry = table.at(*entry));
        }
        matrix
    }
}

/// A v for a symmetric A given by its lower triangle, column by column.
pub(super) fn symmetric_times(lower: &[f64], v: &[f64], out: &mut [f64]) {
    let n = v.len();
    out.fill(0.0);
    for (j, column) in lower.chunks_exact(n).enumerate() {
        let below = &column[j + 1..];
        out[j] += column[j] * v[j] + dot(below, &v[j + 1..]);
        out[j + 1..].iter_mut().zip(below).for_each(|(out, entry)| *out += entry * v[j]);
    }
}
