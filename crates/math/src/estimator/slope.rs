//! Slopes of neighbouring chords.

/// The slope change between two chords: zero where it is below the rounding error of the slopes, so that
/// collinear data have no kinks.
///
/// Two differences and their quotient are rounded, so that each slope is off by at most three times ε/2 of itself; the
/// factor 4 leaves room for terms of higher order.
#[inline(always)]
pub(super) fn slope_change(left: f64, right: f64) -> f64 {
    let change = right - left;
    if change.abs() <= 4.0 * (f64::EPSILON / 2.0) * (left.abs() + right.abs()) { 0.0 } else { change }
}
