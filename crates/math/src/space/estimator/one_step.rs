//! One step of gradient descent.

use super::{Estimator, Report, Smoother, cost};
use crate::catalogue::{Entry, Parameter};
use crate::sample::Degenerate;
use crate::seed::Draws;
use crate::space::dense::{Matrix, transposed_times};
use crate::space::{Predictor, Sample};
use crate::sum::all_finite;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "one_step",
    summary: "one step of gradient descent from 0 on half the mean of squares",
    parameters: || vec![Parameter::positive("rate", "size of the step, in units of 1/x²")],
    build: |values| Ok(Box::new(OneStep { rate: values[0].real() })),
};

pub(super) const AVERAGING: Entry<dyn Estimator> = Entry {
    name: "averaging",
    summary: "the mean of the points times their responses, the plane of least squares where points are independent directions",
    parameters: Vec::new,
    build: |_| Ok(Box::new(OneStep { rate: 1.0 })),
};

/// f̂(x) = (rate/n) Σ_i y_i x_i·x.
///
/// For x ~ N(0, I), w* ~ N(0, I) and noise of variance σ² the best rate is n/(n + d + 1 + σ²).
/// # Errors
/// `Overflow` where a weight is not finite.
/// # Cost
/// n d multiplications and additions.
/// # Accuracy
/// Weights to n ε Σ |y_i x_i|/n.
/// # Source
/// Mahankali, Hashimoto & Ma, arXiv 2307.03576 (2023).
struct OneStep {
    rate: f64,
}

impl Estimator for OneStep {
    fn fit(&mut self, sample: Sample<'_>, _: &Draws<'_>, out: &mut Predictor) -> Result<Report, Degenerate> {
        let factor = self.rate / sample.n() as f64;
        let scaled: Vec<f64> = sample.y().iter().map(|y| factor * y).collect();
        let mut weights = vec![0.0; sample.d()];
        transposed_times(Matrix::new(sample.x().values(), sample.d()), &scaled, &mut weights);
        if !all_finite(&weights) {
            return Err(Degenerate::Overflow);
        }
        out.set_linear(&weights, 0.0);
        Ok(Report { steps: Some(1), ..Report::default() })
    }

    fn smoother(&mut self, sample: Sample<'_>, out: &mut Smoother) -> Option<Result<Report, Degenerate>> {
        let factor = self.rate / sample.n() as f64;
        out.set(sample.d(), None).extend(sample.x().values().iter().map(|x| factor * x));
        Some(Ok(Report { steps: Some(1), ..Report::default() }))
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        cost::sample(n, d)
    }

    fn interpolates(&self, _: u64, _: u64) -> bool {
        false
    }
}
