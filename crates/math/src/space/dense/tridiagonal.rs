//! Symmetric matrices made tridiagonal.

use super::Workspace;
use crate::wide::{Kernel, wide};
use faer::dyn_stack::MemStack;
use faer::linalg::evd::tridiag::{tridiag_in_place, tridiag_in_place_scratch};
use faer::{MatMut, Par, Spec};

/// Systems that are solved side by side, each with the bits that it has beside any others.
pub(crate) const SYSTEMS: usize = 8;

/// A number of each system.
pub(crate) type Row = [f64; SYSTEMS];

/// G = Q T Qᵀ for a symmetric G of order k, T tridiagonal: (G + Λ I)⁻¹ b = Q (T + Λ I)⁻¹ Qᵀ b costs O(k²) for every Λ.
///
/// Cost: 4 k³/3 multiplications and additions, half of them in products of matrices with vectors; a seventh of those of
/// eigenvectors. Accuracy: k ε of the largest eigenvalue, as that of eigenvalues.
#[derive(Default)]
pub(crate) struct Tridiagonal {
    order: usize,
    /// T on the diagonal and beside it, reflections below, column by column.
    factor: Vec<f64>,
    /// τ of each reflection.
    coefficients: Vec<f64>,
    diagonal: Vec<f64>,
    beside: Vec<f64>,
    workspace: Workspace,
}

impl Tridiagonal {
    /// Reduces G, of which the lower triangle is looked at, column by column.
    pub fn reduce(&mut self, gram: &[f64], order: usize) {
        self.factor.clear();
        self.factor.extend_from_slice(gram);
        self.order = order;
        self.coefficients.resize(order.saturating_sub(1), 0.0);
        let memory = self.workspace.of(tridiag_in_place_scratch::<f64>(order, Par::Seq, Spec::default()));
        tridiag_in_place(
            MatMut::from_column_major_slice_mut(&mut self.factor, order, order),
            // Blocks of one reflection, of which nothing but τ is computed.
            MatMut::from_column_major_slice_mut(&mut self.coefficients, 1, order.saturating_sub(1)),
            Par::Seq,
            MemStack::new(memory),
            Spec::default(),
        );
        self.diagonal.clear();
        self.diagonal.extend(self.factor.iter().step_by(order + 1));
        self.beside.clear();
        self.beside.extend(self.factor.iter().skip(1).step_by(order + 1));
    }

    /// No less than the largest eigenvalue: the largest sum of absolute values in a row of T.
    pub fn bound(&self) -> f64 {
        let beside = |i: usize| self.beside.get(i).map_or(0.0, |b| b.abs());
        let row = |i: usize| self.diagonal[i].abs() + beside(i) + if i > 0 { beside(i - 1) } else { 0.0 };
        (0..self.order).map(row).fold(0.0, f64::max)
    }

    /// Qᵀ b of one vector, in its place.
    pub fn rotate(&self, b: &mut [f64]) {
        let mut rows: Vec<Row> = b.iter().map(|b| [*b; SYSTEMS]).collect();
        wide(Reflections { form: self, rows: &mut rows, back: false });
        b.iter_mut().zip(&rows).for_each(|(b, row)| *b = row[0]);
    }

    /// Q (T + Λ I)⁻¹ b for each Λ, and whether T + Λ I is positive definite.
    pub fn solve(&self, ridges: Row, b: &[f64], rows: &mut Vec<Row>) -> [bool; SYSTEMS] {
        rows.clear();
        rows.extend(b.iter().map(|b| [*b; SYSTEMS]));
        let are_positive = wide(Systems { form: self, ridges, rows });
        wide(Reflections { form: self, rows, back: true });
        are_positive
    }

    /// v and τ of the reflection I − v vᵀ/τ, so far below the diagonal: v is 1 before what is given.
    #[inline(always)]
    fn reflection(&self, place: usize) -> (&[f64], f64) {
        let column = &self.factor[place * self.order..(place + 1) * self.order];
        (&column[place + 2..], self.coefficients[place])
    }
}

/// Elimination of tridiagonal systems, one a lane.
struct Systems<'a> {
    form: &'a Tridiagonal,
    ridges: Row,
    rows: &'a mut [Row],
}

