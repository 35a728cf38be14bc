//! Risks of two-layer ReLU networks on normal points.

use crate::space::ReluUnits;
use crate::space::dense::{Matrix, dot, gram_of_rows};
use crate::wide::{Kernel, wide};
use std::f64::consts::PI;

/// Beyond this ratio of Σ_ij |a_i a_j| ‖u_i‖ ‖u_j‖ to E f̂² rounding has taken eight digits of it.
const CANCELLED: f64 = 1e8;

/// E (f(x) − w*·x)² of a sum f of such networks, for x ~ N(0, diag(λ)); no weights mean 0. `None` where rounding decides it.
///
/// # Formula
/// E (u·x)₊ (v·x)₊ = ‖u‖ ‖v‖ J(cos θ)/(2π), J(cos θ) = sin θ + (π − θ) cos θ, with lengths and the angle θ of λ^½ u and λ^½ v;
/// E (u·x)₊ w*·x = u·λw*/2. Hence R_2 = Σ_ij b_i b_j J(c_ij)/(2π) − Σ_j a_j u_j·λw* + w*·λw*, b_j = a_j ‖λ^½ u_j‖.
/// # Errors
/// None; the caller takes draws where the result is `None`.
/// # Cost
/// k² (d/2 + 25) multiplications and additions for k units, 8 k (k + d) bytes.
/// # Accuracy
/// ε Σ_ij |b_i b_j|, absolute: eight digits or more.
/// # Source
/// Cho & Saul, NIPS 22 (2009).
pub(super) fn square(parts: &[ReluUnits<'_>], truth: &[f64], spectrum: &[f64]) -> Option<f64> {
    let (d, k) = (spectrum.len(), parts.iter().map(|part| part.outer.len()).sum());
    let fits = |part: &ReluUnits<'_>| part.inner.len() == part.outer.len() * d;
    if k == 0 || !parts.iter().all(fits) || !(truth.is_empty() || truth.len() == d) {
        return None;
    }
    // λ^½ u_j as rows of length 1.
    let mut rows = vec![0.0; k * d];
    let mut first = 0;
    for ReluUnits { outer, inner } in parts {
        for (i, (row, lambda)) in inner.chunks_exact(outer.len().max(1)).zip(spectrum).enumerate() {
            let out = rows[first * d..].chunks_exact_mut(d);
            row.iter().zip(out).for_each(|(u, out)| out[i] = lambda.sqrt() * u);
        }
        first += outer.len();
    }
    let mut b = Vec::with_capacity(k);
    for (row, a) in rows.chunks_exact_mut(d).zip(parts.iter().flat_map(|part| part.outer)) {
        let length = dot(row, row).sqrt();
        if length > 0.0 {
            row.iter_mut().for_each(|u| *u /= length);
        }
        b.push(a * length);
    }
    let mut cosines = Vec::new();
    gram_of_rows(Matrix::new(&rows, d), &mut cosines);
    let (series, mut whole) = (Arc::new(), 0.0);
    for (j, column) in cosines.chunks_exact(k).enumerate() {
        // The lower triangle, column by column; below the diagonal twice.
        let below = wide(Column { cosines: &column[j + 1..], b: &b[j + 1..], series: &series });
        whole += b[j] * (b[j] * PI + 2.0 * below);
    }
    whole /= 2.0 * PI;
    let size: f64 = b.iter().map(|b| b.abs()).sum();
    if !whole.is_finite() || size * size > CANCELLED * whole {
        return None;
    }
    let along: Vec<f64> = truth.iter().zip(spectrum).map(|(w, lambda)| w * lambda).collect();
    let cross = |ReluUnits { outer, inner }: &ReluUnits<'_>| -> f64 {
        inner.chunks_exact(outer.len().max(1)).zip(&along).map(|(row, w)| w * dot(row, outer)).sum()
    };
    let cross: f64 = parts.iter().map(cross).sum();
    let square = whole - cross + dot(&along, truth);
    // What is left of a difference of the two.
    (square * CANCELLED > size * size).then_some(square)
}

/// arccos(x)/√(1 − x) on [0, 1] as a Chebyshev series.
///
/// Its nearest singularity, −1, is at −3 where [0, 1] is [−1, 1]: terms fall by 3 + √8 each, below 1e-17 after 23; their
/// roundings add up to a few ε.
struct Arc([f64; 24]);

