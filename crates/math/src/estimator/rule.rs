//! The trait of estimators.

use crate::predictor::Predictor;
use crate::report::Report;
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;

/// A rule that turns a sample into a predictor f̂. Buffers are in `self`, so that each worker owns an instance and reuses
/// its memory from trial to trial.
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
    /// Overwrites `predictor` with f̂ and returns the report of the fit. Random numbers come from `draws` alone.
    ///
    /// # Errors
    /// The reason why the sample has no predictor; it is stored as the status of the trial.
    /// # Cost
    /// Part of [`Estimator::cost`].
    fn fit(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate>;

    /// Fits as [`Estimator::fit`] does, and passes the predictor after each of these numbers of steps, ascending, to `show`.
    ///
    /// Checkpoints after the end of training are not shown. Estimators that do not train show nothing.
    ///
    /// # Errors
    /// Those of [`Estimator::fit`]; checkpoints before the failure have been shown.
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

    /// Whether it is trained in steps.
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

    /// Whether f̂ on a gap is determined by few neighbouring points, the influence of others decaying with their distance:
    /// then a risk is a sum of many nearly independent contributions of gaps, and the largest of them is a maximum of many.
    fn is_local(&self) -> bool {
        false
    }

    /// Whether f̂ beyond the data is a mean of labels with bounded weights and extends no slope: then the contribution to a
    /// risk from beyond the hull has no heavier tail than that of a gap.
    fn levels_off(&self) -> bool {
        false
    }

    /// How many numbers are fitted, where they are the same at any n: what is left of n decides the variance.
    fn parameters(&self) -> Option<u64> {
        None
    }

    /// The cost of a trial of n points: drawing the sample, fitting it and scoring f̂, in nanoseconds of a core of 2026.
    ///
    /// It is a model, accurate to a factor of about three where training runs to its last step. The size of shards is
    /// derived from it: it must depend on the arguments and n alone, and existing directories rely on its values.
    fn cost(&self, n: u64) -> f64;
}

/// Receives the predictor at a checkpoint, with the report of a fit that ends there.
pub type Show<'a> = dyn FnMut(Predictor, Report) + 'a;
