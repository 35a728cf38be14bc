//! Risks of sums of kernels on a sphere, by formula.

use super::table::Table;
use crate::sample::Degenerate;
use crate::space::dense::dot;
use crate::space::estimator::{KernelAverages, lower_product};
use crate::space::kernel::{Blocks, Kernel, LANES, TOGETHER, scaled, squared_distances_from, total};
use crate::space::target::Truth;
use crate::space::{KernelSum, Points};
use crate::wide::{Kernel as Wide, widest};
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
        let whole = n.div_ceil(LANES) * LANES;
        let (mut coefficients, mut image) = (sum.coefficients.to_vec(), vec![0.0; whole]);
        coefficients.resize(whole, 0.0);
        // Strip by strip as they are made: the matrix would leave the cache.
        self.strips(sum.x, &table, |j, strip| {
            widest(AddStrip { j, strip, v: &coefficients, out: &mut image });
        });
        let square = dot(&coefficients, &image);
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
        let gram = self.gram(x, &table);
        let spread = lower_product(&gram, &averages.middle(variances), x.n());
        Ok((spread > 0.0 || variances.iter().all(|v| *v == 0.0)).then_some(spread))
    }

    /// G between the points, the lower triangle, column by column.
    fn gram(&self, x: Points<'_>, table: &Table) -> Vec<f64> {
        let n = x.n();
        let mut gram = vec![0.0; n * n];
        self.strips(x, table, |j, strip| {
            for (r, column) in gram.chunks_exact_mut(n).skip(j).take(TOGETHER).enumerate() {
                let part = &mut column[j - j % LANES..];
                for (entries, values) in part.chunks_mut(LANES).zip(strip) {
                    entries.copy_from_slice(&values[r][..entries.len()]);
                }
            }
        });
        gram
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

    /// Hands on, [`TOGETHER`] points at a time, the number of the first and G between them and the points of all blocks from their own on.
    fn strips(&self, x: Points<'_>, table: &Table, mut take: impl FnMut(usize, &[Strip])) {
        let (points, n) = (scaled(x, self.radius), x.n());
        let blocks = Blocks::new(&points);
        let mut strip = vec![0.0; n.div_ceil(LANES) * LANES * TOGETHER];
        let mut at = vec![[0.0; TOGETHER]; self.d];
        for j in (0..n).step_by(TOGETHER) {
            // Where fewer are left, the last stands for the others.
            for (k, at) in at.iter_mut().enumerate() {
                *at = std::array::from_fn(|r| points.rows[(j + r).min(n - 1) * self.d + k]);
            }
            let first = j / LANES;
            let part = &mut strip[first * LANES * TOGETHER..];
            squared_distances_from(&at, &blocks, first, part);
            table.replace(part);
            take(j, part.as_chunks().0.as_chunks().0);
        }
    }
}

const _: () = assert!(LANES.is_multiple_of(TOGETHER), "the points of a strip are in one block");

/// G between some points and those of a block, point by point.
type Strip = [[f64; LANES]; TOGETHER];

/// Adds what columns of a symmetric matrix, from the diagonal on, and their rows contribute to a product.
struct AddStrip<'a> {
    j: usize,
    strip: &'a [Strip],
    /// In whole blocks, as `out` is, with zeros beyond the last point.
    v: &'a [f64],
    out: &'a mut [f64],
}

