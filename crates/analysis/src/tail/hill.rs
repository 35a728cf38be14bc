//! Tail indices by Hill's estimator, at the largest values of one sample or of many.

use crate::sample::bootstrap::{Bootstrap, GROUPS, redraw};
use crate::sample::ordered::Ordered;
use crate::sample::quantile::of;
use crate::tail::index::{LEAST, TailIndex};
use rand_chacha::ChaCha8Rng;

/// Neighbouring candidates for the number of largest values differ by this factor.
const STEP: f64 = 1.15;
/// Candidates agree if they differ by less than so many standard errors of their difference.
const AGREE: f64 = 3.0;

/// α by Hill's estimator over the k largest of ascending values: 1/α = mean of ln(x_(i)/x_(k+1)).
///
/// k is the largest number whose estimate agrees with those of all smaller ones, within three standard errors of the
/// difference: where the tail stops being a power, larger k are biased and smaller ones tell.
///
/// Errors: none where fewer than 30 positive values are there. Cost: O(values).
///
/// Source: Hill (1975), Ann. Statist. 3; the choice after Drees & Kaufmann (1998), Stoch. Process. Appl. 75.
pub(crate) fn hill(ascending: &[f64], options: &Bootstrap, rng: &mut ChaCha8Rng) -> Option<TailIndex> {
    let logs: Vec<f64> =
        ascending.iter().rev().take_while(|v| **v > 0.0 && v.is_finite()).map(|v| libm::log(*v)).collect();
    if logs.len() <= LEAST {
        return None;
    }
    // For a power law i (ln x_(i) − ln x_(i+1)) are independent exponentials of mean 1/α (Rényi).
    let spacings: Vec<f64> =
        logs.windows(2).enumerate().map(|(i, pair)| (i + 1) as f64 * (pair[0] - pair[1])).collect();
    let k = stable(&spacings);
    let mut groups = [(0.0, 0.0); GROUPS];
    for (i, spacing) in spacings[..k].iter().enumerate() {
        groups[i % GROUPS].0 += spacing;
        groups[i % GROUPS].1 += 1.0;
    }
    let used = &groups[..k.min(GROUPS)];
    let inverse = |sum: f64, count: f64| (sum > 0.0).then(|| count / sum);
    let value = inverse(used.iter().map(|g| g.0).sum(), k as f64)?;
    let (low, high) = options.interval(rng, |rng| {
        let (sum, count) = redraw(rng, used.len())
            .fold((0.0, 0.0), |(sum, count), place| (sum + used[place].0, count + used[place].1));
        inverse(sum, count)
    })?;
    Some(TailIndex { value, low, high, values: k as u64 })
}

/// How many spacings, from the first, look like those of one power law.
fn stable(spacings: &[f64]) -> usize {
    let mut candidates: Vec<(usize, f64)> = Vec::new();
    let (mut sum, mut next) = (0.0, LEAST as f64);
    let mut best = LEAST.min(spacings.len());
    for (i, spacing) in spacings.iter().enumerate() {
        sum += spacing;
        let k = i + 1;
        if (k as f64) < next && k < spacings.len() {
            continue;
        }
        next = k as f64 * STEP;
        let mean = sum / k as f64;
        let agrees = candidates.iter().all(|(j, earlier)| {
            let error = earlier * (1.0 / *j as f64 - 1.0 / k as f64).sqrt();
            (mean - earlier).abs() <= AGREE * error
        });
        candidates.push((k, mean));
        if agrees {
            best = k;
        }
    }
    best
}

/// The largest values of a sample in units of its median, for pooling.
pub(crate) struct Top {
    /// Ascending.
    pub values: Vec<f64>,
}

impl Top {
    /// The upper fifth of a sample; none where its median is not positive.
    pub fn of(sample: &Ordered) -> Option<Top> {
        let scale = of(sample, 0.5).filter(|scale| *scale > 0.0 && scale.is_finite())?;
        let most = usize::try_from(sample.count() / 5).unwrap_or(usize::MAX);
        Some(Top { values: sample.largest(most).iter().map(|value| value / scale).collect() })
    }
}

/// [`hill`] over samples of one index and different scale, above a value from which on all of them are whole.
pub(crate) fn pooled_hill(tops: &[&Top], options: &Bootstrap, rng: &mut ChaCha8Rng) -> Option<TailIndex> {
    let least = tops.iter().filter_map(|top| top.values.first().copied()).fold(0.0, f64::max);
    let mut values: Vec<f64> =
        tops.iter().flat_map(|top| top.values.iter().copied().filter(|value| *value >= least)).collect();
    values.sort_unstable_by(f64::total_cmp);
    hill(&values, options, rng)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::point::{generator, uniform};

    const OPTIONS: Bootstrap = Bootstrap { rounds: 400, confidence: 0.95 };

    fn pareto(count: usize, alpha: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut values: Vec<f64> = (0..count).map(|_| (1.0 - uniform(rng)).powf(-1.0 / alpha)).collect();
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    #[test]
    fn hill_finds_pareto_tails() {
        let mut rng = generator(1, &["pareto"]);
        for alpha in [0.5, 1.0, 1.5, 2.0] {
            let values = pareto(4000, alpha, &mut rng);
            let found = hill(&values, &OPTIONS, &mut rng).unwrap();
            assert!(found.low < alpha && alpha < found.high, "{alpha}: {found:?}");
            assert!(found.high / found.low < 1.5, "{alpha}: {found:?}");
        }
    }

    /// 1/(1 + t) has index 1, and far from the tail looks heavier.
    #[test]
    fn hill_stays_where_the_tail_is_a_power() {
        let mut rng = generator(1, &["bent"]);
        let mut values: Vec<f64> = (0..100_000).map(|_| 1.0 / (1.0 - uniform(&mut rng)) - 1.0).collect();
        values.sort_unstable_by(f64::total_cmp);
        let found = hill(&values, &OPTIONS, &mut rng).unwrap();
        assert!((found.value - 1.0).abs() < 0.1 && found.values < 50_000, "{found:?}");
    }

    #[test]
    fn pooling_needs_no_common_scale() {
        let mut rng = generator(4, &["pool"]);
        let samples = [1.0, 1e6, 1e-9].map(|scale| {
            let values = pareto(3000, 0.7, &mut rng).iter().map(|v| v * scale).collect();
            Top::of(&Ordered::all(values)).unwrap()
        });
        let found = pooled_hill(&samples.each_ref(), &OPTIONS, &mut rng).unwrap();
        assert!(found.low < 0.7 && 0.7 < found.high && found.values > 1000, "{found:?}");
    }

    #[test]
    fn constants_and_small_samples_have_no_tail() {
        let mut rng = generator(5, &[]);
        assert_eq!(hill(&[1.0; 20], &OPTIONS, &mut rng), None);
        assert_eq!(hill(&[1.0; 200], &OPTIONS, &mut rng), None);
        assert_eq!(hill(&[0.0; 200], &OPTIONS, &mut rng), None);
    }
}