impl Kernel for Systems<'_> {
    type Output = [bool; SYSTEMS];

    #[inline(always)]
    fn call(self) -> [bool; SYSTEMS] {
        let Systems { form: Tridiagonal { diagonal, beside, .. }, ridges, rows } = self;
        let mut pivots: Vec<Row> = Vec::with_capacity(rows.len());
        let (mut pivot, mut least) = ([1.0; SYSTEMS], [f64::INFINITY; SYSTEMS]);
        let mut before = [0.0; SYSTEMS];
        for (i, row) in rows.iter_mut().enumerate() {
            let off = if i > 0 { beside[i - 1] } else { 0.0 };
            for lane in 0..SYSTEMS {
                let factor = off / pivot[lane];
                row[lane] -= factor * before[lane];
                pivot[lane] = (diagonal[i] + ridges[lane]) - factor * off;
                // A pivot that is no number is no more above 0 than one below.
                least[lane] = if pivot[lane] < least[lane] { pivot[lane] } else { least[lane] };
                least[lane] = if pivot[lane].is_nan() { f64::NEG_INFINITY } else { least[lane] };
            }
            before = *row;
            pivots.push(pivot);
        }
        let mut after = [0.0; SYSTEMS];
        for (i, (row, pivot)) in rows.iter_mut().zip(&pivots).enumerate().rev() {
            let off = beside.get(i).copied().unwrap_or(0.0);
            for lane in 0..SYSTEMS {
                row[lane] = (row[lane] - off * after[lane]) / pivot[lane];
            }
            after = *row;
        }
        let mut are_positive = [false; SYSTEMS];
        for lane in 0..SYSTEMS {
            are_positive[lane] = least[lane] > 0.0;
        }
        are_positive
    }
}

/// Q or Qᵀ times the rows: one reflection after the other.
struct Reflections<'a> {
    form: &'a Tridiagonal,
    rows: &'a mut [Row],
    back: bool,
}

impl Kernel for Reflections<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Reflections { form, rows, back } = self;
        let count = rows.len().saturating_sub(1);
        for step in 0..count {
            let place = if back { count - 1 - step } else { step };
            let (v, tau) = form.reflection(place);
            reflect(v, tau, &mut rows[place + 1..]);
        }
    }
}

/// B − v (vᵀB)/τ for v = (1, …).
#[inline(always)]
fn reflect(v: &[f64], tau: f64, rows: &mut [Row]) {
    let Some((first, others)) = rows.split_first_mut() else { return };
    // Two sums of each lane, so that additions do not wait for each other.
    let (mut sum, mut other) = (*first, [0.0; SYSTEMS]);
    let ((pairs, rest), (row_pairs, row_rest)) = (v.as_chunks::<2>(), others.as_chunks::<2>());
    for (v, rows) in pairs.iter().zip(row_pairs) {
        for lane in 0..SYSTEMS {
            sum[lane] += v[0] * rows[0][lane];
            other[lane] += v[1] * rows[1][lane];
        }
    }
    for (v, row) in rest.iter().zip(row_rest) {
        for lane in 0..SYSTEMS {
            sum[lane] += v * row[lane];
        }
    }
    for lane in 0..SYSTEMS {
        sum[lane] = (sum[lane] + other[lane]) / tau;
        first[lane] -= sum[lane];
    }
    for (v, row) in v.iter().zip(others) {
        for lane in 0..SYSTEMS {
            row[lane] -= v * sum[lane];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Matrix, gram_of_rows, times, without_structure};
    use super::*;

    #[test]
    fn solutions_are_those_of_the_matrix_whatever_stands_beside_them() {
        for order in [1, 2, 3, 8, 33, 70] {
            let mut points = vec![0.0; order * (order + 3)];
            without_structure(&mut points);
            points.iter_mut().enumerate().for_each(|(i, x)| *x *= ((7 * i) % 11) as f64 - 4.0);
            let mut gram = Vec::new();
            gram_of_rows(Matrix::new(&points, order + 3), &mut gram);
            let mut form = Tridiagonal::default();
            form.reduce(&gram, order);
            let mut b = vec![0.0; order];
            without_structure(&mut b);
            let mut rotated = b.clone();
            form.rotate(&mut rotated);
            let ridges: Row = std::array::from_fn(|i| 0.5 * (1 << i) as f64);
            let mut rows = Vec::new();
            assert_eq!(form.solve(ridges, &rotated, &mut rows), [true; SYSTEMS]);
            for (i, row) in (0..order).flat_map(|i| (0..i).map(move |j| (i, j))) {
                gram[i * order + row] = gram[row * order + i];
            }
            for (system, ridge) in ridges.iter().enumerate() {
                let solution: Vec<f64> = rows.iter().map(|row| row[system]).collect();
                let mut back = vec![0.0; order];
                times(Matrix::new(&gram, order), &solution, &mut back);
                back.iter_mut().zip(&solution).for_each(|(back, x)| *back += ridge * x);
                let size = form.bound() * solution.iter().fold(0.0f64, |most, x| most.max(x.abs()));
                assert!(back.iter().zip(&b).all(|(back, b)| (back - b).abs() < 1e-13 * size), "{order}");
                // The same bits alone, and beside a system that has no solution.
                let mut alone = Vec::new();
                let mut others = [*ridge; SYSTEMS];
                others[7 - system] = -2.0 * form.bound();
                let found = form.solve(others, &rotated, &mut alone);
                assert!(!found[7 - system] && found[system]);
                assert!(alone.iter().map(|row| row[system]).eq(solution));
            }
        }
    }
}
