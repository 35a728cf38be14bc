//! Least squares; beyond n features, the interpolant of least norm.

use super::linear::Linear;
use super::{Estimator, Report, Smoother, cost, intercept};
use crate::catalogue::Entry;
use crate::sample::Degenerate;
use crate::seed::Draws;
use crate::space::{Predictor, Sample};

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "least_squares",
    summary: "least squares; where many weights fit, those of least Euclidean norm",
    parameters: || vec![intercept()],
    build: |values| Ok(Box::new(LeastSquares(Linear::new(0.0, values[0].flag())))),
};

/// f̂(x) = ŵ·x + b̂ with (ŵ, b̂) among the minimisers of Σ_i (w·x_i + b − y_i)² and ‖ŵ‖ least; b = 0 without intercept.
///
/// # Formula
/// Without intercept ŵ = X⁺y. With one, ŵ = X_c⁺ y_c of deviations from the means, and b̂ = ȳ − ŵ·x̄: nothing penalises b.
/// # Errors
/// `IllConditioned` where doubles do not decide ŵ, `Overflow` where a weight is not finite.
/// # Cost
/// k² (m + k/3) multiplications and additions, k = min(n, d), m = max(n, d); O(n d + k²) numbers.
/// # Accuracy
/// See [`Solver`](super::solver::Solver): no singular value that is more than rounding is dropped, so that the peak at n = d is
/// that of the law.
/// # Source
/// Penrose, Proc. Camb. Phil. Soc. 52 (1956).
struct LeastSquares(Linear);

impl Estimator for LeastSquares {
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
