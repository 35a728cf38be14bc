//! The growth of a quantile of the risk with n: laws compared by their evidence.

use libm::{exp, exp2, log, log2, pow};
use serde::Serialize;

use crate::growth::best::fit;
use crate::growth::estimate::Estimate;
use crate::growth::fit::{Datum, Fit, slope_weights};
use crate::growth::limit::{Limits, RATES};
use crate::growth::model::Model;
use crate::growth::power::Powers;
use crate::sample::confidence::Confidence;
use crate::sample::point::{Point, last_half};
use crate::tail::index::TailIndex;
use crate::verdict::Verdict;

/// The least number of levels for a statement on growth: a law with two parameters leaves one degree of freedom.
const LEAST_LEVELS: usize = 3;
/// The least ratio of the largest n to the smallest for a statement on growth.
const LEAST_SPAN: f64 = 10.0;

/// What each of three quantiles says is half its own: the errors of a median and a quartile of one sample have the correlation .58 and
/// those of two quartiles .33, so that the three count as 9/(3 + 2 (.58 + .58 + .33)) = 1.5 independent ones.
const SHARED: f64 = 0.5;

/// The probability of each class, given that one of the models is true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Probabilities {
    /// Of decay to zero.
    pub benign: f64,
    /// Of a finite positive limit.
    pub tempered: f64,
    /// Of growth without bound.
    pub catastrophic: f64,
}

impl Probabilities {
    /// The class whose probability reaches this confidence.
    pub fn class(&self, confidence: f64) -> Verdict {
        let classes = [
            (Verdict::Benign, self.benign),
            (Verdict::Tempered, self.tempered),
            (Verdict::Catastrophic, self.catastrophic),
        ];
        let decided = classes.into_iter().find(|(_, probability)| *probability >= confidence);
        decided.map_or(Verdict::Undecided, |(class, _)| class)
    }

    /// The probabilities given the growth of the median and of both quartiles, which have one class: the odds are the product of
    /// theirs to the power [`SHARED`].
    pub(crate) fn pooled(all: [Probabilities; 3]) -> Probabilities {
        let product = |of: fn(&Probabilities) -> f64| pow(all.iter().map(of).product(), SHARED);
        let [benign, tempered, catastrophic] =
            [product(|odds| odds.benign), product(|odds| odds.tempered), product(|odds| odds.catastrophic)];
        let total = benign + tempered + catastrophic;
        if total <= 0.0 {
            return Probabilities::default();
        }
        Probabilities {
            benign: benign / total,
            tempered: tempered / total,
            catastrophic: catastrophic / total,
        }
    }

    /// Whether a limit is at least twice as likely as growth without bound.
    pub(crate) fn settles(&self) -> bool {
        self.tempered >= 2.0 * self.catastrophic
    }
}

/// The kind of quantity, which decides the models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Of {
    /// A mean over x.
    Means,
    /// A mean over x of a rule with up to so many parameters, that may be nearly as many as the points; infinite where the number
    /// is not known.
    Fitted(f64),
    /// A mean over x of a local estimator: the noise of few labels remains at any n, so that no law vanishes.
    Local,
    /// A supremum over x.
    Suprema,
}

/// The law with the most evidence, compared with the next.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Growth {
    /// The law with the most evidence.
    pub model: Model,
    /// Its γ: the exponent of b n^γ, from the last half of the levels or from the tail index, or the rate of c + b n^−γ.
    pub exponent: Option<f64>,
    /// The lower end of its interval; `None` where it lies beyond the slowest rate of the grid.
    pub low: Option<f64>,
    /// The upper end of its interval; `None` where it lies beyond the fastest rate of the grid.
    pub high: Option<f64>,
    /// Its limit, for a constant or a limit, with an interval over all plausible rates of approach.
    pub limit: Option<Estimate>,
    /// The slope of ln R over ln n in the last half of the levels.
    pub late_slope: Estimate,
    /// The law with the next most evidence.
    pub runner_up: Option<Model>,
    /// The logarithm of the odds of the first against the second.
    pub evidence: Option<f64>,
    /// The probability of each class.
    pub probabilities: Probabilities,
    /// Of the median: those given the growth of both quartiles too.
    #[serde(skip)]
    pub with_quartiles: Option<Probabilities>,
    /// The sum of squared residuals in units of the standard errors.
    pub chi2: f64,
    /// The law between the first and the last n, for figures.
    #[serde(skip)]
    pub curve: Vec<(f64, f64)>,
}

