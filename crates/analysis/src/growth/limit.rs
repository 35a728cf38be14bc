//! The law R = c + b n^(−γ): it is linear in n^(−γ) for a given rate γ, so that it is fitted at each rate of a grid.

use libm::{exp, log};

use crate::growth::estimate::Estimate;
use crate::growth::fit::{Datum, Fit, approach, log_n, reweighted};
use crate::growth::model::Model;
use crate::zero::zero;

/// Rates of the grid, evenly spaced in ln γ: at feasible n a slower approach is not distinguishable from a logarithm.
pub(crate) const RATES: usize = 61;
const SLOWEST: f64 = 0.001;
const FASTEST: f64 = 2.0;
/// Parts of a step between two rates, fitted around the best one.
const PARTS: i32 = 8;

/// Rates over which the interval of a limit is taken, in addition to that of the best fit: from the ¼ of heavy tails to 2, in so many
/// equal steps of ln γ.
const STEPS: usize = 18;
const SLOWEST_OF_INTERVAL: f64 = 0.25;

/// A rate is plausible where its χ² exceeds the least by at most this, three standard errors: approaches have more than one term, as
/// n^(−1/3) and 1/n of Student's noise of index 3 at p = 2, whose one rate is known less accurately than χ² says.
const POSSIBLE: f64 = 9.0;

/// The fits c + b n^(−γ) to the levels at each rate.
pub(crate) struct Limits {
    /// The fits at [`RATES`] rates, ascending, where there is one.
    pub tried: Vec<Fit>,
    /// The best of them, and of those at finer steps around it.
    pub best: Option<Fit>,
}

impl Limits {
    /// Fits at all rates. Cost: O(levels) a rate.
    pub fn new(data: &[Datum]) -> Limits {
        let log_n = log_n(data);
        let fit = |rate: f64| at(rate, &log_n, data);
        let all: Vec<Option<Fit>> = (0..RATES).map(|place| fit(rate_of(place, 0))).collect();
        let least = |(_, a): &(usize, Fit), (_, b): &(usize, Fit)| a.chi2.total_cmp(&b.chi2);
        let first = all.iter().enumerate().filter_map(|(place, fit)| Some((place, (*fit)?))).min_by(least);
        let best = first.and_then(|(place, _)| {
            let around = (1 - PARTS..PARTS).filter_map(|part| fit(rate_of(place, part)));
            around.min_by(|a, b| a.chi2.total_cmp(&b.chi2))
        });
        Limits { tried: all.into_iter().flatten().collect(), best }
    }

    /// The lower and the upper end of the rates whose χ² exceeds the least by at most `reach`², times the least χ² per
    /// degree of freedom where that is above 1. `None` at an end of the grid, beyond which the rate may be slower or faster.
    pub fn rates(&self, data: &[Datum], reach: f64) -> (Option<f64>, Option<f64>) {
        let Some(best) = self.best else { return (None, None) };
        let log_n = log_n(data);
        // Three parameters leave no degree of freedom of three levels.
        let freedom = (data.len() as f64 - 3.0).max(1.0);
        let most = best.chi2 + reach * reach * (best.chi2 / freedom).max(1.0);
        let over = |rate: f64| at(rate, &log_n, data).map_or(f64::MAX, |fit| fit.chi2 - most);
        let mut rates: Vec<f64> = (0..RATES).map(|place| rate_of(place, 0)).chain([best.rate]).collect();
        rates.sort_unstable_by(f64::total_cmp);
        let rates: Vec<(f64, f64)> = rates.into_iter().map(|rate| (log(rate), over(rate))).collect();
        let is_within = |(_, over): &(f64, f64)| *over <= 0.0;
        let low = rates.windows(2).find(|pair| is_within(&pair[1])).filter(|pair| !is_within(&pair[0]));
        let high =
            rates.windows(2).rev().find(|pair| is_within(&pair[0])).filter(|pair| !is_within(&pair[1]));
        let end = |pair: &[(f64, f64)]| exp(zero([pair[0], pair[1]], 1e-6, |log_rate| over(exp(log_rate))));
        (low.map(end), high.map(end))
    }

    /// The limit of the best fit, which is a constant or a limit, with an interval. The interval is the union of those of
    /// `reach` standard errors around the limits c + b n^(−γ) at all rates whose χ² is within 9 of the least, and of that
    /// of the best fit: a constant is a limit whose approach is below the errors. Where no rate fits, errors are scaled up
    /// until the best one does.
    ///
    /// Accuracy: intervals of 95 % cover the limits of laws with rates from ¼ to 2 in 92 to 100 % of studies.
    pub fn estimate(best: &Fit, data: &[Datum], reach: f64) -> Option<Estimate> {
        let value = best.limit()?;
        let own = (best.model == Model::Limit).then_some(best.rate);
        // Below the slowest of these rates only the best fit counts, whose rate is known to a factor at most.
        let around = if own.is_some_and(|rate| rate < SLOWEST_OF_INTERVAL) {
            [1.0 / 1.41, 1.0, 1.41]
        } else {
            [1.0; 3]
        };
        let own = own.into_iter().flat_map(|rate| around.map(|factor| rate * factor));
        let span = log(FASTEST / SLOWEST_OF_INTERVAL);
        let step = |k: usize| SLOWEST_OF_INTERVAL * exp(k as f64 / STEPS as f64 * span);
        let rates = (0..=STEPS).map(step).chain(own);
        let fits: Vec<(Fit, f64)> = rates.filter_map(|rate| with_error(rate, data)).collect();
        let least = fits.iter().map(|(fit, _)| fit.chi2).fold(f64::INFINITY, f64::min);
        let freedom = data.len() as f64 - 2.0;
        let raise = (least / freedom).max(1.0);
        let possible = || fits.iter().filter(|(fit, _)| fit.chi2 - least <= POSSIBLE * raise);
        let end = |side: f64| {
            possible().map(move |(fit, error)| fit.intercept + side * reach * raise.sqrt() * error)
        };
        let (low, high) = (end(-1.0).fold(value, f64::min), end(1.0).fold(value, f64::max));
        (!fits.is_empty()).then_some(Estimate { value, low, high })
    }
}

