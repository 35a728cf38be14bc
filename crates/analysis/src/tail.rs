//! Tail indices: the α of P(X > t) ~ c t^(−α).
//!
//! A law has a mean where α > 1 and a variance where α > 2. Two estimators that look at different parts of a sample:
//! [`hill`] at its largest values, [`spread`] at the whole law of maxima over many contributions.

use crate::growth::last_half;
use crate::ordered::Ordered;
use crate::quantile::{of, quantile};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use serde::Serialize;

/// A tail index with its bootstrap interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TailIndex {
    /// The estimate of α.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval.
    pub high: f64,
    /// How many values it rests on.
    pub values: u64,
}

/// Groups that a bootstrap resamples: enough for its spread, and few however large the sample.
const GROUPS: usize = 256;
/// Fewer values than this say nothing of a tail.
const LEAST: usize = 30;
/// Maxima over fewer points than this are not maxima over many contributions.
const LEAST_POINTS: f64 = 20.0;
/// Neighbouring candidates for the number of largest values differ by this factor.
const STEP: f64 = 1.15;
/// A variance below this share of the squared mean is what rounding leaves of a constant.
const ROUNDING: f64 = 1e-13;
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

/// The logarithms of positive values, as sums over interleaved groups.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LogBlocks {
    /// (number, Σ z, Σ z²) with z the logarithm.
    groups: Vec<[f64; 3]>,
}

impl LogBlocks {
    /// Adds the value of a row. One that is not positive has no logarithm and is left out.
    pub fn push(&mut self, row: u64, value: f64) {
        if !(value > 0.0 && value.is_finite()) {
            return;
        }
        if self.groups.is_empty() {
            self.groups = vec![[0.0; 3]; GROUPS];
        }
        let group = (row % GROUPS as u64) as usize;
        let z = libm::log(value);
        let [count, sum, squares] = &mut self.groups[group];
        *count += 1.0;
        *sum += z;
        *squares += z * z;
    }

    fn totals(&self) -> [f64; 3] {
        add(self.groups.iter())
    }
}

/// The largest positive values of interleaved groups, 0 where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BlockMaxima(Vec<f64>);

impl BlockMaxima {
    /// Adds the value of a row.
    pub fn push(&mut self, row: u64, value: f64) {
        if value > 0.0 && value.is_finite() {
            self.0.resize(GROUPS, 0.0);
            let largest = &mut self.0[(row % GROUPS as u64) as usize];
            *largest = largest.max(value);
        }
    }
}

fn add<'a>(groups: impl Iterator<Item = &'a [f64; 3]>) -> [f64; 3] {
    groups.fold([0.0; 3], |total, group| std::array::from_fn(|i| total[i] + group[i]))
}

