//! The law R = c + b n^(−γ): a line in n^(−γ) once the rate γ is chosen, so rates are tried.

use std::ops::Range;

use libm::{exp, log};

use crate::growth::estimate::Estimate;
use crate::growth::fit::{Datum, Fit, approach, log_n, reweighted};
use crate::growth::model::Model;

/// Rates that are tried, evenly spread over their logarithms: a slower approach is a logarithm to any study.
pub(crate) const RATES: usize = 61;
const SLOWEST: f64 = 0.001;
const FASTEST: f64 = 2.0;
/// Parts of a step between two rates, tried around the best of them.
const PARTS: usize = 8;
/// Rates around one of the first: that one and those on either side, short of its neighbours.
const AROUND: usize = 2 * PARTS - 1;
/// The place of that one.
const MIDDLE: usize = PARTS - 1;

/// Rates over which the interval of a limit is taken, besides that of the best fit: those of means (1), of normal limits (½)
/// and of heavy tails (¼), the steps between them, and 2.
const INTERVAL: [f64; 7] = [0.25, 0.354, 0.5, 0.707, 1.0, 1.41, FASTEST];
/// A rate is possible where its χ² is above the least by no more than this, the 95 % point of χ² with one degree of freedom.
const POSSIBLE: f64 = 3.84;

/// Fits limits to the same levels, bootstrap replicate by bootstrap replicate.
///
/// What n^(−γ) is at each level is computed once a rate and kept: exponentials cost more than the fit of a line.
pub(crate) struct Limits {
    log_n: Vec<f64>,
    /// The first rate of the last fit: where the next one is most likely.
    last: usize,
    /// By place, the rate and n^(−γ) at every level; empty until asked for.
    tried: Vec<(f64, Vec<f64>)>,
    rows: Vec<[f64; 3]>,
}

impl Limits {
    /// Fits at the levels of these data.
    pub fn new(data: &[Datum]) -> Limits {
        Limits {
            log_n: log_n(data),
            last: 0,
            tried: vec![(0.0, Vec::new()); RATES * AROUND],
            rows: Vec::new(),
        }
    }

    /// The best limit approached at one of the rates or between two of them.
    pub fn fit(&mut self, data: &[Datum]) -> Option<Fit> {
        let guess = self.at(self.last, data).map_or(f64::INFINITY, |fit| fit.chi2);
        let (rate, first) = best(0..RATES, guess, |rate, most| self.between(rate, MIDDLE, data, most))?;
        self.last = rate;
        let (_, fit) = best(0..AROUND, first.chi2, |place, most| self.between(rate, place, data, most))?;
        Some(fit)
    }

    /// The limit approached at one of [`RATES`] rates, ascending.
    pub fn at(&mut self, rate: usize, data: &[Datum]) -> Option<Fit> {
        self.between(rate, MIDDLE, data, f64::INFINITY)
    }

    /// Whether a rate is not one of the two ends of those that are tried.
    pub fn is_inside(rate: f64) -> bool {
        rate > SLOWEST * 1.01 && rate < FASTEST * 0.99
    }

