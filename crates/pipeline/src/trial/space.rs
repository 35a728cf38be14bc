//! Samples and predictors, on the line or in R^d: what a trial does with them is the same.

use tempered_math::predictor::Knots;
use tempered_math::sample::Degenerate;
use tempered_math::space::estimator::Smoother;
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
    pub(super) fn line(&mut self) -> &mut predictor::Predictor {
        if let Predictor::Features(_) = self {
            *self = Predictor::default();
        }
        match self {
            Predictor::Line(predictor) => predictor,
            Predictor::Features(_) => unreachable!("made one on the line above"),
        }
    }

    /// Makes it one in R^d, and hands it out to overwrite.
    pub(super) fn features(&mut self) -> &mut Fitted {
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
