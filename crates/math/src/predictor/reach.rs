//! Where series of exponentials are cut: pieces on which a few terms are enough.

use std::iter::once;

/// Lengths of decay in a piece at most. Σ a^k/k! is e^a, so that rounding costs a factor of seven, and twenty-two terms
/// are enough.
const PIECE: f64 = 2.0;
/// Beyond so many lengths of decay, times any power up to the second, nothing is left in double precision.
pub(crate) const REACH: f64 = 48.0;
/// Terms below this share of the largest are left out.
const NEGLIGIBLE: f64 = 1e-18;
/// Each term follows from so many before it at most: where all of these are negligible, the rest is.
const ORDER: usize = 6;
/// Terms at most; more are never needed for [`PIECE`].
const TERMS: usize = 40;

/// Ends of pieces, ascending from x_0 to x_1 and both among them, for a function that decays over `length` from either
/// end. The flag says of each piece whether anything is left there.
pub(crate) fn between(x0: f64, x1: f64, length: f64) -> (Vec<f64>, Vec<bool>) {
    let gap = (x1 - x0) / length;
    if gap <= PIECE {
        return (vec![x0, x1], vec![true]);
    }
    let mut ends = vec![x0];
    let mut lives = Vec::new();
    let mut go = |to: f64, live: bool| {
        // Where no double lies between two ends, they are one.
        if ends.last().is_some_and(|last| to > *last) && to < x1 {
            ends.push(to);
            lives.push(live);
        }
    };
    if gap <= 2.0 * REACH {
        let count = (gap / PIECE).ceil();
        (1..count as u32).for_each(|k| go(x0 + (x1 - x0) * (f64::from(k) / count), true));
    } else {
        steps().for_each(|step| go(x0 + step * length, true));
        go(x1 - REACH * length, false);
        steps().rev().skip(1).for_each(|step| go(x1 - step * length, true));
    }
    ends.push(x1);
    lives.push(true);
    (ends, lives)
}

/// Ends of the pieces of a tail in which something is left, ascending, from `from` outwards to `side` (−1 or 1).
pub(crate) fn tail(from: f64, side: f64, length: f64) -> Vec<f64> {
    let mut ends: Vec<f64> = once(0.0).chain(steps()).map(|step| from + side * step * length).collect();
    ends.retain(|end| end.is_finite());
    ends.sort_unstable_by(f64::total_cmp);
    ends.dedup();
    ends
}

fn steps() -> impl DoubleEndedIterator<Item = f64> {
    (1..=(REACH / PIECE) as u32).map(|k| PIECE * f64::from(k))
}

/// The terms of a series up to those that count, from a function that makes one after the other.
pub(crate) fn series(mut next: impl FnMut() -> f64) -> Vec<f64> {
    let (mut terms, mut largest, mut quiet) = (Vec::new(), 0.0f64, 0);
    while terms.len() < TERMS && quiet < ORDER {
        let term: f64 = next();
        largest = largest.max(term.abs());
        quiet = if term.abs() <= NEGLIGIBLE * largest { quiet + 1 } else { 0 };
        terms.push(term);
    }
    terms.truncate((terms.len() - quiet).max(1));
    terms
}
