//! Polynomials on sixteen intervals, whose coefficients stay in registers.

#[cfg(target_arch = "x86_64")]
use crate::wide::{Kernel as Wide, avx2, avx512};
#[cfg(target_arch = "x86_64")]
use pulp::{
    cast,
    core_arch::x86::{Avx, Avx512f},
};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m256d, __m512d, _CMP_NGE_UQ};
use std::array::from_fn;

/// Quarters of the octaves from 1/4 to 4. Two registers of 512 bits hold a coefficient of all, and one instruction picks from them.
const PIECES: usize = 16;
/// Degree 8: a singularity at 0 is nine half-widths from the middle of an interval at least. The ellipse through it has ρ = 9 + √80, and
/// errors fall like ρ⁻⁹ = 5e-12.
const TERMS: usize = 9;
/// Where the first interval begins.
pub(super) const FROM: f64 = 0.25;
/// The number of bits after those that tell a quarter of an octave.
const AFTER: u32 = 50;
const ONE: u64 = 1.0f64.to_bits();
/// The bits that follow the exponent.
const FRACTION: u64 = (1 << 52) - 1;

/// A function of squared distances from 1/4 to 4.
///
/// # Formula
/// Σ_k c_k t^k on each interval, with t from −½ to ½ over it, through the values at Chebyshev's points.
/// # Cost
/// Nine choices of a coefficient and 20 operations a value, eight values at a time where the machine has AVX-512.
/// # Accuracy
/// What is asked for, verified between the points when it is made.
/// # Source
/// L. N. Trefethen, Approximation Theory and Approximation Practice (2013), chapters 3 and 8.
pub(super) struct Pieces {
    /// Coefficients of each interval, from the constant on.
    rows: [Row; PIECES],
    /// Those of each power, as registers hold them.
    #[cfg(target_arch = "x86_64")]
    columns: [[f64; PIECES]; TERMS],
}

impl Pieces {
    /// The polynomials through a function, which is asked once for its values at many squared distances; `None` where it bends too
    /// much for errors below `most`.
    pub fn new(values: impl FnOnce(&[f64]) -> Vec<f64>, most: f64) -> Option<Pieces> {
        let cosine = |turns: f64| libm::cos(std::f64::consts::PI * turns);
        // Chebyshev's points, and the extrema of the polynomial that is 0 there, where errors are largest.
        let points: [f64; TERMS] = from_fn(|k| cosine((k as f64 + 0.5) / TERMS as f64));
        let between: [f64; TERMS + 1] = from_fn(|k| cosine(k as f64 / TERMS as f64));
        let places: Vec<f64> = points.iter().chain(&between).map(|x| 0.5 * x).collect();
        let squares: Vec<f64> = (0..PIECES)
            .flat_map(|piece| {
                let (left, width) = interval(piece);
                places.iter().map(move |t| left + width * (t + 0.5))
            })
            .collect();
        let all = values(&squares);
        let mut rows = [[0.0; TERMS]; PIECES];
        for (row, values) in rows.iter_mut().zip(all.chunks_exact(places.len())) {
            let (values, checked) = values.split_first_chunk()?;
            *row = polynomial(values);
            let holds = |(t, value): (&f64, &f64)| (value_of(parted(*row), *t) - value).abs() <= most;
            if !places[TERMS..].iter().zip(checked).all(holds) {
                return None;
            }
        }
        Some(Pieces {
            rows: rows.map(parted),
            #[cfg(target_arch = "x86_64")]
            columns: from_fn(|k| rows.map(|row| row[k])),
        })
    }

    /// The value at a squared distance from 1/4 on; at 4 it ends.
    #[inline(always)]
    pub fn at(&self, square: f64) -> f64 {
        let (piece, t) = place(square);
        value_of(self.rows[piece as usize % PIECES], t)
    }

