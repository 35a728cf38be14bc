//! A quantile of the risk at one n, with its error.

use libm::log;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::sample::ordered::Ordered;
use crate::sample::replicates::Replicates;

/// The least number of values of a level in a fit: from 13 on both ends of a 95 % interval of a quartile are among the
/// values (0.75¹³ < 2.5 %), and quartiles are what is fitted.
pub(crate) const LEAST_VALUES: u64 = 20;
/// The least relative standard error: smaller ones are below the accuracy of the values.
const LEAST_SPREAD: f64 = 1e-9;

/// A quantile of one level and its bootstrap replicates.
///
/// - `value` is finite and positive, all `logs` are finite, `spread` ≥ 1e-9.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// The size of a training set.
    pub n: f64,
    /// The sample quantile, that of the mid-distribution function where values are tied.
    pub value: f64,
    /// The standard error of its logarithm.
    pub spread: f64,
    /// The logarithms of its bootstrap replicates, in an order that is independent of those of other levels.
    pub logs: Vec<f64>,
}

impl Point {
    /// The q-quantile of a sample; `None` where values are too few or not positive and finite.
    ///
    /// The quantile of a bootstrap sample is an order statistic of the sample, at a position that is normal with mean q N
    /// and variance N q (1 − q) up to O(1), so that resampling N values is not necessary. Where values are tied the quantile
    /// is that of the mid-distribution function, which is linear between atoms.
    ///
    /// Cost: a logarithm a replicate.
    pub fn of(n: u64, sample: &Ordered, q: f64, normals: &Replicates, rng: &mut ChaCha8Rng) -> Option<Point> {
        if sample.count() < LEAST_VALUES {
            return None;
        }
        let last = sample.count() as f64 - 1.0;
        // With the ordinary quantile every replicate could be the same atom, and the estimated error would be 0.
        let value = sample.at_middle(q * last)?;
        let reach = (sample.count() as f64 * q * (1.0 - q)).sqrt();
        let draws = sample.at_middles(normals.normals().iter().map(|z| q * last + reach * z))?;
        Point::new(n as f64, value, draws, rng)
    }

    /// The mean of one level with its standard error.
    pub fn of_mean(
        n: u64,
        mean: f64,
        error: f64,
        normals: &Replicates,
        rng: &mut ChaCha8Rng,
    ) -> Option<Point> {
        Point::new(n as f64, mean, normals.normals().iter().map(|z| mean + error * z).collect(), rng)
    }

    /// A point from replicates; `None` where one of them is not positive.
    fn new(n: f64, value: f64, draws: Vec<f64>, rng: &mut ChaCha8Rng) -> Option<Point> {
        let usable = |v: f64| v.is_finite() && v > 0.0;
        if !usable(value) || !draws.iter().copied().all(usable) {
            return None;
        }
        let mut logs = draws;
        logs.iter_mut().for_each(|draw| *draw = log(*draw));
        let spread = deviation(&logs).max(LEAST_SPREAD);
        Some(Point { n, value, spread, logs: Replicates::shuffled(logs, rng) })
    }
}

/// A generator that depends on the seed and the purpose, not on the order of the work.
pub(crate) fn generator(seed: u64, purpose: &[&str]) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // FNV-1a with a separator suffices, as streams only have to differ between series.
    let bytes = purpose.iter().flat_map(|part| part.bytes().chain([0xff]));
    rng.set_stream(
        bytes.fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)),
    );
    rng
}

/// The standard deviation, in two passes.
fn deviation(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt()
}

/// A standard normal by Box and Muller's transform.
#[cfg(test)]
pub(crate) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = 1.0 - uniform(rng);
    (-2.0 * log(radius)).sqrt() * libm::cos(uniform(rng) * std::f64::consts::TAU)
}

/// Uniform on [0, 1).
#[cfg(test)]
pub(crate) fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    use rand_chacha::rand_core::Rng;
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// The last half of the levels (rounded up, at least two), which is closest to the limit of large n.
pub(crate) fn last_half<T>(levels: &[T]) -> &[T] {
    let count = levels.len().div_ceil(2).max(2).min(levels.len());
    &levels[levels.len() - count..]
}

/// A point whose value is known with a standard error, for tests of rules.
#[cfg(test)]
pub(crate) fn synthetic(n: u64, value: f64, error: f64) -> Point {
    let mut rng = generator(5, &["synthetic", &n.to_string()]);
    let logs = (0..1000).map(|_| log(value) + error / value * normal(&mut rng)).collect();
    Point { n: n as f64, value, spread: error / value, logs }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::Rng;

    #[test]
    fn halves_round_up() {
        assert_eq!(last_half(&[10, 20, 40, 80, 160]), [40, 80, 160]);
        assert_eq!(last_half(&[10, 20, 40]).len(), 2);
    }

    /// Normal positions agree with resampling.
    #[test]
    fn order_statistic_trick_agrees_with_resampling() {
        let mut rng = generator(1, &["twin"]);
        let x: Vec<f64> = (0..301).map(|_| normal(&mut rng).exp()).collect();
        for (q, rank) in [(0.5, 150), (0.25, 75)] {
            let normals = Replicates::new(4000);
            let point = Point::of(10, &Ordered::all(x.clone()), q, &normals, &mut rng).unwrap();
            let twins: Vec<f64> = (0..4000)
                .map(|_| {
                    let mut y: Vec<f64> = (0..x.len()).map(|_| x[(rng.next_u64() % 301) as usize]).collect();
                    y.sort_unstable_by(f64::total_cmp);
                    y[rank].ln()
                })
                .collect();
            let twin = deviation(&twins);
            assert!((point.spread / twin - 1.0).abs() < 0.08, "{q}: {} against {twin}", point.spread);
        }
    }

    #[test]
    fn leaves_out_what_has_no_logarithm() {
        let mut rng = generator(1, &[]);
        let normals = Replicates::new(100);
        let mut of = |values: &[f64]| Point::of(10, &Ordered::all(values.to_vec()), 0.5, &normals, &mut rng);
        assert!(of(&[1.0; 19]).is_none());
        assert!(of(&[0.0; 40]).is_none());
        assert!(of(&[f64::INFINITY; 40]).is_none());
        assert_eq!(of(&[1.0; 40]).unwrap().spread, LEAST_SPREAD);
    }

    #[test]
    fn purposes_have_their_own_numbers() {
        let first = |purpose: &[&str]| generator(1, purpose).next_u64();
        assert_eq!(first(&["a", "b"]), first(&["a", "b"]));
        assert_ne!(first(&["a", "b"]), first(&["ab"]));
    }
}
