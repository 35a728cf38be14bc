//! Tables of a kernel's square on a sphere.

use super::pieces::{FROM, Pieces};
use super::zonal::Sphere;
use crate::space::kernel::{Degrees, Kernel, each_degree};
use crate::wide::{Kernel as Wide, wide};
use std::sync::{Arc, Mutex, PoisonError};

/// Cells of the table: cubic polynomials of this width have errors of 1e-16 for kernels as wide as the sphere, and of 1e-12 for a tenth
/// of it.
const CELLS: usize = 8192;
/// Errors of the pieces up to this share of G at 0: those of the cubic polynomials for a tenth of the sphere.
const ERROR: f64 = 1e-12;
/// Cells before the pieces, up to s = ½.
const NEAR: usize = CELLS / 4;
/// Degrees beyond the resolution of n points, n^{1/(d − 1)}, by this factor leave less than 1e-4 of a risk.
const BEYOND: f64 = 20.0;
/// The highest degree that is worth a table: it costs as much as 4096 test points for a hundred points on a circle.
const MOST: f64 = 4096.0;
/// A kernel of which the degrees hold a smaller share at distance 0 is narrower than they resolve.
const HELD: f64 = 0.8;
/// Tables that are kept: one a kernel, dimension and n of a study.
const KEPT: usize = 64;

/// G(θ) = Σ_l λ_l² N_l P_l(cos θ) as a function of the squared distance of unit vectors.
///
/// # Formula
/// Cubic polynomials through four neighbouring values, in the distance s = 2 sin(θ/2), in which G is smooth. From s = ½ on, where it
/// is smooth in s² too, [`Pieces`] if they are accurate: they need no root and no memory.
/// # Cost
/// Values at 2353 places for each of L = 20 n^{1/(d − 1)} degrees, or at 8497 where pieces are refused, once a kernel, dimension and n. For a
/// value nine coefficients, or a root and a cubic.
/// # Accuracy
/// 1e-12 of G at 0, or the term of the last degree; cubic polynomials 1e-16 for kernels as wide as the sphere and 1e-12 for a tenth of it.
/// # Source
/// Elementary, from the addition theorem of spherical harmonics.
pub(super) struct Table {
    pub degrees: Degrees,
    /// Coefficients of each cell, from the constant on: of all, or of those before the pieces.
    cells: Vec<[f64; 4]>,
    pieces: Option<Pieces>,
}

type Key = (Kernel, usize, u64, usize);

/// Tables are functions of their keys alone, so that it does not matter which thread has made one.
static TABLES: Mutex<Vec<(Key, Option<Arc<Table>>)>> = Mutex::new(Vec::new());

impl Table {
    /// That of a kernel on a sphere for n points; `None` where its degrees do not hold it.
    pub fn of(kernel: &Kernel, sphere: &Sphere, n: usize) -> Option<Arc<Table>> {
        let last = last_degree(sphere.d, n)?;
        let key = (*kernel, sphere.d, sphere.radius.to_bits(), last);
        // What a thread left that panicked is whole: entries are pushed when they are made.
        let mut tables = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, table)) = tables.iter().find(|(known, _)| *known == key) {
            return table.clone();
        }
        let table = kernel.degrees(sphere.d, sphere.radius, last).and_then(Table::new).map(Arc::new);
        if tables.len() == KEPT {
            tables.remove(0);
        }
        tables.push((key, table.clone()));
        table
    }

    fn new(degrees: Degrees) -> Option<Table> {
        let pairs = || degrees.values.iter().zip(&degrees.multiplicities);
        let held: f64 = pairs().map(|(value, count)| value * count).sum();
        let is_held = held >= HELD * degrees.total;
        if !is_held {
            return None;
        }
        let shares: Vec<f64> = pairs().map(|(value, count)| value * value * count).collect();
        let values = |squares: &mut dyn Iterator<Item = f64>| {
            let cosines: Vec<f64> = squares.map(|square| 1.0 - 0.5 * square).collect();
            let mut values = vec![0.0; cosines.len()];
            let mut shares = shares.iter();
            each_degree(degrees.d, &cosines, degrees.values.len() - 1, |here| {
                let share = shares.next().unwrap_or(&0.0);
                values.iter_mut().zip(here).for_each(|(sum, p)| *sum += share * p);
            });
            values
        };
        // A sum that ends with a degree is off by about its term: what waves like that is no part of the kernel.
        let (last, whole) = (shares.last().unwrap_or(&0.0), shares.iter().sum::<f64>());
        let pieces = Pieces::new(|squares| values(&mut squares.iter().copied()), last.max(ERROR * whole));
        let count = if pieces.is_some() { NEAR } else { CELLS };
        // A cell more on the right has its place in the stencil of the last one.
        let width = 2.0 / CELLS as f64;
        let values = values(&mut (0..=count).map(|k| (k as f64 * width) * (k as f64 * width)));
        let finite = values.iter().all(|value| value.is_finite());
        let cells = (0..count).map(|cell| cubic(&values, cell)).collect();
        finite.then_some(Table { degrees, cells, pieces })
    }

    /// G at many squared distances, in their place, with the bits of [`at`](Table::at).
    pub fn replace(&self, squares: &mut [f64]) {
        match &self.pieces {
            Some(pieces) => pieces.replace(squares, |square| self.cubic(square)),
            None => wide(Replace { cells: &self.cells, squares }),
        }
    }

    /// G at a squared distance of unit vectors, at most 4 but for rounding.
    pub fn at(&self, square: f64) -> f64 {
        match &self.pieces {
            Some(pieces) if square >= FROM => pieces.at(square),
            _ => self.cubic(square),
        }
    }

    fn cubic(&self, square: f64) -> f64 {
        let place = square.sqrt() * (0.5 * CELLS as f64);
        let cell = (place as usize).min(self.cells.len() - 1);
        let (t, [a, b, c, d]) = (place - cell as f64, self.cells[cell]);
        (a + b * t) + (c + d * t) * (t * t)
    }
}

