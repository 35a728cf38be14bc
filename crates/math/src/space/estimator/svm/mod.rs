//! The plane of largest margin.

mod dual;
mod passive;

use super::{Estimator, Report, cost};
use crate::catalogue::Entry;
use crate::sample::Degenerate;
use crate::seed::Draws;
use crate::space::dense::{Matrix, transposed_times};
use crate::space::{Predictor, Sample};
use crate::sum::all_finite;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "svm",
    summary: "the plane through 0 of largest margin, which separates labels ±1 (hard margin); fails where there is none",
    parameters: Vec::new,
    build: |_| Ok(Box::new(Svm)),
};

/// ŵ = argmin ‖w‖ subject to y_i w·x_i ≥ 1 for all i.
///
/// # Formula
/// ŵ = Σ_i α_i y_i x_i, α ≥ 0, with α_i > 0 only where y_i ŵ·x_i = 1: those points support ŵ. Where all do, ŵ is the interpolant
/// of least norm of the labels. The margin is 1/‖ŵ‖. The number of points that support is the rank in the report.
/// # Errors
/// `NotLabels` where a label is not ±1; `NotSeparable` where no plane through 0 separates the two; `NotConverged` where rounding
/// keeps the conditions of optimality from holding; `Overflow` where a weight is not finite.
/// # Cost
/// n² d/2 for the Gram matrix, m³/3 where m points support, and m² for each point that enters or leaves after a first guess.
/// # Accuracy
/// Constraints to 1e-9, relative to 1, in units in which the mean square of a point is 1.
/// # Source
/// Vapnik, Statistical Learning Theory (1998); Lawson & Hanson, Solving Least Squares Problems (1974), chapter 23.
struct Svm;

impl Estimator for Svm {
    fn fit(&mut self, sample: Sample<'_>, _: &Draws<'_>, out: &mut Predictor) -> Result<Report, Degenerate> {
        let (y, d) = (sample.y(), sample.d());
        if y.iter().any(|y| y.abs() != 1.0) {
            return Err(Degenerate::NotLabels);
        }
        let x = sample.x().values();
        // Units of x decide nothing: conditions are tested in those in which points have length 1 on the average.
        let most = x.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        if most == 0.0 {
            return Err(Degenerate::NotSeparable);
        }
        let square: f64 = x.iter().map(|x| (x / most) * (x / most)).sum();
        let scale = most * (square / sample.n() as f64).sqrt();
        let rows: Vec<f64> =
            x.chunks_exact(d).zip(y).flat_map(|(row, y)| row.iter().map(move |x| x / scale * y)).collect();
        let solution = dual::solve(Matrix::new(&rows, d))?;
        let mut weights = vec![0.0; d];
        transposed_times(Matrix::new(&rows, d), &solution.multipliers, &mut weights);
        weights.iter_mut().for_each(|w| *w /= scale);
        if !all_finite(&weights) {
            return Err(Degenerate::Overflow);
        }
        out.set_linear(&weights, 0.0);
        let support = solution.multipliers.iter().filter(|a| **a > 0.0).count() as u64;
        Ok(Report {
            rank: Some(support),
            steps: Some(solution.steps),
            converged: Some(true),
            ..Report::default()
        })
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        // The dual is of order n, whichever of the two is smaller.
        cost::sample(n, d) + cost::part(n, d.max(n))
    }

    fn needs_labels(&self) -> bool {
        true
    }

    fn interpolates(&self, _: u64, _: u64) -> bool {
        false
    }
}
