//! Sums and maxima of lists, with bits that do not depend on the width of the machine's registers.
//!
//! Terms are assigned to eight lanes by position, lanes are added in pairs at the end of each block, and sums of blocks
//! are added with compensation: the compiler may use registers of any width for the lanes, and the rounding error is
//! that of one block, at most 131 units of roundoff of the sum of |terms|, for a sum of any length.
//!
//! Source of the compensation: Neumaier (1974).

/// Lanes: one register of 512 bits or two of 256.
const LANES: usize = 8;
/// Terms of a block, 128 a lane: the compensation is then a small part of the cost.
const BLOCK: usize = 1024;

/// Σ term(a_i, b_i), K sums at once.
///
/// `terms` returns the terms of a row of pairs grouped by sum, not by pair, so that the compiler fills a register with terms
/// of one sum. An incomplete last row is padded with zeros, whose terms are discarded.
#[inline(always)]
pub(crate) fn sums_of_rows<const K: usize>(
    a: &[f64],
    b: &[f64],
    terms: impl Fn(&[f64; LANES], &[f64; LANES]) -> [[f64; LANES]; K],
) -> [f64; K] {
    let mut totals = [Total::default(); K];
    for (a, b) in a.chunks(BLOCK).zip(b.chunks(BLOCK)) {
        let mut lanes = [[0.0; LANES]; K];
        let (rows_a, rest_a) = a.as_chunks::<LANES>();
        let (rows_b, rest_b) = b.as_chunks::<LANES>();
        for (a, b) in rows_a.iter().zip(rows_b) {
            add(&mut lanes, &terms(a, b));
        }
        if !rest_a.is_empty() {
            let mut last = terms(&filled_up(rest_a), &filled_up(rest_b));
            last.iter_mut().for_each(|terms| terms[rest_a.len()..].fill(0.0));
            add(&mut lanes, &last);
        }
        totals.iter_mut().zip(&lanes).for_each(|(total, lanes)| total.add(lanes));
    }
    totals.map(Total::value)
}

/// The compensated sum of the blocks so far.
#[derive(Clone, Copy, Default)]
struct Total {
    sum: f64,
    lost: f64,
}

impl Total {
    #[inline(always)]
    fn add(&mut self, lanes: &[f64; LANES]) {
        let [a, b, c, d, e, f, g, h] = lanes;
        let block = ((a + b) + (c + d)) + ((e + f) + (g + h));
        let (before, next) = (self.sum, self.sum + block);
        let larger = before.abs() >= block.abs();
        self.lost += if larger { (before - next) + block } else { (block - next) + before };
        self.sum = next;
    }

    #[inline(always)]
    fn value(self) -> f64 {
        // Where the sum overflowed, the compensation is NaN and the sum itself, which is infinite, is returned.
        if self.lost.is_finite() { self.sum + self.lost } else { self.sum }
    }
}

/// The sum of a list and its largest absolute value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    pub sum: f64,
    pub largest: f64,
}

impl Summary {
    #[inline(always)]
    pub fn of(list: &[f64]) -> Summary {
        Summary { sum: sum(list), largest: largest(list) }
    }
}

/// Terms by index; a trait, since closures that are called at two places are not inlined.
pub(crate) trait Terms {
    /// The eight terms from index `start` on.
    fn row(&self, start: usize) -> [f64; LANES];

    fn term(&self, place: usize) -> f64;
}

/// Overwrites a list with terms; returns its [`sum`] and [`largest`], to the bit, in the same pass.
#[inline(always)]
pub(crate) fn fill_and_sum<T: Terms>(list: &mut [f64], terms: T) -> Summary {
    let (mut total, mut most, mut start) = (Total::default(), [0.0f64; LANES], 0);
    for block in list.chunks_mut(BLOCK) {
        let mut lanes = [[0.0; LANES]];
        let (rows, rest) = block.as_chunks_mut::<LANES>();
        for row in rows {
            *row = terms.row(start);
            add(&mut lanes, &[*row]);
            raise(&mut most, row);
            start += LANES;
        }
        if !rest.is_empty() {
            rest.iter_mut().enumerate().for_each(|(i, value)| *value = terms.term(start + i));
            let row = filled_up(rest);
            add(&mut lanes, &[row]);
            raise(&mut most, &row);
        }
        total.add(&lanes[0]);
    }
    Summary { sum: total.value(), largest: largest(&most) }
}

/// Raises each lane to the row's absolute value where that is larger.
#[inline(always)]
fn raise(lanes: &mut [f64; LANES], row: &[f64; LANES]) {
    for (lane, a) in lanes.iter_mut().zip(row) {
        *lane = if a.abs() > *lane { a.abs() } else { *lane };
    }
}

#[inline(always)]
fn add<const K: usize>(lanes: &mut [[f64; LANES]; K], terms: &[[f64; LANES]; K]) {
    for k in 0..K {
        for lane in 0..LANES {
            lanes[k][lane] += terms[k][lane];
        }
    }
}

/// A row of these numbers, padded with zeros.
#[inline(always)]
fn filled_up(rest: &[f64]) -> [f64; LANES] {
    // By lane, since the compiler turns a copy of a variable number of entries into a call.
    std::array::from_fn(|lane| rest.get(lane).copied().unwrap_or(0.0))
}

/// The row of `term` over the lanes.
#[inline(always)]
pub(crate) fn row(term: impl Fn(usize) -> f64) -> [f64; LANES] {
    let mut row = [0.0; LANES];
    for (lane, value) in row.iter_mut().enumerate() {
        *value = term(lane);
    }
    row
}

