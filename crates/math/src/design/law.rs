//! Laws of sorted points.

use crate::sum::ascending;
use rand_chacha::ChaCha8Rng;

/// A law of n sorted points, no two of them equal.
///
/// ```
/// use rand_chacha::ChaCha8Rng;
/// use tempered_math::design::Design;
/// use tempered_math::seed::{Key, Purpose};
///
/// /// The middles of n cells of one length.
/// struct Middles;
///
/// impl Design for Middles {
///     fn fill(&self, _: &mut ChaCha8Rng, x: &mut [f64]) {
///         let n = x.len() as f64;
///         x.iter_mut().enumerate().for_each(|(i, x)| *x = (i as f64 + 0.5) / n);
///     }
/// }
///
/// let mut x = [0.0; 4];
/// Middles.fill(&mut Key::new(7, "an example", Purpose::Design).trial(0), &mut x);
/// assert_eq!(x, [0.125, 0.375, 0.625, 0.875]);
/// ```
pub trait Design: Send + Sync {
    /// Fills `x` with strictly increasing points in [0, 1].
    ///
    /// Shapes: n = `x.len()`. Random numbers come from `rng` alone. Cost: O(n).
    fn fill(&self, rng: &mut ChaCha8Rng, x: &mut [f64]);
}

/// Moves points that rounding made equal up by one unit in the last place, so that x increases strictly.
#[inline(always)]
pub(super) fn separate(x: &mut [f64]) {
    if ascending(x) {
        return;
    }
    for i in 1..x.len() {
        if x[i] <= x[i - 1] {
            x[i] = x[i - 1].next_up();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_ties_are_moved_apart() {
        for (mut x, moved) in [
            (vec![0.25; 4], vec![0, 1, 2, 3]),
            // A point that was moved may be equal to the next one.
            (vec![0.25, 0.25, 0.25f64.next_up(), 0.5], vec![0, 1, 1, 0]),
            (vec![0.0, 0.0, 0.0], vec![0, 1, 2]),
            (vec![0.0, 0.5, 1.0], vec![0, 0, 0]),
        ] {
            let before = x.clone();
            separate(&mut x);
            assert!(x.windows(2).all(|pair| pair[0] < pair[1]), "{x:?}");
            let ulps: Vec<u64> =
                x.iter().zip(&before).map(|(after, x)| after.to_bits() - x.to_bits()).collect();
            assert_eq!(ulps, moved, "{before:?}");
        }
    }
}
