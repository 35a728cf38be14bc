//! The sparsest interpolant of a run.

use super::kink::{Kink, meeting};

/// Covers a run of L points by ⌈L/2⌉ kinks: neighbours in pairs, each pair with the kink where the lines on
/// its two sides meet. Where L is odd one point keeps a kink of its own; it is the one that leaves the least
/// area under the convex run, an affine-invariant choice.
///
/// Shapes: `bend` holds L slope changes, `gap` and `kinks` L − 1 gaps. Cost: O(L).
/// Source: Debarre, Denoyelle, Unser & Fageot, "Sparsest piecewise-linear regression" (2022).
pub(super) fn pair_up(gap: &[f64], bend: &[f64], kinks: &mut [Option<Kink>]) {
    let count = bend.len();
    let alone = if count.is_multiple_of(2) { count } else { lone_point(gap, bend) };
    let mut i = 0;
    while i + 1 < count {
        if i == alone {
            i += 1;
            continue;
        }
        kinks[i] = Some(meeting(gap[i], bend[i], bend[i + 1]));
        i += 2;
    }
}

/// The even-numbered point whose being alone lets the pairs cut off the most area.
fn lone_point(gap: &[f64], bend: &[f64]) -> usize {
    let cut = |i: usize| meeting(gap[i], bend[i], bend[i + 1]).depth * gap[i];
    // Pairs right of the lone point start at odd points, left of it at even ones.
    let mut area: f64 = (1..gap.len()).step_by(2).map(cut).sum();
    let (mut best, mut most) = (0, area);
    for i in (2..bend.len()).step_by(2) {
        area += cut(i - 2) - cut(i - 1);
        if area > most {
            (best, most) = (i, area);
        }
    }
    best
}
