//! The knots of a piecewise-linear function from its kinks and the data points.

use crate::predictor::Knots;
use std::ops::Range;

/// Positions closer than this, relative to the smaller one, count as equal: a kink is a computed quotient −b/w, whose
/// rounding error is of this order.
const SAME: f64 = 4.0 * f64::EPSILON;

/// Whether two positions are equal up to rounding.
#[inline(always)]
pub(crate) fn same(s: f64, t: f64) -> bool {
    (s - t).abs() <= SAME * s.abs().min(t.abs())
}

/// Writes the knots of a piecewise-linear function: the strictly increasing data points `x`, its kinks between and beyond
/// them, and one knot further out on either side, which determines the outer slope. Kinks that are equal up to rounding
/// share a knot, and kinks equal to a data point up to rounding share that of the point.
///
/// `kink(k)` is the position of kink k of `count`, ascending. `cross` is called for each knot in ascending order, with the
/// range of its kinks, and returns the function's value and slope change there. Cost: O(n + count).
pub(crate) fn lay(
    x: &[f64],
    (count, kink): (usize, impl Fn(usize) -> f64),
    first_slope: f64,
    knots: &mut Knots,
    mut cross: impl FnMut(f64, Range<usize>) -> (f64, f64),
) {
    for list in [&mut knots.x, &mut knots.y, &mut knots.change] {
        list.clear();
    }
    knots.inner.clear();
    (knots.first_slope, knots.clamp, knots.left, knots.right) = (first_slope, false, 1, 1);
    let n = x.len();
    let (low, high) =
        if count == 0 { (x[0], x[n - 1]) } else { (kink(0).min(x[0]), kink(count - 1).max(x[n - 1])) };
    let mut push = |at: f64, kinks: Range<usize>| {
        let (value, change) = cross(at, kinks);
        knots.x.push(at);
        knots.y.push(value);
        knots.change.push(change);
    };
    push(low - (1.0 + low.abs()), 0..0);
    let (mut i, mut k) = (0, 0);
    while i < n || k < count {
        let next = if k < count { kink(k) } else { f64::INFINITY };
        let point = x.get(i).copied().unwrap_or(f64::INFINITY);
        let is_point = point <= next || same(point, next);
        let at = if is_point { point } else { next };
        let first = k;
        while k < count && (kink(k) <= at || same(kink(k), at)) {
            k += 1;
        }
        push(at, first..k);
        let here = knots.left + knots.inner.len() + i;
        match i {
            _ if is_point => i += 1,
            0 => knots.left += 1,
            _ if i == n => knots.right += 1,
            _ => knots.inner.push(here),
        }
    }
    push(high + (1.0 + high.abs()), count..count);
}
