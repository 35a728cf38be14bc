//! The knots of two-layer networks of rectified units.

use super::knots::lay;
use super::weights::Weights;
use crate::predictor::Knots;

/// A kink further out than this counts as at infinity, and its neuron as active everywhere or nowhere: the square of a
/// position, which the norm needs, is finite up to 1e154.
pub(crate) const FARTHEST: f64 = 1e150;
/// A slope change of at most this, relative to the sum of the sizes of its terms, counts as their rounding error.
const NOTHING: f64 = 4.0 * f64::EPSILON;

/// A neuron's kink: position, slope change, and the changes of slope and intercept from left to right.
#[derive(Clone, Copy)]
pub(crate) struct Kink {
    at: f64,
    change: f64,
    slope: f64,
    intercept: f64,
}

/// Writes the knots of Σ_j a_j φ(w_j x + b_j) + a_0 x + b_0 with φ(z) = max(z, leak · z), 0 ≤ leak < 1.
///
/// Neurons whose kinks are equal up to rounding share a knot. Cost: O(m log m + n). Accuracy: values to a few units of
/// roundoff of Σ |a| (|w x| + |b|).
pub(crate) fn write(x: &[f64], weights: &Weights, leak: f64, kinks: &mut Vec<Kink>, knots: &mut Knots) {
    let (mut slope, mut intercept) = weights.affine();
    let parts = weights.parts();
    kinks.clear();
    for ((a, w), b) in parts.a.iter().zip(parts.w).zip(parts.b) {
        let (at, sign) = (-b / w, if *w < 0.0 { -1.0 } else { 1.0 });
        if leak > 0.0 {
            (slope, intercept) = (slope + leak * (a * w), intercept + leak * (a * b));
        }
        // The other part of the neuron is (1 − leak) a (w x + b)₊.
        let a = (1.0 - leak) * a;
        let (ds, dt) = (a * w, a * b);
        if *w == 0.0 || at.abs() > FARTHEST {
            if *b > 0.0 {
                (slope, intercept) = (slope + ds, intercept + dt);
            }
            continue;
        }
        if *w < 0.0 {
            (slope, intercept) = (slope + ds, intercept + dt);
        }
        if ds != 0.0 {
            // Adding 0 turns −0 into 0, so that kinks at −0 and 0 are sorted as equal.
            kinks.push(Kink { at: at + 0.0, change: a * w.abs(), slope: sign * ds, intercept: sign * dt });
        }
    }
    kinks.sort_unstable_by(|one, other| one.at.total_cmp(&other.at));
    lay(x, (kinks.len(), |k| kinks[k].at), slope, knots, |at, here| {
        let value = slope * at + intercept;
        let (mut change, mut size) = (0.0, 0.0);
        for kink in &kinks[here] {
            (change, size) = (change + kink.change, size + kink.change.abs());
            (slope, intercept) = (slope + kink.slope, intercept + kink.intercept);
        }
        (value, if f64::abs(change) <= NOTHING * size { 0.0 } else { change })
    });
}