impl Arc {
    fn new() -> Arc {
        let terms = 24;
        let at = |i: usize| (i as f64 + 0.5) / terms as f64 * PI;
        let mut coefficients = [0.0; 24];
        for (k, coefficient) in coefficients.iter_mut().enumerate() {
            let value = |i: usize| {
                // 1 − x = sin²(t/2), arccos x = 2 arcsin √((1 − x)/2): without the cancellation of 1 − x near 1.
                let root = libm::sin(0.5 * at(i));
                2.0 * libm::asin(root * std::f64::consts::FRAC_1_SQRT_2) / root * libm::cos(k as f64 * at(i))
            };
            *coefficient = (0..terms).map(value).sum::<f64>() * 2.0 / terms as f64;
        }
        coefficients[0] *= 0.5;
        Arc(coefficients)
    }

    /// √(1 − x²) − x arccos x for 0 ≤ x ≤ 1, which is J(−x).
    #[inline(always)]
    fn of(&self, x: f64) -> f64 {
        let t = 2.0 * x - 1.0;
        let (mut here, mut after) = (0.0, 0.0);
        for k in (1..24).rev() {
            let next = self.0[k] + 2.0 * t * here - after;
            (after, here) = (here, next);
        }
        let arc = self.0[0] + t * here - after;
        let near = if x < 1.0 { 1.0 - x } else { 0.0 };
        near.sqrt() * ((1.0 + x).sqrt() - x * arc)
    }
}

/// Σ_i b_i J(c_i).
struct Column<'a> {
    cosines: &'a [f64],
    b: &'a [f64],
    series: &'a Arc,
}

impl Kernel for Column<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        // Eight sums side by side, whose order does not depend on the width of registers.
        let mut sums = [0.0; 8];
        let (cosines, b) = (self.cosines.chunks_exact(8), self.b.chunks_exact(8));
        let rest = cosines.remainder().iter().zip(b.remainder());
        for (cosines, b) in cosines.zip(b) {
            for lane in 0..8 {
                let c = cosines[lane];
                let x = c.abs();
                sums[lane] += b[lane] * (self.series.of(x) + 0.5 * PI * (c + x));
            }
        }
        let mut sum = 0.0;
        for (c, b) in rest {
            sum += b * (self.series.of(c.abs()) + 0.5 * PI * (c + c.abs()));
        }
        sums.iter().fold(sum, |sum, lane| sum + lane)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs_have_their_digits() {
        let series = Arc::new();
        for i in 0..=10_000 {
            let x = f64::from(i) / 10_000.0;
            let exact = libm::sqrt(1.0 - x * x) - x * libm::acos(x);
            assert!((series.of(x) - exact).abs() < 5e-15, "{x}: {} {exact}", series.of(x));
        }
        // Rounding may leave a cosine above 1.
        assert_eq!(series.of(1.0 + 1e-15), 0.0);
    }

    #[test]
    fn squares_are_those_of_one_and_two_units() {
        // E (x)₊² = ½; (x)₊ − (−x)₊ = x; units of directions at a right angle have J = 1.
        let one = ReluUnits { outer: &[3.0], inner: &[2.0, 0.0] };
        assert!((square(&[one], &[], &[1.0, 1.0]).unwrap() - 18.0).abs() < 1e-14);
        let line = ReluUnits { outer: &[1.0, -1.0], inner: &[1.0, -1.0] };
        assert!((square(&[line], &[], &[4.0]).unwrap() - 4.0).abs() < 1e-14);
        assert!((square(&[line], &[3.0], &[4.0]).unwrap() - 16.0).abs() < 1e-13);
        // All of it cancels.
        assert_eq!(square(&[line], &[1.0], &[4.0]), None);
        let right = ReluUnits { outer: &[1.0, 1.0], inner: &[1.0, 0.0, 0.0, 1.0] };
        assert!((square(&[right], &[], &[1.0, 1.0]).unwrap() - (1.0 + 1.0 / PI)).abs() < 1e-14);
        assert_eq!(square(&[ReluUnits { outer: &[1.0], inner: &[1.0] }], &[], &[1.0, 1.0]), None);
    }
}