impl Growth {
    /// The growth with the exponent of a growing power replaced by that from the tail index α of single contributions, where
    /// α < 1: their sum over n grows like n^(1/α − 1), and slopes at finite n are biased. Where the interval of α contains 1
    /// the growth may end, so that the interval of the exponent is extended to 0.
    pub(crate) fn with_tail(self, gaps: Option<TailIndex>) -> Growth {
        let grows = self.model == Model::Power && self.late_slope.value > 0.0;
        let Some(gaps) = gaps.filter(|gaps| grows && gaps.low > 0.0) else { return self };
        if gaps.high >= 1.0 {
            return Growth { low: self.low.map(|low| low.min(0.0)), ..self };
        }
        let exponent = |index: f64| 1.0 / index - 1.0;
        // Two estimates with different errors at finite n: the interval holds both.
        let low = self.low.map_or(f64::NEG_INFINITY, |low| low).min(exponent(gaps.high));
        let high = self.high.map_or(f64::INFINITY, |high| high).max(exponent(gaps.low));
        Growth { exponent: Some(exponent(gaps.value)), low: Some(low), high: Some(high), ..self }
    }
}

/// A model with the logarithm of its evidence.
#[derive(Clone, Copy, Debug)]
struct Weighed {
    fit: Fit,
    evidence: f64,
}

/// Compares the models by their evidence, given the quantiles at all levels; `None` for fewer than three of them, or where
/// the last n is less than ten times the first.
///
/// The models of suprema include √(a + b ln n), which no mean over x follows; those of local estimators exclude laws that
/// vanish. All models but the constant have two parameters, the values R at the first and at the last n, with the same flat
/// prior; a limit is averaged over its rate, with a flat prior in ln γ from 0.001 to 2, and a power of what has parameters over the
/// e of (n − e)^γ, with half of the prior at 0. The constant is the case of equal
/// values: its evidence is multiplied by the width of the prior, exponents from −½ to ½, over that of the posterior. Where
/// no model fits within the errors, all errors are scaled up until the best one does.
///
/// Source: Jeffreys (1961), "Theory of Probability", on evidence; Birge (1932), Phys. Rev. 40, on raised errors.
pub(crate) fn grow(points: &[Point], of: Of, confidence: Confidence) -> Option<Growth> {
    if points.len() < LEAST_LEVELS || points[points.len() - 1].n < LEAST_SPAN * points[0].n {
        return None;
    }
    let unit = unit(points);
    let data = data(points, unit);
    let limits = Limits::new(&data);
    let parameters = if let Of::Fitted(parameters) = of { parameters } else { 0.0 };
    let powers = Powers::new(&data, parameters);
    let mut weighed = weigh(&data, of, (&limits, &powers));
    weighed.sort_by(|a, b| b.evidence.total_cmp(&a.evidence));
    let best = *weighed.first()?;
    let second = weighed.get(1);
    let late_slope = late_slope(points, confidence)?;
    let reach = confidence.errors();
    let (exponent, (low, high)) = match best.fit.model {
        // The corrections to a power law are smallest at the last levels.
        Model::Power => (Some(late_slope.value), with_trend(late_slope, points)),
        Model::Limit => (Some(best.fit.rate), limits.rates(&data, reach)),
        // Other laws have no exponent.
        _ => (None, (None, None)),
    };
    let limit = best.fit.limit().and_then(|_| Limits::estimate(&best.fit, &data, reach));
    Some(Growth {
        model: best.fit.model,
        exponent,
        low,
        high,
        limit: limit.map(|limit| limit.times(unit)),
        late_slope,
        runner_up: second.map(|second| second.fit.model),
        evidence: second.map(|second| best.evidence - second.evidence),
        probabilities: probabilities(&weighed, best.evidence),
        with_quartiles: None,
        chi2: best.fit.chi2,
        curve: curve(&best.fit, points, unit),
    })
}

