//! Fits of laws by weighted least squares of relative errors.

use libm::{exp, log};

use crate::growth::model::Model;
use crate::verdict::Verdict;

/// A data point of a fit.
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
    /// Constant or intercept: c, a, or ln b of a power of n − e.
    pub intercept: f64,
    /// Coefficient of the term in n: b, or γ of a power.
    pub slope: f64,
    /// γ of a limit, 0 for the others.
    pub rate: f64,
    /// e of a power of n − e, 0 for the others.
    pub shift: f64,
    /// Σ ((ln R − ln f)/error)².
    pub chi2: f64,
}

impl Fit {
    /// f at ln n.
    pub fn value(&self, log_n: f64) -> f64 {
        self.at(match self.model {
            Model::Limit => approach(self.rate, log_n),
            _ if self.shift > 0.0 => log(exp(log_n) - self.shift),
            _ => log_n,
        })
    }

    /// f where the term in n is x: n^(−γ) of a limit, ln(n − e) of the others.
    fn at(&self, x: f64) -> f64 {
        let line = self.intercept + self.slope * x;
        match self.model {
            Model::Constant => self.intercept,
            Model::Limit | Model::Logarithm => line,
            Model::Power => exp(line),
            Model::SlowDecay => 1.0 / line,
            Model::RootLogarithm => line.sqrt(),
        }
    }

    /// The class of its limit as n → ∞.
    pub fn class(&self) -> Verdict {
        match self.model {
            Model::Constant | Model::Limit => Verdict::Tempered,
            Model::Logarithm | Model::RootLogarithm => Verdict::Catastrophic,
            Model::Power if self.slope > 0.0 => Verdict::Catastrophic,
            Model::Power | Model::SlowDecay => Verdict::Benign,
        }
    }

    /// Its limit, if that is finite and positive.
    pub fn limit(&self) -> Option<f64> {
        matches!(self.model, Model::Constant | Model::Limit).then_some(self.intercept)
    }
}

/// n^(−γ) at ln n.
pub(crate) fn approach(rate: f64, log_n: f64) -> f64 {
    exp(-rate * log_n)
}

/// ln n of every level.
pub(crate) fn log_n(data: &[Datum]) -> Vec<f64> {
    data.iter().map(|d| d.log_n).collect()
}

/// The weights c of the levels in the slope Σ c ln R of the best power law.
pub(crate) fn slope_weights(data: &[Datum]) -> Vec<f64> {
    let weight = |d: &Datum| 1.0 / (d.error * d.error);
    let total: f64 = data.iter().map(weight).sum();
    let mean = data.iter().map(|d| weight(d) * d.log_n).sum::<f64>() / total;
    let sxx: f64 = data.iter().map(|d| weight(d) * (d.log_n - mean).powi(2)).sum();
    data.iter().map(|d| weight(d) * (d.log_n - mean) / sxx).collect()
}

/// A line through (x, y(R)), x the term in n, by weighted least squares. The error of y is that of ln R times y, with y
/// from the values in the first pass and from the fit in the second.
pub(crate) fn reweighted(
    (model, rate): (Model, f64),
    (x, y): (&[f64], impl Fn(f64) -> f64),
    data: &[Datum],
) -> Option<Fit> {
    let weight = |scale: f64, d: &Datum| 1.0 / (scale * d.error).powi(2);
    let row = |(x, d): (&f64, &Datum)| [*x, y(d.value), weight(y(d.value), d)];
    let mut rows: Vec<[f64; 3]> = x.iter().zip(data).map(row).collect();
    let first = line(model, rate, &rows)?;
    for ([x, _, w], d) in rows.iter_mut().zip(data) {
        *w = weight(y(first.at(*x)), d);
    }
    finish(line(model, rate, &rows)?, x, data)
}

/// The weighted least-squares line through rows of x, y and weight.
pub(crate) fn line(model: Model, rate: f64, rows: &[[f64; 3]]) -> Option<Fit> {
    // Several sums in one loop, whose additions overlap.
    let [total, x_sum, y_sum] = sums(rows, |[x, y, w]| [w, w * x, w * y]);
    let (mx, my) = (x_sum / total, y_sum / total);
    let [sxx, sxy] = sums(rows, |[x, y, w]| [w * (x - mx) * (x - mx), w * (x - mx) * (y - my)]);
    let slope = sxy / sxx;
    if !(sxx > 0.0 && slope.is_finite()) {
        return None;
    }
    Some(Fit { model, intercept: my - slope * mx, slope, rate, shift: 0.0, chi2: f64::INFINITY })
}

/// Σ of each term over the rows.
fn sums<const K: usize>(rows: &[[f64; 3]], terms: impl Fn([f64; 3]) -> [f64; K]) -> [f64; K] {
    rows.iter().fold([0.0; K], |sums, row| {
        let terms = terms(*row);
        std::array::from_fn(|k| sums[k] + terms[k])
    })
}

/// Adds χ² to a fit; `None` where the fit is not positive at every n.
pub(crate) fn finish(fit: Fit, x: &[f64], data: &[Datum]) -> Option<Fit> {
    let mut chi2 = 0.0;
    for (x, d) in x.iter().zip(data) {
        let f = fit.at(*x);
        if f <= 0.0 || f.is_nan() {
            return None;
        }
        chi2 += ((d.log_value - log(f)) / d.error).powi(2);
    }
    chi2.is_finite().then_some(Fit { chi2, ..fit })
}
