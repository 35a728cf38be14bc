//! Kernels at many pairs of points.

use super::embedding::LANES;
use super::profile::Profile;
use super::{Blocks, Embedded, Kernel, Visit};
use crate::wide::{Kernel as Wide, widest};

impl Kernel {
    /// The matrix of k(a_i, b_j), row by row: one row for each a, one column for each b.
    ///
    /// # Cost
    /// Three operations a coordinate, and the profile, for each pair; four pairs at a time in registers of 256 bits.
    /// # Accuracy
    /// A few units of roundoff; the same bits on every processor.
    pub fn matrix(&self, a: &Embedded, (b, factors): (&Blocks, &[f64]), out: &mut Vec<f64>) {
        out.resize(a.n() * b.n, 0.0);
        self.visit(Matrix { a, b, factors, out });
    }

    /// Σ_j c_j k(a_i, b_j) for each a; `weights` are c_j times the factor of b_j, filled up with zeros to whole blocks.
    pub fn sums(&self, a: &Embedded, (b, weights): (&Blocks, &[f64]), out: &mut [f64]) {
        self.visit(Sums { a, b, weights, out });
    }
}

/// Weights of points, times their factors, filled up to whole blocks.
pub(in crate::space) fn padded(weights: &[f64], points: &Embedded) -> Vec<f64> {
    let whole = weights.len().div_ceil(LANES) * LANES;
    let mut padded: Vec<f64> = weights.iter().enumerate().map(|(i, c)| c * points.factor(i)).collect();
    padded.resize(whole, 0.0);
    padded
}

/// ‖a_i − b_j‖², row by row: one row for each a, one column for each b.
pub(in crate::space) fn squared_distances(a: &Embedded, b: &Blocks, out: &mut Vec<f64>) {
    out.resize(a.n() * b.n, 0.0);
    Matrix { a, b, factors: &[], out }.visit(Square);
}

/// ‖a − b_j‖² of [`TOGETHER`] points, given coordinate by coordinate, from those of whole blocks, with the bits of
/// [`squared_distances`]: the distances of each from the points of one block, then from those of the next; the last block ends with
/// copies of the last point.
pub(in crate::space) fn squared_distances_from(
    at: &[[f64; TOGETHER]],
    b: &Blocks,
    first: usize,
    out: &mut [f64],
) {
    widest(StripFrom { at, b, first, out });
}

struct StripFrom<'a> {
    at: &'a [[f64; TOGETHER]],
    b: &'a Blocks,
    first: usize,
    out: &'a mut [f64],
}

impl Wide for StripFrom<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let blocks = self.b.values.chunks_exact(LANES * self.b.dimension).skip(self.first);
        for (out, block) in self.out.as_chunks_mut::<{ TOGETHER * LANES }>().0.iter_mut().zip(blocks) {
            // What `squares` computes of one point, for all at a time: a column is loaded once.
            let mut sums = [[0.0; LANES]; TOGETHER];
            for (column, at) in block.as_chunks::<LANES>().0.iter().zip(self.at) {
                for (sums, at) in sums.iter_mut().zip(at) {
                    for (sum, x) in sums.iter_mut().zip(column) {
                        let off = x - at;
                        *sum += off * off;
                    }
                }
            }
            out.copy_from_slice(sums.as_flattened());
        }
    }
}

/// Puts as many values there as there is room for.
#[inline(always)]
fn put(values: [f64; LANES], out: &mut [f64]) {
    match <&mut [f64; LANES]>::try_from(&mut *out) {
        Ok(whole) => *whole = values,
        Err(_) => out.copy_from_slice(&values[..out.len()]),
    }
}

/// s² itself.
#[derive(Clone, Copy)]
struct Square;

impl Profile for Square {
    #[inline(always)]
    fn of(self, square: f64) -> f64 {
        square
    }
}

/// Squared distances of a point from those of a block.
#[inline(always)]
pub(in crate::space) fn squares(block: &[f64], at: &[f64]) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (column, at) in block.as_chunks::<LANES>().0.iter().zip(at) {
        for (sum, x) in sums.iter_mut().zip(column) {
            let off = x - at;
            *sum += off * off;
        }
    }
    sums
}

