//! The knots of a solution.

use super::dual::{Dual, SIGNS};
use super::line::line;
use crate::predictor::Knots;
use crate::ties::Distinct;

/// A kink whose share at one end of its gap is below this multiple of the other share counts as a kink at the other end,
/// from which it is at most 450 ε of the gap away.
const END: f64 = 1e-13;

/// Writes the knots of the predictor from the solution of the dual, of labels in units of `size`.
///
/// The values f(x_i) follow from the residuals of the dual, which satisfy its certificate; cumulative sums of kinks would
/// accumulate the rounding errors of large slopes in small gaps. Returns the largest difference between the two, relative
/// to the labels and kinks.
pub(super) fn write(x: &[f64], y: &[f64], dual: &Dual, size: f64, knots: &mut Knots) -> f64 {
    let n = x.len();
    let Knots { x: at, y: value, change, inner, .. } = knots;
    for list in [&mut *at, &mut *value, &mut *change] {
        list.clear();
    }
    inner.clear();
    let mut carried = 0.0;
    for k in 0..n {
        let (mut here, mut inside) = (carried, None);
        carried = 0.0;
        for (sign, s) in SIGNS.iter().enumerate().take(if k + 1 < n { 2 } else { 0 }) {
            let [left, right] = dual.ends(k, sign).map(|end| s * size * end);
            if left + right == 0.0 {
                continue;
            }
            let gap = x[k + 1] - x[k];
            let (after, before) = (gap * (right / (left + right)), gap * (left / (left + right)));
            let place = if after <= before { x[k] + after } else { x[k + 1] - before };
            if x[k] < place && place < x[k + 1] && left / right > END && right / left > END {
                inside = Some((place, left + right));
            } else if after <= before {
                here += left + right;
            } else {
                carried += left + right;
            }
        }
        at.push(x[k]);
        // A slope change at an outer point does not change f at any data point.
        change.push(if k == 0 || k == n - 1 { 0.0 } else { here });
        if let Some((place, bend)) = inside {
            inner.push(at.len());
            at.push(place);
            change.push(bend);
        }
    }
    (knots.clamp, knots.left, knots.right) = (false, 0, 0);
    settle(x, y, dual, size, knots)
}

/// Computes the values at the knots, and the first slope: by least squares over all values, since the slope of a small
/// first gap is inaccurate.
fn settle(x: &[f64], y: &[f64], dual: &Dual, size: f64, knots: &mut Knots) -> f64 {
    let value = |i: usize| y[i] - size * dual.residual[i];
    let (mut slope, mut sum, mut inner) = (0.0, 0.0, 0);
    let mut left = Vec::with_capacity(x.len());
    for k in 0..knots.x.len() {
        if k > 0 {
            sum += slope * (knots.x[k] - knots.x[k - 1]);
        }
        slope += knots.change[k];
        let i = k - inner;
        if knots.inner.get(inner) == Some(&k) {
            inner += 1;
            let share = (knots.x[k] - x[i - 1]) / (x[i] - x[i - 1]);
            let chord = value(i - 1) + (value(i) - value(i - 1)) * share;
            knots.y.push(chord - knots.change[k] * share * (x[i] - knots.x[k]));
        } else {
            knots.y.push(value(i));
            left.push(value(i) - sum);
        }
    }
    let (slope, intercept, middle) = line(&Distinct::untied(x, &left));
    knots.first_slope = slope;
    let apart = x.iter().zip(&left).map(|(x, left)| (left - (slope * (x - middle) + intercept)).abs());
    let bends: f64 = knots.change.iter().map(|change| change.abs()).sum();
    apart.fold(0.0, f64::max) / (size + bends * (x[x.len() - 1] - x[0]))
}
