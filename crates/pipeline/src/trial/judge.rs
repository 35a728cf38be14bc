//! One row: the scores of a predictor, and what they say of its trial.

use super::features::FeatureScorer;
use super::space::{Predictor, Report};
use super::weights::push_line;
use crate::error::Error;
use crate::generator::Generator;
use crate::plan::{Cell, Plan};
use crate::spec::{Space, is_generator};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tempered_math::catalogue::Value;
use tempered_math::sample::Degenerate;
use tempered_math::score::{Criteria, Scored, Scorer};
use tempered_math::target::{self, Target};
use tempered_math::{estimator, predictor};
use tempered_store::WeightsChunk;

/// What a row says beside its scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Why the trial failed, if it did.
    pub status: Result<(), Degenerate>,
    /// The number of kinks, where the predictor has kinks and they are finite.
    pub kinks: Option<u64>,
    /// Whether there is a predictor whose weights are finite numbers.
    pub has_weights: bool,
}

/// Fills rows by the rules of a directory.
pub struct Judge {
    generator: Generator,
    scorer: Scores,
}

/// How predictors are scored.
enum Scores {
    Line(Box<Scorer>),
    Features(Box<FeatureScorer>),
    /// On the line, against a target that a program gives with each sample.
    Given(Criteria),
    /// Of whole trials, whose metrics are all there is.
    Metrics,
}

/// A trial, as far as its scores depend on it.
#[derive(Clone, Copy)]
pub struct Data<'a> {
    /// Its number.
    pub trial: u64,
    /// The x of its training set.
    pub x: &'a [f64],
    /// The labels.
    pub y: &'a [f64],
    /// Points, and f* there, where a program that makes samples gives them.
    pub truth: Option<(&'a [f64], &'a [f64])>,
}

impl Judge {
    /// One for the trials of a cell.
    ///
    /// # Errors
    /// A catalogue lacks a choice of the cell, or its table cannot be read.
    pub fn of(plan: &Plan, cell: &Cell) -> Result<Judge, Error> {
        let scorer = match cell.size().space {
            Space::Features => Scores::Features(Box::new(FeatureScorer::of(plan, cell)?)),
            Space::Program => Scores::Metrics,
            Space::Line if is_generator(&cell.design) => Scores::Given(plan.study.criteria.clone()),
            Space::Line => {
                let target = cell.target.build(target::CATALOGUE)?;
                return Ok(Judge::new(plan.generator, &plan.study.criteria, target));
            }
        };
        Ok(Judge { generator: plan.generator, scorer })
    }

    /// One that judges predictors on the line by these criteria against this target.
    fn new(generator: Generator, criteria: &Criteria, target: Box<dyn Target>) -> Judge {
        let scorer = Scorer::new(criteria.clone(), target);
        let scorer = match generator {
            Generator::Three => scorer.with_joint_quadrature(),
            Generator::Four | Generator::Five => scorer,
        };
        Judge { generator, scorer: Scores::Line(Box::new(scorer)) }
    }

    /// Appends the scores of what came of a fit to a trial's data, so many `columns`; all are `None` where there is no
    /// predictor.
    pub fn row(
        &mut self,
        data: Data<'_>,
        (predictor, report): (&Predictor, Result<Report, Degenerate>),
        reference: Option<&Predictor>,
        (scores, columns): (&mut Vec<Option<f64>>, usize),
    ) -> Row {
        let start = scores.len();
        let row = report.and_then(|report| {
            let scored = || self.scored(data, (predictor, report), reference, scores);
            catch_unwind(AssertUnwindSafe(scored)).unwrap_or(Err(Degenerate::Panicked))
        });
        row.unwrap_or_else(|reason| {
            scores.truncate(start);
            scores.resize(start + columns, None);
            Row { status: Err(reason), kinks: None, has_weights: false }
        })
    }

    fn scored(
        &mut self,
        data: Data<'_>,
        (predictor, report): (&Predictor, Report),
        reference: Option<&Predictor>,
        scores: &mut Vec<Option<f64>>,
    ) -> Result<Row, Degenerate> {
        match (&mut self.scorer, predictor, report) {
            (Scores::Given(criteria), Predictor::Line(predictor), Report::Line(report)) => {
                let mut scorer = Scorer::new(criteria.clone(), between(data.truth)?);
                let reference =
                    if let Some(Predictor::Line(reference)) = reference { Some(reference) } else { None };
                let data = (data.x, data.y);
                scored_on_line(self.generator, &mut scorer, data, (predictor, report), reference, scores)
            }
            (Scores::Line(scorer), Predictor::Line(predictor), Report::Line(report)) => {
                let reference = match reference {
                    Some(Predictor::Line(reference)) => Some(reference),
                    _ => None,
                };
                let data = (data.x, data.y);
                scored_on_line(self.generator, scorer, data, (predictor, report), reference, scores)
            }
            (Scores::Features(scorer), Predictor::Features(fitted), Report::Features(report)) => {
                let is_finite = scorer.score(data, (fitted, report), scores)?;
                let has_weights = fitted.predictor.coefficients().iter().all(|weight| weight.is_finite());
                let status = if is_finite && has_weights { Ok(()) } else { Err(Degenerate::Overflow) };
                Ok(Row { status, kinks: None, has_weights })
            }
            (Scores::Metrics, ..) => Ok(Row { status: Ok(()), kinks: None, has_weights: false }),
            _ => Err(Degenerate::Lengths),
        }
    }
}

/// The target that is linear between the points at which it is given.
fn between(truth: Option<(&[f64], &[f64])>) -> Result<Box<dyn Target>, Degenerate> {
    let (at, values) = truth.ok_or(Degenerate::Malformed)?;
    let entry = target::CATALOGUE.iter().find(|entry| entry.name == "piecewise_linear");
    let build = entry.ok_or(Degenerate::Malformed)?.build;
    build(&[Value::Reals(at.to_vec()), Value::Reals(values.to_vec())]).map_err(|_| Degenerate::Malformed)
}

