//! Laws that a quantile of the risk may follow as n grows.

use libm::{exp, log};
use serde::{Deserialize, Serialize};

use crate::verdict::Verdict;

/// A law of growth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// R = c.
    Constant,
    /// R = c + b n^(−γ), c > 0, 0.001 ≤ γ ≤ 2.
    Limit,
    /// R = a + b ln n, b > 0.
    Logarithm,
    /// R = b n^γ: growth for γ > 0, decay for γ < 0.
    Power,
    /// R = 1/(a + b ln n), b > 0.
    SlowDecay,
}

impl Model {
    /// Every model.
    pub const ALL: [Model; 5] =
        [Model::Constant, Model::Limit, Model::Logarithm, Model::Power, Model::SlowDecay];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Model::Constant => "constant",
            Model::Limit => "limit",
            Model::Logarithm => "logarithm",
            Model::Power => "power",
            Model::SlowDecay => "slow_decay",
        }
    }

    /// Its formula.
    pub fn formula(self) -> &'static str {
        match self {
            Model::Constant => "c",
            Model::Limit => "c + b n^-g",
            Model::Logarithm => "a + b ln n",
            Model::Power => "b n^g",
            Model::SlowDecay => "1/(a + b ln n)",
        }
    }
}

/// Rates of a limit that are tried, evenly spread over their logarithms: a slower approach is a logarithm to any study.
const RATES: usize = 61;
const SLOWEST: f64 = 0.001;
const FASTEST: f64 = 2.0;

/// The rates of a limit, ascending.
pub(crate) fn rates() -> impl Iterator<Item = f64> {
    (0..RATES).map(|k| SLOWEST * exp(k as f64 / (RATES - 1) as f64 * log(FASTEST / SLOWEST)))
}

/// What a fit is made to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Datum {
    /// ln n.
    pub log_n: f64,
    /// R.
    pub value: f64,
    /// ln R.
    pub log_value: f64,
    /// The standard error of ln R.
    pub error: f64,
}

/// A fitted model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fit {
    pub model: Model,
    /// Constant or intercept: c, a, or ln b of a power.
    pub intercept: f64,
    /// Coefficient of the term in n: b, or γ of a power.
    pub slope: f64,
    /// γ of a limit, 0 for the others.
    pub rate: f64,
    /// Σ ((ln R − ln f)/error)².
    pub chi2: f64,
}

impl Fit {
    /// f at ln n.
    pub fn value(&self, log_n: f64) -> f64 {
        let line = |x: f64| self.intercept + self.slope * x;
        match self.model {
            Model::Constant => self.intercept,
            Model::Limit => line(exp(-self.rate * log_n)),
            Model::Logarithm => line(log_n),
            Model::Power => exp(line(log_n)),
            Model::SlowDecay => 1.0 / line(log_n),
        }
    }

    /// What it says of n → ∞.
    pub fn class(&self) -> Verdict {
        match self.model {
            Model::Constant | Model::Limit => Verdict::Tempered,
            Model::Logarithm => Verdict::Catastrophic,
            Model::Power if self.slope > 0.0 => Verdict::Catastrophic,
            Model::Power | Model::SlowDecay => Verdict::Benign,
        }
    }

    /// The exponent of n of a limit, −γ.
    pub fn exponent(&self) -> Option<f64> {
        (self.model == Model::Limit).then_some(-self.rate)
    }

    /// What it tends to, if that is finite and positive.
    pub fn limit(&self) -> Option<f64> {
        matches!(self.model, Model::Constant | Model::Limit).then_some(self.intercept)
    }
}

/// The best fit of a model by weighted least squares of relative errors; none where the data cannot take its shape.
///
/// Cost: O(levels), times the number of rates for a limit.
pub(crate) fn fit(model: Model, data: &[Datum]) -> Option<Fit> {
    match model {
        Model::Limit => fit_refined(rates(), data),
        Model::Constant => {
            let weight = |d: &Datum| 1.0 / (d.error * d.error);
            let total: f64 = data.iter().map(weight).sum();
            let mean = data.iter().map(|d| weight(d) * d.log_value).sum::<f64>() / total;
            finish(Fit { model, intercept: exp(mean), slope: 0.0, rate: 0.0, chi2: 0.0 }, data)
        }
        Model::Power => line(model, 0.0, data, |d| (d.log_n, d.log_value, 1.0))
            .and_then(|fit| finish(fit, data))
            .filter(|fit| fit.slope != 0.0),
        Model::Logarithm => reweighted(model, 0.0, data, |l| l, |y| y).filter(|fit| fit.slope > 0.0),
        Model::SlowDecay => reweighted(model, 0.0, data, |l| l, f64::recip).filter(|fit| fit.slope > 0.0),
    }
}

