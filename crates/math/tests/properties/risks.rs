//! Exact risks against a slow quadrature in scaled numbers, whatever their size.

use super::few;
use proptest::prelude::*;
use tempered_math::risk::Exponent;

/// Gauss–Legendre nodes and weights on [0, 1], five points.
const NODES: [(f64, f64); 5] = [
    (0.046_910_077_030_668, 0.118_463_442_528_094_5),
    (0.230_765_344_947_158_5, 0.239_314_335_249_683_2),
    (0.5, 0.284_444_444_444_444_4),
    (0.769_234_655_052_841_5, 0.239_314_335_249_683_2),
    (0.953_089_922_969_332, 0.118_463_442_528_094_5),
];

/// ∫_0^1 |a + (b − a) t|^p dt for a and b of one sign, |a| ≤ |b| = 1: with t = s⁴ the zero at an end is smooth.
fn one_sign(a: f64, b: f64, p: f64) -> f64 {
    let parts = 300;
    let mut sum = 0.0;
    for part in 0..parts {
        for (node, weight) in NODES {
            let s = (f64::from(part) + node) / f64::from(parts);
            let t = s.powi(4);
            sum += weight / f64::from(parts) * 4.0 * s.powi(3) * (a + (b - a) * t).abs().powf(p);
        }
    }
    sum
}

/// ∫_0^1 |u + (v − u) t|^p dt for max(|u|, |v|) = 1.
fn twin(u: f64, v: f64, p: f64) -> f64 {
    if (u < 0.0) != (v < 0.0) && u != 0.0 && v != 0.0 {
        let share = u / (u - v);
        return share * one_sign(0.0, u, p) + (1.0 - share) * one_sign(0.0, v, p);
    }
    if u.abs() <= v.abs() { one_sign(u, v, p) } else { one_sign(v, u, p) }
}

proptest! {
    #![proptest_config(few(200))]

    #[test]
    fn pieces_of_any_size_agree_with_quadrature(
        u in -1.0f64..=1.0,
        other in prop_oneof![Just(1.0), Just(-1.0)],
        p in prop_oneof![Just(1.0), Just(1.5), Just(2.0), Just(2.5), Just(3.0), Just(4.0), 1.0f64..6.0],
        power in -165i32..=165,
        length in 1e-3f64..1e3,
    ) {
        let exponent = Exponent::new(p).unwrap();
        let size = 2f64.powi(power);
        let want = twin(u, other, p) * size.powf(p) * length;
        let (u, v) = (u * size, other * size);
        let mut pieces = Vec::new();
        exponent.integrals_of_any_size(&[0.0, length], &[u, v], &mut pieces);
        let plain = [exponent.integral(u, v, length), exponent.integral(v, u, length)];
        for got in plain.into_iter().take(if power.abs() <= 60 { 2 } else { 0 }).chain([pieces[0]]) {
            prop_assert!((got - want).abs() <= 1e-11 * want, "p {p}, {u} to {v}: {got}, not {want}");
        }
    }
}
