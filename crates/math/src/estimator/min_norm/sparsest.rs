//! The sparsest interpolant of a run.

use super::kink::{Kink, meeting};

/// Fits a run of L points with ⌈L/2⌉ kinks: neighbours form pairs, and each pair has the kink where the chords on its
/// two sides meet. Where L is odd one point keeps its own kink; it is the one with the least area under the convex
/// run, a choice that affine maps of x and y do not change.
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

/// The unpaired point, of even number, for which the pairs cut off the most area.
fn lone_point(gap: &[f64], bend: &[f64]) -> usize {
    let cut = |i: usize| meeting(gap[i], bend[i], bend[i + 1]).depth * gap[i];
    // Pairs right of the unpaired point start at odd numbers, pairs left of it at even ones.
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
