//! The supremum of |g| for an error g that is analytic on intervals.

use super::integrals::PieceValues;
use crate::risk::points;
use crate::sum::{all_finite, largest};

/// An interval whose largest sample is below this share of the overall largest is not searched further. A half-wave over
/// an interval rises above the largest of its samples by less than 1 %, so this leaves room for three half-waves.
const WORTH: f64 = 0.9;

/// Steps of a golden-section search: 0.618⁴⁴ = 6e-10 of the interval between two samples remains, and the error of the
/// value, which is quadratic in that, is below roundoff.
const SECTIONS: u32 = 44;

/// sup |g| over all intervals: the largest sample, refined by golden-section search.
///
/// Cost: 17 evaluations an interval, and 46 for each interval that is searched. Accuracy: a few units of roundoff where at
/// most one extremum lies between neighbouring samples. Infinite where a sample is not finite.
pub(super) fn supremum(at: &[f64], error: &mut PieceValues<'_>) -> f64 {
    let mut peaks = Vec::with_capacity(at.len());
    let (mut samples, mut values) = (Vec::new(), Vec::new());
    for (k, ends) in at.windows(2).enumerate() {
        samples.clear();
        samples.extend(points(ends[0], ends[1]));
        values.resize(samples.len(), 0.0);
        error(k, &samples, &mut values);
        if !all_finite(&values) {
            return f64::INFINITY;
        }
        let peak =
            (0..values.len()).fold(0, |best, i| if values[i].abs() > values[best].abs() { i } else { best });
        let around = (samples[peak.saturating_sub(1)], samples[(peak + 1).min(samples.len() - 1)]);
        peaks.push((largest(&values), around));
    }
    let most = peaks.iter().fold(0.0, |most: f64, (value, _)| most.max(*value));
    let worth = peaks.iter().enumerate().filter(|(_, (value, _))| *value >= WORTH * most);
    worth.fold(most, |most, (k, (_, around))| {
        most.max(golden(*around, |x| {
            let mut value = [0.0];
            error(k, &[x], &mut value);
            value[0].abs()
        }))
    })
}

/// The maximum of a function with a single local maximum on [a, b].
fn golden((mut a, mut b): (f64, f64), mut f: impl FnMut(f64) -> f64) -> f64 {
    // (√5 − 1)/2: the share of an interval that remains after a step.
    const SHARE: f64 = 0.618_033_988_749_894_9;
    let (mut c, mut d) = (b - SHARE * (b - a), a + SHARE * (b - a));
    let (mut u, mut v) = (f(c), f(d));
    let mut most = u.max(v);
    for _ in 0..SECTIONS {
        if u > v {
            (b, d, v) = (d, c, u);
            c = b - SHARE * (b - a);
            u = f(c);
            most = most.max(u);
        } else {
            (a, c, u) = (c, d, v);
            d = a + SHARE * (b - a);
            v = f(d);
            most = most.max(v);
        }
    }
    most
}
