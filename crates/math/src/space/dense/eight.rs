//! Eight small systems side by side, in registers of 512 bits that hold the same number of each.
//!
//! A small system waits for itself: each step of a solution needs the one before, and factors of a few numbers do not fill a
//! register. Of eight systems each step is eight steps, and no sum goes across lanes. All numbers are those that `gram_of_rows` or
//! `gram_of_columns`, [`Cholesky`](super::Cholesky) and the products of `loops` have of each system alone, by the same operations in
//! the same order: faer's kernels fuse products into sums, one after the other, up to the order [`ORDER`].

use super::Matrix;
use crate::wide::{Kernel, avx512};
use pulp::cast;
use pulp::core_arch::x86::Avx512f;
use std::arch::x86_64::__m512d;

/// Systems at a time.
const SYSTEMS: usize = 8;
/// The largest order of a Gram matrix: its factors stay in a second-level cache, and faer factors it in one piece.
const ORDER: usize = 32;
/// The most numbers that an entry of a Gram matrix is a sum of: faer adds no more than 512 in one go.
const DEPTH: usize = 128;
/// Rows of a factor that are computed at a time, from a multiple of half as many on.
const ROWS: usize = 8;
/// Rows and columns of a Gram matrix that are computed at a time.
const SQUARE: usize = 4;

/// One number of each system.
type Lanes = __m512d;
/// One number of each system, to be looked at.
pub(crate) type Numbers = [f64; 8];

/// Least squares with a ridge Λ of eight matrices of one shape.
#[derive(Default)]
pub(crate) struct Eight {
    a: Vec<Lanes>,
    /// Aᵀ, where it has fewer columns than rows.
    turned: Vec<Lanes>,
    y: Vec<Lanes>,
    /// The Gram matrix, then L, column by column; columns are longer than the order, so that whole blocks of rows fit.
    lower: Vec<Lanes>,
    /// 1/L_ii.
    inverse: Vec<Lanes>,
    dual: Vec<Lanes>,
    residual: Vec<Lanes>,
    correction: Vec<Lanes>,
    weights: Vec<Lanes>,
    /// Weights, system by system.
    found: [Vec<f64>; SYSTEMS],
}

/// What tells of each system whether its weights are accurate.
pub(crate) struct Accuracy {
    /// The largest numbers of A and of y.
    pub largest: [Numbers; 2],
    /// As [`Cholesky::pivot_ratio`](super::Cholesky::pivot_ratio); NaN where a pivot is no positive, finite number.
    pub pivot_ratio: Numbers,
    /// ‖correction‖ and ‖w‖, of one step of refinement.
    pub norms: [Numbers; 2],
}

impl Eight {
    /// Whether the machine has the registers, and matrices of this shape are small.
    pub fn takes(rows: usize, columns: usize) -> bool {
        avx512().is_some() && rows.min(columns) <= ORDER && rows.max(columns) <= DEPTH
    }

    /// Computes the weights of each system with one step of refinement; `None` where it [does not take](Eight::takes) them.
    pub fn solve(&mut self, systems: [(Matrix<'_>, &[f64]); 8], ridge: f64) -> Option<Accuracy> {
        let (Matrix { rows, columns, .. }, _) = systems[0];
        let alike = systems.iter().all(|(a, y)| (a.rows, a.columns, y.len()) == (rows, columns, rows));
        let registers = avx512().filter(|_| alike && Eight::takes(rows, columns))?;
        Some(registers.vectorize(Solve { simd: registers.avx512f, eight: self, systems, ridge }))
    }

    /// The weights of a system.
    pub fn weights(&self, system: usize) -> &[f64] {
        &self.found[system]
    }
}

fn numbers(lanes: Lanes) -> Numbers {
    cast(lanes)
}

struct Solve<'a> {
    simd: Avx512f,
    eight: &'a mut Eight,
    systems: [(Matrix<'a>, &'a [f64]); SYSTEMS],
    ridge: f64,
}

impl Kernel for Solve<'_> {
    type Output = Accuracy;

