//! The arc-cosine kernel of first order.

use crate::wide::{Kernel, wide};
use std::f64::consts::{FRAC_PI_2, PI};

/// Numbers that are worked on side by side: enough that chains of multiplications and additions do not wait for each other.
const LANES: usize = 16;
/// |c| up to which the polynomial in c² is used, whose nearest singularity is at c² = 1.
const NEAR: f64 = 0.5;
/// √(1 − z) + √z arcsin √z on [0, ¼] in powers of z, by interpolation at Chebyshev's places in sixty digits: within 1.1e-17.
const EVEN: [f64; 12] = [
    1.0,
    0.500_000_000_000_009_5,
    0.041_666_666_664_851_706,
    0.012_500_000_134_601_534,
    0.005_580_352_004_755_694,
    0.003_038_309_640_981_014_7,
    0.001_862_719_083_762_993,
    0.001_254_492_513_265_769_6,
    0.000_781_643_569_610_566_3,
    0.000_999_571_197_932_144_7,
    -0.000_365_043_387_510_290_5,
    0.001_427_073_056_276_402_9,
];
/// arccos(x)/√(1 − x) on [½, 1] in powers of 4x − 3, likewise: terms fall by 7 + √48 each, as its nearest singularity is at x = −1.
const FAR: [f64; 14] = [
    1.445_468_495_626_831_3,
    -0.033_194_698_205_038_84,
    0.002_101_438_704_022_683,
    -0.000_177_191_248_395_366_52,
    1.713_535_126_450_365e-5,
    -1.795_953_225_159_442_2e-6,
    1.984_705_346_908_700_4e-7,
    -2.277_092_870_842_364_5e-8,
    2.686_618_731_097_392e-9,
    -3.239_069_337_297_136_4e-10,
    3.967_795_369_619_037e-11,
    -4.934_343_826_731_070_5e-12,
    6.587_778_863_457_162e-13,
    -8.416_019_983_996_349e-14,
];

/// Σ_i b_i J(c_i), J(c) = sin θ + (π − θ) cos θ for c = cos θ.
///
/// # Formula
/// J(c) = πc/2 + √(1 − c²) + c arcsin c, the latter an even polynomial for |c| ≤ ½. Beyond, J(c) = A(|c|) + π max(c, 0) with
/// A(x) = √(1 − x²) − x arccos x and a polynomial for arccos(x)/√(1 − x). Cosines that rounding left above 1 count as 1.
/// # Cost
/// 13 multiplications and additions a number; 17 and two roots more for sixteen in a row where one is beyond ½.
/// # Accuracy
/// J to 1e-15, absolute.
/// # Source
/// Cho & Saul, NIPS 22 (2009), for J.
pub(super) fn weighted(cosines: &[f64], b: &[f64]) -> f64 {
    wide(Weighted { cosines, b })
}

struct Weighted<'a> {
    cosines: &'a [f64],
    b: &'a [f64],
}

impl Kernel for Weighted<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        // Sums side by side, whose order does not depend on the width of registers.
        let mut sums = [0.0; LANES];
        let ((cosines, rest), (b, b_rest)) = (self.cosines.as_chunks::<LANES>(), self.b.as_chunks::<LANES>());
        for (cosines, b) in cosines.iter().zip(b) {
            let values = kernel(cosines);
            for lane in 0..LANES {
                sums[lane] += b[lane] * values[lane];
            }
        }
        // Zeros have no part in the sum.
        let (mut last, mut last_b) = ([0.0; LANES], [0.0; LANES]);
        last[..rest.len()].copy_from_slice(rest);
        last_b[..b_rest.len()].copy_from_slice(b_rest);
        let values = kernel(&last);
        for lane in 0..LANES {
            sums[lane] += last_b[lane] * values[lane];
        }
        sums.iter().sum()
    }
}

/// J of each cosine.
#[inline(always)]
fn kernel(cosines: &[f64; LANES]) -> [f64; LANES] {
    let (mut values, mut squares, mut farthest) = ([EVEN[11]; LANES], [0.0; LANES], 0.0f64);
    for lane in 0..LANES {
        squares[lane] = cosines[lane] * cosines[lane];
    }
    for coefficient in EVEN[..11].iter().rev() {
        for lane in 0..LANES {
            values[lane] = values[lane] * squares[lane] + coefficient;
        }
    }
    for lane in 0..LANES {
        values[lane] += FRAC_PI_2 * cosines[lane];
    }
    for square in squares {
        farthest = if square > farthest { square } else { farthest };
    }
    if farthest > NEAR * NEAR {
        let beyond = beyond(cosines);
        for lane in 0..LANES {
            values[lane] = if cosines[lane].abs() > NEAR { beyond[lane] } else { values[lane] };
        }
    }
    values
}

/// J of each cosine beyond ½; some number for all others.
#[inline(always)]
fn beyond(cosines: &[f64; LANES]) -> [f64; LANES] {
    let mut x = [0.0; LANES];
    for lane in 0..LANES {
        x[lane] = cosines[lane].abs().min(1.0);
    }
    let mut arcs = [FAR[13]; LANES];
    for coefficient in FAR[..13].iter().rev() {
        for lane in 0..LANES {
            arcs[lane] = arcs[lane] * (4.0 * x[lane] - 3.0) + coefficient;
        }
    }
    let mut values = [0.0; LANES];
    for lane in 0..LANES {
        let part = (1.0 - x[lane]).sqrt() * ((1.0 + x[lane]).sqrt() - x[lane] * arcs[lane]);
        values[lane] = part + if cosines[lane] > 0.0 { PI * x[lane] } else { 0.0 };
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_has_its_digits() {
        let exact = |c: f64| {
            // arccos −c = 2 arcsin √((1 + c)/2) keeps its digits near −1.
            let rest = if c < 0.0 { 2.0 * libm::asin((0.5 * (1.0 + c)).sqrt()) } else { PI - libm::acos(c) };
            libm::sqrt((1.0 - c) * (1.0 + c)) + rest * c
        };
        for i in -20_000i32..=20_000 {
            let c = f64::from(i) / 20_000.0;
            // Alone, and beside cosines of both kinds.
            for beside in [0.1, 0.9] {
                let (mut cosines, mut b) = (vec![beside; 37], vec![0.0; 37]);
                (cosines[i.unsigned_abs() as usize % 37], b[i.unsigned_abs() as usize % 37]) = (c, 1.0);
                let value = weighted(&cosines, &b);
                assert!((value - exact(c)).abs() < 1.5e-15, "{c}: {value} {}", exact(c));
                assert_eq!(value, weighted(&[c], &[1.0]), "{c}");
            }
        }
        assert_eq!(weighted(&[1.0 + 1e-15], &[1.0]), weighted(&[1.0], &[1.0]));
        assert_eq!(weighted(&[-1.0 - 1e-15], &[1.0]), 0.0);
        assert_eq!(weighted(&[], &[]), 0.0);
    }
}