/// The best limit approached at one of these rates or between two of them.
fn fit_refined(rates: impl Iterator<Item = f64>, data: &[Datum]) -> Option<Fit> {
    const PARTS: i32 = 8;
    let found = fit_limit(rates, data)?;
    let part = log(FASTEST / SLOWEST) / (RATES - 1) as f64 / f64::from(PARTS);
    fit_limit((1 - PARTS..PARTS).map(|k| found.rate * exp(f64::from(k) * part)), data)
}

/// The best limit approached at one of these rates.
pub(crate) fn fit_limit(rates: impl Iterator<Item = f64>, data: &[Datum]) -> Option<Fit> {
    let of = |rate: f64| {
        reweighted(Model::Limit, rate, data, |l| exp(-rate * l), |y| y).filter(|fit| fit.intercept > 0.0)
    };
    rates.filter_map(of).min_by(|a, b| a.chi2.total_cmp(&b.chi2))
}

/// A line through (x(ln n), y(R)), where the error of y is that of ln R times y: by the values first, by the fit then.
fn reweighted(
    model: Model,
    rate: f64,
    data: &[Datum],
    x: impl Fn(f64) -> f64,
    y: impl Fn(f64) -> f64,
) -> Option<Fit> {
    let first = line(model, rate, data, |d| (x(d.log_n), y(d.value), y(d.value)))?;
    finish(line(model, rate, data, |d| (x(d.log_n), y(d.value), y(first.value(d.log_n))))?, data)
}

/// The weighted least-squares line through points (x, y) whose error is the third number times that of ln R.
fn line(model: Model, rate: f64, data: &[Datum], point: impl Fn(&Datum) -> (f64, f64, f64)) -> Option<Fit> {
    let rows: Vec<[f64; 3]> = data
        .iter()
        .map(|d| {
            let (x, y, scale) = point(d);
            [x, y, 1.0 / (scale * d.error).powi(2)]
        })
        .collect();
    let total: f64 = rows.iter().map(|[.., w]| w).sum();
    let mx = rows.iter().map(|[x, _, w]| w * x).sum::<f64>() / total;
    let my = rows.iter().map(|[_, y, w]| w * y).sum::<f64>() / total;
    let sxx: f64 = rows.iter().map(|[x, _, w]| w * (x - mx) * (x - mx)).sum();
    let sxy: f64 = rows.iter().map(|[x, y, w]| w * (x - mx) * (y - my)).sum();
    let slope = sxy / sxx;
    if !(sxx > 0.0 && slope.is_finite()) {
        return None;
    }
    Some(Fit { model, intercept: my - slope * mx, slope, rate, chi2: f64::INFINITY })
}

/// Adds χ²; none where the fit is not positive at every n.
fn finish(fit: Fit, data: &[Datum]) -> Option<Fit> {
    let misses = data.iter().map(|d| {
        let f = fit.value(d.log_n);
        (f > 0.0).then(|| ((d.log_value - log(f)) / d.error).powi(2))
    });
    let chi2 = misses.sum::<Option<f64>>()?;
    chi2.is_finite().then_some(Fit { chi2, ..fit })
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: [f64; 5] = [100.0, 316.0, 1000.0, 3162.0, 10_000.0];

    fn datum(n: f64, value: f64) -> Datum {
        Datum { log_n: n.ln(), value, log_value: value.ln(), error: 0.01 }
    }

    #[test]
    fn every_model_finds_itself() {
        type Law = fn(f64) -> f64;
        let laws: [(Model, Law); 6] = [
            (Model::Constant, |_| 0.7),
            (Model::Limit, |n| 2.0 - 1.5 / n.sqrt()),
            (Model::Logarithm, |n| 0.6 * n.ln() - 0.9),
            (Model::Power, |n| 1.5 * n.powf(0.5)),
            (Model::Power, |n| 3.0 / n),
            (Model::SlowDecay, |n| 1.0 / (0.3 + 0.2 * n.ln())),
        ];
        for (model, law) in laws {
            let data = N.map(|n| datum(n, law(n)));
            let found = fit(model, &data).unwrap();
            // The rates of limits lie on a grid.
            assert!(found.chi2 < if model == Model::Limit { 0.05 } else { 1e-12 }, "{found:?}");
            for n in N {
                assert!((found.value(n.ln()) / law(n) - 1.0).abs() < 0.004, "{found:?}");
            }
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_none() {
        let rising = N.map(|n| datum(n, n.sqrt()));
        let falling = N.map(|n| datum(n, 1.0 / n.sqrt()));
        assert_eq!(fit(Model::SlowDecay, &rising), None);
        assert_eq!(fit(Model::Logarithm, &falling), None);
        assert_eq!(fit(Model::Power, &N.map(|_| datum(100.0, 1.0))), None);
        let classes = |data: &[Datum]| fit(Model::Power, data).unwrap().class();
        assert_eq!((classes(&rising), classes(&falling)), (Verdict::Catastrophic, Verdict::Benign));
    }
}
