//! The number of knots of a predictor between neighbouring data points.

use crate::predictor::Knots;

/// A kink: its position and slope change.
type Kink = (f64, f64);

/// The shares of gaps with 0, 1, 2, 3 and more knots.
///
/// Trained networks may have many neurons with almost the same kink. Neighbouring kinks of a gap count as one as long as
/// their replacement by a single kink at the centre of mass Σ c τ/Σ c changes the function by at most
/// ε = within · (max y − min y). A kink whose removal changes it by at most ε does not count; the change is
/// c d₁ d₂/(d₁ + d₂), with the distances from the neighbouring knots or data points. With ε = 0 every kink counts.
///
/// Shapes: n points, n − 1 gaps. Cost: O(n), and O(k²) for k kinks that are merged into one.
pub(super) fn shares(knots: &Knots, (x, y): (&[f64], &[f64]), within: f64) -> [f64; 5] {
    let (low, high) =
        y.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (y.min(low), y.max(high)));
    let slack = within * (high - low);
    let mut counts = [0.0; 5];
    let mut inner = knots.inner.iter().peekable();
    let mut kinks: Vec<Kink> = Vec::new();
    for gap in x.windows(2) {
        kinks.clear();
        while let Some(k) = inner.next_if(|k| knots.x[**k] < gap[1]) {
            if knots.change[*k] != 0.0 {
                kinks.push((knots.x[*k], knots.change[*k]));
            }
        }
        counts[count(&kinks, (gap[0], gap[1]), slack).min(4)] += 1.0;
    }
    counts.map(|count| count / (x.len() - 1) as f64)
}

/// The number of knots of a gap with these kinks, after merging and removal.
fn count(kinks: &[Kink], (low, high): (f64, f64), slack: f64) -> usize {
    let mut merged: Vec<Kink> = Vec::new();
    let mut rest = kinks;
    while let Some(first) = rest.first() {
        let mut best = (1, *first);
        for length in 2..=rest.len() {
            match merge(&rest[..length], slack) {
                Some(kink) => best = (length, kink),
                None => break,
            }
        }
        rest = &rest[best.0..];
        merged.push(best.1);
    }
    let mut left = low;
    let mut count = 0;
    for (i, (at, change)) in merged.iter().enumerate() {
        let right = merged.get(i + 1).map_or(high, |next| next.0);
        let (before, behind) = (at - left, right - at);
        if change.abs() * before * behind / (before + behind) > slack || slack == 0.0 {
            count += 1;
            left = *at;
        }
    }
    count
}

/// The single kink that replaces several; `None` where that changes the function by more than `slack`.
fn merge(kinks: &[Kink], slack: f64) -> Option<Kink> {
    let change: f64 = kinks.iter().map(|kink| kink.1).sum();
    let (first, last) = (kinks[0].0, kinks[kinks.len() - 1].0);
    let centre = first + kinks.iter().map(|(at, c)| c * (at - first)).sum::<f64>() / change;
    if !(first..=last).contains(&centre) {
        return None;
    }
    let bend = |x: f64| kinks.iter().map(|(at, c)| c * (x - at).max(0.0)).sum::<f64>();
    let moved = |x: f64| (bend(x) - change * (x - centre).max(0.0)).abs();
    let close = kinks.iter().all(|(at, _)| moved(*at) <= slack) && moved(centre) <= slack;
    close.then_some((centre, change))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_are_one_knot_and_small_bends_none() {
        let gap = (0.0, 1.0);
        let kinks = [(0.3, 1.0), (0.31, 1.0), (0.7, -2.0), (0.9, 1e-3)];
        assert_eq!(count(&kinks, gap, 0.0), 4);
        assert_eq!(count(&kinks, gap, 1e-5), 4);
        assert_eq!(count(&kinks, gap, 1e-4), 3);
        assert_eq!(count(&kinks, gap, 0.01), 2);
        // Two opposite kinks change the function by c times their distance.
        assert_eq!(count(&[(0.5, 1.0), (0.6, -1.0)], gap, 0.01), 2);
        assert_eq!(count(&[], gap, 0.01), 0);
        // A kink next to a data point changes nothing.
        assert_eq!(count(&[(1e-6, 3.0)], gap, 1e-4), 0);
    }
}
