//! Laws that a quantile of the risk may follow as n grows.

use libm::{exp, log};
use serde::{Deserialize, Serialize};

use crate::limit::Limits;
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
    /// R = √(a + b ln n), b > 0: how the largest of n light tails grows. A law of the supremum alone.
    RootLogarithm,
}

impl Model {
    /// Every model of a risk that is a mean.
    pub const OF_MEANS: &[Model] =
        &[Model::Constant, Model::Limit, Model::Logarithm, Model::Power, Model::SlowDecay];
    /// Every model of a supremum.
    pub const OF_SUPREMA: &[Model] = &[
        Model::Constant,
        Model::Limit,
        Model::Logarithm,
        Model::Power,
        Model::SlowDecay,
        Model::RootLogarithm,
    ];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Model::Constant => "constant",
            Model::Limit => "limit",
            Model::Logarithm => "logarithm",
            Model::Power => "power",
            Model::SlowDecay => "slow_decay",
            Model::RootLogarithm => "root_logarithm",
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
            Model::RootLogarithm => "sqrt(a + b ln n)",
        }
    }
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
        self.at(if self.model == Model::Limit { approach(self.rate, log_n) } else { log_n })
    }

    /// f where the term in n is x: n^(−γ) of a limit, ln n of the others.
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

    /// What it says of n → ∞.
    pub fn class(&self) -> Verdict {
        match self.model {
            Model::Constant | Model::Limit => Verdict::Tempered,
            Model::Logarithm | Model::RootLogarithm => Verdict::Catastrophic,
            Model::Power if self.slope > 0.0 => Verdict::Catastrophic,
            Model::Power | Model::SlowDecay => Verdict::Benign,
        }
    }

    /// The rate γ of a limit.
    pub fn exponent(&self) -> Option<f64> {
        (self.model == Model::Limit).then_some(self.rate)
    }

    /// What it tends to, if that is finite and positive.
    pub fn limit(&self) -> Option<f64> {
        matches!(self.model, Model::Constant | Model::Limit).then_some(self.intercept)
    }
}

/// n^(−γ) at ln n.
pub(crate) fn approach(rate: f64, log_n: f64) -> f64 {
    exp(-rate * log_n)
}

/// The best fit of a model by weighted least squares of relative errors; none where the data cannot take its shape.
///
/// Cost: O(levels), times the number of rates for a limit.
pub(crate) fn fit(model: Model, data: &[Datum], limits: &mut Limits) -> Option<Fit> {
    let (log_n, mut rows) = (log_n(data), Vec::new());
    match model {
        Model::Limit => limits.fit(data),
        Model::Constant => {
            let weight = |d: &Datum| 1.0 / (d.error * d.error);
            let total: f64 = data.iter().map(weight).sum();
            let mean = data.iter().map(|d| weight(d) * d.log_value).sum::<f64>() / total;
            let fit = Fit { model, intercept: exp(mean), slope: 0.0, rate: 0.0, chi2: 0.0 };
            finish(fit, &log_n, data, f64::INFINITY)
        }
        Model::Power => power(data),
        Model::Logarithm => reweighted((model, 0.0), (&log_n, |y| y), data, f64::INFINITY, &mut rows)
            .filter(|fit| fit.slope > 0.0),
        Model::SlowDecay => reweighted((model, 0.0), (&log_n, f64::recip), data, f64::INFINITY, &mut rows)
            .filter(|fit| fit.slope > 0.0),
        // The error of R² is twice that of ln R times R²: all weights lack the same factor.
        Model::RootLogarithm => reweighted((model, 0.0), (&log_n, |y| y * y), data, f64::INFINITY, &mut rows)
            .filter(|fit| fit.slope > 0.0),
    }
}

/// ln n of every level.
pub(crate) fn log_n(data: &[Datum]) -> Vec<f64> {
    data.iter().map(|d| d.log_n).collect()
}

