//! Intervals from what is drawn again.

use libm::erfc;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use crate::sample::quantile::quantile;

/// Groups that a bootstrap resamples: enough for its spread, and few however large the sample.
pub(crate) const GROUPS: usize = 256;
/// How to draw intervals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bootstrap {
    pub rounds: usize,
    pub confidence: f64,
}

impl Bootstrap {
    /// The interval of a statistic; none where more than a tenth of the replicates have none.
    pub fn interval(
        &self,
        rng: &mut ChaCha8Rng,
        mut replicate: impl FnMut(&mut ChaCha8Rng) -> Option<f64>,
    ) -> Option<(f64, f64)> {
        let mut values: Vec<f64> = (0..self.rounds).filter_map(|_| replicate(rng)).collect();
        if values.len() < self.rounds - self.rounds / 10 {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        self.ends(&values)
    }

    /// The number of standard errors on either side that hold a normal variable with this confidence.
    pub fn errors(&self) -> f64 {
        standard_errors(self.confidence)
    }

    /// The middle part of ascending replicates.
    pub fn ends(&self, ascending: &[f64]) -> Option<(f64, f64)> {
        let tail = (1.0 - self.confidence) / 2.0;
        Some((quantile(ascending, tail)?, quantile(ascending, 1.0 - tail)?))
    }
}

/// Places of a bootstrap sample: `count` of them, at most [`GROUPS`], drawn from as many with replacement.
pub(crate) fn redraw(rng: &mut ChaCha8Rng, count: usize) -> impl Iterator<Item = usize> {
    let mut words = [[0; 8]; GROUPS];
    rng.fill_bytes(words[..count].as_flattened_mut());
    // The bias of so few out of 2^64 is beyond any sample.
    let below = move |word: u64| if count == GROUPS { word % GROUPS as u64 } else { word % count as u64 };
    words.into_iter().take(count).map(move |word| below(u64::from_le_bytes(word)) as usize)
}

/// The number of standard errors on either side that hold a normal variable with this confidence.
///
/// Accuracy: 1e-9, by bisection of erfc(z/√2) = 1 − confidence.
pub(crate) fn standard_errors(confidence: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    while high - low > 1e-10 {
        let middle = (low + high) / 2.0;
        if erfc(middle * std::f64::consts::FRAC_1_SQRT_2) > 1.0 - confidence {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::point::generator;

    /// As if words were drawn one by one.
    #[test]
    fn places_are_drawn_in_order() {
        for count in [1, 30, 255, GROUPS] {
            let (mut rng, mut twin) = (generator(6, &[]), generator(6, &[]));
            for _ in 0..3 {
                let drawn: Vec<usize> = redraw(&mut rng, count).collect();
                let one_by_one = (0..count).map(|_| (twin.next_u64() % count as u64) as usize);
                assert_eq!(drawn, one_by_one.collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn standard_errors_are_the_textbook_s() {
        for (confidence, errors) in [(0.95, 1.959_963_985), (0.9973, 2.999_976_993), (0.5, 0.674_489_750)] {
            assert!((standard_errors(confidence) - errors).abs() < 1e-8, "{confidence}");
        }
    }
}