    /// What the best fit, a constant or a limit, tends to. The interval reaches so many standard errors to either side of the
    /// limits c + b n^(−γ) at all rates whose χ² is within 3.84 of the least, and holds the best fit's own: a constant is a
    /// limit whose approach is not seen. Where no rate fits, errors are raised until the best one does.
    ///
    /// Accuracy: intervals of 95 % hold the limits of laws with rates from ¼ to 2 in 92 to 100 % of studies.
    pub fn estimate(best: &Fit, data: &[Datum], reach: f64) -> Option<Estimate> {
        let value = best.limit()?;
        let own = (best.model == Model::Limit).then_some(best.rate);
        // Beyond the slowest of them there is only the one that fits best, which is known to a factor at most.
        let around =
            if own.is_some_and(|rate| rate < INTERVAL[0]) { [1.0 / 1.41, 1.0, 1.41] } else { [1.0; 3] };
        let own = own.into_iter().flat_map(|rate| around.map(|factor| rate * factor));
        let rates = INTERVAL.into_iter().chain(own);
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

    /// The limit approached at one of the rates around a rate; none where χ² is above `most`.
    fn between(&mut self, rate: usize, around: usize, data: &[Datum], most: f64) -> Option<Fit> {
        let Limits { log_n, tried, rows, .. } = self;
        let (rate, x) = {
            let place = &mut tried[rate * AROUND + around];
            if place.1.is_empty() {
                place.0 = rate_of(rate, around);
                place.1.extend(log_n.iter().map(|log_n| approach(place.0, *log_n)));
            }
            (place.0, place.1.as_slice())
        };
        reweighted((Model::Limit, rate), (x, |y| y), data, most, rows).filter(|fit| fit.intercept > 0.0)
    }
}

/// The limit approached at this rate, with its standard error.
fn with_error(rate: f64, data: &[Datum]) -> Option<(Fit, f64)> {
    let x: Vec<f64> = data.iter().map(|d| approach(rate, d.log_n)).collect();
    let fit = reweighted((Model::Limit, rate), (&x, |y| y), data, f64::INFINITY, &mut Vec::new())?;
    let weights = data.iter().map(|d| 1.0 / (fit.value(d.log_n) * d.error).powi(2));
    let rows: Vec<(f64, f64)> = x.iter().copied().zip(weights).collect();
    let total: f64 = rows.iter().map(|(_, w)| w).sum();
    let mean = rows.iter().map(|(x, w)| w * x).sum::<f64>() / total;
    let sxx: f64 = rows.iter().map(|(x, w)| w * (x - mean) * (x - mean)).sum();
    Some((fit, (1.0 / total + mean * mean / sxx).sqrt()))
}

/// The rate of a place.
fn rate_of(rate: usize, around: usize) -> f64 {
    let span = log(FASTEST / SLOWEST);
    let steps = (RATES - 1) as f64;
    let parts = around as f64 - MIDDLE as f64;
    SLOWEST * exp(rate as f64 / steps * span) * exp(parts * (span / steps / PARTS as f64))
}

/// The fit of least χ², which is at most `most`, and its place.
fn best(
    places: Range<usize>,
    mut most: f64,
    mut fit: impl FnMut(usize, f64) -> Option<Fit>,
) -> Option<(usize, Fit)> {
    let mut best: Option<(usize, Fit)> = None;
    for place in places {
        let found = fit(place, most).filter(|found| best.is_none_or(|(_, best)| found.chi2 < best.chi2));
        if let Some(found) = found {
            most = found.chi2;
            best = Some((place, found));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every rate in turn, each fit carried through to its χ².
    fn twin(data: &[Datum]) -> Option<Fit> {
        let mut limits = Limits::new(data);
        let mut least = |places: &mut dyn Iterator<Item = (usize, usize)>| {
            let fits = places.filter_map(|(rate, around)| {
                Some((rate, limits.between(rate, around, data, f64::INFINITY)?))
            });
            fits.min_by(|(_, a), (_, b)| a.chi2.total_cmp(&b.chi2))
        };
        let (rate, _) = least(&mut (0..RATES).map(|rate| (rate, MIDDLE)))?;
        least(&mut (0..AROUND).map(|around| (rate, around))).map(|(_, fit)| fit)
    }

    /// Whatever was found before: the same data again, whose best χ² is then the bound from the start; constants, of which
    /// all rates have the same χ²; rates that jump from one end to the other; data that have no limit at some rates.
    #[test]
    fn giving_up_early_changes_nothing() {
        type Law = fn(f64, f64) -> f64;
        let laws: [Law; 4] = [
            |n, k| 2.0 - 1.5 * libm::pow(n, -0.1 - 0.01 * k) + 0.05 * libm::sin(n + 7.0 * k),
            |_, k| 1.0 + k,
            |n, k| 1.0 + libm::pow(n, if k % 2.0 == 0.0 { -SLOWEST } else { -FASTEST }),
            |n, k| libm::pow(n, 0.02 * k - 0.3) * (1.0 + 0.05 * libm::sin(n + 7.0 * k)),
        ];
        let levels = [20.0, 50.0, 100.0, 300.0, 1000.0];
        let datum = |n: f64, value: f64| Datum { log_n: log(n), value, log_value: log(value), error: 0.01 };
        let mut limits = Limits::new(&levels.map(|n| datum(n, 1.0)));
        let (mut rates, mut given_up, mut none) = (std::collections::BTreeSet::new(), 0, 0);
        for k in 0..400u32 {
            let law = laws[k as usize / 2 % laws.len()];
            let data = levels.map(|n| datum(n, law(n, f64::from(k / 8))));
            let fit = limits.fit(&data);
            assert_eq!(fit, twin(&data), "{k}");
            rates.extend(fit.map(|fit| fit.rate.to_bits()));
            for rate in 0..RATES {
                let whole = limits.at(rate, &data);
                let bounded = fit.and_then(|fit| limits.between(rate, MIDDLE, &data, fit.chi2));
                given_up += u32::from(whole.is_some() && bounded.is_none());
                none += u32::from(whole.is_none());
            }
        }
        assert!(rates.len() > 20 && given_up > 10_000 && none > 100, "{} {given_up} {none}", rates.len());
    }

    #[test]
    fn rates_ascend_and_fill_the_gaps_between_them() {
        let first: Vec<f64> = (0..RATES).map(|rate| rate_of(rate, MIDDLE)).collect();
        assert!(first.is_sorted() && first[0] == SLOWEST && (first[RATES - 1] / FASTEST - 1.0).abs() < 1e-12);
        let step = rate_of(1, MIDDLE) / rate_of(1, MIDDLE - 1);
        let (low, high) = (rate_of(1, 0), rate_of(1, AROUND - 1));
        assert!((low / step / first[0] - 1.0).abs() < 1e-12 && (high * step / first[2] - 1.0).abs() < 1e-12);
    }
}