/// α of single contributions from the spread of the logarithms of their maxima, as n → ∞.
///
/// Where the maxima M of n contributions follow Fréchet's law, sd(ln M) = π/(√6 α) whatever their scale. At finite n
/// their law is not there yet; the indices of three or more levels are carried on to n = ∞ along a line in n^(−1/2).
/// Nobody knows the rate: the interval is the bootstrap's, widened by α/√n at the last n and made to hold what a line in
/// n^(−1/4) and the mean of the last half of the levels say. Levels of fewer than 20 points take no part.
///
/// Shapes: a level is n with the logarithms of its maxima. Errors: none where no level has 30 values that vary.
/// Cost: O(levels · bootstrap rounds).
///
/// Accuracy: relative standard error 1.05/√N a level of N trials. The rate n^(−1/2) is that of depths D with
/// P(D > K) ~ c/K² (1 + O(1/K)).
///
/// Source: Gumbel's law has variance π²/6; see Embrechts, Klüppelberg & Mikosch (1997), sections 3.3 and 6.
pub(crate) fn spread(
    levels: &[(f64, LogBlocks)],
    options: &Bootstrap,
    rng: &mut ChaCha8Rng,
) -> Option<TailIndex> {
    let totals: Vec<[f64; 3]> = levels.iter().map(|(_, logs)| logs.totals()).collect();
    let is_usable = |l: &usize| {
        levels[*l].0 >= LEAST_POINTS && totals[*l][0] >= LEAST as f64 && deviation(totals[*l]).is_some()
    };
    let usable: Vec<usize> = (0..levels.len()).filter(is_usable).collect();
    // (n, index, weight) of each level.
    let indices = |total: &mut dyn FnMut(usize) -> [f64; 3]| {
        let index = |l: &usize| {
            let total = total(*l);
            let index = std::f64::consts::PI / (6f64.sqrt() * deviation(total)?);
            Some((levels[*l].0, index, total[0] / (index * index)))
        };
        usable.iter().map(index).collect::<Option<Vec<_>>>()
    };
    let found = indices(&mut |l| totals[l])?;
    let value = intercept(&found, |n| 1.0 / n.sqrt())?;
    let (mut low, mut high) = options.interval(rng, |rng| {
        let drawn = indices(&mut |l| add(redraw(rng, GROUPS).map(|place| &levels[l].1.groups[place])))?;
        intercept(&drawn, |n| 1.0 / n.sqrt())
    })?;
    if let Some((n, ..)) = found.last() {
        let doubt = value / n.sqrt();
        (low, high) = (low - doubt, high + doubt);
    }
    let late = last_half(&found);
    for other in
        [intercept(&found, |n| 1.0 / n.sqrt().sqrt()), intercept(late, |_| 0.0)].into_iter().flatten()
    {
        (low, high) = (low.min(other), high.max(other));
    }
    let values = usable.iter().map(|l| totals[*l][0] as u64).sum();
    Some(TailIndex { value, low, high, values })
}

/// Whether maxima were measured and do not vary: a bounded law.
pub(crate) fn is_constant(levels: &[(f64, LogBlocks)]) -> bool {
    let totals: Vec<[f64; 3]> =
        levels.iter().map(|(_, logs)| logs.totals()).filter(|total| total[0] >= LEAST as f64).collect();
    !totals.is_empty() && totals.iter().all(|total| deviation(*total).is_none())
}

/// The standard deviation behind (number, sum, sum of squares); none where there is none.
fn deviation([count, sum, squares]: [f64; 3]) -> Option<f64> {
    let variance = (squares - sum * sum / count) / (count - 1.0);
    (variance > ROUNDING * squares / count && variance.is_finite()).then(|| variance.sqrt())
}

/// The value at x = 0 of the weighted line through (x(n), y, weight); the weighted mean where there are fewer than three
/// different x.
fn intercept(points: &[(f64, f64, f64)], x: impl Fn(f64) -> f64) -> Option<f64> {
    let total: f64 = points.iter().map(|(.., w)| w).sum();
    let mx = points.iter().map(|(n, _, w)| w * x(*n)).sum::<f64>() / total;
    let my = points.iter().map(|(_, y, w)| w * y).sum::<f64>() / total;
    let sxx: f64 = points.iter().map(|(n, _, w)| w * (x(*n) - mx) * (x(*n) - mx)).sum();
    let sxy: f64 = points.iter().map(|(n, y, w)| w * (x(*n) - mx) * (y - my)).sum();
    let slope = if points.len() < 3 || sxx == 0.0 { 0.0 } else { sxy / sxx };
    let value = my - slope * mx;
    (value > 0.0).then_some(value)
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

/// α from the spread of the logarithms of the largest of every 256th part of the values: Fréchet's law again, whatever
/// the law of a single value.
pub(crate) fn block_maxima(
    sample: &BlockMaxima,
    options: &Bootstrap,
    rng: &mut ChaCha8Rng,
) -> Option<TailIndex> {
    let logs: Vec<f64> = sample.0.iter().filter(|v| **v > 0.0).map(|v| libm::log(*v)).collect();
    if logs.len() < LEAST {
        return None;
    }
    let index_of = |values: &mut dyn Iterator<Item = f64>| {
        let values: Vec<f64> = values.collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
        (variance > ROUNDING * mean * mean).then(|| std::f64::consts::PI / (6.0 * variance).sqrt())
    };
    let value = index_of(&mut logs.iter().copied())?;
    let (low, high) =
        options.interval(rng, |rng| index_of(&mut redraw(rng, logs.len()).map(|place| logs[place])))?;
    Some(TailIndex { value, low, high, values: logs.len() as u64 })
}

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

    /// The middle part of ascending replicates.
    pub fn ends(&self, ascending: &[f64]) -> Option<(f64, f64)> {
        let tail = (1.0 - self.confidence) / 2.0;
        Some((quantile(ascending, tail)?, quantile(ascending, 1.0 - tail)?))
    }
}

