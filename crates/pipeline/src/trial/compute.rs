//! One trial by itself, from its seed to its row.

use super::answers::Answered;
use super::estimator::Estimator;
use super::judge::{Data, Judge, Row};
use super::samples::{Laws, Samples};
use super::shared::Shared;
use super::space::{Predictor, Report};
use super::weights::push_weights;
use crate::error::Error;
use crate::generator::Generator;
use crate::plan::{Cell, Plan};
use crate::spec::Space;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tempered_math::catalogue::Choice;
use tempered_math::sample::Degenerate;
use tempered_math::seed::Draws;
use tempered_process::Reproducible;
use tempered_store::{MetricsChunk, MetricsTable, WeightsChunk, WeightsRow};

/// One trial from its seed to its scores.
pub struct Trial {
    /// Its number.
    pub trial: u64,
    /// Sorted positions, or rows of features.
    pub x: Vec<f64>,
    /// Labels.
    pub y: Vec<f64>,
    /// The predictor.
    pub predictor: Predictor,
    /// What its row says: why it failed, its number of kinks, whether it has weights.
    pub row: Row,
    /// Its scores; empty where there is no predictor, `None` where a score does not apply or is no finite number.
    pub scores: Vec<Option<f64>>,
    /// How equal it is when it is computed again.
    pub reproducible: Reproducible,
}

impl Trial {
    /// "ok" or why the trial failed.
    pub fn word(&self) -> &'static str {
        self.row.status.map_or_else(|reason| reason.word(), |()| MetricsChunk::OK)
    }

    /// The predictor as files by these rules hold it, one row; none where it has no finite weights.
    pub fn weights(&self, generator: Generator) -> WeightsChunk {
        let mut weights = WeightsChunk::default();
        if self.row.has_weights {
            push_weights(generator, self.trial, &self.predictor, &mut weights);
            weights.trim();
        }
        weights
    }

    /// Whether its row in a table has the same bits; `None` where it has no row.
    pub fn is_row_of(&self, table: &MetricsTable) -> Option<bool> {
        let row = table.trial.iter().position(|trial| *trial == self.trial)?;
        // Of a trial without scores every column is NULL.
        let scores = self.scores.iter().copied().chain(std::iter::repeat(None));
        let mut pairs = table.scores.iter().map(|column| column[row]).zip(scores);
        Some(
            table.status[row] == self.word()
                && table.kinks[row] == self.row.kinks
                && pairs.all(|(stored, score)| self.is_equal(stored, score)),
        )
    }

    /// Whether two numbers are as equal as its estimator claims.
    fn is_equal(&self, stored: Option<f64>, computed: Option<f64>) -> bool {
        match (self.reproducible, stored, computed) {
            (Reproducible::No, _, _) => true,
            (Reproducible::Nearly, Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
            _ => stored.map(f64::to_bits) == computed.map(f64::to_bits),
        }
    }

    /// Whether a network stored by these rules has the same bits.
    pub fn is_network(&self, generator: Generator, row: &WeightsRow) -> bool {
        let same = |a: &[f64], b: &[f64]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.is_equal(Some(*a), Some(*b)))
        };
        let weights = self.weights(generator);
        same(&row.outer, &weights.outer)
            && same(&row.inner, &weights.inner())
            && same(&row.bias, &weights.bias)
            && same(&[row.skip_slope], &weights.skip_slope)
            && same(&[row.skip_intercept], &weights.skip_intercept)
    }
}

/// Computes one trial by itself.
pub fn compute(plan: &Plan, cell: &Cell, estimator: &Choice, trial: u64) -> Result<Trial, Error> {
    let study = &plan.study;
    let mut samples = Samples { trials: trial..trial + 1, ..Samples::default() };
    Laws::of(plan, cell)?.draw(&mut samples)?;
    let mut fitter = Estimator::build(estimator, plan)?;
    let mut judge = Judge::of(plan, cell)?;
    let (mut predictor, mut scores) = (Predictor::default(), Vec::new());
    let content = cell.fit_content(estimator);
    let draws = Draws::new(study.seed, &content, trial);
    let reference = match &plan.reference {
        Some(reference) => fit_reference(plan, cell, &*cell.choice(reference)?, &samples, trial)?,
        None => None,
    };
    let one = (plan, cell, &samples, content.as_str());
    let (report, own) = fit(&mut fitter, one, &draws, &mut predictor)?;
    let data = Data { trial, x: &samples.x, y: &samples.y, truth: samples.truth(0) };
    let row = judge.row(data, (&predictor, report), reference.as_ref(), (&mut scores, 0));
    // Of a fit without scores there are no metrics either.
    if !scores.is_empty() || study.space() == Space::Program {
        scores.extend(own);
    }
    let reproducible = fitter.program().map_or(Reproducible::Bits, |program| program.reproducible);
    let Samples { x, y, .. } = samples;
    Ok(Trial { trial, x, y, predictor, row, scores, reproducible })
}

/// The predictor that distances are measured from; none where its fit fails.
fn fit_reference(
    plan: &Plan,
    cell: &Cell,
    choice: &Choice,
    samples: &Samples,
    trial: u64,
) -> Result<Option<Predictor>, Error> {
    let mut estimator = Estimator::build(choice, plan)?;
    let content = cell.fit_content(choice);
    let mut predictor = Predictor::default();
    let draws = Draws::new(plan.study.seed, &content, trial);
    let one = (plan, cell, samples, content.as_str());
    let (fitted, _) = fit(&mut estimator, one, &draws, &mut predictor)?;
    Ok(fitted.is_ok().then_some(predictor))
}

/// What came of a fit, and metrics of programs: one a column of the study.
type Fit = (Result<Report, Degenerate>, Vec<Option<f64>>);

/// Fits the first of these samples; a panic is the failure of a trial. A program may be what no run can go on with.
fn fit(
    estimator: &mut Estimator,
    (plan, cell, samples, content): (&Plan, &Cell, &Samples, &str),
    draws: &Draws<'_>,
    out: &mut Predictor,
) -> Result<Fit, Error> {
    if let Some(program) = estimator.program() {
        let one = program.fit(plan, cell, (samples, content), None)?.into_iter().next();
        let Some(Answered { fit, own }) = one else { return Ok((Err(Degenerate::TooFew), Vec::new())) };
        let report = fit.map(|(predictor, report)| {
            *out = predictor;
            report
        });
        return Ok((report, own));
    }
    let rows = samples.rows();
    let Some(row) = rows.iter().next() else { return Ok((Err(Degenerate::TooFew), Vec::new())) };
    let fit = || estimator.fit((row, &mut Shared::default()), draws, (&[], &mut |_, _| ()), out);
    let fitted = catch_unwind(AssertUnwindSafe(fit)).unwrap_or(Err(Degenerate::Panicked));
    Ok((fitted, vec![None; plan.study.metrics.len()]))
}
