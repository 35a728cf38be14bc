//! Runs of three points, fitted eight at a time in closed form.

use super::kink::{Kink, Penalty, inside, knot, meeting};

/// Runs fitted at a time: eight numbers fill two registers of 256 bits.
const COUNT: usize = 8;
type Row = [f64; COUNT];

/// Positions, labels, slope changes and chord slopes of eight runs, of three points and two gaps each.
pub(super) struct Three {
    x: [Row; 3],
    y: [Row; 3],
    change: [Row; 3],
    slope: [Row; 2],
}

/// The fit of one gap of each run.
pub(super) struct Fitted {
    /// Position, value and slope change of the kink.
    pub x: Row,
    pub y: Row,
    pub bend: Row,
    /// 1 where the gap has a kink, else 0.
    pub kept: [u64; COUNT],
}

impl Three {
    /// The number of runs.
    pub const COUNT: usize = COUNT;

    /// The runs with these first gaps, which have the numbers of the first points.
    #[inline(always)]
    pub fn gather(starts: &[usize; COUNT], x: &[f64], y: &[f64], slope: &[f64], change: &[f64]) -> Three {
        let mut three =
            Three { x: [[0.0; 8]; 3], y: [[0.0; 8]; 3], change: [[0.0; 8]; 3], slope: [[0.0; 8]; 2] };
        for (k, start) in starts.iter().enumerate() {
            let points = *start..start + 3;
            let (x, y, change) = (&x[points.clone()], &y[points.clone()], &change[points]);
            for i in 0..3 {
                (three.x[i][k], three.y[i][k], three.change[i][k]) = (x[i], y[i], change[i]);
            }
            (three.slope[0][k], three.slope[1][k]) = (slope[*start], slope[start + 1]);
        }
        three
    }

    /// Fits both gaps of every run; returns whether rounding puts a kink that is kept outside its gap.
    #[inline(always)]
    pub fn solve(&self, penalty: Penalty) -> ([Fitted; 2], bool) {
        let Three { x, y, change, slope } = self;
        let none = || Fitted { x: [0.0; COUNT], y: [0.0; COUNT], bend: [0.0; COUNT], kept: [0; COUNT] };
        let (mut left, mut right, mut outside) = (none(), none(), 0);
        for k in 0..COUNT {
            let gaps = (x[1][k] - x[0][k], x[2][k] - x[1][k]);
            let bends = (change[0][k].abs(), change[1][k].abs(), change[2][k].abs());
            let kappa = match penalty {
                Penalty::Biased => 2.0 * x[1][k] / (1.0 + x[1][k] * x[1][k]),
                Penalty::Free => 0.0,
            };
            let ((first, keep_first), (second, keep_second)) = kinks(kappa, gaps, bends);
            (left.x[k], left.y[k], left.bend[k]) =
                knot((x[0][k], x[1][k]), (y[0][k], y[1][k]), slope[0][k], change[0][k], first);
            (right.x[k], right.y[k], right.bend[k]) =
                knot((x[1][k], x[2][k]), (y[1][k], y[2][k]), slope[1][k], change[1][k], second);
            (left.kept[k], right.kept[k]) = (u64::from(keep_first), u64::from(keep_second));
            outside |= u64::from(keep_first & !inside(x[0][k], left.x[k], x[1][k]));
            outside |= u64::from(keep_second & !inside(x[1][k], right.x[k], x[2][k]));
        }
        ([left, right], outside != 0)
    }
}

/// The kinks of both gaps of a run of three points, and whether they are kept.
///
/// Let a and b be the distances of the kinks from the middle point x. That both are at the same angular distance from x
/// means 1/b = 1/a − κ, κ = 2x/(1 + x²), or κ = 0 where biases are not penalised, and makes the condition of interpolation
/// linear in α = 1/a: Δ_0 h_0 α + Δ_2 h_1 (α − κ) = Δ_0 + Δ_1 + Δ_2. Where a kink would lie outside its gap, that gap is a
/// chord (pinned), and the other one has the kink where the chords on its two sides meet.
#[inline(always)]
fn kinks(kappa: f64, h: (f64, f64), d: (f64, f64, f64)) -> ((Kink, bool), (Kink, bool)) {
    let alpha = (d.0 + d.1 + d.2 + d.2 * h.1 * kappa) / (d.0 * h.0 + d.2 * h.1);
    let beta = alpha - kappa;
    let pinned_left = alpha * h.0 <= 1.0;
    let pinned_right = !pinned_left & (beta * h.1 <= 1.0);
    let (a, b) = (1.0 / alpha, 1.0 / beta);
    let (far_left, far_right) = (h.0 - a, h.1 - b);
    let left = Kink { left: far_left, right: a, depth: d.0 * far_left, change: d.0 * (h.0 * alpha) };
    let right = Kink { left: b, right: far_right, depth: d.2 * far_right, change: d.2 * (h.1 * beta) };
    let left = choose(pinned_right, meeting(h.0, d.0, d.1), left);
    let right = choose(pinned_left, meeting(h.1, d.1, d.2), right);
    ((left, !pinned_left), (right, !pinned_right))
}

/// One of two kinks; each number is selected separately, without a branch, so that the loop over runs vectorises.
#[inline(always)]
fn choose(first: bool, a: Kink, b: Kink) -> Kink {
    Kink {
        left: if first { a.left } else { b.left },
        right: if first { a.right } else { b.right },
        depth: if first { a.depth } else { b.depth },
        change: if first { a.change } else { b.change },
    }
}
