//! Angles between unit vectors from their distance, in arithmetic that vectorises.

/// Terms of the series of the arcsine: for z ≤ ¼ the first one left out is below 1e-18 of the sum.
const TERMS: usize = 26;

/// (2k)!/(4^k (k!)² (2k + 1)), the coefficients of arcsin(v)/v in v².
const ARCSINE: [f64; TERMS] = {
    let (mut terms, mut binomial, mut k) = ([0.0; TERMS], 1.0, 0);
    while k < TERMS {
        terms[k] = binomial / (2 * k + 1) as f64;
        binomial *= (2 * k + 1) as f64 / (2 * k + 2) as f64;
        k += 1;
    }
    terms
};

/// arcsin(v)/v as a function of z = v² ≤ ¼: two Horner schemes in z², whose latencies overlap.
#[inline(always)]
fn series(z: f64) -> f64 {
    let square = z * z;
    let (mut even, mut odd, mut k) = (0.0, 0.0, TERMS);
    while k > 0 {
        k -= 2;
        even = even * square + ARCSINE[k];
        odd = odd * square + ARCSINE[k + 1];
    }
    even + odd * z
}

/// π − a, sin a and cos a for the angle a between two unit vectors whose squared distance is given, s² = 4 sin²(a/2).
///
/// # Formula
/// a = 2 arcsin v with v = s/2: the series for v ≤ ½, and π − 4 arcsin √((1 − v)/2) for larger v; sin a = s √(1 − s²/4).
/// Squared distances above 4, which rounding leaves, are those of opposite vectors.
/// # Accuracy
/// 1e-15: a cosine would lose half the digits of small angles.
#[inline(always)]
pub(super) fn angle(square: f64) -> (f64, f64, f64) {
    let square = if square > 4.0 { 4.0 } else { square };
    let s = square.sqrt();
    let v = 0.5 * s;
    let far = v > 0.5;
    let z = if far { 0.5 * (1.0 - v) } else { v * v };
    let root = if far { z.sqrt() } else { v };
    let part = root * series(z);
    let rest = if far { 4.0 * part } else { std::f64::consts::PI - 2.0 * part };
    (rest, s * (1.0 - 0.25 * square).sqrt(), 1.0 - 0.5 * square)
}

#[cfg(test)]
mod tests {
    use super::angle;

    #[test]
    fn angles_are_those_of_libm() {
        for k in 0..=4000 {
            let a = std::f64::consts::PI * f64::from(k) / 4000.0;
            let half = libm::sin(0.5 * a);
            let (rest, sine, cosine) = angle(4.0 * half * half);
            // Near π the distance forgets the angle: half an ulp of 4 is worth 2e-8 of angle, and its sine as much.
            let lost = 4e-16 / (1e-16 + libm::cos(0.5 * a).powi(2)).sqrt();
            assert!((rest - (std::f64::consts::PI - a)).abs() < 2e-15 + lost, "{a}: {rest}");
            assert!((sine - libm::sin(a)).abs() < 2e-15 + lost, "{a}: {sine}");
            assert!((cosine - libm::cos(a)).abs() < 2e-15, "{a}: {cosine}");
        }
        // Small angles keep all their digits.
        let (rest, sine, _) = angle(1e-20);
        assert_eq!(rest, std::f64::consts::PI - 1e-10);
        assert!((sine - 1e-10).abs() < 1e-25);
        assert_eq!(angle(4.5).0, 0.0);
    }
}
