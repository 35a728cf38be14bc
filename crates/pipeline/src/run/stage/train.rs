//! Fits every estimator to every sample of a slab.

use crate::error::Error;
use crate::plan::Plan;
use crate::run::batch::{Fits, Slab, Trained};
use crate::run::buffers::BufferPool;
use crate::run::watchdog::Watchdog;
use crate::trial::{Answered, Estimator, Predictor, Report, Samples, Shared, TrainingSet, TrainingSets};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tempered_flow::{Cancel, Step};
use tempered_math::sample::Degenerate;
use tempered_math::seed::Draws;
use tempered_math::space::estimator::Filter;

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
    /// How long a program may take for a trial.
    pub limit: Option<Duration>,
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
        let (plan, study) = (&*self.plan, &self.plan.study);
        let (position, samples) = (slab.shard.cell, &slab.made);
        let cell = &self.plan.cells[position];
        let rows = samples.rows();
        let rows = (samples.trials.start, &rows);
        let mut bench = self.benches.take();
        bench.set_up(&self.plan, position)?;
        let measured_from = self.plan.reference.as_ref().map(|_| {
            // An estimator that the study does not ask for has a place behind all others.
            self.plan.reference_position().unwrap_or(study.estimators.len())
        });
        let missing = measured_from.filter(|position| !slab.estimators.contains(position));
        let mut fitting = Vec::with_capacity(slab.estimators.len() + 1);
        for place in slab.estimators.iter().copied().chain(missing) {
            let planned = study.estimators.get(place).map(|planned| &planned.rule);
            let rule = planned.or(self.plan.reference.as_ref());
            let rule = rule.ok_or(Error::Pool("no estimator in this place".into()))?;
            let build = move || Estimator::build(&*cell.choice(rule)?, plan);
            let estimator = bench.estimators[place].take().map_or_else(build, Ok)?;
            let checkpoints = planned.map_or(&[][..], |_| self.plan.checkpoints(place));
            let content = &bench.contents[place];
            let draws = move |trial| Draws::new(study.seed, content, trial);
            let fits = self.buffers.take();
            fitting.push(Fitting { place, estimator, build, draws, checkpoints, ahead: Vec::new(), fits });
        }
        let begin = |place, trial| {
            self.watchdog.begin(place, &slab.shard, trial);
            if self.cancel.is_aborted() { Err(Error::Stopped) } else { Ok(()) }
        };
        let fitted = fit_slab(&mut fitting, rows, begin);
        self.watchdog.end();
        fitted?;
        for one in &mut fitting {
            let content = bench.contents[one.place].as_str();
            if let Some(program) = one.estimator.program() {
                let answered = program.fit(plan, cell, (samples, content), self.limit)?;
                take(answered, &mut one.fits);
            }
        }
        let mut fits = Vec::with_capacity(fitting.len());
        for Fitting { place, estimator, fits: made, .. } in fitting {
            bench.estimators[place] = Some(estimator);
            fits.push(made);
        }
        let reference = missing.and_then(|_| fits.pop());
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

/// An estimator at work on a slab.
struct Fitting<'a, B, D> {
    /// Its position in the study.
    place: usize,
    estimator: Estimator,
    build: B,
    draws: D,
    checkpoints: &'a [u64],
    /// Reports of trials that were fitted side by side.
    ahead: Vec<Option<Report>>,
    fits: Fits,
}

/// Takes what a program answered of a slab.
fn take(answered: Vec<Answered>, fits: &mut Fits) {
    for (place, Answered { fit, own }) in answered.into_iter().enumerate() {
        fits.status.push(fit.map(|(predictor, report)| {
            fits.rows[place] = predictor;
            report
        }));
        fits.own.push(own);
    }
}