fn scored_on_line(
    generator: Generator,
    scorer: &mut Scorer,
    data: (&[f64], &[f64]),
    fit: (&predictor::Predictor, estimator::Report),
    reference: Option<&predictor::Predictor>,
    scores: &mut Vec<Option<f64>>,
) -> Result<Row, Degenerate> {
    if generator == Generator::Three {
        let kinks = scorer.score(data, fit, reference, scores)?;
        return Ok(Row { status: Ok(()), kinks, has_weights: true });
    }
    let Scored { kinks, is_finite } = scorer.finite_scores(data, fit, reference, scores);
    // Of a piecewise-linear predictor whose scores are finite, the variation among them, so are all weights.
    let is_known = is_finite && fit.0.knots().is_some();
    let has_weights = is_known || weights_are_finite(fit.0);
    let status = if is_finite && has_weights { Ok(()) } else { Err(Degenerate::Overflow) };
    Ok(Row { status, kinks: kinks.filter(|_| has_weights), has_weights })
}

/// Whether what would be stored of a predictor is finite, whether it will be stored or not: a row must not depend on it.
fn weights_are_finite(predictor: &predictor::Predictor) -> bool {
    if let predictor::Predictor::Smooth(smooth) = predictor {
        return smooth.pieces.has_finite_expansion();
    }
    let mut weights = WeightsChunk::default();
    push_line(Generator::Four, 0, predictor, &mut weights);
    weights.is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempered_math::catalogue::Choice;
    use tempered_math::risk::{Domain, Risk};
    use tempered_math::sample::Sample;
    use tempered_math::seed::Draws;
    use tempered_math::{estimator, target};

    /// The row of a fit, and risks 1 and 100, norm and variation in it.
    fn row(generator: Generator, name: &str, x: &[f64], y: &[f64]) -> (Row, [Option<f64>; 4]) {
        let entry = estimator::CATALOGUE.iter().find(|entry| entry.name == name).unwrap();
        let mut fitter = Choice::new(entry, &[]).unwrap().build(estimator::CATALOGUE).unwrap();
        let mut predictor = predictor::Predictor::default();
        let report = fitter.fit(Sample::new(x, y).unwrap(), &Draws::new(0, "row", 0), &mut predictor);
        let (predictor, report) = (Predictor::Line(predictor), report.map(Report::Line));
        let zero = target::CATALOGUE.iter().find(|entry| entry.name == "zero").unwrap();
        let zero = Choice::new(zero, &[]).unwrap().build(target::CATALOGUE).unwrap();
        let risks = [1.0, 100.0].map(|p| Risk::lp(p).unwrap());
        let criteria = Criteria::risks(&risks, Domain::Hull);
        let mut scores = Vec::new();
        let columns = criteria.columns();
        let mut judge = Judge::new(generator, &criteria, zero);
        let data = Data { trial: 0, x, y, truth: None };
        let row = judge.row(data, (&predictor, report), None, (&mut scores, columns.len()));
        assert_eq!(scores.len(), columns.len());
        let score = |name: &str| scores[columns.iter().position(|column| column == name).unwrap()];
        (row, ["risk_l1", "risk_l100", "norm", "variation"].map(score))
    }

    #[test]
    fn what_is_finite_stays() {
        let (x, y) = ([0.0, 0.5, 1.0], [0.0, 1e10, 0.0]);
        let (found, [one, hundred, norm, variation]) = row(Generator::Four, "linear_spline", &x, &y);
        let partial = Row { status: Err(Degenerate::Overflow), kinks: Some(1), has_weights: true };
        assert_eq!((found, one, hundred), (partial, Some(5e9), None));
        assert!(norm > Some(4e10) && variation == Some(4e10), "{norm:?} {variation:?}");
        let void = Row { status: Err(Degenerate::Overflow), kinks: None, has_weights: false };
        assert_eq!(row(Generator::Three, "linear_spline", &x, &y), (void, [None; 4]));
        // An intercept that is no finite number: the knots, which are stored, are.
        let (far, steep) = ([1e10, 1e10 + 1e-5, 1e10 + 2e-5], [0.0, 1e296, 0.0]);
        let (found, [one, hundred, norm, variation]) = row(Generator::Four, "linear_spline", &far, &steep);
        assert_eq!((found, hundred, norm), (partial, None, None));
        assert!(one.is_some() && variation > Some(1e301), "{one:?} {variation:?}");
        let fine = [0.0, 1.0, 0.0];
        for generator in Generator::ALL {
            for name in ["linear_spline", "cubic_spline"] {
                let (found, [one, hundred, ..]) = row(generator, name, &x, &fine);
                assert_eq!((found.status, found.has_weights), (Ok(()), true), "{name}");
                assert!(one.is_some() && hundred.is_some(), "{name}");
            }
        }
    }

    /// Labels up to the largest doubles: there is a tail in which scores overflow and weights do not.
    #[test]
    fn a_trial_that_did_not_fail_has_weights() {
        let mut partial = 0;
        for power in (0..=308).step_by(4) {
            let large = libm::exp10(f64::from(power));
            for name in ["linear_spline", "min_norm", "cubic_spline"] {
                let (x, y) = ([0.1, 0.4, 0.41, 0.9], [large, -large, large, 1.0]);
                let (found, _) = row(Generator::Four, name, &x, &y);
                partial += usize::from(found.has_weights && found.status.is_err());
                assert!(found.status.is_err() || found.has_weights, "{name} {power}");
            }
        }
        assert!(partial > 100, "{partial}");
    }
}
