//! Fits every estimator to every sample of a batch.

use crate::batch::{Batch, Fits, Samples, Shelf, Trained};
use crate::error::Error;
use crate::overtime::Clock;
use crate::plan::Plan;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tempered_flow::{Pool, Stage};
use tempered_math::catalogue::Choice;
use tempered_math::estimator;
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
    /// Told of every trial.
    pub clock: Clock,
}

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
                    let fit = |estimator: &usize| {
                        let mut fits = self.shelf.take();
                        let choice = &self.plan.study.estimators[*estimator].1;
                        let content = cell.fit_content(choice);
                        let draws = |trial| Draws::new(seed, &content, trial);
                        let checkpoints = self.plan.checkpoints(*estimator);
                        let rows = (samples.trials.start, rows.as_slice());
                        let begin = |trial| self.clock.begin(*estimator, &order.shard, trial);
                        let fitted = fit_slab(choice, draws, rows, (checkpoints, begin), &mut fits);
                        self.clock.end();
                        fitted.map(|()| fits)
                    };
                    let fits = order.estimators.iter().map(fit).collect::<Result<_, Error>>()?;
                    let missing =
                        self.plan.study.reference.filter(|position| !order.estimators.contains(position));
                    let reference = missing.as_ref().map(fit).transpose()?;
                    Ok(Trained { samples, fits, reference })
                })
                .collect::<Result<Vec<Trained>, Error>>()
        })?;
        Ok(Batch { order, slabs })
    }
}

/// Fits one estimator to every trial of a slab. A trial that cannot be fitted, or whose fit panics, is data.
fn fit_slab<'a>(
    choice: &Choice,
    draws: impl Fn(u64) -> Draws<'a>,
    (first, rows): (u64, &[Result<Sample<'_>, Degenerate>]),
    (checkpoints, begin): (&[u64], impl Fn(u64)),
    fits: &mut Fits,
) -> Result<(), Error> {
    let mut estimator = choice.build(estimator::CATALOGUE)?;
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
            estimator = choice.build(estimator::CATALOGUE)?;
        }
        fits.status.push(status);
    }
    Ok(())
}