/// Σ term(a_i, b_i).
#[inline(always)]
pub(crate) fn sum_of_pairs(a: &[f64], b: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let [sum] = sums_of_rows(a, b, |a, b| [row(|i| term(a[i], b[i]))]);
    sum
}

/// Σ a_i.
#[inline(always)]
pub(crate) fn sum(a: &[f64]) -> f64 {
    sum_of_pairs(a, a, |a, _| a)
}

/// Whether every a_i is finite: the product with zero is NaN if and only if a_i is not finite, and NaN remains in the sum.
#[inline(always)]
pub(crate) fn all_finite(a: &[f64]) -> bool {
    let mut lanes = [[0.0f64; LANES]; 4];
    let (rows, rest) = a.as_chunks::<LANES>();
    let (quads, few) = rows.as_chunks::<4>();
    for quad in quads {
        for (lanes, row) in lanes.iter_mut().zip(quad) {
            add_zeros(lanes, row);
        }
    }
    let [mut all, others @ ..] = lanes;
    for row in others.iter().chain(few).chain([&filled_up(rest)]) {
        add_zeros(&mut all, row);
    }
    let [a, b, c, d, e, f, g, h] = all;
    ((a + b) + (c + d)) + ((e + f) + (g + h)) == 0.0
}

/// Adds zero times the row to the lanes.
#[inline(always)]
fn add_zeros(lanes: &mut [f64; LANES], row: &[f64; LANES]) {
    for (lane, a) in lanes.iter_mut().zip(row) {
        *lane += a * 0.0;
    }
}

/// Whether every a_i is below a_{i+1}.
#[inline(always)]
pub(crate) fn ascending(a: &[f64]) -> bool {
    // Violations are counted as real numbers, so that comparisons stay in registers of real numbers.
    let mut lanes = [0.0f64; 2 * LANES];
    let next = a.get(1..).unwrap_or(&[]);
    let (rows, rest) = a[..next.len()].as_chunks::<{ 2 * LANES }>();
    let (next_rows, next_rest) = next.as_chunks::<{ 2 * LANES }>();
    for (row, next) in rows.iter().zip(next_rows) {
        for (lane, (a, b)) in lanes.iter_mut().zip(row.iter().zip(next)) {
            *lane += if a < b { 0.0 } else { 1.0 };
        }
    }
    lanes == [0.0; 2 * LANES] && rest.iter().zip(next_rest).all(|(a, b)| a < b)
}

/// max |a_i|, 0 for an empty slice. NaN counts as absent.
#[inline(always)]
pub(crate) fn largest(a: &[f64]) -> f64 {
    let mut lanes = [0.0f64; LANES];
    let (rows, rest) = a.as_chunks::<LANES>();
    for row in rows {
        raise(&mut lanes, row);
    }
    raise(&mut lanes, &filled_up(rest));
    largest_lane(lanes)
}

/// max |a_i − b_i|, 0 for empty slices; both have one length. NaN counts as absent.
#[inline(always)]
pub(crate) fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0f64; LANES];
    let ((rows, rest), (other_rows, other_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in rows.iter().zip(other_rows) {
        raise(&mut lanes, &row(|lane| a[lane] - b[lane]));
    }
    let (a, b) = (filled_up(rest), filled_up(other_rest));
    raise(&mut lanes, &row(|lane| a[lane] - b[lane]));
    largest_lane(lanes)
}

/// In pairs, so that comparisons overlap.
#[inline(always)]
fn largest_lane([a, b, c, d, e, f, g, h]: [f64; LANES]) -> f64 {
    let larger = |a: f64, b: f64| if a > b { a } else { b };
    larger(larger(larger(a, b), larger(c, d)), larger(larger(e, f), larger(g, h)))
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
            let b: Vec<f64> = a.iter().map(|a| a * a).collect();
            let most = a.iter().zip(&b).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()));
            assert_eq!(largest_difference(&a, &b), most, "{n}");
        }
    }

    #[test]
    fn one_value_that_is_not_finite_is_seen_at_any_place() {
        for n in 0..100 {
            let mut a = vec![-1.5; n];
            assert!(all_finite(&a));
            for i in 0..n {
                for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    a[i] = bad;
                    assert!(!all_finite(&a), "{n} {i}");
                    assert_eq!(
                        largest(&a),
                        if bad.is_nan() && n > 1 {
                            1.5
                        } else if bad.is_nan() {
                            0.0
                        } else {
                            bad.abs()
                        }
                    );
                }
                a[i] = -1.5;
            }
        }
    }

    #[test]
    fn filling_and_summing_at_once_changes_no_bit() {
        struct Sine;
        impl Terms for Sine {
            fn row(&self, start: usize) -> [f64; LANES] {
                row(|lane| self.term(start + lane))
            }

            fn term(&self, place: usize) -> f64 {
                libm::sin(place as f64 * 0.7)
            }
        }
        for n in (0..40).chain(1020..1030).chain([5000]) {
            let mut list = vec![f64::NAN; n];
            let got = fill_and_sum(&mut list, Sine);
            assert!(list.iter().enumerate().all(|(i, entry)| *entry == Sine.term(i)), "{n}");
            assert_eq!(got, Summary::of(&list), "{n}");
        }
    }

    #[test]
    fn long_sums_of_one_sign_keep_thirteen_digits() {
        let a = vec![0.1; 10_000_000];
        assert!((sum(&a) - 1e6).abs() <= 1e-13 * 1e6);
    }
}
