//! The probability that a predictor has the wrong sign.

use crate::risk::integrate;
use crate::space::dense::norm;
use crate::space::design::Clusters;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, PI};

/// P(Z ≤ z) for a standard normal Z.
pub(in crate::space) fn below(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// P(y f̂(x) < 0) for a plane and clusters, a value of 0 counted as half a mistake.
///
/// # Formula
/// The mean over the clusters of Φ(−y_j (w·c_j + b)/(sd ‖w‖)).
pub(super) fn of_clusters(weights: &[f64], intercept: f64, clusters: &Clusters) -> f64 {
    let spread = clusters.sd * norm(weights);
    let of = |j: usize| {
        let (axis, side) = clusters.centre(j);
        let signed = clusters.label(j) * (weights.get(axis).copied().unwrap_or(0.0) * side + intercept);
        if spread > 0.0 { below(-signed / spread) } else { share(signed) }
    };
    (0..clusters.count).map(of).sum::<f64>() / clusters.count as f64
}

/// The least P(y f̂(x) < 0) of all f̂; `None` where it is no formula.
///
/// # Formula
/// Φ(−a/sd) for two clusters at distance a from 0; 2 Q (1 − Q) with Q = Φ(−a/(√2 sd)) for the four of xor, since each of x_1 ± x_2 has
/// the sign that its cluster gives it with probability 1 − Q, independently.
pub(super) fn least_of_clusters(clusters: &Clusters) -> Option<f64> {
    let ratio = clusters.distance / clusters.sd;
    match (clusters.count, clusters.xor) {
        (2, false) => Some(below(-ratio)),
        (4, true) => {
            let q = below(-ratio * FRAC_1_SQRT_2);
            Some(2.0 * q * (1.0 - q))
        }
        _ => None,
    }
}

/// P(sign(ŵ·x + b) ≠ sign(w*·x)) for a normal x with mean 0 and this covariance diagonal; for b = 0 for every law of x that is a
/// scale times such a direction.
///
/// # Formula
/// With θ the angle of Λ^½ ŵ and Λ^½ w*, and h = b/‖Λ^½ ŵ‖:
///     θ/π + (1/π) ∫_0^{π/2 − θ} (1 − exp(−h²/(2 cos² φ))) dφ = ½ − 2 T(h, cot θ), T Owen's function.
/// # Accuracy
/// 1e-10, relative; 1e-15 for b = 0: angles are found from sums and differences of unit vectors (Kahan), not by arccos.
/// # Source
/// Owen, Ann. Math. Statist. 27 (1956).
pub(super) fn of_planes(weights: &[f64], intercept: f64, truth: &[f64], spectrum: &[f64]) -> f64 {
    let along = |w: &[f64]| -> Vec<f64> {
        let w = w.iter().copied().chain(std::iter::repeat(0.0));
        spectrum.iter().zip(w).map(|(lambda, w)| lambda.sqrt() * w).collect()
    };
    let (u, v) = (along(weights), along(truth));
    let (a, b) = (norm(&u), norm(&v));
    if a == 0.0 || b == 0.0 {
        // A constant agrees with half of all signs, and without a direction there are none to agree with.
        return 0.5;
    }
    let pairs = || u.iter().zip(&v).map(|(u, v)| (u / a, v / b));
    let apart = pairs().map(|(u, v)| (u - v) * (u - v)).sum::<f64>().sqrt();
    let beside = pairs().map(|(u, v)| (u + v) * (u + v)).sum::<f64>().sqrt();
    let angle = 2.0 * libm::atan2(apart, beside);
    let square = 0.5 * (intercept / a) * (intercept / a);
    if square == 0.0 {
        return angle / PI;
    }
    // φ from the right angle, where the exponent has its pole.
    let missed = |to_pole: f64| {
        let sine = libm::sin(to_pole);
        -libm::expm1(-square / (sine * sine))
    };
    let (low, high) = (angle.min(FRAC_PI_2), angle.max(FRAC_PI_2));
    let part = integrate(&missed, low, high) / PI;
    angle / PI + if angle < FRAC_PI_2 { part } else { -part }
}

/// What a value of y f̂ counts: 1 where it is negative, half where it is 0.
pub(super) fn share(signed: f64) -> f64 {
    match signed.partial_cmp(&0.0) {
        Some(std::cmp::Ordering::Less) => 1.0,
        Some(std::cmp::Ordering::Greater) => 0.0,
        // NaN agrees with nothing.
        Some(std::cmp::Ordering::Equal) => 0.5,
        None => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: Clusters = Clusters { distance: 2.0, sd: 1.5, count: 2, xor: false };

    #[test]
    fn clusters_have_normal_tails() {
        // Along the axis of the centres no plane does better, whatever its length; against it none does worse.
        let least = least_of_clusters(&PAIR).unwrap();
        assert!((least - below(-2.0 / 1.5)).abs() < 1e-16);
        assert!((of_clusters(&[7.0, 0.0], 0.0, &PAIR) - least).abs() < 1e-16);
        assert!((of_clusters(&[-7.0, 0.0], 0.0, &PAIR) - (1.0 - least)).abs() < 1e-15);
        let expected = 0.5 * (below(-(2.0 * 3.0 + 1.0) / 7.5) + below(-(2.0 * 3.0 - 1.0) / 7.5));
        assert!((of_clusters(&[3.0, 4.0], 1.0, &PAIR) - expected).abs() < 1e-16);
        // No plane tells the clusters of xor.
        let xor = Clusters { count: 4, xor: true, ..PAIR };
        assert!((of_clusters(&[3.0, 4.0], 0.0, &xor) - 0.5).abs() < 1e-15);
        let published = Clusters { distance: 2.0, sd: 1.0, ..xor };
        assert!((least_of_clusters(&published).unwrap() - 0.1449).abs() < 5e-5);
        assert_eq!(of_clusters(&[0.0, 0.0], 0.0, &PAIR), 0.5);
        assert_eq!(of_clusters(&[0.0, 0.0], 1.0, &PAIR), 0.5);
    }

    #[test]
    fn angles_count_as_shares_of_half_a_turn() {
        let ones = [1.0, 1.0];
        assert_eq!(of_planes(&[1.0, 0.0], 0.0, &[0.0, 3.0], &ones), 0.5);
        assert!((of_planes(&[1.0, 1.0], 0.0, &[1.0], &ones) - 0.25).abs() < 1e-15);
        assert!((of_planes(&[1.0, 1.0], 0.0, &[1.0], &[3.0, 1.0]) - 1.0 / 6.0).abs() < 1e-15);
        // Small angles keep their digits.
        assert!((of_planes(&[1.0, 1e-9], 0.0, &[1.0], &ones) * PI / 1e-9 - 1.0).abs() < 1e-12);
    }

    /// P(sign(U + h) ≠ sign V) = ∫ φ(v) P(U < −h or > −h | v) dv by Simpson's rule.
    #[test]
    fn intercepts_agree_with_the_double_integral() {
        for (angle, h) in [(0.3f64, 0.7), (1.2, 0.01), (2.0, 1.3), (3.0, 0.2), (1.0, 9.0), (0.0, 0.5)] {
            let (cos, sin) = (angle.cos(), angle.sin().max(1e-9));
            let wrong = |v: f64| {
                let negative = below((-h - cos * v) / sin);
                let density = (-0.5 * v * v).exp() / (2.0 * PI).sqrt();
                density * if v > 0.0 { negative } else { 1.0 - negative }
            };
            let steps = 200_000;
            let simpson = |low: f64, high: f64| {
                let width = (high - low) / f64::from(steps);
                let weight = |i: i32| if i == 0 || i == steps { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
                (0..=steps).map(|i| weight(i) * wrong(low + width * f64::from(i))).sum::<f64>() * width / 3.0
            };
            let expected = simpson(-12.0, -1e-300) + simpson(1e-300, 12.0);
            let found = of_planes(&[angle.cos() * 2.0, angle.sin() * 2.0], 2.0 * h, &[1.0, 0.0], &[1.0, 1.0]);
            // The rule is as exact as its steps where the sine is 0, and there is a jump.
            let tolerance = if angle == 0.0 { 1e-4 } else { 1e-8 };
            assert!((found - expected).abs() < tolerance, "{angle} {h}: {found} {expected}");
            let mirrored = of_planes(&[angle.cos(), angle.sin()], -h, &[1.0, 0.0], &[1.0, 1.0]);
            assert!((found - mirrored).abs() < 1e-9);
        }
    }
}
