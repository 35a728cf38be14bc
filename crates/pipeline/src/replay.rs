//! Replay: recomputing one trial from its seed, and comparing it with what is stored.

use crate::batch::Samples;
use crate::error::Error;
use crate::plan::{Cell, Plan, Shard};
use crate::resume::place;
use crate::spec::Study;
use crate::stage::{Laws, push_weights};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tempered_math::catalogue::Choice;
use tempered_math::predictor::Predictor;
use tempered_math::sample::{Degenerate, Sample};
use tempered_math::score::Scorer;
use tempered_math::seed::Draws;
use tempered_math::{estimator, target};
use tempered_store::{
    MetricsChunk, MetricsTable, RunDirectory, WeightsChunk, WeightsRow, read_metrics, read_weights_row,
};

/// One trial, recomputed.
pub struct Replay {
    /// The cell's content.
    pub cell: String,
    /// Sorted positions.
    pub x: Vec<f64>,
    /// Labels.
    pub y: Vec<f64>,
    /// "ok" or why the trial failed.
    pub status: &'static str,
    /// Score names and values; empty for a failed trial, `None` where a score does not apply.
    pub scores: Vec<(String, Option<f64>)>,
    /// Number of kinks, where the predictor has kinks.
    pub kinks: Option<u64>,
    /// The network, one row; none for a failed trial.
    pub weights: WeightsChunk,
    /// Whether the stored metrics row has the same bits; `None` where nothing is stored.
    pub metrics_equal: Option<bool>,
    /// Whether the stored weights row has the same bits; `None` where nothing is stored.
    pub weights_equal: Option<bool>,
}

/// Recomputes trial `trial` of the estimator labelled `label` in every cell with this n. Any trial can be computed; one
/// that the study asks for no longer, or not yet, may be stored or not.
pub fn replay(
    plan: &Plan,
    directory: &RunDirectory,
    label: &str,
    n: u64,
    trial: u64,
) -> Result<Vec<Replay>, Error> {
    let labels: Vec<&str> = plan.study.estimators.iter().map(|(label, _)| label.as_str()).collect();
    let estimator = labels
        .iter()
        .position(|known| *known == label)
        .ok_or_else(|| Error::NoEstimator { label: label.into(), known: labels.join(", ") })?;
    let cells: Vec<usize> = (0..plan.cells.len()).filter(|c| plan.cells[*c].n == n).collect();
    if cells.is_empty() {
        let known: Vec<String> = plan.study.n.iter().map(ToString::to_string).collect();
        return Err(Error::NoCell { n, known: known.join(", ") });
    }
    cells.into_iter().map(|cell| replay_cell(plan, directory, estimator, cell, trial)).collect()
}

/// One trial from its seed to its scores.
pub struct Trial {
    /// Its number.
    pub trial: u64,
    /// Sorted positions.
    pub x: Vec<f64>,
    /// Labels.
    pub y: Vec<f64>,
    /// The predictor.
    pub predictor: Predictor,
    /// Its number of kinks, where it has kinks, or why there is no predictor.
    pub status: Result<Option<u64>, Degenerate>,
    /// Its scores; empty for a failed trial.
    pub scores: Vec<Option<f64>>,
}

impl Trial {
    /// "ok" or why the trial failed.
    pub fn word(&self) -> &'static str {
        self.status.map_or_else(|reason| reason.word(), |_| MetricsChunk::OK)
    }

    /// The network, one row; none for a failed trial.
    pub fn weights(&self) -> WeightsChunk {
        let mut weights = WeightsChunk::default();
        if self.status.is_ok() {
            push_weights(self.trial, &self.predictor, &mut weights);
            weights.trim();
        }
        weights
    }

    /// Whether its row in a table has the same bits; `None` where it has no row.
    pub fn is_row_of(&self, table: &MetricsTable) -> Option<bool> {
        let row = table.trial.iter().position(|trial| *trial == self.trial)?;
        let scores = || {
            table
                .scores
                .iter()
                .zip(&self.scores)
                .all(|(column, score)| column[row].map(f64::to_bits) == score.map(f64::to_bits))
        };
        Some(
            table.status[row] == self.word()
                && table.kinks[row] == self.status.ok().flatten()
                && (self.status.is_err() || scores()),
        )
    }

    /// Whether a stored network has the same bits.
    pub fn is_network(&self, row: &WeightsRow) -> bool {
        let same = |a: &[f64], b: &[f64]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
        };
        let weights = self.weights();
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
    Laws::of(cell, study.seed)?.draw(&mut samples);
    let Samples { x, y, .. } = samples;
    let mut fitter = estimator.build(estimator::CATALOGUE)?;
    let mut scorer = Scorer::new(study.criteria.clone(), cell.target.build(target::CATALOGUE)?);
    let (mut predictor, mut scores) = (Predictor::default(), Vec::new());
    let content = cell.fit_content(estimator);
    let draws = Draws::new(study.seed, &content, trial);
    let reference = match &plan.reference {
        Some(reference) => fit_reference(study, cell, reference, (&x, &y), trial)?,
        None => None,
    };
    let fit = || {
        let report = fitter.fit(Sample::new(&x, &y)?, &draws, &mut predictor)?;
        scorer.score((&x, &y), (&predictor, report), reference.as_ref(), &mut scores)
    };
    let status = catch_unwind(AssertUnwindSafe(fit)).unwrap_or(Err(Degenerate::Panicked));
    if status.is_err() {
        scores.clear();
    }
    Ok(Trial { trial, x, y, predictor, status, scores })
}

/// The predictor that distances are measured from; none where its fit fails.
fn fit_reference(
    study: &Study,
    cell: &Cell,
    choice: &Choice,
    (x, y): (&[f64], &[f64]),
    trial: u64,
) -> Result<Option<Predictor>, Error> {
    let mut estimator = choice.build(estimator::CATALOGUE)?;
    let content = cell.fit_content(choice);
    let mut predictor = Predictor::default();
    let fit = || estimator.fit(Sample::new(x, y)?, &Draws::new(study.seed, &content, trial), &mut predictor);
    let fitted = catch_unwind(AssertUnwindSafe(fit)).unwrap_or(Err(Degenerate::Panicked));
    Ok(fitted.is_ok().then_some(predictor))
}

fn replay_cell(
    plan: &Plan,
    directory: &RunDirectory,
    estimator: usize,
    cell: usize,
    trial: u64,
) -> Result<Replay, Error> {
    let content = &plan.cells[cell];
    let computed = compute(plan, content, &plan.study.estimators[estimator].1, trial)?;
    let (word, weights) = (computed.word(), computed.weights());
    let size = plan.shard_trials(content);
    let start = trial / size * size;
    let shard =
        Shard { cell, index: u32::try_from(trial / size).unwrap_or(u32::MAX), trials: start..start + size };
    let place = place(plan, estimator, &shard);
    let metrics_path = directory.metrics_path(&place);
    let metrics_equal =
        if metrics_path.exists() { computed.is_row_of(&read_metrics(&metrics_path)?) } else { None };
    let weights_path = directory.weights_path(&place);
    let stored = if weights_path.exists() { read_weights_row(&weights_path, trial)? } else { None };
    let weights_equal = stored.map(|row| computed.is_network(&row));
    let Trial { x, y, status, scores, .. } = computed;
    Ok(Replay {
        cell: content.content(),
        x,
        y,
        status: word,
        kinks: status.ok().flatten(),
        scores: plan.scores().into_iter().zip(scores).collect(),
        weights,
        metrics_equal,
        weights_equal,
    })
}
