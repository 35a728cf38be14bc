//! Ridge regression.

use super::linear::Linear;
use super::{Estimator, Report, Smoother, cost, intercept};
use crate::catalogue::{Entry, Kind, Parameter};
use crate::sample::Degenerate;
use crate::seed::Draws;
use crate::space::{Predictor, Sample};

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "ridge",
    summary: "least squares with the penalty lambda · ‖weights‖²",
    parameters: || {
        let kind = Kind::Real { low: 0.0, closed: true, high: f64::INFINITY };
        let summary = "added to the diagonal of XᵀX, as scikit-learn's alpha; 0 is least squares";
        vec![Parameter { name: "lambda", summary, kind, default: None }, intercept()]
    },
    build: |values| Ok(Box::new(Ridge(Linear::new(values[0].real(), values[1].flag())))),
};

/// f̂(x) = ŵ·x + b̂, the minimiser of Σ_i (w·x_i + b − y_i)² + Λ ‖w‖²; b is not penalised, and 0 without intercept.
///
/// # Formula
/// ŵ = Xᵀ(XXᵀ + Λ I)⁻¹ y, of deviations from the means with an intercept, and b̂ = ȳ − ŵ·x̄.
/// # Shapes, units
/// Λ in units of x² summed over points: n times the penalty of the mean of squares.
/// # Errors
/// `IllConditioned` where Λ is so small that doubles do not decide ŵ, `Overflow` where a weight is not finite.
/// # Cost
/// That of least squares.
/// # Accuracy
/// See [`Solver`](super::solver::Solver); the larger Λ, the better the condition.
/// # Source
/// Hoerl & Kennard, Technometrics 12 (1970).
pub(super) struct Ridge(pub Linear);

impl Estimator for Ridge {
    fn fit(&mut self, sample: Sample<'_>, _: &Draws<'_>, out: &mut Predictor) -> Result<Report, Degenerate> {
        self.0.fit(sample, out)
    }

    fn takes_several(&self, n: usize, d: usize) -> bool {
        self.0.takes_several(n, d)
    }

    fn fit_several(
        &mut self,
        samples: &[Sample<'_>],
        out: &mut [&mut Predictor],
        reports: &mut [Option<Report>],
    ) {
        self.0.fit_several(samples, out, reports);
    }

    fn smoother(&mut self, sample: Sample<'_>, out: &mut Smoother) -> Option<Result<Report, Degenerate>> {
        Some(self.0.smoother(sample, out))
    }

    fn sees_sums_alone(&self) -> bool {
        !self.0.intercept
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        cost::sample(n, d) + cost::cholesky(n, d)
    }

    fn interpolates(&self, n: u64, d: u64) -> bool {
        self.0.interpolates(n, d)
    }
}
