//! The tail index of single contributions from how their maxima grow with n.

use crate::sample::ordered::Ordered;
use crate::tail::index::{LEAST, TailIndex};
use crate::zero::zero;
use libm::{exp, log, pow};

/// The most values of a level: a hundred quantiles carry nearly all of what a sample says of three parameters, and the cost is
/// proportional to them.
const MOST: u64 = 100;
/// The least n of a level: maxima over fewer gaps are not close to an extreme value law.
const LEAST_POINTS: f64 = 10.0;
/// The least number of levels, between which maxima grow.
const LEAST_LEVELS: usize = 2;
/// The least ratio of different values to all: a law with atoms has no density.
const DISTINCT: f64 = 0.5;
/// The range of indices: below .05 no double holds the maxima, and beyond 50 a power differs from an exponential law by less than
/// any sample shows.
const INDICES: (f64, f64) = (0.05, 50.0);
/// The range of a + min x in units of a median: powers below its lower end have an atom at their least value, and beyond its upper
/// end the law of the largest index is exponential.
const SHIFTS: (f64, f64) = (1e-6, 1e4);
/// The accuracy of logarithms of indices and shifts: a fiftieth of the standard error that ten thousand trials leave.
const WIDTH: f64 = 1e-4;

/// Quantiles of the largest local errors of one level.
#[derive(Clone, Debug)]
pub(crate) struct Maxima {
    n: f64,
    /// Ascending.
    values: Vec<f64>,
    /// The number of trials for which each value stands.
    weight: f64,
}

impl Maxima {
    /// Those of n M, the largest contribution M of a gap in units of the mean one, as a local error: its p-th root. Without p, M is a
    /// supremum and is taken as it is. `None` for samples that are too small or not kept, and for laws with atoms.
    pub fn of(n: f64, largest: &Ordered, p: Option<f64>) -> Option<Maxima> {
        let count = largest.count();
        if n < LEAST_POINTS || count < LEAST as u64 {
            return None;
        }
        let kept = count.min(MOST);
        let weight = count as f64 / kept as f64;
        let power = p.map_or(1.0, |p| 1.0 / p);
        let unit = p.map_or(1.0, |_| pow(n, power));
        let values: Vec<f64> = (0..kept)
            .map(|place| Some(unit * pow(largest.at_middle((place as f64 + 0.5) * weight - 0.5)?, power)))
            .collect::<Option<_>>()?;
        let distinct = 1 + values.windows(2).filter(|pair| pair[0] < pair[1]).count();
        let usable =
            values.iter().all(|value| value.is_finite()) && distinct as f64 >= DISTINCT * kept as f64;
        usable.then_some(Maxima { n, values, weight })
    }
}

/// The values of all levels, for the likelihood of one law.
struct Joint {
    /// Each value with its weight, and the weight times n.
    rows: Vec<[f64; 3]>,
    least: f64,
    /// The sum of the weights.
    total: f64,
}

/// The logarithm of the likelihood, maximised over the scale, with its derivatives in the index and in the shift.
#[derive(Clone, Copy)]
struct Likelihood {
    value: f64,
    of_index: f64,
    of_shift: f64,
}

impl Joint {
    fn of(levels: &[Maxima]) -> Option<Joint> {
        // In units of a median, so that the range of shifts is one for all units.
        let last = levels.last()?;
        let scale = last.values[last.values.len() / 2];
        if !(scale > 0.0 && scale.is_finite()) {
            return None;
        }
        let row = |level: &Maxima, value: &f64| [value / scale, level.weight, level.weight * level.n];
        let rows: Vec<[f64; 3]> =
            levels.iter().flat_map(|level| level.values.iter().map(move |value| row(level, value))).collect();
        let least = rows.iter().map(|row| row[0]).fold(f64::INFINITY, f64::min);
        let total = rows.iter().map(|row| row[1]).sum();
        Some(Joint { rows, least, total })
    }

