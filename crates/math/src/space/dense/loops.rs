//! Products with vectors, in a fixed order of operations.

use super::Matrix;
use crate::wide::{Kernel, wide};

/// Sums that go on side by side.
const LANES: usize = 8;

/// Σ a_i b_i over as many places as both have.
///
/// Rows are short: what [`crate::sum`] does against the errors of long sums would be most of the work, and these errors are below
/// those of what the products are for.
#[inline(always)]
pub(super) fn inner(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let ((rows, rest), (other_rows, other_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in rows.iter().zip(other_rows) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    for (sum, (a, b)) in sums.iter_mut().zip(rest.iter().zip(other_rest)) {
        *sum += a * b;
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

struct Dot<'a>(&'a [f64], &'a [f64]);

impl Kernel for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        inner(self.0, self.1)
    }
}

/// Σ a_i b_i, over the places that both have.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let both = a.len().min(b.len());
    wide(Dot(&a[..both], &b[..both]))
}

/// (Σ a_i²)^½.
pub(crate) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

struct Times<'a>(Matrix<'a>, &'a [f64], &'a mut [f64]);

impl Kernel for Times<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Times(a, v, out) = self;
        for (row, out) in a.values.chunks_exact(a.columns).zip(out) {
            *out = inner(row, v);
        }
    }
}

/// A v.
pub(crate) fn times(a: Matrix<'_>, v: &[f64], out: &mut [f64]) {
    wide(Times(a, v, out));
}

struct TransposedTimes<'a>(Matrix<'a>, &'a [f64], &'a mut [f64]);

impl Kernel for TransposedTimes<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let TransposedTimes(a, v, out) = self;
        out.fill(0.0);
        // Four rows at a time, so that sums are loaded and stored a quarter as often.
        let whole = a.rows / 4 * 4 * a.columns;
        let (fours, rest) = a.values.split_at(whole);
        let (v4, v1) = v.split_at(a.rows / 4 * 4);
        for (rows, v) in fours.chunks_exact(4 * a.columns).zip(v4.as_chunks::<4>().0) {
            let (r0, others) = rows.split_at(a.columns);
            let (r1, others) = others.split_at(a.columns);
            let (r2, r3) = others.split_at(a.columns);
            for ((((out, a), b), c), d) in out.iter_mut().zip(r0).zip(r1).zip(r2).zip(r3) {
                *out += (a * v[0] + b * v[1]) + (c * v[2] + d * v[3]);
            }
        }
        for (row, v) in rest.chunks_exact(a.columns).zip(v1) {
            out.iter_mut().zip(row).for_each(|(out, a)| *out += a * v);
        }
    }
}

/// Aᵀ v.
pub(crate) fn transposed_times(a: Matrix<'_>, v: &[f64], out: &mut [f64]) {
    wide(TransposedTimes(a, v, out));
}

/// Fills a vector with numbers between ¼ and 5/4 in no order: it is orthogonal to nothing that data have.
pub(crate) fn without_structure(v: &mut [f64]) {
    // Multiples of the golden section, modulo 1, come near none of their former places.
    const GOLDEN: f64 = 0.618_033_988_749_895;
    v.iter_mut().enumerate().for_each(|(i, v)| *v = 0.25 + (GOLDEN * (i + 1) as f64) % 1.0);
}
