//! Powers with real exponents, eight at a time, with the bits of `libm::pow`.

/// Numbers raised at a time: eight fill two registers of 256 bits.
pub(super) const ROW: usize = 8;
/// A row of numbers.
pub(super) type Row = [f64; ROW];

/// Raises each a ≥ 0 to a real p ≥ 1.
///
/// a^p = 2^{p log₂ a} with log₂ a and its product with p as sums of two numbers. The operations are those of `libm::pow`
/// in the same order, without branches: intervals are selected, and exponents are changed by integer arithmetic. Where a
/// number of the row is zero, subnormal or not finite, or a power outside 2^{±1000}, the row is left to `libm::pow`; the
/// limit 1000 keeps powers away from overflow and from subnormal numbers, at ±1022.
///
/// # Cost
/// About ninety operations a number and two divisions, in registers as wide as the machine has.
/// # Accuracy
/// Every bit is that of `libm::pow`, whose error is below 0.70 units in the last place.
/// # Source
/// FreeBSD msun `e_pow.c` (Sun Microsystems 1993, 2004); coefficients from there.
#[inline(always)]
pub(super) fn powers(a: &Row, p: f64) -> Row {
    let mut power = [0.0; ROW];
    // `libm` treats exponents above 2³¹ differently.
    let mut rare = u64::from(p >= 2_147_483_648.0);
    for lane in 0..ROW {
        let (value, logarithm) = plain(a[lane], p);
        power[lane] = value;
        let normal = (a[lane] >= f64::MIN_POSITIVE) & (a[lane] <= f64::MAX);
        rare |= u64::from(!(normal & (logarithm.abs() <= 1000.0)));
    }
    if rare != 0 {
        for lane in 0..ROW {
            power[lane] = libm::pow(a[lane], p);
        }
    }
    power
}

/// a^p and p log₂ a; correct for normal a and |p log₂ a| ≤ 1000.
#[inline(always)]
fn plain(a: f64, p: f64) -> (f64, f64) {
    let (t1, t2) = binary_logarithm(a);
    // p = p₁ + (p − p₁), both with few enough bits that their products with t₁ are exact.
    let p1 = upper(p);
    let (low, high) = ((p - p1) * t1 + p * t2, p1 * t1);
    (exponential(high, low), low + high)
}

/// log₂ a in two parts, the first with half the bits.
///
/// a = 2^n m with c = 1 or 3/2 near m; log₂ (m/c) = 2/(3 ln 2) · s (3 + s² + …) in s = (m − c)/(m + c).
#[inline(always)]
fn binary_logarithm(a: f64) -> (f64, f64) {
    let bits = a.to_bits();
    let fraction = bits & FRACTION;
    // m above √3 is halved; for m between √(3/2) and √3, c = 3/2.
    let halved = fraction as i64 >= 0xBB67A << 32;
    let middle = (fraction as i64 >= 0x3988F << 32) & !halved;
    let m = f64::from_bits(fraction | if halved { 0x3FE << 52 } else { 0x3FF << 52 });
    let n = f64::from_bits(SHIFTED | bits >> 52) - (SHIFT + 1023.0) + if halved { 1.0 } else { 0.0 };
    let c = if middle { 1.5 } else { 1.0 };

    let (u, v) = (m - c, 1.0 / (m + c));
    let s = u * v;
    let s_high = upper(s);
    // m + c rounded to half the bits.
    let sum = (m.to_bits() >> 1 & UPPER | 0x2000_0000 << 32) + (0x0008_0000 << 32);
    let sum = f64::from_bits(sum + if middle { 1 << 50 } else { 0 });
    let s_low = v * ((u - s_high * sum) - s_high * (m - (sum - c)));

    let s2 = s * s;
    let tail = s2 * s2 * (L[0] + s2 * (L[1] + s2 * (L[2] + s2 * (L[3] + s2 * (L[4] + s2 * L[5])))));
    let tail = tail + s_low * (s_high + s);
    let s2 = s_high * s_high;
    let factor = upper(3.0 + s2 + tail);
    let factor_low = tail - ((factor - 3.0) - s2);

    let (u, v) = (s_high * factor, s_low * factor + factor_low * s);
    let high = upper(u + v);
    let low = v - (high - u);
    let (log_c, log_c_low) = if middle { LOG2_C } else { (0.0, 0.0) };
    let z_high = CP_HIGH * high;
    let z_low = CP_LOW * high + low * CP + log_c_low;
    let t1 = upper(((z_high + z_low) + log_c) + n);
    (t1, z_low - (((t1 - n) - log_c) - z_high))
}