/// The fit at this rate; `None` where the limit is not positive.
fn at(rate: f64, log_n: &[f64], data: &[Datum]) -> Option<Fit> {
    let x: Vec<f64> = log_n.iter().map(|log_n| approach(rate, *log_n)).collect();
    reweighted((Model::Limit, rate), (&x, |y| y), data).filter(|fit| fit.intercept > 0.0)
}

/// The fit at this rate, with the standard error of the limit.
fn with_error(rate: f64, data: &[Datum]) -> Option<(Fit, f64)> {
    let x: Vec<f64> = data.iter().map(|d| approach(rate, d.log_n)).collect();
    let fit = reweighted((Model::Limit, rate), (&x, |y| y), data)?;
    let weights = data.iter().map(|d| 1.0 / (fit.value(d.log_n) * d.error).powi(2));
    let rows: Vec<(f64, f64)> = x.iter().copied().zip(weights).collect();
    let total: f64 = rows.iter().map(|(_, w)| w).sum();
    let mean = rows.iter().map(|(x, w)| w * x).sum::<f64>() / total;
    let sxx: f64 = rows.iter().map(|(x, w)| w * (x - mean) * (x - mean)).sum();
    Some((fit, (1.0 / total + mean * mean / sxx).sqrt()))
}

/// The rate with index `place` of the grid, shifted by `part` parts of a step.
fn rate_of(place: usize, part: i32) -> f64 {
    let span = log(FASTEST / SLOWEST);
    let steps = (RATES - 1) as f64;
    SLOWEST * exp(place as f64 / steps * span) * exp(f64::from(part) * (span / steps / f64::from(PARTS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: [f64; 5] = [20.0, 50.0, 100.0, 300.0, 1000.0];

    fn datum(n: f64, value: f64, error: f64) -> Datum {
        Datum { log_n: log(n), value, log_value: log(value), error }
    }

    /// The best rate and the ends of the interval agree with a search over ten thousand rates.
    #[test]
    fn ends_of_rates_are_those_of_a_fine_grid() {
        let mut both = 0;
        for k in 0..40u32 {
            let rate = 0.05 + 0.04 * f64::from(k);
            let law = |n: f64| 2.0 - 1.5 * libm::pow(n, -rate) + 0.002 * libm::sin(n + 7.0 * f64::from(k));
            let data = LEVELS.map(|n| datum(n, law(n), 0.003));
            let limits = Limits::new(&data);
            let (best, (low, high)) = (limits.best.unwrap(), limits.rates(&data, 1.96));
            let most = best.chi2 + 1.96 * 1.96 * (best.chi2 / 2.0).max(1.0);
            let grid =
                (0..10_000).map(|step| SLOWEST * exp(f64::from(step) / 9999.0 * log(FASTEST / SLOWEST)));
            let fits: Vec<Fit> = grid.filter_map(|rate| at(rate, &log_n(&data), &data)).collect();
            assert!(fits.iter().all(|fit| best.chi2 <= fit.chi2 + 0.01), "{k}");
            let within: Vec<f64> = fits.iter().filter(|fit| fit.chi2 <= most).map(|fit| fit.rate).collect();
            let near = |a: f64, b: f64| (a / b - 1.0).abs() < 0.001;
            assert!(low.map_or(within[0] < 1.001 * SLOWEST, |low| near(low, within[0])), "{k}: {low:?}");
            let last = within[within.len() - 1];
            assert!(high.map_or(last > 0.999 * FASTEST, |high| near(high, last)), "{k}: {high:?}");
            both += u32::from(low.is_some() && high.is_some());
        }
        assert!(both > 10, "{both}");
    }

    #[test]
    fn what_falls_to_zero_has_no_limit() {
        let falling = LEVELS.map(|n| datum(n, libm::pow(n, -0.5), 1e-6));
        assert!(Limits::new(&falling).tried.len() < RATES / 2);
        let limits = Limits::new(&LEVELS.map(|n| datum(n, libm::pow(n, -3.0), 1e-3)));
        assert!(limits.best.is_none() && limits.rates(&falling, 1.96) == (None, None));
    }

    #[test]
    fn rates_ascend_and_fill_the_gaps_between_them() {
        let first: Vec<f64> = (0..RATES).map(|rate| rate_of(rate, 0)).collect();
        assert!(first.is_sorted() && first[0] == SLOWEST && (first[RATES - 1] / FASTEST - 1.0).abs() < 1e-12);
        let step = rate_of(1, 0) / rate_of(1, -1);
        let (low, high) = (rate_of(1, 1 - PARTS), rate_of(1, PARTS - 1));
        assert!((low / step / first[0] - 1.0).abs() < 1e-12 && (high * step / first[2] - 1.0).abs() < 1e-12);
    }
}
