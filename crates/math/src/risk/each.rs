//! Quadrature for several exponents whose results do not depend on one another.

use super::Exponent;
use super::quadrature::{Estimate, LEAST_SHARE, RULES, SHORTEST, TOLERANCE, Values, crossing, rule};

/// An interval of the piece, and the exponents whose integral over it has not been accepted.
struct Interval {
    low: f64,
    high: f64,
    open: Vec<bool>,
}

/// The state of one exponent.
#[derive(Clone, Copy, Default)]
struct Course {
    rules: u32,
    /// Intervals that are still to be integrated.
    waiting: u32,
    /// The size of the integral over the piece, or the scale where that is larger, to which tolerances refer.
    whole: f64,
}

/// [`super::integrate_powers`] for the exponents that are `open`, each with the bits that it has as the only one.
///
/// The point at which an interval is split does not depend on the exponent, only whether it is split: each exponent accepts
/// the intervals that it accepts alone, and exponents that need the same interval share the values of g.
///
/// # Cost
/// No more evaluations of g than [`super::integrate_powers`] takes, unless an exponent reaches the limit on rules.
/// # Accuracy
/// That of [`super::integrate_powers`].
pub(crate) fn integrate_each(
    g: &mut Values<'_>,
    (a, b): (f64, f64),
    (exponents, open): (&[Exponent], &[bool]),
    scales: &[f64],
    estimates: &mut [Estimate],
) {
    estimates.fill(Estimate::default());
    let mut here = vec![Estimate::default(); exponents.len()];
    let mut courses = vec![Course { waiting: 1, ..Course::default() }; exponents.len()];
    let mut intervals = vec![Interval { low: a, high: b, open: open.to_vec() }];
    while let Some(Interval { low, high, mut open }) = intervals.pop() {
        let wanted = exponents.iter().zip(&mut here).zip(&open).filter(|(_, open)| **open);
        let (x, values) = rule(g, (low, high), wanted.map(|(pair, _)| pair));
        let share = TOLERANCE * ((high - low) / (b - a)).max(LEAST_SHARE);
        let mut zero = None;
        let mut zero = || *zero.get_or_insert_with(|| crossing(g, &x, &values));
        for (e, open) in open.iter_mut().enumerate().filter(|(_, open)| **open) {
            let (course, Estimate { value, error }) = (&mut courses[e], here[e]);
            course.rules += 1;
            course.waiting -= 1;
            if course.rules == 1 {
                course.whole = value.max(scales[e]);
            }
            let settled = error <= TOLERANCE * value || error <= share * course.whole || !value.is_finite();
            let done = settled && (exponents[e].is_even() || zero().is_none());
            if done || course.rules + course.waiting >= RULES || high - low <= SHORTEST * (b - a) {
                estimates[e].value += value;
                estimates[e].error += error;
                *open = false;
            } else {
                course.waiting += 2;
            }
        }
        if open.contains(&true) {
            let middle = zero().unwrap_or(0.5 * (low + high));
            intervals.push(Interval { low: middle, high, open: open.clone() });
            intervals.push(Interval { low, high: middle, open });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::integrate_powers;

    /// Functions with zeros, square roots, noise and overflow: each exponent has the bits that it has as the only one.
    #[test]
    fn every_exponent_has_the_bits_it_has_alone() {
        let exponents = [1.0, 1.5, 2.0, 2.7, 4.0, 40.0].map(|p| Exponent::new(p).unwrap());
        let functions: [fn(f64) -> f64; 6] = [
            |x| libm::sin(9.0 * x),
            |x| (x - 0.3).abs().sqrt() - 0.2,
            |x| 1e20 * (x - 0.5) * (x - 0.501),
            |x| if x > 0.7 { 1e-3 } else { libm::exp(30.0 * x) },
            |x| libm::sin(1e9 * x),
            |x| x * x + 1e-9,
        ];
        for (k, f) in functions.into_iter().enumerate() {
            let mut evaluations = 0;
            let mut g = |x: &[f64], out: &mut [f64]| {
                evaluations += x.len();
                x.iter().zip(out).for_each(|(x, out)| *out = f(*x));
            };
            let mut together = [Estimate::default(); 6];
            let open = [true, true, true, false, true, true];
            integrate_each(&mut g, (0.0, 1.0), (&exponents, &open), &[0.0; 6], &mut together);
            for (e, exponent) in exponents.iter().enumerate() {
                let mut alone = [Estimate::default()];
                if open[e] {
                    integrate_powers(&mut g, (0.0, 1.0), &[*exponent], &[0.0], &mut alone);
                }
                let bits = |estimate: &Estimate| [estimate.value, estimate.error].map(f64::to_bits);
                assert_eq!(bits(&together[e]), bits(&alone[0]), "function {k}, {exponent:?}: {together:?}");
            }
            assert!(evaluations > 0 && together[0].value > 0.0, "{k}");
        }
    }
}
