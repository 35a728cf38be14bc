//! The law R = b (n − e)^γ: for a given e it is a line in ln(n − e), so that it is fitted at each e of a grid.

use libm::{exp, log};

use crate::growth::fit::{Datum, Fit, finish, line, log_n};
use crate::growth::model::Model;

/// Values e > 0 of the grid.
const SHIFTS: usize = 24;
/// The largest e over the first n: twenty features at n = 25 have 21 of 25.
const FARTHEST: f64 = 0.9;
/// The slowest decay that may be one of n − e: E|ŵ − w|^p of d numbers decays like n^(−p/2), and no risk asks for a p below a half.
/// Growth, and decay slower than this, with a shift would fit what settles.
const PARAMETRIC: f64 = -0.25;

/// The fits b (n − e)^γ to the levels.
pub(crate) struct Powers {
    /// The fit with e = 0.
    pub plain: Option<Fit>,
    /// The fits at [`SHIFTS`] values e > 0, evenly spaced in ln(n₁ − e), where there is one.
    pub shifted: Vec<Fit>,
}

impl Powers {
    /// The power laws through the levels, with shifts up to this number of parameters.
    ///
    /// What d numbers are estimated from n points has the risk of n − d: of least squares d/(n − d − 1). Over levels that begin near d
    /// it curves as b n^γ does not, and as c + b n^−γ with a limit does.
    ///
    /// Cost: O(levels) a shift.
    pub fn new(data: &[Datum], parameters: f64) -> Powers {
        let plain = at(0.0, data);
        let first = data.first().map_or(1.0, |first| exp(first.log_n));
        let farthest = -log(1.0 - (parameters / first).min(FARTHEST));
        let shift = |place: usize| first * (1.0 - exp(-farthest * place as f64 / SHIFTS as f64));
        let count = if parameters > 0.0 { SHIFTS } else { 0 };
        let shifted = (1..=count).filter_map(|place| at(shift(place), data));
        Powers { plain, shifted: shifted.filter(|fit| fit.slope <= PARAMETRIC).collect() }
    }

    /// The best fit.
    pub fn best(&self) -> Option<Fit> {
        self.plain.iter().chain(&self.shifted).copied().min_by(|a, b| a.chi2.total_cmp(&b.chi2))
    }

    /// The logarithm of the evidence, given that of a likelihood: half of the prior is at e = 0, which theory says of most rules, and half
    /// is spread evenly over ln(n₁ − e). Without shifts all of it is at 0.
    pub fn evidence(&self, likelihood: impl Fn(f64) -> f64) -> f64 {
        let plain = self.plain.map_or(f64::NEG_INFINITY, |fit| likelihood(fit.chi2));
        if self.shifted.is_empty() {
            return plain;
        }
        let fits: Vec<f64> = self.shifted.iter().map(|fit| likelihood(fit.chi2)).collect();
        // Relative to the largest term, so that the sum does not underflow where errors are tiny.
        let most = fits.iter().copied().fold(plain, f64::max);
        let mean = fits.iter().map(|likelihood| exp(likelihood - most)).sum::<f64>() / SHIFTS as f64;
        most + log(0.5 * exp(plain - most) + 0.5 * mean)
    }
}

/// The best power law of n − e.
fn at(shift: f64, data: &[Datum]) -> Option<Fit> {
    let log_n: Vec<f64> =
        if shift == 0.0 { log_n(data) } else { data.iter().map(|d| log(exp(d.log_n) - shift)).collect() };
    let rows: Vec<[f64; 3]> =
        log_n.iter().zip(data).map(|(x, d)| [*x, d.log_value, 1.0 / d.error.powi(2)]).collect();
    let fit = finish(line(Model::Power, 0.0, &rows)?, &log_n, data)?;
    Some(Fit { shift, ..fit }).filter(|fit| fit.slope != 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datum(n: f64, value: f64) -> Datum {
        Datum { log_n: log(n), value, log_value: log(value), error: 0.02 }
    }

    /// d/(n − d − 1) from n = 25 on is a power of n − 21, and its curve is that law between the levels.
    #[test]
    fn least_squares_of_many_features_is_a_power_of_what_is_left() {
        let law = |n: f64| 20.0 / (n - 21.0);
        let data = [25.0, 100.0, 400.0].map(|n| datum(n, law(n)));
        let powers = Powers::new(&data, f64::INFINITY);
        let best = powers.best().unwrap();
        assert!((best.shift - 21.0).abs() < 0.5 && (best.slope + 1.0).abs() < 0.01, "{best:?}");
        assert!((best.value(log(60.0)) / law(60.0) - 1.0).abs() < 0.05);
        assert!(powers.plain.unwrap().chi2 > 100.0);
        assert!(Powers::new(&data, 0.0).shifted.is_empty());
        assert!(Powers::new(&data, 2.0).shifted.iter().all(|fit| fit.shift < 2.0 + 1e-9));
    }

    /// An exact power of n loses less than the logarithm of two.
    #[test]
    fn a_power_of_n_keeps_half_of_the_prior() {
        let data = [25.0, 100.0, 400.0].map(|n| datum(n, 3.0 / n));
        let powers = Powers::new(&data, f64::INFINITY);
        assert_eq!(powers.best().unwrap().shift, 0.0);
        let evidence = powers.evidence(|chi2| -chi2 / 2.0);
        assert!(evidence <= 0.0 && evidence > -std::f64::consts::LN_2, "{evidence}");
        assert_eq!(Powers::new(&data, 0.0).evidence(|chi2| -chi2), -powers.plain.unwrap().chi2);
    }
}
