//! Fits every estimator to every sample of a slab.

use crate::error::Error;
use crate::plan::Plan;
use crate::run::batch::{Fits, Slab, Trained};
use crate::run::buffers::BufferPool;
use crate::run::watchdog::Watchdog;
use crate::trial::{Estimator, Predictor, Rows, Samples};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tempered_flow::{Cancel, Step};
use tempered_math::sample::Degenerate;
use tempered_math::seed::Draws;

/// The second step.
pub struct Train {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Buffers that come back from evaluation.
    pub buffers: Arc<BufferPool<Fits>>,
    /// Estimators that are at rest, with their scratch memory.
    pub benches: BufferPool<Bench>,
    /// Told of every trial.
    pub watchdog: Watchdog,
    /// Asked before every trial.
    pub cancel: Cancel,
}

/// What trials of a cell are fitted with, by position in the study.
#[derive(Default)]
pub struct Bench {
    /// Those that were not asked for yet are not built.
    estimators: Vec<Option<Estimator>>,
    /// The position of the cell that the contents are of.
    cell: Option<usize>,
    /// What each estimator's random numbers derive from; last those of a reference that is none of them.
    contents: Vec<String>,
}

impl Step for Train {
    type In = Slab<Samples>;
    type Out = Slab<Trained>;
    type Error = Error;

    fn run(&self, slab: Slab<Samples>) -> Result<Slab<Trained>, Error> {
        let study = &self.plan.study;
        let (position, samples) = (slab.shard.cell, &slab.made);
        let cell = &self.plan.cells[position];
        let rows = samples.rows();
        let rows = (samples.trials.start, &rows);
        let mut bench = self.benches.take();
        bench.set_up(&self.plan, position)?;
        let mut fit = |estimator: &usize| {
            let mut fits = self.buffers.take();
            let planned = study.estimators.get(*estimator).map(|planned| &planned.rule);
            let rule = planned.or(self.plan.reference.as_ref());
            let rule = rule.ok_or(Error::Pool("no estimator in this place".into()))?;
            let build = || Estimator::build(&*cell.choice(rule)?, study);
            let draws = |trial| Draws::new(study.seed, &bench.contents[*estimator], trial);
            let checkpoints = planned.map_or(&[][..], |_| self.plan.checkpoints(*estimator));
            let begin = |trial| {
                self.watchdog.begin(*estimator, &slab.shard, trial);
                if self.cancel.is_aborted() { Err(Error::Stopped) } else { Ok(()) }
            };
            let kept = &mut bench.estimators[*estimator];
            let fitted = fit_slab((kept, build), draws, rows, (checkpoints, begin), &mut fits);
            self.watchdog.end();
            fitted.map(|()| fits)
        };
        let fits = slab.estimators.iter().map(&mut fit).collect::<Result<_, Error>>()?;
        let measured_from = self.plan.reference.as_ref().map(|_| {
            // An estimator that the study does not ask for has a place behind all others.
            self.plan.reference_position().unwrap_or(study.estimators.len())
        });
        let missing = measured_from.filter(|position| !slab.estimators.contains(position));
        let reference = missing.as_ref().map(fit).transpose()?;
        self.benches.give(bench);
        let Slab { order, shard, estimators, made: samples } = slab;
        Ok(Slab { order, shard, estimators, made: Trained { samples, fits, reference } })
    }
}

impl Bench {
    /// Makes it one for this cell.
    fn set_up(&mut self, plan: &Plan, position: usize) -> Result<(), Error> {
        let rules = || plan.study.estimators.iter().map(|estimator| &estimator.rule).chain(&plan.reference);
        self.estimators.resize_with(rules().count(), || None);
        if self.cell != Some(position) {
            let cell = &plan.cells[position];
            let content = |rule| Ok(cell.fit_content(&*cell.choice(rule)?));
            let contents = rules().map(content);
            self.contents = contents.collect::<Result<_, Error>>()?;
            // Those with formulas are others in every cell.
            let kept = self.estimators.iter_mut().zip(rules());
            kept.filter(|(_, rule)| rule.fixed().is_none()).for_each(|(kept, _)| *kept = None);
            self.cell = Some(position);
        }
        Ok(())
    }
}