/// The best power law.
pub(crate) fn power(data: &[Datum]) -> Option<Fit> {
    let rows: Vec<[f64; 3]> = data.iter().map(|d| [d.log_n, d.log_value, 1.0 / d.error.powi(2)]).collect();
    finish(line(Model::Power, 0.0, &rows)?, &log_n(data), data, f64::INFINITY).filter(|fit| fit.slope != 0.0)
}

/// A line through (x, y(R)), x the term in n, where the error of y is that of ln R times y: by the values first, by the
/// fit then; none where χ² is above `most`.
pub(crate) fn reweighted(
    (model, rate): (Model, f64),
    (x, y): (&[f64], impl Fn(f64) -> f64),
    data: &[Datum],
    most: f64,
    rows: &mut Vec<[f64; 3]>,
) -> Option<Fit> {
    let weight = |scale: f64, d: &Datum| 1.0 / (scale * d.error).powi(2);
    rows.clear();
    rows.extend(x.iter().zip(data).map(|(x, d)| [*x, y(d.value), weight(y(d.value), d)]));
    let first = line(model, rate, rows)?;
    for ([x, _, w], d) in rows.iter_mut().zip(data) {
        *w = weight(y(first.at(*x)), d);
    }
    finish(line(model, rate, rows)?, x, data, most)
}

/// The weighted least-squares line through rows of x, y and weight.
fn line(model: Model, rate: f64, rows: &[[f64; 3]]) -> Option<Fit> {
    // Sums side by side: none waits for another.
    let [total, x_sum, y_sum] = sums(rows, |[x, y, w]| [w, w * x, w * y]);
    let (mx, my) = (x_sum / total, y_sum / total);
    let [sxx, sxy] = sums(rows, |[x, y, w]| [w * (x - mx) * (x - mx), w * (x - mx) * (y - my)]);
    let slope = sxy / sxx;
    if !(sxx > 0.0 && slope.is_finite()) {
        return None;
    }
    Some(Fit { model, intercept: my - slope * mx, slope, rate, chi2: f64::INFINITY })
}

/// Σ of each term over the rows.
fn sums<const K: usize>(rows: &[[f64; 3]], terms: impl Fn([f64; 3]) -> [f64; K]) -> [f64; K] {
    rows.iter().fold([0.0; K], |sums, row| {
        let terms = terms(*row);
        std::array::from_fn(|k| sums[k] + terms[k])
    })
}

/// Adds χ²; none where the fit is not positive at every n, or χ² is above `most`.
fn finish(fit: Fit, x: &[f64], data: &[Datum], most: f64) -> Option<Fit> {
    let mut chi2 = 0.0;
    for (x, d) in x.iter().zip(data) {
        let f = fit.at(*x);
        if !(f > 0.0 && chi2 <= most) {
            return None;
        }
        chi2 += ((d.log_value - log(f)) / d.error).powi(2);
    }
    (chi2 <= most && chi2.is_finite()).then_some(Fit { chi2, ..fit })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(model: Model, data: &[Datum]) -> Option<Fit> {
        super::fit(model, data, &mut Limits::new(data))
    }

    const N: [f64; 5] = [100.0, 316.0, 1000.0, 3162.0, 10_000.0];

    fn datum(n: f64, value: f64) -> Datum {
        Datum { log_n: n.ln(), value, log_value: value.ln(), error: 0.01 }
    }

    #[test]
    fn every_model_finds_itself() {
        type Law = fn(f64) -> f64;
        let laws: [(Model, Law); 7] = [
            (Model::Constant, |_| 0.7),
            (Model::Limit, |n| 2.0 - 1.5 / n.sqrt()),
            (Model::Logarithm, |n| 0.6 * n.ln() - 0.9),
            (Model::Power, |n| 1.5 * n.powf(0.5)),
            (Model::Power, |n| 3.0 / n),
            (Model::SlowDecay, |n| 1.0 / (0.3 + 0.2 * n.ln())),
            (Model::RootLogarithm, |n| (2.0 * n.ln() - 1.0).sqrt()),
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