    /// ℓ(α, a) = W (ln α + ln W − ln S − 1) − (α + 1) Σ w ln(x + a), S = Σ w n (x + a)^(−α), at the scale c = W/S.
    fn at(&self, index: f64, shift: f64) -> Likelihood {
        let [mut sum, mut sum_logs, mut sum_further, mut logs, mut inverses] = [0.0; 5];
        for [value, weight, weight_n] in &self.rows {
            let moved = value + shift;
            let log_moved = log(moved);
            let power = weight_n * exp(-index * log_moved);
            sum += power;
            sum_logs += power * log_moved;
            sum_further += power / moved;
            logs += weight * log_moved;
            inverses += weight / moved;
        }
        let total = self.total;
        Likelihood {
            value: total * (log(index) + log(total) - log(sum) - 1.0) - (index + 1.0) * logs,
            of_index: total / index + total * sum_logs / sum - logs,
            of_shift: total * index * sum_further / sum - (index + 1.0) * inverses,
        }
    }

    /// The likelihood at the best shift for this index.
    fn best(&self, index: f64) -> Likelihood {
        let shift = |log_above: f64| exp(log_above) - self.least;
        let slope = |log_above: f64| self.at(index, shift(log_above)).of_shift;
        let [low, high] = [SHIFTS.0, SHIFTS.1].map(log);
        let found = zero([(low, slope(low)), (high, slope(high))], WIDTH, slope);
        self.at(index, shift(found))
    }

    /// The logarithm of the most likely index, within [`INDICES`].
    fn most_likely(&self) -> f64 {
        let slope = |log_index: f64| self.best(exp(log_index)).of_index;
        let [low, high] = [INDICES.0, INDICES.1].map(log);
        let (at_low, at_high) = (slope(low), slope(high));
        match (at_low > 0.0, at_high < 0.0) {
            (false, _) => low,
            (true, false) => high,
            (true, true) => zero([(low, at_low), (high, at_high)], WIDTH, slope),
        }
    }
}

/// The law of the largest local errors at all levels, by maximum likelihood.
///
/// Where single errors D have P(D > x) ~ c (x + a)^(−α), the largest of n of them have the law exp(−c n (x + a)^(−α)): the
/// generalised extreme value law, with the location and the scale that n gives it. Of three parameters for all levels α is known from
/// the growth of maxima as well as from their spread, several times as accurately as from the spread alone. A factor of n,
/// as neighbours that depend on each other have it, is part of c.
///
/// Cost: about a hundred sums over a hundred values a level, and ten for each likelihood ratio.
///
/// Accuracy: at three levels of 100 trials over two decades the standard error of p/α is about .05 near 1. At feasible n the estimate is too
/// large where the law is not yet a power: up to 1.4 times the index for means of three labels and 1.5 for cubic splines at n ≤ 1024, 1.2 for the minimum norm.
///
/// Source: Fisher & Tippett (1928); max-stability and likelihood: Coles (2001), chapters 3 and 6, with ln n as covariate.
pub(crate) struct Law {
    joint: Joint,
    /// ln α.
    log_index: f64,
    /// The largest likelihood.
    most: f64,
}

impl Law {
    /// Fits it; `None` for fewer than two levels and where maxima vanish.
    pub fn of(levels: &[Maxima]) -> Option<Law> {
        if levels.len() < LEAST_LEVELS {
            return None;
        }
        let joint = Joint::of(levels)?;
        let log_index = joint.most_likely();
        let most = joint.best(exp(log_index)).value;
        Some(Law { joint, log_index, most })
    }

    /// The estimate of α.
    pub fn index(&self) -> f64 {
        stated(self.log_index)
    }

    /// The signed root of the likelihood ratio between the estimate and another index, in standard errors.
    pub fn above(&self, index: f64) -> f64 {
        let errors = (2.0 * (self.most - self.joint.best(index).value)).max(0.0).sqrt();
        if self.log_index < log(index) { -errors } else { errors }
    }

