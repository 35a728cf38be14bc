//! Householder's QR decomposition with column pivoting.

use crate::sum::sum_of_pairs;

/// A P = Q R of a matrix with at least as many rows as columns, with |R_kk| decreasing in k.
///
/// Q is kept as its reflections I − 2 v vᵀ, each v of length one. Dot products are summed in eight lanes, in an order that
/// does not depend on the machine.
///
/// # Cost
/// 4 · rows · columns² flops, half of them for the norms of the remaining columns: these are recomputed at each step, as
/// the usual update of norms by subtraction suffers from cancellation.
/// # Accuracy
/// Backward stable: the exact decomposition of a matrix that differs by rows · columns units of roundoff.
/// # Source
/// Businger & Golub (1965).
#[derive(Default)]
pub(super) struct Qr {
    rows: usize,
    /// A, column-major; it is overwritten by the reflections, on and below the diagonal, and by R above it.
    entries: Vec<f64>,
    diagonal: Vec<f64>,
    /// The columns of A in the order of R.
    order: Vec<usize>,
    scratch: Vec<f64>,
}

impl Qr {
    /// The zero matrix of this size, column-major, to be overwritten by A.
    pub fn matrix(&mut self, (rows, columns): (usize, usize)) -> &mut [f64] {
        self.rows = rows;
        self.entries.clear();
        self.entries.resize(rows * columns, 0.0);
        self.diagonal.clear();
        self.order.clear();
        self.order.extend(0..columns);
        &mut self.entries
    }

    /// Decomposes the matrix.
    pub fn decompose(&mut self) {
        let rows = self.rows;
        for k in 0..self.order.len() {
            let (mut pivot, mut most) = (k, -1.0);
            for (j, column) in self.entries.chunks(rows).enumerate().skip(k) {
                let size = dot(&column[k..], &column[k..]);
                if size > most {
                    (pivot, most) = (j, size);
                }
            }
            self.exchange(k, pivot);
            let (done, rest) = self.entries.split_at_mut((k + 1) * rows);
            let v = &mut done[k * rows + k..];
            let size = dot(v, v).sqrt();
            // The sign opposite to v_0, so that v_0 − mirror is a sum of equal signs.
            let mirror = if v[0] > 0.0 { -size } else { size };
            self.diagonal.push(mirror);
            v[0] -= mirror;
            let length = dot(v, v).sqrt();
            if length > 0.0 {
                v.iter_mut().for_each(|v| *v /= length);
                rest.chunks_mut(rows).for_each(|column| reflect(v, &mut column[k..]));
            }
        }
    }

    /// The ratio of the smallest pivot to the largest, and the number of pivots above `share` of the largest.
    pub fn pivots(&self, share: f64) -> (f64, u64) {
        let most = self.diagonal.iter().fold(0.0f64, |most, d| most.max(d.abs()));
        let least = self.diagonal.iter().fold(most, |least, d| least.min(d.abs()));
        let rank = self.diagonal.iter().filter(|d| d.abs() > share * most).count();
        (if most > 0.0 { least / most } else { 0.0 }, rank as u64)
    }

    /// Overwrites `c` with the minimiser of |A c − y|.
    pub fn least_squares(&mut self, y: &[f64], c: &mut [f64]) {
        let rows = self.rows;
        let rotated = &mut self.scratch;
        rotated.clear();
        rotated.extend_from_slice(y);
        for (k, column) in self.entries.chunks(rows).enumerate() {
            reflect(&column[k..], &mut rotated[k..]);
        }
        for k in (0..self.order.len()).rev() {
            rotated[k] /= self.diagonal[k];
            let value = rotated[k];
            let above = &self.entries[k * rows..k * rows + k];
            rotated.iter_mut().zip(above).for_each(|(rotated, r)| *rotated -= r * value);
        }
        for (k, place) in self.order.iter().enumerate() {
            c[*place] = self.scratch[k];
        }
    }

    /// Overwrites `c` with the c of least norm for which Aᵀ c = y: Rᵀ z = Pᵀ y, c = Q z.
    pub fn least_norm(&mut self, y: &[f64], c: &mut [f64]) {
        let rows = self.rows;
        c.fill(0.0);
        for (k, column) in self.entries.chunks(rows).enumerate() {
            c[k] = (y[self.order[k]] - dot(&column[..k], &c[..k])) / self.diagonal[k];
        }
        for (k, column) in self.entries.chunks(rows).enumerate().rev() {
            reflect(&column[k..], &mut c[k..]);
        }
    }

    fn exchange(&mut self, a: usize, b: usize) {
        self.order.swap(a, b);
        if a < b {
            let (low, high) = self.entries.split_at_mut(b * self.rows);
            low[a * self.rows..(a + 1) * self.rows].swap_with_slice(&mut high[..self.rows]);
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    sum_of_pairs(a, b, |a, b| a * b)
}

/// z − 2 v (v · z).
fn reflect(v: &[f64], z: &mut [f64]) {
    let twice = 2.0 * dot(v, z);
    z.iter_mut().zip(v).for_each(|(z, v)| *z -= twice * v);
}
