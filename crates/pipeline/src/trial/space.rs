//! Samples, estimators and predictors, on the line or in R^d: what a trial does with them is the same.

use super::program::Program;
use super::shared::Shared;
use crate::error::Error;
use crate::plan::Plan;
use crate::spec::{Risk, Space, is_program};
use tempered_math::catalogue::Choice;
use tempered_math::predictor::Knots;
use tempered_math::sample::Degenerate;
use tempered_math::seed::Draws;
use tempered_math::space::estimator::{Filter, Smoother};
use tempered_math::{estimator, predictor, sample, space};

/// Training sets, or why data are none.
pub enum TrainingSets<'a> {
    /// On the line.
    Line(Vec<Result<sample::Sample<'a>, Degenerate>>),
    /// In R^d.
    Features(Vec<Result<space::Sample<'a>, Degenerate>>),
}

/// A training set, or why data are none.
#[derive(Clone, Copy)]
pub enum TrainingSet<'a> {
    /// On the line.
    Line(Result<sample::Sample<'a>, Degenerate>),
    /// In R^d.
    Features(Result<space::Sample<'a>, Degenerate>),
}

impl<'a> TrainingSets<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            TrainingSets::Line(rows) => rows.len(),
            TrainingSets::Features(rows) => rows.len(),
        }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = TrainingSet<'a>> + '_ {
        (0..self.len()).map(|k| match self {
            TrainingSets::Line(rows) => TrainingSet::Line(rows[k]),
            TrainingSets::Features(rows) => TrainingSet::Features(rows[k]),
        })
    }
}

/// A predictor f̂.
pub enum Predictor {
    /// On the line.
    Line(predictor::Predictor),
    /// In R^d.
    Features(Fitted),
}

/// What a fit in R^d leaves.
#[derive(Default)]
pub struct Fitted {
    /// f̂.
    pub predictor: space::Predictor,
    /// The matrix of ŵ = S y, where it is asked for and there is one.
    pub smoother: Option<Smoother>,
    /// f̂ at the points of the sample, where the fit has left it.
    pub values: Option<Vec<f64>>,
}

impl Default for Predictor {
    fn default() -> Predictor {
        Predictor::Line(predictor::Predictor::default())
    }
}

impl Predictor {
    /// The knots, where it is piecewise linear on the line.
    pub fn knots(&self) -> Option<&Knots> {
        match self {
            Predictor::Line(predictor) => predictor.knots(),
            Predictor::Features(_) => None,
        }
    }

    /// Makes it one on the line, and hands it out to overwrite.
    fn line(&mut self) -> &mut predictor::Predictor {
        if let Predictor::Features(_) = self {
            *self = Predictor::default();
        }
        match self {
            Predictor::Line(predictor) => predictor,
            Predictor::Features(_) => unreachable!("made one on the line above"),
        }
    }

    /// Makes it one in R^d, and hands it out to overwrite.
    fn features(&mut self) -> &mut Fitted {
        if let Predictor::Line(_) = self {
            *self = Predictor::Features(Fitted::default());
        }
        match self {
            Predictor::Features(predictor) => predictor,
            Predictor::Line(_) => unreachable!("made one in R^d above"),
        }
    }
}

/// What a fit tells of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Report {
    /// On the line.
    Line(estimator::Report),
    /// In R^d.
    Features(space::estimator::Report),
}

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
            Space::Line => Estimator::Line(choice.build(estimator::CATALOGUE)?),
            Space::Features => {
                let wants_parts = study.criteria.risks.iter().any(Risk::is_part);
                Estimator::Features(choice.build(space::estimator::CATALOGUE)?, wants_parts)
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
            (Estimator::Features(estimator, wants_parts), TrainingSet::Features(sample)) => {
                let Fitted { predictor, smoother, values } = out.features();
                (*smoother, *values) = (None, None);
                let mut made = Smoother::default();
                let (report, parts) = match &filter {
                    Some(filter) => {
                        let fit = shared.fit(sample?, filter)?;
                        (*predictor, *values) = (fit.predictor, Some(fit.values));
                        let decomposition = shared.decomposition(sample?, filter.intercept)?;
                        (fit.report, wants_parts.then(|| decomposition.smoother(filter, &mut made)))
                    }
                    None => {
                        let report = estimator.fit(sample?, draws, predictor)?;
                        *values = estimator.fitted().map(<[f64]>::to_vec);
                        (report, if *wants_parts { estimator.smoother(sample?, &mut made) } else { None })
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