struct Matrix<'a> {
    a: &'a Embedded,
    b: &'a Blocks,
    factors: &'a [f64],
    out: &'a mut [f64],
}

impl Visit for Matrix<'_> {
    type Output = ();

    fn visit<P: Profile>(self, profile: P) {
        widest(MatrixOf { profile, all: self });
    }
}

struct MatrixOf<'a, P> {
    profile: P,
    all: Matrix<'a>,
}

impl<P: Profile> Wide for MatrixOf<'_, P> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let MatrixOf { profile, all: Matrix { a, b, factors, out } } = self;
        let size = LANES * b.dimension;
        let rows = out.chunks_exact_mut(b.n).zip(a.rows.chunks_exact(a.dimension));
        for (i, (row, at)) in rows.enumerate() {
            for (out, block) in row.chunks_mut(LANES).zip(b.values.chunks_exact(size)) {
                let mut values = squares(block, at);
                for value in &mut values {
                    *value = profile.of(*value);
                }
                put(values, out);
            }
            if !factors.is_empty() {
                let own = a.factors[i];
                for (out, factor) in row.iter_mut().zip(factors) {
                    // The product of the factors first, which is the same for (x, x') and (x', x).
                    *out *= own * factor;
                }
            }
        }
    }
}

struct Sums<'a> {
    a: &'a Embedded,
    b: &'a Blocks,
    weights: &'a [f64],
    out: &'a mut [f64],
}

impl Visit for Sums<'_> {
    type Output = ();

    fn visit<P: Profile>(self, profile: P) {
        widest(SumsOf { profile, all: self });
    }
}

struct SumsOf<'a, P> {
    profile: P,
    all: Sums<'a>,
}

impl<P: Profile> Wide for SumsOf<'_, P> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let SumsOf { profile, all: Sums { a, b, weights, out } } = self;
        let d = a.dimension;
        let (fours, rest) = out.as_chunks_mut::<TOGETHER>();
        let (of_fours, of_rest) = a.rows.split_at(TOGETHER * fours.len() * d);
        for (out, at) in fours.iter_mut().zip(of_fours.chunks_exact(TOGETHER * d)) {
            *out = sums_at(profile, at, (b, weights));
        }
        for (out, at) in rest.iter_mut().zip(of_rest.chunks_exact(d)) {
            [*out] = sums_at(profile, at, (b, weights));
        }
        out.iter_mut().zip(&a.factors).for_each(|(out, factor)| *out *= factor);
    }
}

/// Points whose sums go on together: each value is a long chain of operations, and those of several points overlap.
pub(in crate::space) const TOGETHER: usize = 4;

/// The sums at so many points, without their factors.
#[inline(always)]
fn sums_at<const N: usize, P: Profile>(profile: P, at: &[f64], (b, weights): (&Blocks, &[f64])) -> [f64; N] {
    let d = b.dimension;
    let mut sums = [[0.0; LANES]; N];
    for (block, weights) in b.values.chunks_exact(LANES * d).zip(weights.as_chunks::<LANES>().0) {
        let mut values = [[0.0; LANES]; N];
        for (k, values) in values.iter_mut().enumerate() {
            *values = squares(block, &at[k * d..(k + 1) * d]);
        }
        for values in &mut values {
            for (value, weight) in values.iter_mut().zip(weights) {
                *value = weight * profile.of(*value);
            }
        }
        for (sums, values) in sums.iter_mut().zip(&values) {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += value;
            }
        }
    }
    let mut totals = [0.0; N];
    for (to, sums) in totals.iter_mut().zip(sums) {
        *to = total(sums);
    }
    totals
}

/// The sum of all lanes, in pairs.
///
/// It is no part of the loop: the compiler would keep the lanes as these pairs there, and take registers apart for each block.
#[inline(never)]
pub(in crate::space) fn total([s, t, u, v, w, x, y, z]: [f64; LANES]) -> f64 {
    ((s + t) + (u + v)) + ((w + x) + (y + z))
}
