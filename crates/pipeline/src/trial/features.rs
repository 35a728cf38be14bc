//! The scores of a predictor on R^d.

use super::judge::Data;
use super::samples::Truths;
use super::space::Fitted;
use crate::error::Error;
use crate::plan::Cell;
use crate::spec::{Risk, dimension};
use tempered_math::noise;
use tempered_math::sample::Degenerate;
use tempered_math::score::Criteria;
use tempered_math::seed::{Key, Purpose};
use tempered_math::space::estimator::Report;
use tempered_math::space::risk::{Estimate, Parts, Scorer};
use tempered_math::space::target::Truth;
use tempered_math::space::{Points, design};

/// What rounding may leave of ∫ f*² where the bias is 0: the square of 1e-12, the error of weights by Cholesky.
const ROUNDING: f64 = 1e-24;

/// Scores predictors of the trials of one cell, in the order of [`Criteria::columns`].
pub(super) struct FeatureScorer {
    risks: Vec<Risk>,
    /// The exponents among them.
    exponents: Vec<f64>,
    scorer: Scorer,
    truths: Truths,
    /// Of the points at which risks without a formula are taken.
    test: Key,
    /// σ², for the part of R_2 that is due to noise.
    noise: f64,
    d: usize,
    values: Vec<f64>,
}

impl FeatureScorer {
    pub fn of(criteria: &Criteria, cell: &Cell, seed: u64) -> Result<FeatureScorer, Error> {
        let d = usize::try_from(dimension(&cell.design).unwrap_or(1)).unwrap_or(usize::MAX);
        let design = cell.design.build(design::CATALOGUE)?;
        Ok(FeatureScorer {
            risks: criteria.risks.clone(),
            exponents: criteria.risks.iter().filter_map(Risk::p).collect(),
            scorer: Scorer::new(design, d),
            truths: Truths::of(cell, seed)?,
            test: cell.stream(seed, Purpose::Test),
            noise: cell.noise.build(noise::CATALOGUE)?.absolute_moment(2.0),
            d,
            values: Vec::new(),
        })
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
        let Fitted { predictor, smoother } = fitted;
        let truth = self.truths.of_trial(data.trial);
        let x = Points::new(self.d, data.x)?;
        let whole = |value: Option<u64>| value.map(|value| value as f64);
        let converged = report.converged.map(u64::from);
        scores.extend(
            [report.rank, report.route.map(|route| route.code()), report.steps, converged].map(whole),
        );
        scores.push(Some(norm(predictor.coefficients())));
        self.values.resize(data.y.len(), 0.0);
        predictor.values(x, &mut self.values);
        scores.push(Some(
            self.values.iter().zip(data.y).fold(0.0, |most: f64, (f, y)| most.max((f - y).abs())),
        ));
        let mut rng = self.test.trial(data.trial);
        let powers = self.scorer.risks(predictor, &truth, &self.exponents, &mut rng)?;
        let asks_for_parts = self.risks.iter().any(Risk::is_part) && self.truths.are_what_labels_follow();
        let parts = match smoother.as_ref().filter(|_| asks_for_parts) {
            Some(smoother) => Some(self.scorer.parts(smoother, x, &truth, &mut rng)?),
            None => None,
        };
        self.risks(&powers, parts, (fitted, &truth), scores)?;
        scores.extend(powers.iter().map(|power| power.standard_error));
        let are_finite = scores[start..].iter().flatten().all(|score| score.is_finite());
        if !are_finite {
            scores[start..].iter_mut().for_each(|score| *score = score.filter(|score| score.is_finite()));
        }
        Ok(are_finite)
    }

    /// Appends the risks in their order.
    fn risks(
        &self,
        powers: &[Estimate],
        parts: Option<Parts>,
        (fitted, truth): (&Fitted, &Truth),
        scores: &mut Vec<Option<f64>>,
    ) -> Result<(), Degenerate> {
        let mut powers = powers.iter();
        for risk in &self.risks {
            scores.push(match risk {
                Risk::Lp(_) => powers.next().map(|power| power.value),
                Risk::Sup => self.scorer.supremum(&fitted.predictor, truth)?,
                // Noise without a variance has none in f̂ either.
                Risk::Variance => {
                    parts.map(|parts| parts.variance * self.noise).filter(|part| part.is_finite())
                }
                Risk::Bias => parts.map(|parts| self.bias(parts.bias.value, truth)),
            });
        }
        Ok(())
    }
}

impl FeatureScorer {
    /// A bias, or 0 where it is what rounding leaves of a linear target.
    fn bias(&self, bias: f64, truth: &Truth) -> f64 {
        let pairs = truth.weights().into_iter().flatten().zip(self.scorer.spectrum());
        let whole: f64 = pairs.map(|(w, lambda)| lambda * w * w).sum();
        if bias < ROUNDING * whole { 0.0 } else { bias }
    }
}

/// The length of a vector, whose numbers may be of any size.
fn norm(coefficients: &[f64]) -> f64 {
    let most = coefficients.iter().fold(0.0f64, |most, c| most.max(c.abs()));
    if most == 0.0 || !most.is_finite() {
        return most;
    }
    most * coefficients.iter().map(|c| (c / most) * (c / most)).sum::<f64>().sqrt()
}