/// 2^(high + low), |high + low| ≤ 1000.
#[inline(always)]
fn exponential(high: f64, low: f64) -> f64 {
    let z = low + high;
    // The integer nearest to z without the lower half of its bits; halves are rounded away from zero, but ½ to zero.
    let size = upper(z).abs();
    let nearest = (size + 0.5 + SHIFT) - SHIFT;
    let below = if nearest > size + 0.5 { nearest - 1.0 } else { nearest };
    let whole = if size > 0.5 { below } else { 0.0 }.copysign(z);
    let high = high - whole;

    let t = upper(low + high);
    let (u, v) = (t * LN2_HIGH, (low - (t - high)) * LN2 + t * LN2_LOW);
    let z = u + v;
    let rest = v - (z - u);
    let t = z * z;
    let t = z - t * (P[0] + t * (P[1] + t * (P[2] + t * (P[3] + t * P[4]))));
    let r = (z * t) / (t - 2.0) - (rest + z * rest);
    let power = 1.0 - (r - z);
    f64::from_bits(power.to_bits().wrapping_add((whole + 1.5 * SHIFT).to_bits() << 52))
}

/// A number without the lower half of its bits.
#[inline(always)]
fn upper(a: f64) -> f64 {
    f64::from_bits(a.to_bits() & UPPER)
}

/// The upper half of the bits of a double, and its fraction.
const UPPER: u64 = 0xFFFF_FFFF_0000_0000;
const FRACTION: u64 = 0x000F_FFFF_FFFF_FFFF;
/// 2⁵², whose unit in the last place is 1, and its bits.
const SHIFT: f64 = 4_503_599_627_370_496.0;
const SHIFTED: u64 = 0x4330_0000_0000_0000;

/// log₂ (3/2) in two parts.
const LOG2_C: (f64, f64) = (0.584_962_487_220_764_2, 1.350_039_202_129_749e-8);
/// (3/2) (ln ((1 + s)/(1 − s)) − 2s − 2/3 s³) / s⁵ in powers of s².
const L: [f64; 6] = [
    0.599_999_999_999_994_6,
    0.428_571_428_578_550_2,
    0.333_333_329_818_377_43,
    0.272_728_123_808_534,
    0.230_660_745_775_561_75,
    0.206_975_017_800_338_42,
];
/// 2/(3 ln 2), and in two parts.
const CP: f64 = 0.961_796_693_925_975_6;
const CP_HIGH: f64 = 0.961_796_700_954_437_3;
const CP_LOW: f64 = -7.028_461_650_952_758e-9;
/// z coth (z/2) − 2 in powers of z².
const P: [f64; 5] = [
    0.166_666_666_666_666_02,
    -0.002_777_777_777_701_559_3,
    6.613_756_321_437_934e-5,
    -1.653_390_220_546_525_2e-6,
    4.138_136_797_057_238_5e-8,
];
/// ln 2, and in two parts.
const LN2: f64 = std::f64::consts::LN_2;
const LN2_HIGH: f64 = 0.693_147_182_464_599_6;
const LN2_LOW: f64 = -1.904_654_299_957_768e-9;

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_library(a: f64, p: f64) {
        let (got, want) = (powers(&[a; ROW], p)[3], libm::pow(a, p));
        assert_eq!(got.to_bits(), want.to_bits(), "{a:e}^{p}: {got:e}, not {want:e}");
    }

    #[test]
    fn every_bit_is_that_of_the_library() {
        let exponents = [1.1, 1.9, 1.99, 2.3, 3.7, 5.0 + 1e-9, 64.0, 64.5, 1000.0, 1e6 + 0.1, 1e10];
        let mut state = 1u64;
        for k in 0..200_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Numbers near 1, of ordinary size, and with any exponent.
            let a = match k % 3 {
                0 => f64::from_bits(0x3FE << 52 | state >> 11),
                1 => f64::from_bits((state >> 12) | (1020 + (state & 7)) << 52),
                _ => f64::from_bits(state >> 1),
            };
            if a.is_finite() {
                assert_library(a, exponents[k % exponents.len()]);
            }
        }
    }

    #[test]
    fn ends_of_intervals_and_extreme_numbers() {
        let ends = [0x3988Fu64 << 32, 0xBB67A << 32, 0, FRACTION];
        let ends = ends.iter().flat_map(|fraction| {
            [0x3FEu64, 0x3FF, 0x400, 1, 0x7FE].map(|exponent| f64::from_bits(exponent << 52 | fraction))
        });
        let extreme = [0.0, 5e-324, 1e-310, 1e-300, 1e-160, 1e160, 1e300, f64::MAX, f64::INFINITY];
        for a in ends.chain(extreme) {
            for a in [a, a.next_up(), a.next_down().max(0.0)] {
                for p in [1.0 + 1e-15, 1.1, 1.9, 2.3, 63.7, 1e5, 1e9, 1e300] {
                    assert_library(a, p);
                }
            }
        }
        // The nearest integer changes at halves.
        for half in -40..40 {
            let a = libm::exp2((f64::from(half) + 0.5) / 1.9);
            for a in [a, a.next_up(), a.next_down()] {
                assert_library(a, 1.9);
            }
        }
    }
}
