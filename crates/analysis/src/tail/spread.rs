//! The tail index of single contributions from the maxima of many.

use crate::sample::logs::Logs;
use crate::sample::point::last_half;
use crate::tail::index::{LEAST, TailIndex};
use libm::{log, pow};

/// The least n of a level: maxima over fewer gaps are not close to an extreme value law.
const LEAST_POINTS: f64 = 10.0;
/// The least number of levels for an extrapolation to n = ∞: a line leaves one degree of freedom.
const LEAST_LEVELS: usize = 3;
/// Rates ρ of the approach n^(−ρ): 1/ρ from 1 to 8, in steps that are not distinguishable at feasible n.
const RATES: [f64; 7] = [0.125, 1.0 / 6.0, 0.25, 0.354, 0.5, 0.707, 1.0];
/// The factor by which the approach may be slower than 1/(p α): a second tail whose index is larger by half a power halves
/// the rate.
const SLOWER: f64 = 2.0;
/// A rate is plausible where its χ² exceeds the least by at most this, the 95 % quantile of χ² with one degree of freedom.
const POSSIBLE: f64 = 3.84;

/// Local errors with a larger index than this may have a tail lighter than any power, whose index at feasible n is estimated as 5 to 30
/// and grows like ln n.
const LIGHT: f64 = 5.0;

/// Whether there are enough values for an estimate of a tail.
fn is_enough(logs: &Logs) -> bool {
    logs.count() >= LEAST as f64
}

/// The index 1/α of one level, with its standard error.
struct Inverse {
    n: f64,
    value: f64,
    error: f64,
    values: u64,
}

impl Inverse {
    /// (√6/π) sd(ln M), whose relative variance is (kurtosis − 1)/(4N).
    fn of((n, logs): &(f64, Logs)) -> Option<Inverse> {
        if *n < LEAST_POINTS || !is_enough(logs) {
            return None;
        }
        let value = 6f64.sqrt() / std::f64::consts::PI * logs.deviation()?;
        let mean = logs.mean()?;
        let relative = (mean.kurtosis? - 1.0) / (4.0 * logs.count());
        // Two equally frequent values have the kurtosis 1, for which the formula would give an error of 0.
        let error = value * relative.max(1.0 / (4.0 * logs.count())).sqrt();
        Some(Inverse { n: *n, value, error, values: logs.count() as u64 })
    }
}

/// A line in n^(−ρ): its value at n = ∞ with its standard error.
struct Line {
    rate: f64,
    value: f64,
    error: f64,
    chi2: f64,
}

/// α of single contributions, as n → ∞, from the standard deviation of the logarithms of their maxima; the interval has
/// `reach` standard errors on either side.
///
/// Where the maxima M of n contributions follow Fréchet's law, s = (√6/π) sd(ln M) = 1/α for any scale. At finite n
/// their law differs from it: s is extrapolated to n = ∞ along lines s + b n^(−ρ), by weighted least squares. The rate
/// is not known exactly. The largest local error is K = n^(1/(p α)), and for a power law of local errors with a
/// correction of the next whole power, P(D > K) ~ c K^(−p α) (1 + O(1/K)), the rate is 1/(p α). The interval is the
/// union of those of all ρ from half of that to 1 whose χ² is within 3.84 of the least, extended to the mean index of
/// the last half of the levels, and widened by α/K; it has no upper end where p α is above 5. Where no line fits, errors are scaled up until the best one does.
///
/// Shapes: a level is n with the logarithms of its maxima; p is the exponent of the risk. Levels of fewer than 10 points are
/// not used. Errors: `None` for fewer than three levels with 30 values that vary. Cost: O(levels).
///
/// Accuracy: the relative standard error of a level of N trials is 1.05/√N; that at n = ∞ is several times as large
/// where the levels do not determine the rate. The interval of 95 % covers the index for the minimum norm, for chords
/// and for Student's noise in at least 97 % of studies.
///
/// Source: Gumbel's law has variance π²/6; see Embrechts, Klüppelberg & Mikosch (1997), sections 3.3 and 6. The union over
/// rates is a profile over a nuisance parameter.
pub(crate) fn spread(levels: &[(f64, Logs)], p: f64, reach: f64) -> Option<TailIndex> {
    let found: Vec<Inverse> = levels.iter().filter_map(Inverse::of).collect();
    if found.len() < LEAST_LEVELS {
        return None;
    }
    let late = last_half(&found);
    let last = late.iter().map(|level| 1.0 / level.value).sum::<f64>() / late.len() as f64;
    // Larger indices would have rates below the slowest one.
    let expected = 1.0 / (p * last).clamp(1.0, 8.0);
    let rates = RATES.into_iter().filter(|rate| rate * SLOWER >= expected);
    let lines: Vec<Line> = rates.filter_map(|rate| line(&found, rate)).collect();
    let least = lines.iter().map(|line| line.chi2).fold(f64::INFINITY, f64::min);
    let raise = (least / (found.len() as f64 - 2.0)).max(1.0);
    let possible = || lines.iter().filter(|line| line.chi2 - least <= POSSIBLE * raise);
    let end = |side: f64| possible().map(move |line| line.value + side * reach * raise.sqrt() * line.error);
    let (low, high) = (end(-1.0).fold(f64::INFINITY, f64::min), end(1.0).fold(0.0, f64::max));
    let nearest = |line: &&Line| log(line.rate / expected).abs();
    let best = possible().min_by(|a, b| nearest(a).total_cmp(&nearest(b)))?;
    let doubt = last * pow(found.last()?.n, -expected);
    let index = |inverse: f64| if inverse > 0.0 { 1.0 / inverse } else { f64::INFINITY };
    let ends = (index(high).min(last) - doubt, index(low).max(last) + doubt);
    let values = found.iter().map(|level| level.values).sum();
    let value = index(best.value);
    let high = if value * p > LIGHT { f64::INFINITY } else { ends.1 };
    Some(TailIndex { value, low: ends.0.max(0.0), high, values })
}