    #[inline(always)]
    fn call(self) -> Accuracy {
        let Solve { simd, eight, systems, ridge } = self;
        let Eight { a, turned, y, lower, inverse, dual, residual, correction, weights, found } = eight;
        let (Matrix { rows, columns, .. }, _) = systems[0];
        let largest = [
            side_by_side(simd, systems.map(|(a, _)| a.values), a),
            side_by_side(simd, systems.map(|(_, y)| y), y),
        ];
        let all = simd._mm512_set1_pd(ridge);
        let (order, is_wide) = (rows.min(columns), rows <= columns);
        let height = height(order);
        let zero = simd._mm512_setzero_pd();
        lower.resize(order * height, zero);
        if is_wide {
            gram(simd, a, columns, lower);
        } else {
            turned.resize(a.len(), zero);
            for (place, row) in a.chunks_exact(columns).enumerate() {
                let column = turned[place..].iter_mut().step_by(rows);
                column.zip(row).for_each(|(to, from)| *to = *from);
            }
            gram(simd, turned, rows, lower);
        }
        lower.iter_mut().step_by(height + 1).for_each(|entry| *entry = simd._mm512_add_pd(*entry, all));
        inverse.resize(order, zero);
        let pivot_ratio = factor(simd, lower, inverse);
        weights.resize(columns, zero);
        correction.resize(columns, zero);
        residual.resize(rows, zero);
        if is_wide {
            dual.clear();
            dual.extend_from_slice(y);
            solve(simd, lower, inverse, dual);
            transposed_times(simd, a, dual, weights);
            times(simd, a, weights, residual);
            for ((residual, y), alpha) in residual.iter_mut().zip(&*y).zip(&*dual) {
                let off = simd._mm512_sub_pd(*y, *residual);
                *residual = simd._mm512_sub_pd(off, simd._mm512_mul_pd(all, *alpha));
            }
            solve(simd, lower, inverse, residual);
            transposed_times(simd, a, residual, correction);
        } else {
            transposed_times(simd, a, y, weights);
            solve(simd, lower, inverse, weights);
            times(simd, a, weights, residual);
            for (residual, y) in residual.iter_mut().zip(&*y) {
                *residual = simd._mm512_sub_pd(*y, *residual);
            }
            transposed_times(simd, a, residual, correction);
            for (by, w) in correction.iter_mut().zip(&*weights) {
                *by = simd._mm512_sub_pd(*by, simd._mm512_mul_pd(all, *w));
            }
            solve(simd, lower, inverse, correction);
        }
        for (w, by) in weights.iter_mut().zip(&*correction) {
            *w = simd._mm512_add_pd(*w, *by);
        }
        one_by_one(simd, weights, found);
        let norms = [norm(simd, correction), norm(simd, weights)];
        Accuracy { largest, pivot_ratio: numbers(pivot_ratio), norms }
    }
}

/// The length of columns of this order: whole blocks of rows that begin at a multiple of half a block.
#[inline(always)]
fn height(order: usize) -> usize {
    order.next_multiple_of(ROWS / 2) + ROWS / 2
}

/// Puts numbers in the same place side by side; the largest absolute value of each list.
#[inline(always)]
fn side_by_side(simd: Avx512f, from: [&[f64]; SYSTEMS], to: &mut Vec<Lanes>) -> Numbers {
    let zero = simd._mm512_setzero_pd();
    to.resize(from[0].len(), zero);
    let mut most = zero;
    let (blocks, rest) = to.as_chunks_mut::<SYSTEMS>();
    for (place, block) in blocks.iter_mut().enumerate() {
        let mut rows = [zero; SYSTEMS];
        for (row, from) in rows.iter_mut().zip(&from) {
            *row = cast(from.as_chunks::<SYSTEMS>().0[place]);
        }
        *block = transposed(simd, rows);
        for lanes in block {
            most = simd._mm512_max_pd(most, simd._mm512_abs_pd(*lanes));
        }
    }
    let done = blocks.len() * SYSTEMS;
    for (place, lanes) in rest.iter_mut().enumerate() {
        let mut of_each = [0.0; SYSTEMS];
        for (of, from) in of_each.iter_mut().zip(&from) {
            *of = from[done + place];
        }
        *lanes = cast(of_each);
        most = simd._mm512_max_pd(most, simd._mm512_abs_pd(*lanes));
    }
    numbers(most)
}

/// Takes numbers that are side by side apart.
#[inline(always)]
fn one_by_one(simd: Avx512f, from: &[Lanes], to: &mut [Vec<f64>; SYSTEMS]) {
    to.iter_mut().for_each(|to| to.resize(from.len(), 0.0));
    let (blocks, rest) = from.as_chunks::<SYSTEMS>();
    for (place, block) in blocks.iter().enumerate() {
        for (row, to) in transposed(simd, *block).into_iter().zip(&mut *to) {
            to.as_chunks_mut::<SYSTEMS>().0[place] = cast(row);
        }
    }
    let done = blocks.len() * SYSTEMS;
    for (place, lanes) in rest.iter().enumerate() {
        for (number, to) in numbers(*lanes).into_iter().zip(&mut *to) {
            to[done + place] = number;
        }
    }
}

