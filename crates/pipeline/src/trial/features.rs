//! The scores of a predictor on R^d.

use super::diagnosis::Diagnosis;
use super::judge::Data;
use super::law::{Asked, Judged, LawScorer};
use super::rows::{RowLaw, RowScorer, over_rows};
use super::space::Fitted;
use crate::error::Error;
use crate::plan::{Cell, Plan};
use crate::spec::{Risk, dimension, is_generator};
use tempered_math::sample::Degenerate;
use tempered_math::space::estimator::Report;
use tempered_math::space::rows::Holdout;
use tempered_math::space::{Points, Predictor, apart, length};

/// Scores predictors of the trials of one cell, in the order of [`Criteria::columns`](tempered_math::score::Criteria::columns).
pub(super) struct FeatureScorer {
    risks: Vec<Risk>,
    asked: Asked,
    over: Over,
    diagnosis: Diagnosis,
    d: usize,
    values: Vec<f64>,
}

/// What risks are taken over.
enum Over {
    Law(Box<LawScorer>),
    Rows(Box<RowScorer>),
    /// The points at which a program that makes samples gives f*.
    Given(Holdout),
}

impl FeatureScorer {
    pub fn of(plan: &Plan, cell: &Cell) -> Result<FeatureScorer, Error> {
        let risks = plan.study.criteria.risks.clone();
        let over = match RowLaw::of(plan, cell)? {
            _ if is_generator(&cell.design) => Over::Given(Holdout::default()),
            Some(rows) => Over::Rows(Box::new(RowScorer::new(rows))),
            None => Over::Law(Box::new(LawScorer::of(plan, cell)?)),
        };
        let d = usize::try_from(dimension(&cell.design).unwrap_or(1)).unwrap_or(usize::MAX);
        let diagnosis = Diagnosis::of(plan, cell)?;
        Ok(FeatureScorer { asked: Asked::of(&risks), risks, over, diagnosis, d, values: Vec::new() })
    }

    /// Appends the scores, `None` where one does not apply or is no finite number; returns whether all that apply are finite.
    ///
    /// # Errors
    /// The predictor has another dimension.
    pub fn score(
        &mut self,
        data: Data<'_>,
        (fitted, report): (&Fitted, Report),
        scores: &mut Vec<Option<f64>>,
    ) -> Result<bool, Degenerate> {
        let start = scores.len();
        let predictor = &fitted.predictor;
        let x = Points::new(self.d, data.x)?;
        let whole = |value: Option<u64>| value.map(|value| value as f64);
        let converged = report.converged.map(u64::from);
        scores.extend(
            [report.rank, report.route.map(|route| route.code()), report.steps, converged].map(whole),
        );
        scores.push(Some(length(predictor.coefficients())));
        match &fitted.values {
            Some(values) => self.values.clone_from(values),
            None => {
                self.values.resize(data.y.len(), 0.0);
                predictor.training_values(x, &mut self.values);
            }
        }
        scores.push(Some(apart(&self.values, data.y)));
        let judged = match &mut self.over {
            Over::Law(law) => law.judge((data.trial, x), fitted, &self.asked)?,
            Over::Rows(rows) => rows.judge(data.trial, predictor, &self.asked)?,
            Over::Given(holdout) => {
                let (at, truth) = data.truth.ok_or(Degenerate::Malformed)?;
                holdout.judge_at(Points::new(self.d, at)?, truth, predictor)?;
                over_rows(holdout, &self.asked)
            }
        };
        self.risks(&judged, scores);
        self.errors(&judged, scores);
        if self.asked.mistakes {
            scores.extend(self.of_labels(data.y, predictor));
        }
        self.diagnosis.score((data.trial, x, data.y), (fitted, report), scores);
        let are_finite = scores[start..].iter().flatten().all(|score| score.is_finite());
        if !are_finite {
            scores[start..].iter_mut().for_each(|score| *score = score.filter(|score| score.is_finite()));
        }
        Ok(are_finite)
    }

    /// Appends the risks in their order.
    fn risks(&self, judged: &Judged, scores: &mut Vec<Option<f64>>) {
        let (mut powers, mut adversarial) = (judged.powers.iter(), judged.adversarial.iter());
        scores.extend(self.risks.iter().map(|risk| match risk {
            Risk::Lp(_) => powers.next().map(|power| power.value),
            Risk::Adversarial(_) => adversarial.next().and_then(|risk| risk.map(|risk| risk.value)),
            Risk::Sup => judged.supremum,
            Risk::Variance => judged.parts.and_then(|[variance, _]| variance),
            Risk::Bias => judged.parts.and_then(|[_, bias]| bias),
            Risk::Gradient => judged.gradient.map(|gradient| gradient.value),
            Risk::Error => judged.mistakes.map(|mistakes| mistakes.clean.value),
            Risk::NoisyError => judged.mistakes.map(|mistakes| mistakes.noisy()),
            Risk::ExcessError => judged.mistakes.and_then(|mistakes| mistakes.excess()),
        }));
    }

    /// Appends the standard errors of risks that are means.
    fn errors(&self, judged: &Judged, scores: &mut Vec<Option<f64>>) {
        let (mut powers, mut adversarial) = (judged.powers.iter(), judged.adversarial.iter());
        let clean = judged.mistakes.and_then(|mistakes| mistakes.clean.standard_error);
        scores.extend(self.risks.iter().filter(|risk| risk.is_mean()).map(|risk| match risk {
            Risk::NoisyError => {
                judged.mistakes.and_then(|of| clean.map(|error| (1.0 - 2.0 * of.flipped) * error))
            }
            Risk::Error | Risk::ExcessError => clean,
            Risk::Adversarial(_) => {
                adversarial.next().and_then(|risk| risk.and_then(|risk| risk.standard_error))
            }
            Risk::Gradient => judged.gradient.and_then(|gradient| gradient.standard_error),
            _ => powers.next().and_then(|power| power.standard_error),
        }));
    }

    /// The margin of a plane on its training set, and the share of labels that f̂, whose values there are known, misses.
    fn of_labels(&self, y: &[f64], predictor: &Predictor) -> [Option<f64>; 2] {
        let signed = || self.values.iter().zip(y).map(|(f, y)| f * y);
        let missed = signed().filter(|signed| *signed <= 0.0).count() as f64 / y.len() as f64;
        let least = signed().fold(f64::INFINITY, f64::min);
        let margin = match predictor {
            Predictor::Linear { weights, .. } => {
                Some(least / length(weights)).filter(|margin| !margin.is_nan())
            }
            Predictor::Function(_) | Predictor::Values(_) => None,
        };
        [margin, Some(missed)]
    }
}
