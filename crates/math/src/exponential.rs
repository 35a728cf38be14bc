//! Exponential, logarithm and normal distribution, in arithmetic that the compiler vectorises.
//!
//! The functions of `libm` branch, so that they are evaluated for one number at a time. Those below consist of sums,
//! products, quotients, shifts and selections in a fixed order, so that bits are the same on every platform and in
//! registers of any width. NaN is kept.

/// Larger x are replaced by this in e^x: it is the last whole number for which 2^k, k = 1023, and e^x = 8e307 are finite.
const HIGH: f64 = 709.0;
/// For smaller x, e^x is 0: 2^k would leave the range of normal numbers below −708.7.
const LOW: f64 = -708.0;
/// 1.5 · 2⁵²: adding a number rounds it to an integer, which is then in the lowest bits of the sum.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts, the first with 21 zero bits at its end, so that its product with |k| < 2²¹ is exact.
const LN_2: (f64, f64) = (6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10);
/// 1/k! for k = 2, …, 13: for |r| ≤ ½ ln 2 the first term left out is below 5e-18.
const FACTORIALS: [f64; 12] = [
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5_040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
];
/// 1/(2 k + 1) for k = 0, …, 19: for s² ≤ 1/9 the first term left out is below 1e-20.
const ODD: [f64; 20] = [
    1.0,
    1.0 / 3.0,
    1.0 / 5.0,
    1.0 / 7.0,
    1.0 / 9.0,
    1.0 / 11.0,
    1.0 / 13.0,
    1.0 / 15.0,
    1.0 / 17.0,
    1.0 / 19.0,
    1.0 / 21.0,
    1.0 / 23.0,
    1.0 / 25.0,
    1.0 / 27.0,
    1.0 / 29.0,
    1.0 / 31.0,
    1.0 / 33.0,
    1.0 / 35.0,
    1.0 / 37.0,
    1.0 / 39.0,
];
/// Coefficients of a polynomial in (u − 3.75)/(u + 3.75) that approximates (1 + 2 u) e^{u²} erfc(u) for u ≥ 0.
const SCALED: [f64; 24] = [
    1.2375126308378275,
    -0.14024059858554697,
    0.0035854154854790257,
    0.0822767384901452,
    -0.10880393014244462,
    0.09230432116037748,
    -0.05869339857664934,
    0.028362277418956406,
    -0.009746579683265262,
    0.0017556258528952954,
    0.000293714378044958,
    -0.0002901540805408417,
    5.164652974177416e-05,
    2.238423915508223e-05,
    -1.1438048033346894e-05,
    -9.73559896736775e-07,
    1.7419821586224816e-06,
    -5.7218230603224086e-08,
    -2.4857126248016745e-07,
    2.3263508708859124e-08,
    3.197926671666804e-08,
    -3.744210080962018e-09,
    -2.623107347133476e-09,
    3.1114333809799254e-10,
];

/// c_0 + c_1 t + c_2 t² + …, as four independent Horner schemes of every fourth term, whose latencies overlap. N is a
/// multiple of four.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f64; N], t: f64) -> f64 {
    let square = t * t;
    let fourth = square * square;
    let c = coefficients;
    let mut k = N - 4;
    let mut sums = [c[k], c[k + 1], c[k + 2], c[k + 3]];
    while k > 0 {
        k -= 4;
        sums = [
            sums[0] * fourth + c[k],
            sums[1] * fourth + c[k + 1],
            sums[2] * fourth + c[k + 2],
            sums[3] * fourth + c[k + 3],
        ];
    }
    (sums[0] + sums[1] * t) + square * (sums[2] + sums[3] * t)
}

/// 2^k and e^r − 1 with x = k ln 2 + r and |r| ≤ ½ ln 2, for x between [`LOW`] and [`HIGH`].
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN_2.0) - k * LN_2.1;
    let rest = r + (r * r) * polynomial(&FACTORIALS, r);
    // The lowest bits of `shifted` are k; the shift by 52 keeps the lowest twelve bits of k + 1023, which are sign and
    // exponent of 2^k.
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    (power, rest)
}