/// Fits estimators, but programs, to every trial of a slab: those that share work trial by trial, the others one after the other, whose scratch memory
/// stays in the caches then. `begin` may refuse a trial, which ends the slab.
fn fit_slab<'a, B, D>(
    fitting: &mut [Fitting<'_, B, D>],
    (first, rows): (u64, &TrainingSets<'_>),
    begin: impl Fn(usize, u64) -> Result<(), Error>,
) -> Result<(), Error>
where
    B: Fn() -> Result<Estimator, Error>,
    D: Fn(u64) -> Draws<'a>,
{
    for one in fitting.iter_mut() {
        one.fits.status.clear();
        one.fits.checkpoints.clear();
        one.fits.own.clear();
        one.fits.rows.resize_with(one.fits.rows.len().max(rows.len()), Predictor::default);
    }
    let own = fitting.iter_mut().filter(|one| one.estimator.program().is_none());
    let (mut sharing, alone): (Vec<_>, Vec<_>) = own.partition(|one| one.estimator.filter().is_some());
    for one in alone {
        begin(one.place, first)?;
        one.fit_ahead(rows)?;
        for (trial, row) in (first..).zip(rows.iter()) {
            begin(one.place, trial)?;
            one.fit((row, &mut Shared::default()), trial)?;
        }
    }
    let filters: Vec<Filter> = sharing.iter().filter_map(|one| one.estimator.filter()).collect();
    for (trial, row) in (first..).zip(rows.iter()) {
        let mut shared = Shared::of(&filters);
        for one in &mut sharing {
            begin(one.place, trial)?;
            one.fit((row, &mut shared), trial)?;
        }
    }
    Ok(())
}

impl<'a, B: Fn() -> Result<Estimator, Error>, D: Fn(u64) -> Draws<'a>> Fitting<'_, B, D> {
    /// Fits what the estimator fits side by side.
    fn fit_ahead(&mut self, rows: &TrainingSets<'_>) -> Result<(), Error> {
        if self.checkpoints.is_empty() {
            let fit = || self.estimator.fit_several(rows, &mut self.fits.rows);
            match catch_unwind(AssertUnwindSafe(fit)) {
                Ok(ahead) => self.ahead = ahead,
                // It may be in any state; each trial by itself shows which one it was.
                Err(_) => self.estimator = (self.build)()?,
            }
        }
        Ok(())
    }

    /// Fits the next trial. One that cannot be fitted, or whose fit panics, is data.
    fn fit<'s>(
        &mut self,
        (row, shared): (TrainingSet<'s>, &mut Shared<'s>),
        trial: u64,
    ) -> Result<(), Error> {
        if let Some(Some(report)) = self.ahead.get(self.fits.status.len()) {
            self.fits.status.push(Ok(*report));
            return Ok(());
        }
        let mut status = self.try_to_fit((row, shared), trial)?;
        if status == Err(Degenerate::Panicked) && shared.is_of_several() {
            // It may have been the fit of another filter.
            *shared = Shared::default();
            status = self.try_to_fit((row, shared), trial)?;
        }
        if status == Err(Degenerate::Panicked) {
            *shared = Shared::default();
        }
        self.fits.status.push(status);
        Ok(())
    }

    fn try_to_fit<'s>(
        &mut self,
        (row, shared): (TrainingSet<'s>, &mut Shared<'s>),
        trial: u64,
    ) -> Result<Result<Report, Degenerate>, Error> {
        let Fitting { estimator, draws, checkpoints, fits, .. } = self;
        let predictor = &mut fits.rows[fits.status.len()];
        let mut show = |predictor, report| fits.checkpoints.push(Some((predictor, report)));
        let fit = || estimator.fit((row, &mut *shared), &draws(trial), (checkpoints, &mut show), predictor);
        let status = catch_unwind(AssertUnwindSafe(fit)).unwrap_or(Err(Degenerate::Panicked));
        fits.checkpoints.resize_with((fits.status.len() + 1) * checkpoints.len(), || None);
        if status == Err(Degenerate::Panicked) {
            // It may be in any state.
            *estimator = (self.build)()?;
        }
        Ok(status)
    }
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
        let build = || Ok(Estimator::Line(Box::new(Panics { spline: spline.build(CATALOGUE)?, fits: 0 })));
        let x = [0.0, 1.0];
        // The second panics, the fourth leaves the estimator in a state in which it panics.
        let labels = [[1.0, 0.0], [-1.0, 0.0], [1.0, 1.0], [1.0, -1.0], [2.0, 2.0], [3.0, 3.0]];
        let rows = TrainingSets::Line(labels.iter().map(|y| Sample::new(&x, y)).collect());
        let draws = |trial| Draws::new(1, "panics", trial);
        let fits = Fits::default();
        let mut fitting = [Fitting {
            place: 0,
            estimator: build().unwrap(),
            build,
            draws,
            checkpoints: &[],
            ahead: Vec::new(),
            fits,
        }];
        fit_slab(&mut fitting, (7, &rows), |_, _| Ok(())).unwrap();
        let [Fitting { fits, .. }] = fitting;
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
        let rows = TrainingSets::Line((0..5).map(|_| Sample::new(&x, &y)).collect());
        let draws = |trial| Draws::new(1, "stops", trial);
        let begin = |_, trial| if trial < 9 { Ok(()) } else { Err(Error::Stopped) };
        let fits = Fits::default();
        let mut fitting = [Fitting {
            place: 0,
            estimator: build().unwrap(),
            build,
            draws,
            checkpoints: &[],
            ahead: Vec::new(),
            fits,
        }];
        let ended = fit_slab(&mut fitting, (7, &rows), begin);
        assert!(matches!(ended, Err(Error::Stopped)));
        assert_eq!(fitting[0].fits.status.len(), 2);
    }
}
