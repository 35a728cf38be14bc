//! The scores of predictors over a law of x.

use super::samples::Truths;
use super::space::Fitted;
use crate::error::Error;
use crate::plan::{Cell, Plan};
use crate::spec::{Risk, dimension};
use tempered_math::ChaCha8Rng;
use tempered_math::noise::{self, Noise};
use tempered_math::sample::Degenerate;
use tempered_math::seed::{Key, Purpose};
use tempered_math::space::risk::{Estimate, Scorer};
use tempered_math::space::target::Truth;
use tempered_math::space::{Points, Predictor, design};

/// What rounding may leave of ∫ f*² where the bias is 0: the square of 1e-12, the error of weights by Cholesky.
const ROUNDING: f64 = 1e-24;

/// What is asked of a predictor.
pub(super) struct Asked {
    /// The exponents p of R_p.
    pub exponents: Vec<f64>,
    pub supremum: bool,
    /// Variance and bias.
    pub parts: bool,
    /// The probability of a wrong sign.
    pub mistakes: bool,
    pub gradient: bool,
    /// Radii of adversarial risks.
    pub radii: Vec<f64>,
}

impl Asked {
    /// What risks ask.
    pub fn of(risks: &[Risk]) -> Asked {
        Asked {
            exponents: risks.iter().filter_map(Risk::p).collect(),
            supremum: risks.contains(&Risk::Sup),
            parts: risks.iter().any(Risk::is_part),
            mistakes: risks.iter().any(Risk::is_of_labels),
            gradient: risks.contains(&Risk::Gradient),
            radii: risks.iter().filter_map(radius).collect(),
        }
    }
}

fn radius(risk: &Risk) -> Option<f64> {
    if let Risk::Adversarial(radius) = risk { Some(*radius) } else { None }
}

/// What a predictor is worth.
pub(super) struct Judged {
    /// R_p of each exponent.
    pub powers: Vec<Estimate>,
    pub supremum: Option<f64>,
    /// Variance and bias, each where it is defined.
    pub parts: Option<[Option<f64>; 2]>,
    pub mistakes: Option<Mistakes>,
    /// The mean square of the error of the gradient, where there is one.
    pub gradient: Option<Estimate>,
    /// The adversarial risk of each radius, where there is one.
    pub adversarial: Vec<Option<Estimate>>,
}

/// How often a predictor has the wrong sign.
#[derive(Clone, Copy)]
pub(super) struct Mistakes {
    /// P(f̂(x) has not the sign of its label), without noise.
    pub clean: Estimate,
    /// The probability that noise flips a label.
    pub flipped: f64,
    /// The least that any rule has, where it is known.
    pub least: Option<f64>,
}

impl Mistakes {
    /// P(f̂(x) has not the sign of its label with noise).
    pub fn noisy(&self) -> f64 {
        self.flipped + (1.0 - 2.0 * self.flipped) * self.clean.value
    }

    /// What the probability exceeds the least one by.
    pub fn excess(&self) -> Option<f64> {
        self.least.map(|least| self.clean.value - least)
    }
}

/// Judges predictors of one cell over its law of x.
pub(super) struct LawScorer {
    scorer: Scorer,
    truths: Truths,
    /// Of the points at which risks without a formula are taken.
    test: Key,
    /// The noise, for the part of R_2 that is due to it.
    noise: Box<dyn Noise>,
    /// Its standard deviation, where it is normal or none.
    sd: Option<f64>,
}

impl LawScorer {
    pub fn of(plan: &Plan, cell: &Cell) -> Result<LawScorer, Error> {
        let d = usize::try_from(dimension(&cell.design).unwrap_or(1)).unwrap_or(usize::MAX);
        let seed = plan.study.seed;
        let noise = cell.noise.build(noise::CATALOGUE)?;
        let is_normal = ["normal", "none"].contains(&cell.noise.name());
        Ok(LawScorer {
            sd: is_normal.then(|| noise.absolute_moment(2.0).sqrt()),
            scorer: Scorer::new(cell.design.build(design::CATALOGUE)?, d),
            truths: Truths::of(cell, seed)?,
            test: cell.stream(seed, Purpose::Test),
            noise,
        })
    }

    /// The points at which risks of a trial without a formula are taken, row by row.
    pub fn places(&self, trial: u64) -> Vec<f64> {
        self.scorer.test_points(&mut self.test.trial(trial))
    }

    /// Risks over the law of x.
    ///
    /// # Errors
    /// The predictor has another dimension.
    pub fn judge(
        &mut self,
        (trial, x): (u64, Points<'_>),
        Fitted { predictor, smoother, .. }: &Fitted,
        asked: &Asked,
    ) -> Result<Judged, Degenerate> {
        let LawScorer { scorer, truths, test, noise, sd } = self;
        let truth = truths.of_trial(trial);
        let mut rng = test.trial(trial);
        let powers = scorer.risks(predictor, &truth, &asked.exponents, &mut rng)?;
        let has_parts = asked.parts && truths.are_what_labels_follow();
        let parts = match smoother.as_ref().filter(|_| has_parts) {
            Some(smoother) => {
                let parts = scorer.parts(smoother, x, (&truth, &**noise), &mut rng)?;
                // Noise without a variance has none in f̂ either.
                let variance = Some(parts.variance).filter(|part| part.is_finite());
                Some([variance, Some(without_rounding(parts.bias.value, &truth, scorer.spectrum()))])
            }
            None => None,
        };
        let supremum = if asked.supremum { scorer.supremum(predictor, &truth)? } else { None };
        // The points of the trial again, as values that a program gives are known at these alone.
        let again = || test.trial(trial);
        let mistakes = if asked.mistakes {
            mistakes(scorer, &**noise, (predictor, &truth), &mut again())?
        } else {
            None
        };
        let gradient = if asked.gradient { scorer.gradient(predictor, &truth, &mut again())? } else { None };
        let adversarial = |radius: &f64| match *sd {
            Some(sd) => scorer.adversarial((predictor, &truth), sd, *radius, &mut again()),
            None => Ok(None),
        };
        let adversarial = asked.radii.iter().map(adversarial).collect::<Result<_, Degenerate>>()?;
        Ok(Judged { powers, supremum, parts, mistakes, gradient, adversarial })
    }
}

fn mistakes(
    scorer: &mut Scorer,
    noise: &dyn Noise,
    (predictor, truth): (&Predictor, &Truth),
    rng: &mut ChaCha8Rng,
) -> Result<Option<Mistakes>, Degenerate> {
    let clean = scorer.mistakes(predictor, truth, rng)?;
    let least = scorer.least_mistakes();
    // E ε = −2 p at a label of 1.
    let flipped = noise.local().map_or(0.0, |noise| -0.5 * noise.mean(&[], 1.0));
    Ok(clean.map(|clean| Mistakes { clean, flipped, least }))
}

/// A bias, or 0 where it is what rounding leaves of a linear target.
fn without_rounding(bias: f64, truth: &Truth, spectrum: &[f64]) -> f64 {
    let pairs = truth.weights().into_iter().flatten().zip(spectrum);
    let whole: f64 = pairs.map(|(w, lambda)| lambda * w * w).sum();
    if bias < ROUNDING * whole { 0.0 } else { bias }
}
