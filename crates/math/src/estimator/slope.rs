//! Slopes of neighbouring chords.

/// The slope change between two chords: zero where it is below the rounding error of the slopes, so that
/// collinear data have no kinks. Each slope carries at most 1.5 units of roundoff.
#[inline(always)]
pub(super) fn slope_change(left: f64, right: f64) -> f64 {
    let change = right - left;
    if change.abs() <= 4.0 * (f64::EPSILON / 2.0) * (left.abs() + right.abs()) { 0.0 } else { change }
}
