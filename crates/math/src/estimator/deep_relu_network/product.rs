//! Products of dense matrices, row by row.

/// Rows and columns of the block of C that is summed in registers: 4 × 8 sums fill 8 of the 16 registers of 256 bits, and
/// the others hold the factors.
const ROWS: usize = 4;
const LANES: usize = 8;

/// Adds A B to C.
///
/// Each entry is summed in the order of the inner index, so that bits do not depend on the block size. Shapes: A is rows ×
/// `inner`, B `inner` × `columns`, C rows × `columns`, all row-major; `inner` and `columns` are positive.
#[inline(always)]
pub(super) fn add_product(a: &[f64], b: &[f64], c: &mut [f64], inner: usize, columns: usize) {
    let blocks = a.chunks_exact(ROWS * inner);
    let rest = blocks.remainder();
    let whole = a.len() / (ROWS * inner) * (ROWS * columns);
    let (upper, lower) = c.split_at_mut(whole);
    for (a, c) in blocks.zip(upper.chunks_exact_mut(ROWS * columns)) {
        rows::<ROWS>(a, b, c, inner, columns);
    }
    for (a, c) in rest.chunks_exact(inner).zip(lower.chunks_exact_mut(columns)) {
        rows::<1>(a, b, c, inner, columns);
    }
}

#[inline(always)]
fn rows<const R: usize>(a: &[f64], b: &[f64], c: &mut [f64], inner: usize, columns: usize) {
    let whole = columns - columns % LANES;
    let mut start = 0;
    while start < whole {
        let mut sums = [[0.0; LANES]; R];
        for (r, sums) in sums.iter_mut().enumerate() {
            sums.copy_from_slice(&c[r * columns + start..][..LANES]);
        }
        for (k, b) in b.chunks_exact(columns).enumerate() {
            let b = &b[start..start + LANES];
            for (r, sums) in sums.iter_mut().enumerate() {
                let a = a[r * inner + k];
                for (sum, b) in sums.iter_mut().zip(b) {
                    *sum += a * b;
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            c[r * columns + start..][..LANES].copy_from_slice(sums);
        }
        start += LANES;
    }
    for r in 0..R {
        for (k, b) in b.chunks_exact(columns).enumerate() {
            let a = a[r * inner + k];
            for (c, b) in c[r * columns + whole..(r + 1) * columns].iter_mut().zip(&b[whole..]) {
                *c += a * b;
            }
        }
    }
}

/// Overwrites `out` with the transpose of A, which is row-major with rows of `columns` entries.
#[inline(always)]
pub(super) fn transpose(a: &[f64], columns: usize, out: &mut Vec<f64>) {
    let rows = a.len() / columns;
    out.clear();
    out.resize(a.len(), 0.0);
    for (i, row) in a.chunks_exact(columns).enumerate() {
        for (j, a) in row.iter().enumerate() {
            out[j * rows + i] = *a;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_multiplied_whole() {
        for (rows, inner, columns) in [(1, 1, 1), (4, 3, 8), (7, 5, 19), (9, 2, 16), (3, 11, 7)] {
            let a: Vec<f64> = (0..rows * inner).map(|k| (k % 7) as f64 - 2.0).collect();
            let b: Vec<f64> = (0..inner * columns).map(|k| (k % 5) as f64 - 1.0).collect();
            let mut c = vec![3.0; rows * columns];
            add_product(&a, &b, &mut c, inner, columns);
            let (mut at, mut bt) = (Vec::new(), Vec::new());
            transpose(&a, inner, &mut at);
            transpose(&b, columns, &mut bt);
            for i in 0..rows {
                for j in 0..columns {
                    let want: f64 = (0..inner).map(|k| at[k * rows + i] * bt[j * inner + k]).sum();
                    assert_eq!(c[i * columns + j], 3.0 + want);
                }
            }
        }
    }
}