    /// Values at many squared distances, in their place, with the bits of [`at`](Pieces::at); those below 1/4 are `near`.
    pub fn replace(&self, squares: &mut [f64], near: impl Fn(f64) -> f64) {
        #[cfg(target_arch = "x86_64")]
        if let Some(registers) = avx512() {
            return registers.vectorize(Eight { simd: registers.avx512f, pieces: self, squares, near });
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(registers) = avx2() {
            return registers.vectorize(Four { simd: registers.avx, pieces: self, squares, near });
        }
        squares.iter_mut().for_each(|square| *square = self.or_near(*square, &near));
    }

    fn or_near(&self, square: f64, near: &impl Fn(f64) -> f64) -> f64 {
        // In this order: what is no number stays none.
        if square >= FROM { self.at(square) } else { near(square) }
    }
}

/// Nine coefficients, as loads take them.
type Row = ([f64; 4], [f64; 4], f64);

/// The left end of an interval and its width: their order is that of the bits that tell them.
fn interval(piece: usize) -> (f64, f64) {
    let first = FROM.to_bits() >> AFTER;
    let number = first + (piece as u64).wrapping_sub(first) % PIECES as u64;
    let [left, right] = [number, number + 1].map(|number| f64::from_bits(number << AFTER));
    (left, right - left)
}

/// The number of an interval modulo 16, and t.
#[inline(always)]
fn place(square: f64) -> (u64, f64) {
    // The last number below 4: rounding leads beyond it at opposite points.
    const LAST: f64 = 4.0f64.next_down();
    let bits = (if square < LAST { square } else { LAST }).to_bits();
    // The bits after the quarter as those of a number from 1 to 2.
    (bits >> AFTER, f64::from_bits((bits << (52 - AFTER)) & FRACTION | ONE) - 1.5)
}

#[inline(always)]
fn parted([a, b, c, d, e, f, g, h, i]: [f64; TERMS]) -> Row {
    ([a, b, c, d], [e, f, g, h], i)
}

/// Σ_k c_k t^k, by a tree of products.
#[inline(always)]
fn value_of(([a, b, c, d], [e, f, g, h], i): Row, t: f64) -> f64 {
    let t2 = t * t;
    let t4 = t2 * t2;
    let low = (a + b * t) + (c + d * t) * t2;
    let high = (e + f * t) + (g + h * t) * t2;
    low + (high + i * t4) * t4
}

/// Coefficients of t^k of the polynomial through values at Chebyshev's points of [−½, ½].
fn polynomial(values: &[f64; TERMS]) -> [f64; TERMS] {
    let mut sum = [0.0; TERMS];
    // Coefficients of T_{l − 1}(2t) and T_l(2t): T_{l + 1} = 4t T_l − T_{l − 1}.
    let (mut before, mut here) = ([0.0; TERMS], [0.0; TERMS]);
    here[0] = 1.0;
    for l in 0..TERMS {
        let wave = |k: usize| libm::cos(std::f64::consts::PI * l as f64 * (k as f64 + 0.5) / TERMS as f64);
        let mean = values.iter().enumerate().map(|(k, value)| value * wave(k)).sum::<f64>() / TERMS as f64;
        let share = if l == 0 { mean } else { 2.0 * mean };
        sum.iter_mut().zip(here).for_each(|(sum, own)| *sum += share * own);
        let factor = if l == 0 { 2.0 } else { 4.0 };
        let next = from_fn(|k| if k == 0 { 0.0 } else { factor * here[k - 1] } - before[k]);
        (before, here) = (here, next);
    }
    sum
}

/// Sums and products of registers.
#[cfg(target_arch = "x86_64")]
trait Lanes: Copy {
    type Register: Copy;

    /// low + high · factor, rounded twice.
    fn sum(self, low: Self::Register, high: Self::Register, factor: Self::Register) -> Self::Register;
    fn square(self, a: Self::Register) -> Self::Register;

    /// What [`value_of`] has of each lane.
    #[inline(always)]
    fn value(
        self,
        [a, b, c, d, e, f, g, h, i]: [Self::Register; TERMS],
        t: Self::Register,
    ) -> Self::Register {
        let t2 = self.square(t);
        let t4 = self.square(t2);
        let low = self.sum(self.sum(a, b, t), self.sum(c, d, t), t2);
        let high = self.sum(self.sum(e, f, t), self.sum(g, h, t), t2);
        self.sum(low, self.sum(high, i, t4), t4)
    }
}

#[cfg(target_arch = "x86_64")]
impl Lanes for Avx {
    type Register = __m256d;

    #[inline(always)]
    fn sum(self, low: __m256d, high: __m256d, factor: __m256d) -> __m256d {
        self._mm256_add_pd(low, self._mm256_mul_pd(high, factor))
    }

    #[inline(always)]
    fn square(self, a: __m256d) -> __m256d {
        self._mm256_mul_pd(a, a)
    }
}

#[cfg(target_arch = "x86_64")]
impl Lanes for Avx512f {
    type Register = __m512d;

    #[inline(always)]
    fn sum(self, low: __m512d, high: __m512d, factor: __m512d) -> __m512d {
        self._mm512_add_pd(low, self._mm512_mul_pd(high, factor))
    }

    #[inline(always)]
    fn square(self, a: __m512d) -> __m512d {
        self._mm512_mul_pd(a, a)
    }
}

/// Eight values at a time: coefficients of a power are in two registers, from which one instruction chooses.
#[cfg(target_arch = "x86_64")]
struct Eight<'a, N> {
    simd: Avx512f,
    pieces: &'a Pieces,
    squares: &'a mut [f64],
    near: N,
}

#[cfg(target_arch = "x86_64")]
impl<N: Fn(f64) -> f64> Wide for Eight<'_, N> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Eight { simd, pieces, squares, near } = self;
        let columns: [[__m512d; 2]; TERMS] = pieces.columns.map(cast);
        let (blocks, rest) = squares.as_chunks_mut::<8>();
        for block in blocks {
            let places = block.map(place);
            let numbers = cast(places.map(|(number, _)| number));
            let own = columns.map(|[low, high]| simd._mm512_permutex2var_pd(low, numbers, high));
            let values = cast(simd.value(own, cast(places.map(|(_, t)| t))));
            let few = simd._mm512_cmp_pd_mask::<_CMP_NGE_UQ>(cast(*block), simd._mm512_set1_pd(FROM));
            put(block, values, few != 0, &near);
        }
        rest.iter_mut().for_each(|square| *square = pieces.or_near(*square, &near));
    }
}