/// Rows as columns: pairs, then pairs of pairs, then halves change places.
#[inline(always)]
fn transposed(simd: Avx512f, rows: [Lanes; SYSTEMS]) -> [Lanes; SYSTEMS] {
    let mut pairs = rows;
    for i in [0, 2, 4, 6] {
        pairs[i] = simd._mm512_unpacklo_pd(rows[i], rows[i + 1]);
        pairs[i + 1] = simd._mm512_unpackhi_pd(rows[i], rows[i + 1]);
    }
    // Quarters of registers, each with two rows: 0 and 2 of the first, then of the second; 1 and 3 alike.
    let mut fours = rows;
    for i in [0, 1, 4, 5] {
        fours[i] = simd._mm512_shuffle_f64x2::<0b10_00_10_00>(pairs[i], pairs[i + 2]);
        fours[i + 2] = simd._mm512_shuffle_f64x2::<0b11_01_11_01>(pairs[i], pairs[i + 2]);
    }
    let mut columns = rows;
    for i in 0..4 {
        columns[i] = simd._mm512_shuffle_f64x2::<0b10_00_10_00>(fours[i], fours[i + 4]);
        columns[i + 4] = simd._mm512_shuffle_f64x2::<0b11_01_11_01>(fours[i], fours[i + 4]);
    }
    columns
}

/// The lower triangle of the products of vectors of so many numbers with each other.
#[inline(always)]
fn gram(simd: Avx512f, vectors: &[Lanes], depth: usize, lower: &mut [Lanes]) {
    let order = vectors.len() / depth;
    let height = height(order);
    // Beyond the order the last vector is multiplied again.
    let vector = |place: usize| &vectors[place.min(order - 1) * depth..][..depth];
    for left in (0..order).step_by(SQUARE) {
        let columns = [vector(left), vector(left + 1), vector(left + 2), vector(left + 3)];
        for top in (left..order).step_by(SQUARE) {
            let rows = [vector(top), vector(top + 1), vector(top + 2), vector(top + 3)];
            let mut sums = [[simd._mm512_setzero_pd(); SQUARE]; SQUARE];
            for at in 0..depth {
                for (sums, column) in sums.iter_mut().zip(&columns) {
                    for (sum, row) in sums.iter_mut().zip(&rows) {
                        *sum = simd._mm512_fmadd_pd(row[at], column[at], *sum);
                    }
                }
            }
            for (sums, column) in sums.iter().zip(lower[left * height..].chunks_exact_mut(height)) {
                column[top..top + SQUARE].copy_from_slice(sums);
            }
        }
    }
}

/// Factors the Gram matrix in its place; the squares of the least pivots over the largest ones, NaN where a pivot is no positive, finite
/// number, which makes NaN of all that follow.
///
/// What is above the diagonal is computed along, and never looked at.
#[inline(always)]
fn factor(simd: Avx512f, lower: &mut [Lanes], inverse: &mut [Lanes]) -> Lanes {
    let height = height(inverse.len());
    let one = simd._mm512_set1_pd(1.0);
    let (mut least, mut most) = (simd._mm512_set1_pd(f64::INFINITY), simd._mm512_setzero_pd());
    for (j, inverse) in inverse.iter_mut().enumerate() {
        let (known, others) = lower.split_at_mut(j * height);
        let column = &mut others[..height];
        let first = j - j % (ROWS / 2);
        for top in (first..height + 1 - ROWS).step_by(ROWS) {
            let mut block = [simd._mm512_setzero_pd(); ROWS];
            block.copy_from_slice(&column[top..top + ROWS]);
            for known in known.chunks_exact(height) {
                let by = known[j];
                for (entry, known) in block.iter_mut().zip(&known[top..top + ROWS]) {
                    *entry = simd._mm512_fnmadd_pd(by, *known, *entry);
                }
            }
            column[top..top + ROWS].copy_from_slice(&block);
        }
        let by = simd._mm512_div_pd(one, simd._mm512_sqrt_pd(column[j]));
        for entry in &mut column[first..] {
            *entry = simd._mm512_mul_pd(*entry, by);
        }
        let pivot = column[j];
        *inverse = simd._mm512_div_pd(one, pivot);
        // Where one of two numbers is NaN this is the second.
        least = simd._mm512_min_pd(least, pivot);
        most = simd._mm512_max_pd(most, pivot);
    }
    let ratio = simd._mm512_div_pd(least, most);
    simd._mm512_mul_pd(ratio, ratio)
}