/// The largest power of two below the last quantile. Division by it changes no digit, and squares then neither overflow nor
/// underflow.
fn unit(points: &[Point]) -> f64 {
    points.last().map_or(1.0, |last| exp2(log2(last.value).floor().clamp(-1000.0, 1000.0)))
}

fn data(points: &[Point], unit: f64) -> Vec<Datum> {
    let datum = |p: &Point| {
        let value = p.value / unit;
        Datum { log_n: log(p.n), value, log_value: log(value), error: p.spread }
    };
    points.iter().map(datum).collect()
}

fn weigh(data: &[Datum], of: Of, (limits, powers): (&Limits, &Powers)) -> Vec<Weighed> {
    let models = match of {
        Of::Means | Of::Fitted(_) | Of::Local => Model::OF_MEANS,
        Of::Suprema => Model::OF_SUPREMA,
    };
    let is_possible = |fit: &Fit| of != Of::Local || fit.class() != Verdict::Benign;
    let fits: Vec<Fit> =
        models.iter().filter_map(|model| fit(*model, data, limits, powers)).filter(is_possible).collect();
    let parameters = |fit: &Fit| match fit.model {
        Model::Constant => 1.0,
        Model::Limit => 3.0,
        Model::Power if fit.shift > 0.0 => 3.0,
        _ => 2.0,
    };
    let excess = |fit: &Fit| {
        let freedom = data.len() as f64 - parameters(fit);
        if freedom > 0.0 { fit.chi2 / freedom } else { 0.0 }
    };
    // The scaling of errors as a factor of all χ².
    let raise = fits.iter().map(excess).fold(f64::INFINITY, f64::min).max(1.0);
    let least = fits.iter().map(|fit| fit.chi2).fold(f64::INFINITY, f64::min);
    let likelihood = |chi2: f64| -(chi2 - least) / raise / 2.0;
    let evidence = |fit: &Fit| match fit.model {
        Model::Limit => {
            let fits: Vec<f64> = limits.tried.iter().map(|fit| likelihood(fit.chi2)).collect();
            // Relative to the largest term, so that the sum does not underflow where errors are tiny.
            let most = fits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            most + log(fits.iter().map(|likelihood| exp(likelihood - most)).sum::<f64>() / RATES as f64)
        }
        Model::Constant => {
            let posterior = slope_error(data) * (raise * std::f64::consts::TAU).sqrt();
            likelihood(fit.chi2) + log((1.0 / posterior).max(1.0))
        }
        Model::Power => powers.evidence(likelihood),
        _ => likelihood(fit.chi2),
    };
    fits.iter().map(|fit| Weighed { fit: *fit, evidence: evidence(fit) }).collect()
}

/// The standard error of the exponent of a power law through the data.
fn slope_error(data: &[Datum]) -> f64 {
    slope_weights(data).iter().zip(data).map(|(c, d)| (c * d.error).powi(2)).sum::<f64>().sqrt()
}

fn probabilities(weighed: &[Weighed], most: f64) -> Probabilities {
    let share = |class: Verdict| -> f64 {
        weighed.iter().filter(|w| w.fit.class() == class).fold(0.0, |sum, w| sum + exp(w.evidence - most))
    };
    let [benign, tempered, catastrophic] =
        [Verdict::Benign, Verdict::Tempered, Verdict::Catastrophic].map(share);
    let total = benign + tempered + catastrophic;
    Probabilities { benign: benign / total, tempered: tempered / total, catastrophic: catastrophic / total }
}

/// How far slopes may still move, in units of their move from all levels to the last half. A correction n^−δ leaves 1/(r^δ − 1) of
/// that move, where r, the fourth root of the span of n, lies between the middles of both: over two decades 1.3 for the δ = ½ of
/// normal limits and 3 for δ = ¼.
const TO_COME: f64 = 2.0;