/// Fits one estimator, built where there is none yet, to every trial of a slab. A trial that cannot be fitted, or whose fit panics, is data;
/// `begin` may refuse a trial, which ends the slab.
fn fit_slab<'a>(
    (kept, build): (&mut Option<Estimator>, impl Fn() -> Result<Estimator, Error>),
    draws: impl Fn(u64) -> Draws<'a>,
    (first, rows): (u64, &Rows<'_>),
    (checkpoints, begin): (&[u64], impl Fn(u64) -> Result<(), Error>),
    fits: &mut Fits,
) -> Result<(), Error> {
    let mut estimator = kept.take().map_or_else(&build, Ok)?;
    fits.status.clear();
    fits.checkpoints.clear();
    fits.rows.resize_with(fits.rows.len().max(rows.len()), Predictor::default);
    for ((trial, row), predictor) in (first..).zip(rows.iter()).zip(&mut fits.rows) {
        begin(trial)?;
        let mut show = |predictor, report| fits.checkpoints.push(Some((predictor, report)));
        let fit = || estimator.fit(row, &draws(trial), (checkpoints, &mut show), predictor);
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
    use tempered_math::estimator::{CATALOGUE, Estimator as OnLine, Report};
    use tempered_math::predictor::Predictor as Curve;
    use tempered_math::sample::Sample;

    /// The linear spline, which panics in one trial and is no use afterwards.
    struct Panics {
        spline: Box<dyn OnLine>,
        fits: usize,
    }

    impl OnLine for Panics {
        fn fit(
            &mut self,
            sample: Sample<'_>,
            draws: &Draws<'_>,
            predictor: &mut Curve,
        ) -> Result<Report, Degenerate> {
            self.fits += 1;
            assert!(sample.y()[0] >= 0.0 && self.fits < 10, "a bug");
            let fitted = self.spline.fit(sample, draws, predictor);
            self.fits += if sample.y()[1] < 0.0 { 100 } else { 0 };
            fitted
        }

        fn cost(&self, n: u64) -> f64 {
            self.spline.cost(n)
        }
    }

    #[test]
    fn a_panic_is_a_failed_trial_and_the_next_ones_have_an_estimator_of_their_own() {
        let spline = CATALOGUE.iter().find(|entry| entry.name == "linear_spline").unwrap();
        let spline = Choice::new(spline, &[]).unwrap();
        let build =
            || Ok(Estimator::Line(Box::new(Panics { spline: spline.build(CATALOGUE)?, fits: 0 })));
        let x = [0.0, 1.0];
        // The second panics, the fourth leaves the estimator in a state in which it panics.
        let labels = [[1.0, 0.0], [-1.0, 0.0], [1.0, 1.0], [1.0, -1.0], [2.0, 2.0], [3.0, 3.0]];
        let rows = Rows::Line(labels.iter().map(|y| Sample::new(&x, y)).collect());
        let mut fits = Fits::default();
        let draws = |trial| Draws::new(1, "panics", trial);
        fit_slab((&mut None, build), draws, (7, &rows), (&[], |_| Ok(())), &mut fits).unwrap();
        let panicked = fits.status.iter().map(|status| *status == Err(Degenerate::Panicked));
        assert_eq!(panicked.collect::<Vec<_>>(), [false, true, false, false, true, false]);
        assert_eq!(fits.rows[5].knots().unwrap().value(0.5), 3.0);
    }
    #[test]
    fn a_stop_ends_a_slab_between_two_trials() {
        let spline = CATALOGUE.iter().find(|entry| entry.name == "linear_spline").unwrap();
        let spline = Choice::new(spline, &[]).unwrap();
        let build = || Ok(Estimator::Line(spline.build(CATALOGUE)?));
        let (x, y) = ([0.0, 1.0], [2.0, 3.0]);
        let rows = Rows::Line((0..5).map(|_| Sample::new(&x, &y)).collect());
        let mut fits = Fits::default();
        let draws = |trial| Draws::new(1, "stops", trial);
        let begin = |trial| if trial < 9 { Ok(()) } else { Err(Error::Stopped) };
        let ended = fit_slab((&mut None, build), draws, (7, &rows), (&[], begin), &mut fits);
        assert!(matches!(ended, Err(Error::Stopped)));
        assert_eq!(fits.status.len(), 2);
    }
}