/// Places of a bootstrap sample: `count` of them, at most [`GROUPS`], drawn from as many with replacement.
fn redraw(rng: &mut ChaCha8Rng, count: usize) -> impl Iterator<Item = usize> {
    let mut words = [[0; 8]; GROUPS];
    rng.fill_bytes(words[..count].as_flattened_mut());
    // The bias of so few out of 2^64 is beyond any sample.
    let below = move |word: u64| if count == GROUPS { word % GROUPS as u64 } else { word % count as u64 };
    words.into_iter().take(count).map(move |word| below(u64::from_le_bytes(word)) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::point::{generator, uniform};

    const OPTIONS: Bootstrap = Bootstrap { rounds: 400, confidence: 0.95 };

    fn pareto(count: usize, alpha: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut values: Vec<f64> = (0..count).map(|_| (1.0 - uniform(rng)).powf(-1.0 / alpha)).collect();
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    fn logs(values: &[f64]) -> LogBlocks {
        let mut logs = LogBlocks::default();
        values.iter().enumerate().for_each(|(row, value)| logs.push(row as u64, *value));
        logs
    }

    fn maxima(values: &[f64]) -> BlockMaxima {
        let mut maxima = BlockMaxima::default();
        values.iter().enumerate().for_each(|(row, value)| maxima.push(row as u64, *value));
        maxima
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
    fn spread_finds_frechet_maxima() {
        let mut rng = generator(2, &["frechet"]);
        for alpha in [0.5, 1.0, 1.5, 2.0] {
            let levels: Vec<(f64, LogBlocks)> = [100.0, 1000.0, 10_000.0]
                .map(|n: f64| {
                    let maxima: Vec<f64> = (0..4000)
                        .map(|_| (-n / uniform(&mut rng).max(1e-300).ln()).powf(1.0 / alpha))
                        .collect();
                    (n, logs(&maxima))
                })
                .into();
            let found = spread(&levels, &OPTIONS, &mut rng).unwrap();
            assert!(found.low < alpha && alpha < found.high, "{alpha}: {found:?}");
            assert!(found.high - found.low < 0.08 * alpha, "{alpha}: {found:?}");
        }
    }

    #[test]
    fn block_maxima_find_pareto_tails() {
        let mut rng = generator(3, &["blocks"]);
        for alpha in [0.5, 1.0, 2.0] {
            let values: Vec<f64> =
                (0..50_000).map(|_| (1.0 - uniform(&mut rng)).powf(-1.0 / alpha)).collect();
            let found = block_maxima(&maxima(&values), &OPTIONS, &mut rng).unwrap();
            assert!((found.value / alpha - 1.0).abs() < 0.2, "{alpha}: {found:?}");
            assert!(found.low < found.value && found.value < found.high, "{alpha}: {found:?}");
        }
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
    fn constants_and_small_samples_have_no_tail() {
        let mut rng = generator(5, &[]);
        assert_eq!(hill(&[1.0; 20], &OPTIONS, &mut rng), None);
        assert_eq!(hill(&[1.0; 200], &OPTIONS, &mut rng), None);
        assert_eq!(hill(&[0.0; 200], &OPTIONS, &mut rng), None);
        assert_eq!(spread(&[(10.0, logs(&[2.0; 500]))], &OPTIONS, &mut rng), None);
        assert_eq!(block_maxima(&maxima(&[2.0; 500]), &OPTIONS, &mut rng), None);
    }
}
