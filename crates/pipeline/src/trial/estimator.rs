//! Estimators, on the line, in R^d or programs: what a trial does with them is the same.

use super::program::Program;
use super::shared::Shared;
use super::space::{Fitted, Predictor, Report, TrainingSet, TrainingSets};
use crate::error::Error;
use crate::plan::Plan;
use crate::spec::{Risk, Space, is_program};
use tempered_math::catalogue::Choice;
use tempered_math::sample::Degenerate;
use tempered_math::score::Criteria;
use tempered_math::seed::Draws;
use tempered_math::space::estimator::{Filter, Smoother};
use tempered_math::{estimator, space};

/// An estimator with its scratch memory.
pub enum Estimator {
    /// On the line.
    Line(Box<dyn estimator::Estimator>),
    /// In R^d, with the question whether smoothers are wanted.
    Features(Box<dyn space::estimator::Estimator>, bool),
    /// A program, which fits many samples at a time.
    Program(Box<Program>),
}

/// Takes the predictor at a checkpoint, with what the fit would tell if it ended there.
pub type Show<'a> = dyn FnMut(Predictor, Report) + 'a;

impl Estimator {
    /// Builds the one of a choice for the predictors that a study asks for.
    ///
    /// # Errors
    /// The catalogue has none of its name; a program that cannot be used.
    pub fn build(choice: &Choice, plan: &Plan) -> Result<Estimator, Error> {
        let study = &plan.study;
        if is_program(choice) {
            return Ok(Estimator::Program(Box::new(Program::build(choice, plan)?)));
        }
        Ok(match study.space() {
            Space::Line | Space::Program => Estimator::Line(choice.build(estimator::CATALOGUE)?),
            Space::Features => {
                let Criteria { risks, diagnostics, .. } = &study.criteria;
                let wants_smoother = risks.iter().any(Risk::is_part)
                    || diagnostics.iter().any(|diagnostic| diagnostic.is_of_residuals());
                Estimator::Features(choice.build(space::estimator::CATALOGUE)?, wants_smoother)
            }
        })
    }

    /// The program that it is, if it is one.
    pub fn program(&self) -> Option<&Program> {
        if let Estimator::Program(program) = self { Some(program) } else { None }
    }

    /// The filter that it is, where it shares a decomposition.
    pub fn filter(&self) -> Option<Filter> {
        match self {
            Estimator::Line(_) | Estimator::Program(_) => None,
            Estimator::Features(estimator, _) => estimator.filter(),
        }
    }

    /// Fits several training sets side by side where that is sooner: overwrites their predictors, and returns what [`Estimator::fit`] would
    /// tell of them, `None` of those that are left to it.
    pub fn fit_several(&mut self, rows: &TrainingSets<'_>, out: &mut [Predictor]) -> Vec<Option<Report>> {
        let (Estimator::Features(estimator, false), TrainingSets::Features(samples)) = (self, rows) else {
            return Vec::new();
        };
        let Some(Ok(first)) = samples.first() else { return Vec::new() };
        if !estimator.takes_several(first.n(), first.d()) || estimator.filter().is_some() {
            return Vec::new();
        }
        let fitted = samples.iter().zip(out).filter_map(|(sample, out)| Some((sample.ok()?, out.features())));
        let (samples, mut predictors): (Vec<_>, Vec<_>) = fitted
            .map(|(sample, Fitted { predictor, smoother, values })| {
                (*smoother, *values) = (None, None);
                (sample, predictor)
            })
            .unzip();
        if samples.len() < rows.len() {
            return Vec::new();
        }
        let mut reports = vec![None; samples.len()];
        estimator.fit_several(&samples, &mut predictors, &mut reports);
        reports.into_iter().map(|report| report.map(Report::Features)).collect()
    }

    /// Overwrites the predictor with f̂, and shows training at checkpoints. What `shared` holds is of the same row; it does not change a
    /// bit of f̂.
    ///
    /// # Errors
    /// The reason why there is no predictor: an estimator of one space has none of samples of another, and a program is asked by
    /// [`Program::fit`].
    pub fn fit<'a>(
        &mut self,
        (row, shared): (TrainingSet<'a>, &mut Shared<'a>),
        draws: &Draws<'_>,
        (checkpoints, show): (&[u64], &mut Show<'_>),
        out: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let filter = self.filter();
        match (self, row) {
            (Estimator::Line(estimator), TrainingSet::Line(sample)) => {
                let mut show = |predictor, report| show(Predictor::Line(predictor), Report::Line(report));
                estimator
                    .fit_with_checkpoints(sample?, draws, checkpoints, &mut show, out.line())
                    .map(Report::Line)
            }
            (Estimator::Features(estimator, wants_smoother), TrainingSet::Features(sample)) => {
                let Fitted { predictor, smoother, values } = out.features();
                (*smoother, *values) = (None, None);
                let mut made = Smoother::default();
                let (report, parts) = match &filter {
                    Some(filter) => {
                        let fit = shared.fit(sample?, filter)?;
                        (*predictor, *values) = (fit.predictor, Some(fit.values));
                        let decomposition = shared.decomposition(sample?, filter.intercept)?;
                        (fit.report, wants_smoother.then(|| decomposition.smoother(filter, &mut made)))
                    }
                    None => {
                        let report = estimator.fit(sample?, draws, predictor)?;
                        *values = estimator.fitted().map(<[f64]>::to_vec);
                        (report, if *wants_smoother { estimator.smoother(sample?, &mut made) } else { None })
                    }
                };
                // An estimator that is linear in y may have weights where doubles do not carry its matrix.
                *smoother = parts.and_then(Result::ok).map(|_| made);
                Ok(Report::Features(report))
            }
            _ => Err(Degenerate::Lengths),
        }
    }
}
