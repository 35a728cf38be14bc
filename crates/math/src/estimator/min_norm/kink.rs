//! Kinks inside gaps, and their weight in the norm.

/// The weight of a slope change at x in the norm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Penalty {
    /// √(1 + x²): biases are penalised.
    Biased,
    /// 1; of the many minimisers the one with the least area under the convex run.
    Free,
}

/// A kink inside a gap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Kink {
    /// Distance from the left data point.
    pub left: f64,
    /// Distance from the right data point.
    pub right: f64,
    /// Depth below the chord.
    pub depth: f64,
    /// Size of the slope change.
    pub change: f64,
}

/// How a run of points of equal curvature is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rule {
    /// Least norm under this penalty.
    Least(Penalty),
    /// As few kinks as possible.
    Sparsest,
    /// A kink at every data point.
    Spline,
}

/// Whether two slope changes have the same sign and neither is zero.
#[inline(always)]
pub(super) fn equal(a: f64, b: f64) -> bool {
    ((a > 0.0) & (b > 0.0)) | ((a < 0.0) & (b < 0.0))
}

/// The kink where the chords on the two sides of a gap of length h meet, given the sizes u and v of the slope changes at
/// its ends.
///
/// It is at b = h v/(u + v) right of the left point, u b below the chord, and has the slope change u + v.
#[inline(always)]
pub(super) fn meeting(h: f64, u: f64, v: f64) -> Kink {
    let share = h / (u + v);
    let (left, right) = (share * v, share * u);
    Kink { left, right, depth: u * left, change: u + v }
}

/// Whether low < at < high.
#[inline(always)]
pub(super) fn inside(low: f64, at: f64, high: f64) -> bool {
    (low < at) & (at < high)
}

/// Position, value and slope change of a kink, computed from the nearer data point, which is more accurate.
#[inline(always)]
pub(super) fn knot(
    (x0, x1): (f64, f64),
    (y0, y1): (f64, f64),
    slope: f64,
    sign: f64,
    kink: Kink,
) -> (f64, f64, f64) {
    let near_left = kink.left <= kink.right;
    let (from_left, from_right) = (x0 + kink.left, x1 - kink.right);
    let (chord_left, chord_right) = (y0 + slope * kink.left, y1 - slope * kink.right);
    let (at, chord) = if near_left { (from_left, chord_left) } else { (from_right, chord_right) };
    (at, chord - kink.depth.copysign(sign), kink.change.copysign(sign))
}