/// Four values at a time: rows of coefficients are loaded and turned.
#[cfg(target_arch = "x86_64")]
struct Four<'a, N> {
    simd: Avx,
    pieces: &'a Pieces,
    squares: &'a mut [f64],
    near: N,
}

#[cfg(target_arch = "x86_64")]
impl<N: Fn(f64) -> f64> Wide for Four<'_, N> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Four { simd, pieces, squares, near } = self;
        let (blocks, rest) = squares.as_chunks_mut::<4>();
        for block in blocks {
            let places = block.map(place);
            let rows = places.map(|(number, _)| &pieces.rows[number as usize % PIECES]);
            let [a, b, c, d] = turned(simd, rows.map(|row| cast(row.0)));
            let [e, f, g, h] = turned(simd, rows.map(|row| cast(row.1)));
            let own = [a, b, c, d, e, f, g, h, cast(rows.map(|row| row.2))];
            let values = cast(simd.value(own, cast(places.map(|(_, t)| t))));
            let few = simd._mm256_cmp_pd::<_CMP_NGE_UQ>(cast(*block), simd._mm256_set1_pd(FROM));
            put(block, values, simd._mm256_movemask_pd(few) != 0, &near);
        }
        rest.iter_mut().for_each(|square| *square = pieces.or_near(*square, &near));
    }
}

/// The columns of four rows.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn turned(simd: Avx, [a, b, c, d]: [__m256d; 4]) -> [__m256d; 4] {
    let (ab, cd) = (simd._mm256_unpacklo_pd(a, b), simd._mm256_unpacklo_pd(c, d));
    let (ab_odd, cd_odd) = (simd._mm256_unpackhi_pd(a, b), simd._mm256_unpackhi_pd(c, d));
    [
        simd._mm256_permute2f128_pd::<0x20>(ab, cd),
        simd._mm256_permute2f128_pd::<0x20>(ab_odd, cd_odd),
        simd._mm256_permute2f128_pd::<0x31>(ab, cd),
        simd._mm256_permute2f128_pd::<0x31>(ab_odd, cd_odd),
    ]
}

/// Overwrites squared distances, of which some may be near.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn put<const N: usize>(block: &mut [f64; N], values: [f64; N], has_near: bool, near: &impl Fn(f64) -> f64) {
    if !has_near {
        *block = values;
        return;
    }
    for (square, value) in block.iter_mut().zip(values) {
        *square = if *square >= FROM { value } else { near(*square) };
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn pieces(f: impl Fn(f64) -> f64) -> Option<Pieces> {
        Pieces::new(|squares| squares.iter().map(|square| f(*square)).collect(), 1e-12)
    }

    #[test]
    fn functions_of_the_distance_are_met_and_others_refused() {
        let f = |square: f64| libm::exp(-square.sqrt());
        let made = pieces(f).unwrap();
        for k in 0..=3000 {
            let square = 0.25 + 3.75 * f64::from(k) / 3000.0;
            assert!((made.at(square) - f(square)).abs() < 1e-12, "{square}");
        }
        assert_eq!(made.at(4.000_000_1), made.at(4.0f64.next_down()));
        // Two periods an interval, a kink, and a number that is none.
        assert!(pieces(|square| libm::cos(25.0 * square)).is_none());
        assert!(pieces(|square| (square - 1.1).abs()).is_none());
        assert!(pieces(|square| if square > 3.0 { f64::NAN } else { 1.0 }).is_none());
    }

    #[test]
    fn many_values_have_the_bits_of_one() {
        let made = pieces(|square| 1.0 / (1.0 + square)).unwrap();
        let near = |square: f64| -square;
        for count in [0, 1, 7, 8, 9, 64, 1000] {
            // Neighbours are far from each other, so that each lane has a piece of its own.
            let square = |k: i32| 4.000_000_1 * f64::from(k * 389 % 1000) / 999.0;
            let squares: Vec<f64> = (0..count).map(square).collect();
            let told: Vec<f64> = squares.iter().map(|square| made.or_near(*square, &near)).collect();
            let mut values = squares.clone();
            made.replace(&mut values, near);
            assert_eq!(values, told, "{count}");
            // The registers of machines without AVX-512.
            #[cfg(target_arch = "x86_64")]
            if let Some(registers) = avx2() {
                let mut squares = squares;
                let four = Four { simd: registers.avx, pieces: &made, squares: &mut squares, near };
                registers.vectorize(four);
                assert_eq!(squares, told, "{count}");
            }
        }
    }
}
