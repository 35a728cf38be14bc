//! Least squares with the ℓ1 norm of the weights.

mod homotopy;

use super::centred::Centred;
use super::{Estimator, Report, Route, cost, intercept};
use crate::catalogue::{Entry, Parameter};
use crate::sample::Degenerate;
use crate::seed::Draws;
use crate::space::{Predictor, Sample};
use crate::sum::all_finite;
use homotopy::Homotopy;

pub(super) const LASSO: Entry<dyn Estimator> = Entry {
    name: "lasso",
    summary: "half the mean of squares with the penalty lambda · Σ|weights|",
    parameters: || {
        let summary = "the penalty, as scikit-learn's alpha, in units of x·y";
        let kind = crate::catalogue::Kind::POSITIVE;
        vec![Parameter { name: "lambda", summary, kind, default: None }, intercept()]
    },
    build: |values| Ok(Box::new(Sparse { lambda: values[0].real(), intercept: values[1].flag() })),
};

pub(super) const BASIS_PURSUIT: Entry<dyn Estimator> = Entry {
    name: "basis_pursuit",
    summary: "least squares; where many weights fit, those with the least sum of absolute values",
    parameters: || vec![intercept()],
    build: |values| Ok(Box::new(Sparse { lambda: 0.0, intercept: values[0].flag() })),
};

/// ŵ minimises (1/2n) Σ_i (w·x_i + b − y_i)² + λ Σ_k |w_k|; for λ = 0 it is the limit, the least ℓ1 norm among all minimisers of
/// the sum of squares. b is not penalised, and 0 without intercept.
///
/// # Formula
/// By [`Homotopy`]: the path of minimisers from the penalty at which all weights are 0 down to nλ, from corner to corner.
/// # Errors
/// `NotConverged` where the conditions of optimality do not hold to 1e-7 at the end, as where several features are as correlated
/// with the residual as each other to rounding; `IllConditioned` where rounding decides the weights of active features.
/// # Cost
/// n d + a² (n + a/3) multiplications and additions a corner, a active features; there are about 1.5 min(n, d) corners on the way to 0.
/// # Accuracy
/// ε κ of the active features; which of them are active is exact but for ties.
/// # Source
/// Tibshirani, J. R. Statist. Soc. B 58 (1996); Osborne, Presnell & Turlach, IMA J. Numer. Anal. 20 (2000); Efron et al., Ann.
/// Statist. 32 (2004).
struct Sparse {
    lambda: f64,
    intercept: bool,
}

impl Estimator for Sparse {
    fn fit(&mut self, sample: Sample<'_>, _: &Draws<'_>, out: &mut Predictor) -> Result<Report, Degenerate> {
        let system = Centred::singular(sample, self.intercept);
        let penalty = system.penalty(self.lambda * sample.n() as f64);
        let mut homotopy = Homotopy::new(system.matrix(), &system.y);
        let (mut weights, corners) = homotopy.run(penalty)?;
        let intercept = system.restore(&mut weights);
        if !all_finite(&weights) || !intercept.is_finite() {
            return Err(Degenerate::Overflow);
        }
        out.set_linear(&weights, intercept);
        let active = weights.iter().filter(|w| **w != 0.0).count() as u64;
        Ok(Report {
            rank: Some(active),
            route: Some(Route::Cholesky),
            steps: Some(corners),
            converged: Some(true),
            ..Report::default()
        })
    }

    fn sees_sums_alone(&self) -> bool {
        // The penalty is n λ.
        self.lambda == 0.0 && !self.intercept
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        let (n, d, sample) = (n as f64, d as f64, cost::sample(n, d));
        let least = n.min(d);
        let corner = 6_000.0 + 0.8 * n * d + 0.03 * least * least * (n + least);
        sample + 1.5 * least * corner
    }

    fn interpolates(&self, n: u64, d: u64) -> bool {
        self.lambda == 0.0 && n <= d + u64::from(self.intercept)
    }
}