/// The weighted least-squares line through the levels.
fn line(levels: &[Inverse], rate: f64) -> Option<Line> {
    let rows = || levels.iter().map(|l| (pow(l.n, -rate), l.value, 1.0 / (l.error * l.error)));
    let total: f64 = rows().map(|(.., w)| w).sum();
    let mx = rows().map(|(x, _, w)| w * x).sum::<f64>() / total;
    let my = rows().map(|(_, y, w)| w * y).sum::<f64>() / total;
    let sxx: f64 = rows().map(|(x, _, w)| w * (x - mx) * (x - mx)).sum();
    let slope = rows().map(|(x, y, w)| w * (x - mx) * (y - my)).sum::<f64>() / sxx;
    let value = my - slope * mx;
    let chi2 = rows().map(|(x, y, w)| w * (y - value - slope * x).powi(2)).sum();
    let error = (1.0 / total + mx * mx / sxx).sqrt();
    (slope.is_finite() && error.is_finite()).then_some(Line { rate, value, error, chi2 })
}

/// Whether maxima exist and do not vary at the last half of the levels: a bounded law, whose bound is attained.
pub(crate) fn is_constant(levels: &[(f64, Logs)]) -> bool {
    let enough: Vec<&Logs> = levels.iter().map(|(_, logs)| logs).filter(|logs| is_enough(logs)).collect();
    !enough.is_empty() && last_half(&enough).iter().all(|logs| logs.deviation().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::point::{generator, uniform};
    use rand_chacha::ChaCha8Rng;

    const REACH: f64 = 1.96;

    fn logs(values: &[f64]) -> Logs {
        let mut logs = Logs::default();
        logs.extend(values);
        logs
    }

    /// Maxima of n variables with the law 1 − (1 + t)^(−α), whose spread at finite n differs from that of Fréchet's law.
    fn maxima(n: f64, alpha: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
        (0..4000).map(|_| (1.0 - uniform(rng).max(1e-300).powf(1.0 / n)).powf(-1.0 / alpha) - 1.0).collect()
    }

    #[test]
    fn spread_finds_the_index_of_single_contributions() {
        let mut rng = generator(2, &["frechet"]);
        for alpha in [0.5, 1.0, 1.5, 2.0] {
            let levels: Vec<(f64, Logs)> = [100.0, 316.0, 1000.0, 3162.0, 10_000.0]
                .map(|n: f64| (n, logs(&maxima(n, alpha, &mut rng))))
                .into();
            let found = spread(&levels, 1.0, REACH).unwrap();
            assert!(found.low < alpha && alpha < found.high, "{alpha}: {found:?}");
            assert!(found.low < found.value && found.value < found.high, "{alpha}: {found:?}");
            assert!(found.high - found.low < 0.5 * alpha, "{alpha}: {found:?}");
            let wider = spread(&levels, 1.0, 3.0).unwrap();
            assert!(wider.low < found.low && found.high < wider.high && wider.value == found.value);
            assert_eq!(spread(&levels[..2], 1.0, REACH), None);
        }
    }

    /// The standard deviation of the logarithms of maxima of light tails falls like 1/ln n, which no line describes:
    /// the interval has no upper end.
    #[test]
    fn light_tails_have_no_upper_end() {
        let mut rng = generator(3, &["light"]);
        let mut exponential = |n: f64| -> Vec<f64> {
            (0..1000).map(|_| -(1.0 - uniform(&mut rng).max(1e-300).powf(1.0 / n)).ln()).collect()
        };
        let levels: Vec<(f64, Logs)> =
            [30.0, 100.0, 300.0, 1000.0].map(|n| (n, logs(&exponential(n)))).into();
        let found = spread(&levels, 1.0, REACH).unwrap();
        assert!(found.low > 2.0 && found.high == f64::INFINITY, "{found:?}");
    }

    #[test]
    fn constants_have_no_index() {
        let levels: Vec<(f64, Logs)> = [20.0, 40.0, 80.0].map(|n| (n, logs(&[2.0; 500]))).into();
        assert!(spread(&levels, 1.0, REACH).is_none() && is_constant(&levels));
        assert!(!is_constant(&[(20.0, logs(&[1.0, 2.0].repeat(200)))]) && !is_constant(&[]));
    }
}