    /// The estimate with the interval of all α within `reach` standard errors.
    pub fn interval(&self, reach: f64) -> TailIndex {
        let over = |log_index: f64| self.above(exp(log_index)).abs() - reach;
        let end = |limit: f64| {
            let limit = log(limit);
            let at_limit = over(limit);
            if at_limit < 0.0 {
                limit
            } else {
                zero([(self.log_index, -reach), (limit, at_limit)], WIDTH, over)
            }
        };
        let [low, high] = [INDICES.0, INDICES.1].map(|limit| stated(end(limit)));
        TailIndex { value: self.index(), low, high, values: self.joint.total as u64 }
    }
}

/// The index with this logarithm; infinite at the end of the range, where a power is not told from an exponential law.
fn stated(log_index: f64) -> f64 {
    if log_index >= log(INDICES.1) { f64::INFINITY } else { exp(log_index) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::point::{generator, uniform};
    use rand_chacha::ChaCha8Rng;

    const SIZES: [f64; 3] = [100.0, 1000.0, 10_000.0];

    /// The largest contributions M of trials whose largest local error is D(u), u the probability that an error is larger: n M = D^p.
    fn level(
        n: f64,
        trials: usize,
        p: f64,
        rng: &mut ChaCha8Rng,
        error: impl Fn(f64) -> f64,
    ) -> Option<Maxima> {
        let largest = |rng: &mut ChaCha8Rng| 1.0 - (1.0 - uniform(rng)).powf(1.0 / n);
        let values = (0..trials).map(|_| error(largest(rng)).powf(p) / n).collect();
        Maxima::of(n, &Ordered::all(values), Some(p))
    }

    fn levels(trials: usize, seed: u64, error: impl Fn(f64) -> f64 + Copy) -> Vec<Maxima> {
        let mut rng = generator(seed, &["maxima"]);
        SIZES.map(|n| level(n, trials, 2.0, &mut rng, error).unwrap()).into()
    }

    fn fitted(levels: &[Maxima], reach: f64) -> Option<TailIndex> {
        Some(Law::of(levels)?.interval(reach))
    }

    /// A hundred trials at each of three n tell an index of ¾ from one of 1, whatever is added to the errors.
    #[test]
    fn the_index_is_known_from_growth_and_spread() {
        for (seed, alpha) in [(1, 0.7), (2, 1.0), (3, 2.0), (4, 4.0)] {
            for shift in [-1.0, 0.0, 3.0] {
                let found = fitted(&levels(100, seed, |u| u.powf(-1.0 / alpha) + shift), 1.96).unwrap();
                assert!(found.low < alpha && alpha < found.high, "{alpha} {shift}: {found:?}");
                assert!((1.0 / found.value - 1.0 / alpha).abs() < 0.15, "{alpha} {shift}: {found:?}");
                assert!(found.low < found.value && found.value < found.high && found.values == 300);
            }
        }
        let heavy = fitted(&levels(100, 5, |u| u.powf(-1.0 / 0.75)), 3.0).unwrap();
        assert!(heavy.high < 1.0 && heavy.low > 0.55, "{heavy:?}");
    }

    /// Intervals of 95 % of sixty studies.
    #[test]
    fn intervals_hold_the_index() {
        let holds = |seed: &u64| {
            let found = fitted(&levels(60, *seed, |u| u.powf(-0.5)), 1.96).unwrap();
            found.low <= 2.0 && 2.0 <= found.high
        };
        let held = (100..160).filter(holds).count();
        assert!(held >= 53, "{held} of 60");
    }

    #[test]
    fn light_tails_have_no_upper_end() {
        for error in [|u: f64| -u.ln(), |u: f64| (-u.ln()).sqrt(), |u: f64| 2.0 - u] {
            let found = fitted(&levels(200, 6, error), 3.0).unwrap();
            assert!(found.low > 4.0 && found.high == f64::INFINITY, "{found:?}");
        }
    }

    /// No index, shift and scale of a grid is likelier, by the density of each value, term by term.
    #[test]
    fn no_law_of_a_grid_is_likelier() {
        let levels = levels(40, 7, |u| u.powf(-0.6) + u.powf(-0.2));
        let joint = Joint::of(&levels).unwrap();
        let density = |index: f64, shift: f64, scale: f64| -> f64 {
            let term = |[value, weight, weight_n]: &[f64; 3]| {
                let n = weight_n / weight;
                let tail = scale * n * (value + shift).powf(-index);
                weight * ((index * tail / (value + shift)).ln() - tail)
            };
            joint.rows.iter().map(term).sum()
        };
        let best = joint.most_likely();
        let most = joint.best(best.exp()).value;
        // ln n of every value, which the likelihood leaves out.
        let constant: f64 =
            joint.rows.iter().map(|[_, weight, weight_n]| weight * (weight_n / weight).ln()).sum();
        let mut near = f64::NEG_INFINITY;
        for index in (1..=40).map(|k| 0.1 * f64::from(k)) {
            for above in (0..60).map(|k| (0.2 * f64::from(k) - 6.0).exp()) {
                let shift = above - joint.least;
                let at_best = joint.total
                    / joint.rows.iter().map(|row| row[2] * (row[0] + shift).powf(-index)).sum::<f64>();
                for scale in [0.8, 1.0, 1.25].map(|factor| factor * at_best) {
                    let found = density(index, shift, scale);
                    assert!(found - constant <= most + 1e-9, "{index} {shift} {scale}");
                    near = near.max(found - constant);
                }
            }
        }
        assert!(near > most - 0.2, "{near} {most}");
    }

    #[test]
    fn slopes_are_those_of_the_likelihood() {
        let joint = Joint::of(&levels(50, 8, |u| u.powf(-0.4))).unwrap();
        for (index, shift) in [(0.5, 0.3), (2.0, 1.0), (8.0, 20.0)] {
            let step = 1e-6;
            let of = |di: f64, ds: f64| joint.at(index + di, shift + ds).value;
            let found = joint.at(index, shift);
            let [by_index, by_shift] =
                [of(step, 0.0) - of(-step, 0.0), of(0.0, step) - of(0.0, -step)].map(|d| d / 2.0 / step);
            assert!((found.of_index - by_index).abs() < 1e-3 * (1.0 + by_index.abs()), "{index}");
            assert!((found.of_shift - by_shift).abs() < 1e-3 * (1.0 + by_shift.abs()), "{index}");
        }
    }

    #[test]
    fn units_change_nothing() {
        let one = fitted(&levels(100, 9, |u| u.powf(-0.5)), 1.96).unwrap();
        for unit in [1e-140, 1e140] {
            let found = fitted(&levels(100, 9, |u| unit * u.powf(-0.5)), 1.96).unwrap();
            assert!((found.value / one.value - 1.0).abs() < 1e-4, "{found:?} {one:?}");
        }
    }

    #[test]
    fn few_values_atoms_and_small_n_say_nothing() {
        let mut rng = generator(10, &["maxima"]);
        assert!(level(100.0, 29, 1.0, &mut rng, |u| 1.0 / u).is_none());
        assert!(level(8.0, 100, 1.0, &mut rng, |u| 1.0 / u).is_none());
        assert!(level(100.0, 100, 1.0, &mut rng, |_| 1.0).is_none());
        assert!(level(100.0, 100, 1.0, &mut rng, |_| f64::INFINITY).is_none());
        let one = level(100.0, 100, 1.0, &mut rng, |u| 1.0 / u).unwrap();
        assert!(fitted(std::slice::from_ref(&one), 1.96).is_none());
    }
}