/// G⁻¹ b, in its place.
#[inline(always)]
fn solve(simd: Avx512f, lower: &[Lanes], inverse: &[Lanes], b: &mut [Lanes]) {
    let height = height(inverse.len());
    let order = inverse.len();
    for ((j, column), inverse) in lower.chunks_exact(height).enumerate().zip(inverse) {
        let (head, tail) = b.split_at_mut(j + 1);
        let by = simd._mm512_mul_pd(head[j], *inverse);
        head[j] = by;
        for (b, l) in tail.iter_mut().zip(&column[j + 1..order]) {
            *b = simd._mm512_sub_pd(*b, simd._mm512_mul_pd(*l, by));
        }
    }
    for ((j, column), inverse) in lower.chunks_exact(height).enumerate().zip(inverse).rev() {
        let known = inner(simd, &column[j + 1..order], &b[j + 1..order]);
        b[j] = simd._mm512_mul_pd(simd._mm512_sub_pd(b[j], known), *inverse);
    }
}

/// Σ a_i b_i, by eight sums that go on side by side as those of a system alone.
#[inline(always)]
fn inner(simd: Avx512f, a: &[Lanes], b: &[Lanes]) -> Lanes {
    let mut sums = [simd._mm512_setzero_pd(); 8];
    let ((rows, rest), (other_rows, other_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in rows.iter().zip(other_rows) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum = simd._mm512_add_pd(*sum, simd._mm512_mul_pd(*a, *b));
        }
    }
    for ((sum, a), b) in sums.iter_mut().zip(rest).zip(other_rest) {
        *sum = simd._mm512_add_pd(*sum, simd._mm512_mul_pd(*a, *b));
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let (ab, cd) = (simd._mm512_add_pd(a, b), simd._mm512_add_pd(c, d));
    let (ef, gh) = (simd._mm512_add_pd(e, f), simd._mm512_add_pd(g, h));
    simd._mm512_add_pd(simd._mm512_add_pd(ab, cd), simd._mm512_add_pd(ef, gh))
}

#[inline(always)]
fn norm(simd: Avx512f, a: &[Lanes]) -> Numbers {
    numbers(simd._mm512_sqrt_pd(inner(simd, a, a)))
}

/// A v.
#[inline(always)]
fn times(simd: Avx512f, a: &[Lanes], v: &[Lanes], out: &mut [Lanes]) {
    for (row, out) in a.chunks_exact(v.len()).zip(out) {
        *out = inner(simd, row, v);
    }
}

/// Aᵀ v, four rows at a time.
#[inline(always)]
fn transposed_times(simd: Avx512f, a: &[Lanes], v: &[Lanes], out: &mut [Lanes]) {
    let columns = out.len();
    out.fill(simd._mm512_setzero_pd());
    let (fours, rest) = v.as_chunks::<4>();
    let (of_fours, of_rest) = a.split_at(4 * fours.len() * columns);
    for (v, rows) in fours.iter().zip(of_fours.chunks_exact(4 * columns)) {
        let (r0, others) = rows.split_at(columns);
        let (r1, others) = others.split_at(columns);
        let (r2, r3) = others.split_at(columns);
        for ((((out, a), b), c), d) in out.iter_mut().zip(r0).zip(r1).zip(r2).zip(r3) {
            let ab = simd._mm512_add_pd(simd._mm512_mul_pd(*a, v[0]), simd._mm512_mul_pd(*b, v[1]));
            let cd = simd._mm512_add_pd(simd._mm512_mul_pd(*c, v[2]), simd._mm512_mul_pd(*d, v[3]));
            *out = simd._mm512_add_pd(*out, simd._mm512_add_pd(ab, cd));
        }
    }
    for (v, row) in rest.iter().zip(of_rest.chunks_exact(columns)) {
        for (out, a) in out.iter_mut().zip(row) {
            *out = simd._mm512_add_pd(*out, simd._mm512_mul_pd(*a, *v));
        }
    }
}
