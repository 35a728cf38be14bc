//! Which rows train, and which are left out.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// A division of the rows of a table into a training set and the rows left out.
///
/// Every subset of n rows is equally likely: the first n steps of the shuffle of Fisher and Yates (Durstenfeld, Commun. ACM 7, 1964).
///
/// ```
/// use tempered_math::seed::{Key, Purpose};
/// use tempered_math::space::rows::Split;
///
/// let mut split = Split::default();
/// split.draw(&mut Key::new(7, "an example", Purpose::Design).trial(0), 5, 3);
/// assert_eq!((split.training().len(), split.left_out().len()), (3, 2));
/// let mut all: Vec<usize> = split.training().iter().chain(split.left_out()).copied().collect();
/// all.sort_unstable();
/// assert_eq!(all, [0, 1, 2, 3, 4]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Split {
    order: Vec<usize>,
    n: usize,
}

impl Split {
    /// Draws n of so many rows without replacement; all of them where there are fewer.
    ///
    /// Cost: O(`rows`), and n numbers of `rng`, or a few more.
    pub fn draw(&mut self, rng: &mut ChaCha8Rng, rows: usize, n: usize) {
        self.n = n.min(rows);
        self.order.clear();
        self.order.extend(0..rows);
        for place in 0..self.n {
            let step = below(rng, (rows - place) as u64);
            self.order.swap(place, place + step as usize);
        }
    }

    /// The rows of the training set, in the order in which they were drawn.
    pub fn training(&self) -> &[usize] {
        &self.order[..self.n]
    }

    /// All other rows.
    pub fn left_out(&self) -> &[usize] {
        &self.order[self.n..]
    }
}

/// A number below `bound`, each equally likely; `bound` is at least 1.
///
/// The upper half of a product of 128 bits, drawn again where the lower half is among the 2^64 mod `bound` that are too many:
/// Lemire, ACM Trans. Model. Comput. Simul. 29 (2019).
fn below(rng: &mut ChaCha8Rng, bound: u64) -> u64 {
    let too_many = bound.wrapping_neg() % bound;
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(bound);
        if product as u64 >= too_many {
            return (product >> 64) as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{Key, Purpose};
    use std::collections::BTreeMap;

    #[test]
    fn every_order_of_a_training_set_is_equally_likely() {
        let key = Key::new(3, "split", Purpose::Design);
        let mut counts: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
        let mut split = Split::default();
        for trial in 0..60_000 {
            split.draw(&mut key.trial(trial), 5, 3);
            *counts.entry(split.training().to_vec()).or_default() += 1;
        }
        // 5 · 4 · 3 orders, each 1000 times with a standard deviation of 31.
        assert_eq!(counts.len(), 60);
        let square: f64 = counts.values().map(|count| (f64::from(*count) - 1000.0).powi(2) / 1000.0).sum();
        // χ² with 59 degrees of freedom: above 110 with probability 6e-5.
        assert!(square < 110.0, "{square}");
    }

    #[test]
    fn numbers_below_a_bound_are_even() {
        let mut rng = Key::new(4, "below", Purpose::Design).trial(0);
        assert_eq!(below(&mut rng, 1), 0);
        // Three quarters of the words would be too many for the upper third if none were drawn again.
        let bound = 3 << 62;
        let upper = (0..30_000).filter(|_| below(&mut rng, bound) >= 1 << 63).count();
        assert!((9_600..10_400).contains(&upper), "{upper}");
    }
}