/// The interval of an exponent: that of the late slope, extended on both sides by what corrections may still move slopes, as far as
/// they have moved by more than a standard error. They turn where one law takes over from another.
fn with_trend(late: Estimate, points: &[Point]) -> (Option<f64>, Option<f64>) {
    let half = last_half(points);
    let [all, last] = [points, half].map(|points| slope_weights(&data(points, unit(points))));
    let moved = |log: &dyn Fn(&Point) -> f64| {
        let slope = |points: &[Point], weights: &[f64]| -> f64 {
            points.iter().zip(weights).map(|(p, c)| c * log(p)).sum()
        };
        slope(half, &last) - slope(points, &all)
    };
    let count = points.iter().map(|p| p.logs.len()).min().unwrap_or(0);
    let replicates: Vec<f64> = (0..count).map(|b| moved(&|p| p.logs[b])).collect();
    let mean = replicates.iter().sum::<f64>() / count as f64;
    let variance = replicates.iter().map(|found| (found - mean) * (found - mean)).sum::<f64>() / count as f64;
    let to_come = TO_COME * (moved(&|p| log(p.value)).abs() - variance.sqrt()).max(0.0);
    (Some(late.low - to_come), Some(late.high + to_come))
}

/// The slope of a power law over the last half of the levels, with the interval of its replicates.
fn late_slope(points: &[Point], confidence: Confidence) -> Option<Estimate> {
    let late = last_half(points);
    // The weights of the slope do not depend on the unit.
    let weights = slope_weights(&data(late, unit(late)));
    let slope = |log: &dyn Fn(&Point) -> f64| late.iter().zip(&weights).map(|(p, c)| c * log(p)).sum::<f64>();
    let count = late.iter().map(|p| p.logs.len()).min()?;
    let mut replicates: Vec<f64> = (0..count).map(|b| slope(&|p| p.logs[b])).collect();
    replicates.sort_unstable_by(f64::total_cmp);
    let (low, high) = confidence.ends(&replicates)?;
    let value = slope(&|p| log(p.value));
    Some(Estimate { value, low, high })
}

