//! What an estimator is, and what a fit tells.

use crate::predictor::Predictor;
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;

/// A rule S → f̂. Scratch is in `self`, so a worker owns one instance and nothing is allocated per trial.
///
/// ```
/// use tempered_math::catalogue::Choice;
/// use tempered_math::estimator::CATALOGUE;
/// use tempered_math::predictor::Predictor;
/// use tempered_math::seed::Draws;
///
/// let entry = CATALOGUE.iter().find(|entry| entry.name == "linear_spline").unwrap();
/// let mut spline = Choice::new(entry, &[]).unwrap().build(CATALOGUE).unwrap();
/// // One instance fits sample after sample, into one predictor.
/// let mut predictor = Predictor::default();
/// for (trial, y) in [[0.0, 2.0, 1.0], [1.0, 1.0, 5.0]].iter().enumerate() {
///     let sample = spline.sample(&[0.0, 0.5, 1.0], y).unwrap();
///     spline.fit(sample, &Draws::new(7, "an example", trial as u64), &mut predictor).unwrap();
///     assert_eq!(predictor.value(0.75), (y[1] + y[2]) / 2.0);
/// }
/// assert!(spline.interpolates() && !spline.trains());
/// ```
pub trait Estimator: Send {
    /// Overwrites `predictor` with f̂, and tells how that went. What is random in it comes from `draws` alone.
    ///
    /// # Errors
    /// The reason why this sample has no predictor; a failed trial is data.
    fn fit(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate>;

    /// Fits as [`Estimator::fit`] does, and shows how far training was after each of these numbers of steps, ascending.
    ///
    /// Training that ends before a checkpoint is not shown there. Estimators that do not train show nothing.
    fn fit_with_checkpoints(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        _checkpoints: &[u64],
        _show: &mut Show<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        self.fit(sample, draws, predictor)
    }

    /// Whether it trains, step by step.
    fn trains(&self) -> bool {
        false
    }

    /// Whether it fits samples in which points share an x.
    fn takes_ties(&self) -> bool {
        false
    }

    /// The sample with these points, x in ascending order; points share an x only where the estimator takes ties.
    ///
    /// # Errors
    /// Fewer than two distinct x, values that are not finite, x decreasing; two points at one x for estimators that take
    /// each x once.
    fn sample<'a>(&self, x: &'a [f64], y: &'a [f64]) -> Result<Sample<'a>, Degenerate> {
        if self.takes_ties() { Sample::with_ties(x, y) } else { Sample::new(x, y) }
    }

    /// Whether f̂(x_i) = y_i for every point of every sample.
    fn interpolates(&self) -> bool {
        true
    }

    /// Whether few neighbouring points decide f̂ on a gap between two of them, those further away by less the further they
    /// are: then a risk is a sum of many nearly independent contributions, and the largest of these is a maximum of many.
    fn is_local(&self) -> bool {
        false
    }

    /// Whether f̂ beyond the data is a mean of labels with bounded weights and follows no slope: what lies there has no heavier
    /// tail than a gap.
    fn levels_off(&self) -> bool {
        false
    }

    /// What a trial of n points costs: drawing the sample, fitting it and scoring f̂, in nanoseconds of a core of 2026.
    ///
    /// A model, within a factor of about three where training runs to its last step. Shards are cut by it: it is a function
    /// of the arguments and n alone, and directories that were begun by it count on its value.
    fn cost(&self, n: u64) -> f64;
}

/// Takes the predictor at a checkpoint, with what the fit would tell if it ended there.
pub type Show<'a> = dyn FnMut(Predictor, Report) + 'a;

/// What a fit tells of itself, beside its predictor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Report {
    /// The numerical rank of the linear system that was solved, before any ridge, where one was.
    pub rank: Option<u64>,
    /// Steps of training, where there was training.
    pub steps: Option<u64>,
    /// Whether a stopping rule ended the training, rather than the limit of its steps.
    pub converged: Option<bool>,
}