struct Replace<'a> {
    cells: &'a [[f64; 4]],
    squares: &'a mut [f64],
}

impl Wide for Replace<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Replace { cells, squares } = self;
        // Always so many: the compiler checks no place against them.
        let Some(cells) = cells.first_chunk() else { return };
        let (blocks, rest) = squares.as_chunks_mut::<BLOCK>();
        for block in blocks {
            cubics(cells, block);
        }
        let mut last = [0.0; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        cubics(cells, &mut last);
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

/// Distances whose places are found before their cells are looked up: in one loop roots are not taken side by side, and in shorter ones
/// neither.
const BLOCK: usize = 64;

/// Replaces squared distances by G.
#[inline(always)]
fn cubics(cells: &[[f64; 4]; CELLS], values: &mut [f64; BLOCK]) {
    // A whole number below 2⁵² is in the last bits of its sum with that.
    const WHOLE: f64 = (1u64 << 52) as f64;
    let mut starts = [0; BLOCK];
    for (start, value) in starts.iter_mut().zip(values.iter_mut()) {
        let place = value.sqrt() * (0.5 * CELLS as f64);
        let cell = place.floor().min((CELLS - 1) as f64);
        *start = (cell + WHOLE).to_bits();
        *value = place - cell;
    }
    for (start, value) in starts.iter().zip(values) {
        let (t, [a, b, c, d]) = (*value, cells[*start as usize % CELLS]);
        *value = (a + b * t) + (c + d * t) * (t * t);
    }
}

/// 20 n^{1/(d − 1)}, at least 30; `None` where that is too many.
fn last_degree(d: usize, n: usize) -> Option<usize> {
    let last = (BEYOND * libm::pow(n as f64, 1.0 / (d as f64 - 1.0))).ceil().max(30.0);
    (d >= 2 && last <= MOST).then_some(last as usize)
}

/// The cubic through the values around a cell, as a polynomial of the place in it: two values on each side, or the nearest four at
/// the ends.
fn cubic(values: &[f64], cell: usize) -> [f64; 4] {
    let start = cell.saturating_sub(1).min(values.len() - 4);
    let y = &values[start..start + 4];
    // Newton's form around the first place, expanded at the left end of the cell.
    let first = y[1] - y[0];
    let second = (y[2] - 2.0 * y[1] + y[0]) / 2.0;
    let third = (y[3] - 3.0 * y[2] + 3.0 * y[1] - y[0]) / 6.0;
    let o = (cell - start) as f64;
    // y_0 + first u + second u (u − 1) + third u (u − 1)(u − 2), u = o + t.
    let value = y[0] + o * (first + (o - 1.0) * (second + (o - 2.0) * third));
    let slope = first + (2.0 * o - 1.0) * second + (3.0 * o * o - 6.0 * o + 2.0) * third;
    [value, slope, second + (3.0 * o - 3.0) * third, third]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::catalogue::Value::{Real, Unset, Word};
    use crate::space::kernel::build;

    #[test]
    fn many_values_have_the_bits_of_one() {
        let cells = (0..CELLS).map(|cell| [1.0, 0.1, -0.3, 0.7].map(|c| c / (1.0 + cell as f64)));
        let degrees = Degrees { d: 3, values: Vec::new(), multiplicities: Vec::new(), total: 1.0 };
        let table = Table { degrees, cells: cells.collect(), pieces: None };
        for count in [0, 1, 63, 64, 65, 1000] {
            let squares: Vec<f64> = (0..count).map(|k| 4.000_000_1 * f64::from(k) / 999.0).collect();
            let mut values = squares.clone();
            table.replace(&mut values);
            assert!(values.iter().zip(squares).all(|(value, square)| *value == table.at(square)), "{count}");
        }
    }

    /// Σ_l λ_l² N_l P_l(t), degree by degree, for λ_l² N_l = `shares`.
    fn series(d: f64, shares: &[f64], t: f64) -> f64 {
        let (mut before, mut here, mut sum) = (1.0, t, shares[0]);
        for (l, share) in (1..).zip(&shares[1..]) {
            sum += share * here;
            let l = f64::from(l);
            (before, here) = (here, ((2.0 * l + d - 2.0) * t * here - l * before) / (l + d - 2.0));
        }
        sum
    }

    fn kernel(name: &'static str, bandwidth: f64) -> Kernel {
        build(&[Word(name), Unset, Unset, Unset, Unset, Real(bandwidth), Unset]).unwrap()
    }

    /// The degrees of kernels, with pieces and without: arc-cosine kernels have a singularity at opposite points.
    #[test]
    fn tables_are_sums_over_degrees() {
        let cases = [
            ("laplace", 1.0, 3, 11, true),
            ("laplace", 0.5, 5, 100, true),
            ("laplace", 1.0, 2, 10, false),
            ("laplace", 1.0, 2, 100, true),
            ("ntk", 0.05, 3, 200, false),
            ("ntk", 0.5, 5, 100, true),
            ("arc_cosine", 1.0, 3, 200, false),
            ("arc_cosine", 1.0, 5, 100, true),
        ];
        for (name, bandwidth, d, n, in_pieces) in cases {
            let table = Table::of(&kernel(name, bandwidth), &Sphere { d, radius: 1.0 }, n).unwrap();
            assert_eq!(table.pieces.is_some(), in_pieces, "{name} {d} {n}");
            let pairs = table.degrees.values.iter().zip(&table.degrees.multiplicities);
            let shares: Vec<f64> = pairs.map(|(value, count)| value * value * count).collect();
            let (whole, last): (f64, f64) = (shares.iter().sum(), shares[shares.len() - 1]);
            let most = last.max(2.0 * ERROR * whole);
            for k in 0..=4000 {
                let square = f64::from(k) / 1000.0;
                let told = series(d as f64, &shares, 1.0 - 0.5 * square);
                let error = (table.at(square) - told).abs();
                assert!(error <= most, "{name} {d} {n} {square}: {error:e} of {whole:e}, {last:e}");
            }
        }
    }

    #[test]
    fn tables_with_pieces_have_the_bits_of_one() {
        let table = Table::of(&kernel("laplace", 0.5), &Sphere { d: 5, radius: 1.0 }, 100).unwrap();
        let ends = (0..=16).map(|k| f64::from_bits(FROM.to_bits() + (k << 50)));
        let ends: Vec<f64> = ends.flat_map(|end| [end.next_down(), end, end.next_up()]).collect();
        // Neighbours are far from each other, so that each lane has a piece of its own.
        let many = (0..1000).map(|k| 4.0 * f64::from(k * 389 % 1000) / 999.0);
        let squares: Vec<f64> = ends.iter().copied().chain([0.0, f64::MIN_POSITIVE]).chain(many).collect();
        let mut all = squares.clone();
        table.replace(&mut all);
        assert!(squares.iter().zip(&all).all(|(square, value)| *value == table.at(*square)));
        // No step where one polynomial ends and the next begins.
        for end in ends.chunks_exact(3) {
            let [below, at, above] = [end[0], end[1], end[2]].map(|square| table.at(square));
            let most = 2.0 * ERROR * table.at(0.0);
            assert!((below - at).abs() < most && (above - at).abs() < most, "{end:?}");
        }
        // What is no number stays none.
        let mut none = [f64::NAN; 9];
        table.replace(&mut none);
        assert!(none.iter().all(|value| value.is_nan()) && table.at(f64::NAN).is_nan());
    }

    #[test]
    fn cubics_pass_through_their_values() {
        let values: Vec<f64> = (0..9).map(|k| libm::sin(f64::from(k))).collect();
        for cell in 0..8 {
            let [a, b, c, d] = cubic(&values, cell);
            assert!((a - values[cell]).abs() < 1e-14);
            assert!((a + b + c + d - values[cell + 1]).abs() < 1e-14, "{cell}");
        }
        assert_eq!(last_degree(3, 1000), Some(633));
        assert_eq!((last_degree(2, 1000), last_degree(1, 10), last_degree(100, 10)), (None, None, Some(30)));
    }
}