/// The law at many n, for figures.
fn curve(fit: &Fit, points: &[Point], unit: f64) -> Vec<(f64, f64)> {
    const STEPS: usize = 48;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let n = |k: usize| first.n * exp(k as f64 / STEPS as f64 * log(last.n / first.n));
    (0..=STEPS).map(|k| (n(k), unit * fit.value(log(n(k))))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::point::synthetic;

    const DECADES: [u64; 4] = [100, 1000, 10_000, 100_000];
    const HALVES: [u64; 7] = [100, 316, 1000, 3162, 10_000, 31_623, 100_000];
    const OPTIONS: Confidence = Confidence(0.95);

    /// The growth of medians that follow a law, with the same relative error everywhere.
    fn of(ns: &[u64], error: f64, law: impl Fn(f64) -> f64) -> Growth {
        let points: Vec<Point> =
            ns.iter().map(|n| synthetic(*n, law(*n as f64), error * law(*n as f64))).collect();
        grow(&points, Of::Means, OPTIONS).unwrap()
    }

    fn class(ns: &[u64], error: f64, law: impl Fn(f64) -> f64) -> Verdict {
        of(ns, error, law).probabilities.class(0.95)
    }

    /// The class of the risk of a rule with unknown numbers of parameters.
    fn fitted(ns: &[u64], error: f64, law: impl Fn(f64) -> f64) -> Verdict {
        let points: Vec<Point> =
            ns.iter().map(|n| synthetic(*n, law(*n as f64), error * law(*n as f64))).collect();
        grow(&points, Of::Fitted(f64::INFINITY), OPTIONS).unwrap().probabilities.class(0.95)
    }

    #[test]
    fn finds_exponent_and_limit() {
        let root = of(&DECADES, 0.02, f64::sqrt);
        assert_eq!((root.model, root.exponent.map(|e| (e * 1e9).round())), (Model::Power, Some(5e8)));
        // Two levels a decade apart.
        let expected = 1.96 * 0.02 * 2f64.sqrt() / 10f64.ln();
        let half = (root.high.unwrap() - root.low.unwrap()) / 2.0;
        assert!((half / expected - 1.0).abs() < 0.15, "{half} against {expected}");
        let limit = of(&HALVES, 0.005, |n| 2.0 * (1.0 - 0.8 * n.powf(-0.5)));
        assert_eq!(limit.model, Model::Limit);
        let value = limit.limit.unwrap();
        assert!(value.low < 2.0 && 2.0 < value.high && value.high - value.low < 0.1, "{value:?}");
        assert!(limit.low.unwrap() < 0.5 && 0.5 < limit.high.unwrap(), "{limit:?}");
    }

    #[test]
    fn clear_cases_are_decided() {
        assert_eq!(class(&DECADES, 0.06, |n| 1.469 * n.sqrt()), Verdict::Catastrophic);
        // From below, as at p = 3.
        assert_eq!(
            class(&DECADES, 0.06, |n| 1.469 * n.sqrt() * (1.0 - n.powf(-0.25))),
            Verdict::Catastrophic
        );
        assert_eq!(class(&DECADES[..3], 0.06, |n| 0.773 * n), Verdict::Catastrophic);
        for error in [0.02, 0.0005] {
            let hull = |n: f64| 2.0 / 3.0 * (n - 1.0) / (n + 1.0);
            assert_eq!(class(&[10, 30, 100, 300, 1000], error, hull), Verdict::Tempered, "{error}");
            assert_eq!(class(&HALVES, error, |n| (2.0 * n + 4.0) / (3.0 * (n + 1.0))), Verdict::Tempered);
        }
        assert_eq!(class(&HALVES, 0.005, |n| 2.0 * (1.0 - 0.8 * n.powf(-0.25))), Verdict::Tempered);
        assert_eq!(class(&DECADES, 0.05, |n| 3.0 / n), Verdict::Benign);
        assert_eq!(class(&DECADES, 0.01, |n| 1.0 / n.ln()), Verdict::Benign);
        assert_eq!(class(&HALVES, 0.005, |n| 1.0 + 5.0 / n.sqrt()), Verdict::Tempered);
    }

    /// A logarithm and a limit approached like n^(−0.05), as at p = 2 and p = 1.9, are undecided.
    #[test]
    fn says_so_when_slopes_cannot_decide() {
        let log = |n: f64| 2.0 / std::f64::consts::PI * (n.ln() - 1.45);
        let slow = |n: f64| 11.8 - 12.6 * n.powf(-0.05);
        for error in [0.005, 0.02, 0.05] {
            assert_eq!(class(&HALVES, error, log), Verdict::Undecided, "{error}");
        }
        for error in [0.015, 0.02, 0.05] {
            assert_eq!(class(&HALVES, error, slow), Verdict::Undecided, "{error}");
        }
        assert_eq!(class(&DECADES, 0.9, |n| 1.0 + 0.1 * n.ln()), Verdict::Undecided);
        let few = DECADES[..2].iter().map(|n| synthetic(*n, 1.0, 0.1)).collect::<Vec<_>>();
        assert_eq!(grow(&few, Of::Means, OPTIONS), None);
    }

    #[test]
    fn units_change_nothing() {
        let law = |n: f64| 2.0 * (1.0 - 0.8 * n.powf(-0.5));
        let one = of(&HALVES, 0.005, law);
        for unit in [exp2(-990.0), exp2(990.0)] {
            let found = of(&HALVES, 0.005, |n| unit * law(n));
            assert_eq!(
                (found.model, found.chi2, found.probabilities),
                (one.model, one.chi2, one.probabilities)
            );
            assert_eq!(found.limit, one.limit.map(|limit| limit.times(unit)));
        }
    }

    /// 1 − 1/n without errors is a limit, although no rate of the grid is exactly 1.
    #[test]
    fn exact_values_have_their_law() {
        assert_eq!(class(&[16, 64, 256], 1e-9, |n| 1.0 - 1.0 / n), Verdict::Tempered);
    }

    /// Least squares of d features has d/(n − d − 1), which curves as the approach to a limit does: three levels of n decide for a limit
    /// only where it is near.
    #[test]
    fn decay_of_what_parameters_leave_is_no_limit() {
        let left = |d: f64| move |n: f64| d / (n - d - 1.0);
        let four = [25, 100, 400, 1600];
        for error in [0.002, 0.01, 0.03] {
            for d in [2.0, 10.0, 20.0] {
                assert_ne!(fitted(&four[..3], error, left(d)), Verdict::Tempered, "{d} {error}");
                assert_ne!(fitted(&four, error, left(d)), Verdict::Tempered, "{d} {error}");
            }
            assert_eq!(fitted(&[25, 50, 100, 200, 400, 800], error, left(20.0)), Verdict::Benign, "{error}");
            assert_eq!(fitted(&four, error, |n| 0.5 + 20.0 / (n - 21.0)), Verdict::Tempered, "{error}");
        }
    }

    /// The maximum of n normals, which a distant limit fits as well unless its law is among the models.
    #[test]
    fn suprema_have_a_law_of_their_own() {
        let points: Vec<Point> =
            HALVES.iter().map(|n| synthetic(*n, (2.0 * (*n as f64).ln()).sqrt(), 0.005)).collect();
        let found = grow(&points, Of::Suprema, OPTIONS).unwrap();
        assert_eq!(found.model, Model::RootLogarithm);
        assert_ne!(found.probabilities.class(0.95), Verdict::Tempered);
    }

    /// Corrections that slopes still show are in the interval of the exponent: without their trend it would end below ½.
    #[test]
    fn exponents_hold_the_trend_of_slopes() {
        let slow = of(&DECADES, 0.01, |n| n.sqrt() * (1.0 - 1.2 * n.powf(-0.3)));
        assert_eq!(slow.model, Model::Power);
        assert!(slow.late_slope.high < 0.5 + 0.04 && slow.late_slope.value > 0.5, "{:?}", slow.late_slope);
        let (low, high) = (slow.low.unwrap(), slow.high.unwrap());
        assert!(low < 0.5 && 0.5 < high && high - low < 0.2, "{low} {high}");
    }

    /// Slopes at finite n are biased for sums of heavy contributions; the exponent from the tail index is not.
    #[test]
    fn exponents_follow_from_indices_below_one() {
        let root = of(&DECADES, 0.02, f64::sqrt);
        let index = |value: f64, low: f64, high: f64| Some(TailIndex { value, low, high, values: 9 });
        let found = root.clone().with_tail(index(0.5, 0.4, 0.8));
        assert_eq!((found.exponent, found.low, found.high), (Some(1.0), Some(0.25), Some(1.5)));
        // The interval holds that of slopes too.
        let apart = root.clone().with_tail(index(0.4, 0.38, 0.42));
        assert_eq!((apart.exponent, apart.low, apart.high), (Some(1.5), root.low, Some(1.0 / 0.38 - 1.0)));
        // An index that may be 1: the growth may end.
        let open = root.clone().with_tail(index(0.9, 0.7, 1.2));
        assert_eq!((open.exponent, open.low, open.high), (root.exponent, Some(0.0), root.high));
        let limit = of(&HALVES, 0.005, |n| 2.0 * (1.0 - 0.8 * n.powf(-0.5)));
        assert_eq!(limit.clone().with_tail(index(0.5, 0.4, 0.6)), limit);
    }

    /// Three quantiles count as one and a half.
    #[test]
    fn pooled_odds_are_sharper_than_each_and_blunter_than_the_product() {
        let odds = |benign: f64| Probabilities { benign, tempered: 1.0 - benign, catastrophic: 0.0 };
        let pooled = Probabilities::pooled([odds(0.9); 3]);
        assert!(
            (pooled.benign / pooled.tempered - 9f64.powf(1.5)).abs() < 1e-9 && pooled.catastrophic == 0.0,
            "{pooled:?}"
        );
        let split = Probabilities::pooled([odds(0.9), odds(0.1), odds(0.5)]);
        assert!((split.benign - 0.5).abs() < 1e-12, "{split:?}");
        assert_eq!(Probabilities::pooled([odds(1.0), odds(0.0), odds(0.5)]), Probabilities::default());
    }

    /// Slopes that turn may go on to either side.
    #[test]
    fn exponents_that_move_may_move_further_to_both_sides() {
        let turns = of(&HALVES, 0.001, |n| n.powf(0.25) * (1.0 + 20.0 / n));
        assert_eq!(turns.model, Model::Power);
        let (low, high, late) = (turns.low.unwrap(), turns.high.unwrap(), turns.late_slope);
        assert!(low < late.low - 0.01 && high > late.high + 0.01, "{turns:?}");
        let steady = of(&HALVES, 0.001, |n| n.powf(0.25));
        assert!(
            steady.high.unwrap() - steady.low.unwrap()
                < 1.5 * (steady.late_slope.high - steady.late_slope.low)
        );
    }
}