/// e^x; 0 below −708, e^709 above 709.
///
/// Accuracy: 2 units in the last place.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let clamped = if x > HIGH { HIGH } else { x };
    let (power, rest) = split(clamped);
    let value = power + power * rest;
    if x < LOW { 0.0 } else { value }
}

/// e^x − 1, for x ≤ 0.
///
/// Accuracy: 3 units in the last place, however small x.
#[inline(always)]
pub(crate) fn exp_less_one(x: f64) -> f64 {
    let (power, rest) = split(if x < LOW { LOW } else { x });
    (power - 1.0) + power * rest
}

/// ln(1 + e), for 0 ≤ e ≤ 1: 2 artanh(e/(2 + e)).
///
/// Accuracy: 4 units in the last place, however small e.
#[inline(always)]
pub(crate) fn log_one_plus(e: f64) -> f64 {
    let s = e / (2.0 + e);
    2.0 * s * polynomial(&ODD, s * s)
}

/// Φ(z) and φ(z), the distribution function and the density of the standard normal law.
///
/// Accuracy: 1e-15 (1 + z²) relative, in either tail.
///
/// Source: variable and scaling of the polynomial: Shepherd & Laframboise (1981).
#[inline(always)]
pub(crate) fn normal(z: f64) -> (f64, f64) {
    // √(2π).
    const ROOT_TAU: f64 = 2.506_628_274_631_000_7;
    let u = z.abs() * std::f64::consts::FRAC_1_SQRT_2;
    let bell = exp(-0.5 * (z * z));
    let tail = 0.5 * bell * (polynomial(&SCALED, (u - 3.75) / (u + 3.75)) / (1.0 + 2.0 * u));
    (if z < 0.0 { tail } else { 1.0 - tail }, bell / ROOT_TAU)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest error relative to `libm` on a fine grid.
    fn worst(range: (f64, f64), ours: impl Fn(f64) -> f64, theirs: impl Fn(f64) -> f64) -> f64 {
        let count = 40_000;
        let points = (0..=count).map(|k| range.0 + (range.1 - range.0) * f64::from(k) / f64::from(count));
        points.map(|x| ((ours(x) - theirs(x)) / theirs(x)).abs()).filter(|e| !e.is_nan()).fold(0.0, f64::max)
    }

    #[test]
    fn they_agree_with_libm() {
        let unit = f64::EPSILON;
        for range in [(-700.0, 700.0), (-1.0, 1.0), (-1e-9, 1e-9)] {
            assert!(worst(range, exp, libm::exp) <= 2.0 * unit, "{range:?}");
        }
        for range in [(-800.0, 0.0), (-1.0, 0.0), (-1e-9, 0.0)] {
            assert!(worst(range, exp_less_one, libm::expm1) <= 3.0 * unit, "{range:?}");
        }
        for range in [(0.0, 1.0), (0.0, 1e-12)] {
            assert!(worst(range, log_one_plus, libm::log1p) <= 4.0 * unit, "{range:?}");
        }
        let tail = |z: f64| 0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2);
        for end in [1.0, 6.0, 36.0] {
            let miss = worst((-end, end), |z| normal(z).0, tail);
            assert!(miss <= 1e-15 * (1.0 + end * end), "{end}: {miss}");
        }
    }

    #[test]
    fn far_out_they_are_their_limits() {
        assert_eq!((exp(-750.0), exp(f64::NEG_INFINITY), exp(0.0)), (0.0, 0.0, 1.0));
        assert!(exp(f64::INFINITY) > 1e307 && exp(f64::NAN).is_nan() && exp_less_one(f64::NAN).is_nan());
        assert_eq!((exp_less_one(-1e9), exp_less_one(0.0), log_one_plus(0.0)), (-1.0, 0.0, 0.0));
        assert_eq!((normal(-60.0), normal(60.0)), ((0.0, 0.0), (1.0, 0.0)));
        assert_eq!((normal(0.0).0, normal(f64::NAN).0.is_nan()), (0.5, true));
    }
}
