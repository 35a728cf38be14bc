//! Products with vectors, in a fixed order of operations.

use super::Matrix;
use crate::wide::{Kernel, wide, widest};

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
    total(sums, rest, other_rest)
}

/// The sum of all lanes and of the products of what is left.
#[inline(always)]
fn total(mut sums: [f64; LANES], rest: &[f64], other_rest: &[f64]) -> f64 {
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
    widest(Times(a, v, out));
}

/// Adds up to four rows times the first numbers of v: four at a time, so that sums are loaded and stored a quarter as often.
#[inline(always)]
fn add_rows(rows: &[f64], v: &[f64], out: &mut [f64]) {
    let columns = out.len();
    if rows.len() < 4 * columns {
        for (row, v) in rows.chunks_exact(columns).zip(v) {
            out.iter_mut().zip(row).for_each(|(out, a)| *out += a * v);
        }
        return;
    }
    let (r0, others) = rows.split_at(columns);
    let (r1, others) = others.split_at(columns);
    let (r2, r3) = others.split_at(columns);
    for ((((out, a), b), c), d) in out.iter_mut().zip(r0).zip(r1).zip(r2).zip(r3) {
        *out += (a * v[0] + b * v[1]) + (c * v[2] + d * v[3]);
    }
}

struct TransposedTimes<'a>(Matrix<'a>, &'a [f64], &'a mut [f64]);

impl Kernel for TransposedTimes<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let TransposedTimes(a, v, out) = self;
        out.fill(0.0);
        for (four, rows) in a.values.chunks(4 * a.columns).enumerate() {
            add_rows(rows, &v[4 * four..], out);
        }
    }
}

/// Aᵀ v.
pub(crate) fn transposed_times(a: Matrix<'_>, v: &[f64], out: &mut [f64]) {
    wide(TransposedTimes(a, v, out));
}

/// Vectors that are multiplied at a time: of a few hundred numbers each, they stay in a first-level cache beside rows of the matrix.
const VECTORS: usize = 4;

struct TimesEach<'a>(Matrix<'a>, &'a [&'a [f64]], &'a mut [Vec<f64>]);

impl Kernel for TimesEach<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let TimesEach(a, vectors, out) = self;
        for (vectors, out) in vectors.chunks(VECTORS).zip(out.chunks_mut(VECTORS)) {
            for (pair, rows) in a.values.chunks(2 * a.columns).enumerate() {
                for (vectors, out) in vectors.chunks(2).zip(out.chunks_mut(2)) {
                    multiply(rows, vectors, (out, 2 * pair));
                }
            }
        }
    }
}

/// One or two rows times one or two vectors, to be put there of each vector.
#[inline(always)]
fn multiply(rows: &[f64], vectors: &[&[f64]], (out, at): (&mut [Vec<f64>], usize)) {
    let columns = vectors[0].len();
    let (first, second) = rows.split_at(columns);
    match (vectors, out) {
        ([v, w], [of_v, of_w]) if !second.is_empty() => {
            let [av, bv, aw, bw] = inner_of_pairs((first, second), (v, w));
            (of_v[at], of_v[at + 1]) = (av, bv);
            (of_w[at], of_w[at + 1]) = (aw, bw);
        }
        (vectors, out) => {
            for (v, out) in vectors.iter().zip(out) {
                out[at] = inner(first, v);
                if !second.is_empty() {
                    out[at + 1] = inner(second, v);
                }
            }
        }
    }
}

/// [`inner`] of v with both rows, then of w with both: the same operations, four sums beside each other.
#[inline(always)]
fn inner_of_pairs((a, b): (&[f64], &[f64]), (v, w): (&[f64], &[f64])) -> [f64; 4] {
    let (mut av, mut bv, mut aw, mut bw) = ([0.0; LANES], [0.0; LANES], [0.0; LANES], [0.0; LANES]);
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let ((v, v_rest), (w, w_rest)) = (v.as_chunks::<LANES>(), w.as_chunks::<LANES>());
    for (((a, b), v), w) in a.iter().zip(b).zip(v).zip(w) {
        for lane in 0..LANES {
            av[lane] += a[lane] * v[lane];
            bv[lane] += b[lane] * v[lane];
            aw[lane] += a[lane] * w[lane];
            bw[lane] += b[lane] * w[lane];
        }
    }
    [
        total(av, a_rest, v_rest),
        total(bv, b_rest, v_rest),
        total(aw, a_rest, w_rest),
        total(bw, b_rest, w_rest),
    ]
}

/// A v of each vector, with the bits of [`times`]; rows are fetched once for several vectors.
pub(crate) fn times_each(a: Matrix<'_>, vectors: &[&[f64]], out: &mut [Vec<f64>]) {
    wide(TimesEach(a, vectors, out));
}

struct TransposedTimesEach<'a>(Matrix<'a>, &'a [&'a [f64]], &'a mut [Vec<f64>]);

impl Kernel for TransposedTimesEach<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let TransposedTimesEach(a, vectors, out) = self;
        for (vectors, out) in vectors.chunks(VECTORS).zip(out.chunks_mut(VECTORS)) {
            for out in &mut *out {
                out.fill(0.0);
            }
            for (four, rows) in a.values.chunks(4 * a.columns).enumerate() {
                for (v, out) in vectors.iter().zip(&mut *out) {
                    add_rows(rows, &v[4 * four..], out);
                }
            }
        }
    }
}

/// Aᵀ v of each vector, with the bits of [`transposed_times`]; rows are fetched once for several vectors.
pub(crate) fn transposed_times_each(a: Matrix<'_>, vectors: &[&[f64]], out: &mut [Vec<f64>]) {
    wide(TransposedTimesEach(a, vectors, out));
}

/// Fills a vector with numbers between ¼ and 5/4 in no order: it is orthogonal to nothing that data have.
pub(crate) fn without_structure(v: &mut [f64]) {
    // Multiples of the golden section, modulo 1, come near none of their former places.
    const GOLDEN: f64 = 0.618_033_988_749_895;
    v.iter_mut().enumerate().for_each(|(i, v)| *v = 0.25 + (GOLDEN * (i + 1) as f64) % 1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_vectors_have_the_bits_of_one() {
        for (rows, columns, count) in [(1, 1, 1), (2, 3, 2), (5, 8, 3), (7, 21, 4), (8, 16, 7), (13, 1, 9)] {
            let mut values = vec![0.0; rows * columns];
            without_structure(&mut values);
            let a = Matrix::new(&values, columns);
            let check = |height: usize, width: usize, one: fn(Matrix<'_>, &[f64], &mut [f64]), each: Each| {
                let mut numbers = vec![0.0; count * height];
                without_structure(&mut numbers);
                numbers.iter_mut().enumerate().for_each(|(i, number)| *number *= 1.0 + i as f64);
                let vectors: Vec<&[f64]> = numbers.chunks_exact(height).collect();
                let mut found = vec![vec![f64::NAN; width]; count];
                each(a, &vectors, &mut found);
                for (vector, found) in vectors.iter().zip(found) {
                    let mut alone = vec![0.0; width];
                    one(a, vector, &mut alone);
                    assert_eq!(found, alone, "{rows} {columns} {count}");
                }
            };
            check(columns, rows, times, times_each);
            check(rows, columns, transposed_times, transposed_times_each);
        }
    }

    type Each = fn(Matrix<'_>, &[&[f64]], &mut [Vec<f64>]);
}
