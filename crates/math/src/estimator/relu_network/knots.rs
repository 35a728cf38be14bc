//! The knots of a network.

use super::weights::Weights;
use crate::predictor::Knots;

/// A kink further out than this is at infinity: its neuron is on everywhere or nowhere.
const FARTHEST: f64 = 1e150;

/// A neuron's kink: position, slope change, and what slope and intercept gain from left to right.
#[derive(Clone, Copy)]
pub(super) struct Kink {
    at: f64,
    change: f64,
    slope: f64,
    intercept: f64,
}

/// Writes the knots of the network: the data points, its kinks between and beyond them, and one knot further out on
/// either side that shows the outer slopes. Neurons with one kink are one knot.
///
/// Cost: O(m log m + n). Accuracy: values to a few units of roundoff of Σ |a| (|w x| + |b|).
pub(super) fn write(x: &[f64], weights: &Weights, kinks: &mut Vec<Kink>, knots: &mut Knots) {
    let (mut slope, mut intercept) = weights.affine();
    let parts = weights.parts();
    kinks.clear();
    for ((a, w), b) in parts.a.iter().zip(parts.w).zip(parts.b) {
        let (at, sign) = (-b / w, if *w < 0.0 { -1.0 } else { 1.0 });
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
            // A kink at −0 and one at 0 are one.
            kinks.push(Kink { at: at + 0.0, change: a * w.abs(), slope: sign * ds, intercept: sign * dt });
        }
    }
    kinks.sort_unstable_by(|one, other| one.at.total_cmp(&other.at));
    for list in [&mut knots.x, &mut knots.y, &mut knots.change] {
        list.clear();
    }
    knots.inner.clear();
    (knots.first_slope, knots.clamp, knots.left, knots.right) = (slope, false, 0, 0);
    let n = x.len();
    let low = kinks.first().map_or(x[0], |kink| kink.at.min(x[0]));
    let mut push = |at: f64, value: f64, change: f64| {
        knots.x.push(at);
        knots.y.push(value);
        knots.change.push(change);
    };
    let beyond = low - (1.0 + low.abs());
    push(beyond, slope * beyond + intercept, 0.0);
    knots.left = 1;
    let (mut i, mut k) = (0, 0);
    while i < n || k < kinks.len() {
        let kink = kinks.get(k).map_or(f64::INFINITY, |kink| kink.at);
        let point = x.get(i).copied().unwrap_or(f64::INFINITY);
        let at = kink.min(point);
        let value = slope * at + intercept;
        let mut change = 0.0;
        while let Some(kink) = kinks.get(k).filter(|kink| kink.at == at) {
            change += kink.change;
            (slope, intercept) = (slope + kink.slope, intercept + kink.intercept);
            k += 1;
        }
        push(at, value, change);
        let here = knots.left + knots.inner.len() + knots.right + i;
        match i {
            _ if point == at => i += 1,
            0 => knots.left += 1,
            _ if i == n => knots.right += 1,
            _ => knots.inner.push(here),
        }
    }
    let high = kinks.last().map_or(x[n - 1], |kink| kink.at.max(x[n - 1]));
    let beyond = high + (1.0 + high.abs());
    push(beyond, slope * beyond + intercept, 0.0);
    knots.right += 1;
}
