//! Diagnostics of a fit: its linear system, and residuals of points that are left out.

use super::space::Fitted;
use crate::error::Error;
use crate::plan::{Cell, Plan};
use crate::spec::Wanted;
use tempered_math::noise::{self, Noise};
use tempered_math::score::{Diagnostic, area};
use tempered_math::seed::{Key, Purpose};
use tempered_math::space::Points;
use tempered_math::space::estimator::Report;

/// What a study asks of fits beside risks.
pub(super) struct Diagnosis {
    asked: Vec<Diagnostic>,
    /// Where labels have noise, that says which of them are wrong.
    noise: Option<(Box<dyn Noise>, Key)>,
}

impl Diagnosis {
    /// For the trials of a cell.
    ///
    /// # Errors
    /// The catalogue lacks the noise of the cell.
    pub fn of(plan: &Plan, cell: &Cell) -> Result<Diagnosis, Error> {
        let asked = plan.study.criteria.diagnostics.clone();
        let needs_noise = asked.contains(&Diagnostic::Detection) && Wanted::of(&cell.design).is_none();
        let noise = needs_noise.then(|| cell.noise.build(noise::CATALOGUE)).transpose()?;
        let key = cell.stream(plan.study.seed, Purpose::Noise);
        Ok(Diagnosis { asked, noise: noise.map(|noise| (noise, key)) })
    }

    /// Appends a number for each diagnostic, in their order; `None` where it does not apply.
    pub fn score(
        &self,
        (trial, x, y): (u64, Points<'_>, &[f64]),
        (fitted, report): (&Fitted, Report),
        scores: &mut Vec<Option<f64>>,
    ) {
        if self.asked.is_empty() {
            return;
        }
        let wants_residuals = self.asked.iter().any(|one| one.is_of_residuals());
        let smoother = fitted.smoother.as_ref().filter(|_| wants_residuals);
        let residuals = smoother.and_then(|smoother| smoother.left_out(x, y));
        scores.extend(self.asked.iter().map(|diagnostic| match diagnostic {
            Diagnostic::Condition => report.condition,
            Diagnostic::LeaveOneOut => residuals.as_deref().map(mean_square),
            Diagnostic::Detection => area(residuals.as_deref()?, &self.wrong(trial, y.len())?),
        }));
    }

    /// Which labels of a trial are wrong; `None` where noise knows none.
    fn wrong(&self, trial: u64, n: usize) -> Option<Vec<bool>> {
        let (noise, key) = self.noise.as_ref()?;
        let mut wrong = vec![false; n];
        noise.wrong(&mut key.trial(trial), &mut wrong).then_some(wrong)
    }
}

fn mean_square(residuals: &[f64]) -> f64 {
    residuals.iter().map(|residual| residual * residual).sum::<f64>() / residuals.len() as f64
}
