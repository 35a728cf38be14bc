//! Fits every estimator to every sample of a batch.

use crate::batch::{Batch, Fits, Samples, Shelf, Trained};
use crate::error::Error;
use crate::overtime::Clock;
use crate::plan::Plan;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tempered_flow::{Pool, Stage};
use tempered_math::estimator::{self, Estimator};
use tempered_math::predictor::Predictor;
use tempered_math::sample::{Degenerate, Sample};
use tempered_math::seed::Draws;

/// The second stage.
pub struct Train {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Where arithmetic runs.
    pub pool: Pool,
    /// Buffers that come back from evaluation.
    pub shelf: Arc<Shelf<Fits>>,
    /// Estimators that are at rest, with their scratch memory.
    pub estimators: Shelf<Estimators>,
    /// Told of every trial.
    pub clock: Clock,
}

/// Estimators by position in the study; those that were not asked for yet are not built.
pub type Estimators = Vec<Option<Box<dyn Estimator>>>;

impl Stage for Train {
    type In = Batch<Samples>;
    type Out = Batch<Trained>;
    type Error = Error;

    fn run(&mut self, batch: Batch<Samples>) -> Result<Batch<Trained>, Error> {
        let Batch { order, slabs } = batch;
        let cell = &self.plan.cells[order.shard.cell];
        let seed = self.plan.study.seed;
        let slabs = self.pool.install(|| {
            slabs
                .into_par_iter()
                .map(|samples| {
                    let rows: Vec<_> = samples.pairs().map(|(x, y)| Sample::new(x, y)).collect();
                    let mut estimators = self.estimators.take();
                    estimators.resize_with(self.plan.study.estimators.len(), || None);
                    let mut fit = |estimator: &usize| {
                        let mut fits = self.shelf.take();
                        let choice = &self.plan.study.estimators[*estimator].1;
                        let content = cell.fit_content(choice);
                        let draws = |trial| Draws::new(seed, &content, trial);
                        let build = || choice.build(estimator::CATALOGUE).map_err(Error::from);
                        let checkpoints = self.plan.checkpoints(*estimator);
                        let rows = (samples.trials.start, rows.as_slice());
                        let begin = |trial| self.clock.begin(*estimator, &order.shard, trial);
                        let kept = &mut estimators[*estimator];
                        let fitted = fit_slab((kept, build), draws, rows, (checkpoints, begin), &mut fits);
                        self.clock.end();
                        fitted.map(|()| fits)
                    };
                    let fits = order.estimators.iter().map(&mut fit).collect::<Result<_, Error>>()?;
                    let missing =
                        self.plan.study.reference.filter(|position| !order.estimators.contains(position));
                    let reference = missing.as_ref().map(fit).transpose()?;
                    self.estimators.give(estimators);
                    Ok(Trained { samples, fits, reference })
                })
                .collect::<Result<Vec<Trained>, Error>>()
        })?;
        Ok(Batch { order, slabs })
    }
}

/// Fits one estimator, built where there is none yet, to every trial of a slab. A trial that cannot be fitted, or whose fit panics, is data.
fn fit_slab<'a>(
    (kept, build): (&mut Option<Box<dyn Estimator>>, impl Fn() -> Result<Box<dyn Estimator>, Error>),
    draws: impl Fn(u64) -> Draws<'a>,
    (first, rows): (u64, &[Result<Sample<'_>, Degenerate>]),
    (checkpoints, begin): (&[u64], impl Fn(u64)),
    fits: &mut Fits,
) -> Result<(), Error> {
    let mut estimator = kept.take().map_or_else(&build, Ok)?;
    fits.status.clear();
    fits.checkpoints.clear();
    fits.rows.resize_with(fits.rows.len().max(rows.len()), Predictor::default);
    for ((trial, sample), predictor) in (first..).zip(rows).zip(&mut fits.rows) {
        begin(trial);
        let mut show = |predictor, report| fits.checkpoints.push(Some((predictor, report)));
        let fit = || {
            let (sample, draws) = ((*sample)?, draws(trial));
            estimator.fit_with_checkpoints(sample, &draws, checkpoints, &mut show, predictor)
        };
        let status = catch_unwind(AssertUnwindSafe(fit)).unwrap_or(Err(Degenerate::Panicked));
        fits.checkpoints.resize_with((fits.status.len() + 1) * checkpoints.len(), || None);
        if status == Err(Degenerate::Panicked) {
            // It may be in any state.
            estimator = build()?;
        }
        fits.status.push(status);
    }
    *kept = Some(estimator);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempered_math::catalogue::Choice;
    use tempered_math::estimator::{CATALOGUE, Report};

    /// The linear spline, which panics in one trial and is no use afterwards.
    struct Panics {
        spline: Box<dyn Estimator>,
        fits: usize,
    }

    impl Estimator for Panics {
        fn fit(
            &mut self,
            sample: Sample<'_>,
            draws: &Draws<'_>,
            predictor: &mut Predictor,
        ) -> Result<Report, Degenerate> {
            self.fits += 1;
            assert!(sample.y()[0] >= 0.0 && self.fits < 10, "a bug");
            let fitted = self.spline.fit(sample, draws, predictor);
            self.fits += if sample.y()[1] < 0.0 { 100 } else { 0 };
            fitted
        }
    }

    #[test]
    fn a_panic_is_a_failed_trial_and_the_next_ones_have_an_estimator_of_their_own() {
        let spline = CATALOGUE.iter().find(|entry| entry.name == "linear_spline").unwrap();
        let spline = Choice::new(spline, &[]).unwrap();
        let build =
            || Ok(Box::new(Panics { spline: spline.build(CATALOGUE)?, fits: 0 }) as Box<dyn Estimator>);
        let x = [0.0, 1.0];
        // The second panics, the fourth leaves the estimator in a state in which it panics.
        let labels = [[1.0, 0.0], [-1.0, 0.0], [1.0, 1.0], [1.0, -1.0], [2.0, 2.0], [3.0, 3.0]];
        let rows: Vec<_> = labels.iter().map(|y| Sample::new(&x, y)).collect();
        let mut fits = Fits::default();
        let draws = |trial| Draws::new(1, "panics", trial);
        fit_slab((&mut None, build), draws, (7, &rows), (&[], |_| ()), &mut fits).unwrap();
        let panicked = fits.status.iter().map(|status| *status == Err(Degenerate::Panicked));
        assert_eq!(panicked.collect::<Vec<_>>(), [false, true, false, false, true, false]);
        assert_eq!(fits.rows[5].knots().unwrap().value(0.5), 3.0);
    }
}
