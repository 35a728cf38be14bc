//! Long sums and maxima whose bits do not depend on the width of the machine's registers.
//!
//! Terms go to eight lanes by position, lanes are added in pairs at the end of each block, and blocks with
//! compensation: the compiler may use registers of any width for the lanes, and the rounding error is that
//! of one block however long the sum.
//!
//! Source of the compensation: Neumaier (1974).

const LANES: usize = 8;
const BLOCK: usize = 1024;

/// Σ term(a_i, b_i), K sums at once.
#[inline(always)]
pub(crate) fn sums_of_pairs<const K: usize>(
    a: &[f64],
    b: &[f64],
    term: impl Fn(f64, f64) -> [f64; K],
) -> [f64; K] {
    let (mut total, mut lost) = ([0.0f64; K], [0.0; K]);
    for (a, b) in a.chunks(BLOCK).zip(b.chunks(BLOCK)) {
        let mut lanes = [[0.0; LANES]; K];
        let (rows_a, rest_a) = a.as_chunks::<LANES>();
        let (rows_b, rest_b) = b.as_chunks::<LANES>();
        for (a, b) in rows_a.iter().zip(rows_b) {
            for lane in 0..LANES {
                let terms = term(a[lane], b[lane]);
                for k in 0..K {
                    lanes[k][lane] += terms[k];
                }
            }
        }
        for (lane, (a, b)) in rest_a.iter().zip(rest_b).enumerate() {
            let terms = term(*a, *b);
            for k in 0..K {
                lanes[k][lane] += terms[k];
            }
        }
        for k in 0..K {
            let [a, b, c, d, e, f, g, h] = lanes[k];
            let block = ((a + b) + (c + d)) + ((e + f) + (g + h));
            let (before, next) = (total[k], total[k] + block);
            let larger = before.abs() >= block.abs();
            lost[k] += if larger { (before - next) + block } else { (block - next) + before };
            total[k] = next;
        }
    }
    // Where a sum overflowed, what was lost is NaN and the sum is the answer.
    std::array::from_fn(|k| if lost[k].is_finite() { total[k] + lost[k] } else { total[k] })
}

/// Σ term(a_i, b_i).
#[inline(always)]
pub(crate) fn sum_of_pairs(a: &[f64], b: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let [sum] = sums_of_pairs(a, b, |a, b| [term(a, b)]);
    sum
}

/// Σ a_i.
#[inline(always)]
pub(crate) fn sum(a: &[f64]) -> f64 {
    sum_of_pairs(a, a, |a, _| a)
}

/// Whether every a_i is finite: a sum of products with zero is NaN exactly where one is not.
#[inline(always)]
pub(crate) fn all_finite(a: &[f64]) -> bool {
    sum_of_pairs(a, a, |a, _| a * 0.0) == 0.0
}

/// max |a_i|, 0 for an empty slice. NaN counts as absent.
#[inline(always)]
pub(crate) fn largest(a: &[f64]) -> f64 {
    let mut lanes = [0.0f64; LANES];
    let (rows, rest) = a.as_chunks::<LANES>();
    for row in rows {
        for (lane, a) in lanes.iter_mut().zip(row) {
            *lane = if a.abs() > *lane { a.abs() } else { *lane };
        }
    }
    lanes.iter().chain(rest).fold(0.0, |most, a| if a.abs() > most { a.abs() } else { most })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_summed_whole() {
        for n in (0..40).chain(1020..1030).chain([5000]) {
            let a: Vec<f64> = (0..n).map(|i| f64::from(i) - 3.0).collect();
            assert_eq!(sum(&a), a.iter().sum::<f64>(), "{n}");
            assert_eq!(sum_of_pairs(&a, &a, |a, b| a * b), a.iter().map(|a| a * a).sum::<f64>(), "{n}");
            assert_eq!(largest(&a), a.iter().fold(0.0, |m: f64, a| m.max(a.abs())), "{n}");
        }
    }

    #[test]
    fn long_sums_of_one_sign_keep_thirteen_digits() {
        let a = vec![0.1; 10_000_000];
        assert!((sum(&a) - 1e6).abs() <= 1e-13 * 1e6);
    }
}
