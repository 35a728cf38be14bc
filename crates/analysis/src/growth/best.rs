//! The best fit of each law.

use libm::exp;

use crate::growth::fit::{Datum, Fit, finish, log_n, reweighted};
use crate::growth::limit::Limits;
use crate::growth::model::Model;
use crate::growth::power::Powers;

/// The best fit of a model by weighted least squares of relative errors; `None` where the constraints of the model exclude
/// the fit.
///
/// Cost: O(levels).
pub(crate) fn fit(model: Model, data: &[Datum], limits: &Limits, powers: &Powers) -> Option<Fit> {
    let log_n = log_n(data);
    let line = |y: fn(f64) -> f64| reweighted((model, 0.0), (&log_n, y), data).filter(|fit| fit.slope > 0.0);
    match model {
        Model::Limit => limits.best,
        Model::Constant => {
            let weight = |d: &Datum| 1.0 / (d.error * d.error);
            let total: f64 = data.iter().map(weight).sum();
            let mean = data.iter().map(|d| weight(d) * d.log_value).sum::<f64>() / total;
            let fit = Fit { model, intercept: exp(mean), slope: 0.0, rate: 0.0, shift: 0.0, chi2: 0.0 };
            finish(fit, &log_n, data)
        }
        Model::Power => powers.best(),
        Model::Logarithm => line(|y| y),
        Model::SlowDecay => line(f64::recip),
        // The error of R² is 2 R² times that of ln R; the common factor of the weights does not change the fit.
        Model::RootLogarithm => line(|y| y * y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;

    fn fit(model: Model, data: &[Datum]) -> Option<Fit> {
        super::fit(model, data, &Limits::new(data), &Powers::new(data, 0.0))
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
