//! Bootstrap replicates of normal errors, by stratified sampling.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use crate::sample::confidence::standard_errors;

/// Standard normal numbers, one from each stratum of equal probability, ascending; their variance is 1.
///
/// Replicates of one level are a function of all these numbers, in a random order for each level (Latin hypercube), so that
/// statistics of one level have no simulation error, and sums over levels a small one.
///
/// Source: McKay, Beckman & Conover (1979), Technometrics 21.
pub(crate) struct Replicates {
    normals: Vec<f64>,
}

impl Replicates {
    /// `count` numbers. Cost: 40 error functions a number.
    pub fn new(count: usize) -> Replicates {
        // The median of stratum k has the probability (k + ½)/count below it.
        let upper = |k: usize| standard_errors(1.0 - (2 * (count - k) - 1) as f64 / count as f64);
        let half: Vec<f64> = (count.div_ceil(2)..count).map(upper).collect();
        // Medians of strata have a variance below 1, mostly due to the outer strata; scaling restores it.
        let scale = (count as f64 / (2.0 * half.iter().map(|z| z * z).sum::<f64>())).sqrt();
        let below = half.iter().rev().map(|z| -z * scale);
        let middle = std::iter::repeat_n(0.0, count % 2);
        Replicates { normals: below.chain(middle).chain(half.iter().map(|z| z * scale)).collect() }
    }

    /// The numbers, ascending.
    pub fn normals(&self) -> &[f64] {
        &self.normals
    }

    /// The same values in a random order, each as likely as any other.
    pub fn shuffled(mut values: Vec<f64>, rng: &mut ChaCha8Rng) -> Vec<f64> {
        for left in (1..values.len()).rev() {
            // The upper half of the product is uniform below left + 1, up to a bias of 2⁻⁶⁴.
            let other = (u128::from(rng.next_u64()) * (left as u128 + 1)) >> 64;
            values.swap(left, other as usize);
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::point::generator;

    #[test]
    fn normals_have_the_quantiles_and_moments_of_their_law() {
        for count in [100, 101, 1000] {
            let replicates = Replicates::new(count);
            let z = replicates.normals();
            assert!(z.len() == count && z.is_sorted());
            let moment = |k: i32| z.iter().map(|z| z.powi(k)).sum::<f64>() / count as f64;
            assert!(
                moment(1).abs() < 1e-12 && (moment(2) - 1.0).abs() < 1e-12 && (moment(4) - 3.0).abs() < 0.25
            );
            // Three quarters of them are below .6745.
            let below = z.iter().filter(|z| **z < 0.6745).count() as f64 / count as f64;
            assert!((below - 0.75).abs() <= 1.0 / count as f64, "{below}");
        }
    }

    #[test]
    fn orders_are_permutations_and_equally_likely() {
        let mut rng = generator(1, &["shuffle"]);
        let mut times = std::collections::BTreeMap::new();
        for _ in 0..6000 {
            let order = Replicates::shuffled(vec![1.0, 2.0, 3.0], &mut rng);
            let order: Vec<u64> = order.into_iter().map(f64::to_bits).collect();
            *times.entry(order).or_insert(0) += 1;
        }
        assert!(times.len() == 6 && times.values().all(|times| (850..1150).contains(times)), "{times:?}");
    }
}