impl Wide for AddStrip<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let AddStrip { j, strip, v, out } = self;
        let start = j - j % LANES;
        let Some((first, others)) = strip.split_first() else { return };
        let own: [f64; TOGETHER] = std::array::from_fn(|r| v[j + r]);
        let (of_first, of_others) = (v[start..].split_at(LANES), out[start..].split_at_mut(LANES));
        let ((v, vs), (out, outs)) = (of_first, of_others);
        for (r, values) in first.iter().enumerate() {
            let diagonal = j % LANES + r;
            let mut sum = values[diagonal] * own[r];
            for i in diagonal + 1..LANES {
                out[i] += values[i] * own[r];
                sum += values[i] * v[i];
            }
            out[diagonal] += sum;
        }
        let mut sums = [[0.0; LANES]; TOGETHER];
        let blocks = vs.as_chunks::<LANES>().0.iter().zip(outs.as_chunks_mut::<LANES>().0);
        for ([a, b, c, d], (v, out)) in others.iter().zip(blocks) {
            // Written as a whole: a store to one lane might, for all the compiler knows, change what the next one reads.
            let all =
                std::array::from_fn(|i| (a[i] * own[0] + b[i] * own[1]) + (c[i] * own[2] + d[i] * own[3]));
            *out = add(*out, all);
            for (sums, values) in sums.iter_mut().zip([a, b, c, d]) {
                for i in 0..LANES {
                    sums[i] += values[i] * v[i];
                }
            }
        }
        for (r, sums) in sums.into_iter().enumerate() {
            out[j % LANES + r] += total(sums);
        }
    }
}

#[inline(always)]
fn add(a: [f64; LANES], b: [f64; LANES]) -> [f64; LANES] {
    std::array::from_fn(|i| a[i] + b[i])
}

/// A v for a symmetric A given by its lower triangle, column by column.
pub(super) fn symmetric_times(lower: &[f64], v: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (j, column) in lower.chunks_exact(v.len()).enumerate() {
        let Some((diagonal, below)) = column[j..].split_first() else { return };
        out[j] += diagonal * v[j] + dot(below, &v[j + 1..]);
        out[j + 1..].iter_mut().zip(below).for_each(|(out, entry)| *out += entry * v[j]);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::catalogue::Value::{Real, Unset, Word};
    use crate::space::kernel::{build, squared_distances};

    /// Points of a spiral on the sphere.
    fn spiral(n: usize) -> Vec<f64> {
        let vector = |i: usize| {
            let (angle, height) = (2.4 * i as f64, 1.0 - (2.0 * i as f64 + 1.0) / n as f64);
            let radius = (1.0 - height * height).sqrt();
            [radius * libm::cos(angle), radius * libm::sin(angle), height]
        };
        (0..n).flat_map(vector).collect()
    }

    /// Whatever the number of points in the last strip and in the last block.
    #[test]
    fn strips_are_the_matrix() {
        let sphere = Sphere { d: 3, radius: 1.0 };
        let kernel = build(&[Word("laplace"), Unset, Unset, Unset, Unset, Real(1.0), Unset]).unwrap();
        for n in 1..=26 {
            let rows = spiral(n);
            let x = Points::new(3, &rows).unwrap();
            let table = Table::of(&kernel, &sphere, n).unwrap();
            let points = scaled(x, 1.0);
            let mut told = Vec::new();
            squared_distances(&points, &Blocks::new(&points), &mut told);
            table.replace(&mut told);
            let gram = sphere.gram(x, &table);
            for j in 0..n {
                assert_eq!(gram[j * n + j..(j + 1) * n], told[j * n + j..(j + 1) * n], "{n} {j}");
            }
            let v: Vec<f64> = (0..n).map(|i| libm::sin(1.0 + i as f64)).collect();
            let whole = n.div_ceil(LANES) * LANES;
            let (mut padded, mut image) = (v.clone(), vec![0.0; whole]);
            padded.resize(whole, 0.0);
            sphere.strips(x, &table, |j, strip| widest(AddStrip { j, strip, v: &padded, out: &mut image }));
            for (row, image) in told.chunks_exact(n).zip(&image) {
                let terms = || row.iter().zip(&v).map(|(g, v)| g * v);
                let (sum, size): (f64, f64) = (terms().sum(), terms().map(f64::abs).sum());
                assert!((image - sum).abs() <= 1e-14 * size, "{n}: {image} {sum}");
            }
        }
    }
}
