//! Replay: recomputing one trial from its seed, and comparing it with what is stored.

use crate::batch::Samples;
use crate::error::Error;
use crate::generator::Generator;
use crate::plan::{Cell, Plan};
use crate::resume::place;
use crate::row::{Judge, Row};
use crate::spec::{Estimator, Study};
use crate::stage::{Laws, push_weights};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tempered_math::catalogue::Choice;
use tempered_math::predictor::{Form, Predictor};
use tempered_math::sample::{Degenerate, Sample};
use tempered_math::seed::Draws;
use tempered_math::{estimator, target};
use tempered_store::{
    MetricsChunk, MetricsTable, RunDirectory, WeightsChunk, WeightsRow, read_metrics, read_weights_row,
};

/// One trial, recomputed.
pub struct Replay {
    /// The estimator's label.
    pub estimator: String,
    /// The cell's content.
    pub cell: String,
    /// Sorted positions.
    pub x: Vec<f64>,
    /// Labels.
    pub y: Vec<f64>,
    /// "ok" or why the trial failed.
    pub status: &'static str,
    /// Score names and values; empty where there is no predictor, `None` where a score does not apply or is no finite
    /// number.
    pub scores: Vec<(String, Option<f64>)>,
    /// Number of kinks, where the predictor has kinks.
    pub kinks: Option<u64>,
    /// The form of the predictor; none where it is a sum of units.
    pub form: Option<Form>,
    /// The predictor, one row; none where it has no finite weights.
    pub weights: WeightsChunk,
    /// Whether the stored metrics row has the same bits; `None` where nothing is stored.
    pub metrics_equal: Option<bool>,
    /// Whether the stored weights row has the same bits; `None` where nothing is stored.
    pub weights_equal: Option<bool>,
}

/// What is replayed: the cells and estimators that all of it holds for.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The label of an estimator, or the name that several variants have.
    pub estimator: String,
    /// Points a trial.
    pub n: u64,
    /// Other coordinates with their values: swept parameters as `width`, those of the data as `noise_sd`.
    pub wanted: Vec<(String, String)>,
}

/// Recomputes trial `trial` of the estimators and cells that are selected. Any trial can be computed; one that the study asks
/// for no longer, or not yet, may be stored or not.
///
/// # Errors
/// Nothing is called so or has these coordinates, with what there is; those of reading and of computing.
pub fn replay(
    plan: &Plan,
    directory: &RunDirectory,
    selection: &Selection,
    trial: u64,
) -> Result<Vec<Replay>, Error> {
    let Selection { estimator: label, n, wanted } = selection;
    let named: Vec<usize> = (0..plan.study.estimators.len())
        .filter(|e| {
            let known = &plan.study.estimators[*e];
            known.label == *label || *known.name == **label
        })
        .collect();
    if named.is_empty() {
        let labels: Vec<&str> = plan.study.estimators.iter().map(|known| known.label.as_str()).collect();
        return Err(Error::NoEstimator { label: label.clone(), known: labels.join(", ") });
    }
    let sized: Vec<usize> = (0..plan.cells.len()).filter(|c| plan.cells[*c].n == *n).collect();
    if sized.is_empty() {
        let known: Vec<String> = plan.study.n.iter().map(ToString::to_string).collect();
        return Err(Error::NoCell { n: *n, known: known.join(", ") });
    }
    let of = |e: usize, c: usize| coordinates(&plan.study.estimators[e], &plan.cells[c]);
    let pairs = || named.iter().flat_map(|e| sized.iter().map(move |c| (*e, *c)));
    let fits = |(e, c): &(usize, usize)| {
        let coordinates = of(*e, *c);
        wanted
            .iter()
            .all(|(name, value)| coordinates.iter().any(|(known, is)| known == name && same_value(is, value)))
    };
    let chosen: Vec<(usize, usize)> = pairs().filter(fits).collect();
    if chosen.is_empty() {
        let mut known: Vec<String> = pairs()
            .flat_map(|(e, c)| of(e, c))
            .filter(|(name, _)| wanted.iter().any(|(other, _)| other == name) || !has(pairs(), of, wanted))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        known.sort();
        known.dedup();
        let asked: Vec<String> = wanted.iter().map(|(name, value)| format!("{name}={value}")).collect();
        return Err(Error::NoCoordinates { asked: asked.join(", "), known: known.join(", ") });
    }
    chosen.into_iter().map(|(e, c)| replay_cell(plan, directory, e, c, trial)).collect()
}

/// Whether some pair has all coordinates that are asked for, whatever their values.
fn has(
    mut pairs: impl Iterator<Item = (usize, usize)>,
    of: impl Fn(usize, usize) -> Vec<(String, String)>,
    wanted: &[(String, String)],
) -> bool {
    pairs.any(|(e, c)| {
        let known = of(e, c);
        wanted.iter().all(|(name, _)| known.iter().any(|(other, _)| other == name))
    })
}

/// Swept parameters of an estimator and the choices of a cell with their parameters, as text.
fn coordinates(estimator: &Estimator, cell: &Cell) -> Vec<(String, String)> {
    let swept = estimator.swept.iter().map(|(name, value)| ((*name).to_owned(), value.to_string()));
    let mut all: Vec<(String, String)> = swept.collect();
    for (part, choice) in [("design", &cell.design), ("target", &cell.target), ("noise", &cell.noise)] {
        all.push((part.into(), choice.name().into()));
        let arguments = choice.arguments().iter();
        all.extend(arguments.map(|(name, value)| (format!("{part}_{name}"), value.to_string())));
    }
    all
}

/// Whether texts are equal, or the same number: 1e-3 is 0.001.
fn same_value(one: &str, other: &str) -> bool {
    one == other || matches!((one.parse::<f64>(), other.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
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
    /// What its row says: why it failed, its number of kinks, whether it has weights.
    pub row: Row,
    /// Its scores; empty where there is no predictor, `None` where a score does not apply or is no finite number.
    pub scores: Vec<Option<f64>>,
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
                && pairs.all(|(stored, score)| stored.map(f64::to_bits) == score.map(f64::to_bits)),
        )
    }

    /// Whether a network stored by these rules has the same bits.
    pub fn is_network(&self, generator: Generator, row: &WeightsRow) -> bool {
        let same = |a: &[f64], b: &[f64]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
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
    Laws::of(cell, study.seed)?.draw(&mut samples);
    let Samples { x, y, .. } = samples;
    let mut fitter = estimator.build(estimator::CATALOGUE)?;
    let mut judge = Judge::new(plan.generator, &study.criteria, cell.target.build(target::CATALOGUE)?);
    let (mut predictor, mut scores) = (Predictor::default(), Vec::new());
    let content = cell.fit_content(estimator);
    let draws = Draws::new(study.seed, &content, trial);
    let reference = match &plan.reference {
        Some(reference) => fit_reference(study, cell, &*cell.choice(reference)?, (&x, &y), trial)?,
        None => None,
    };
    let fit = || fitter.fit(Sample::new(&x, &y)?, &draws, &mut predictor);
    let report = catch_unwind(AssertUnwindSafe(fit)).unwrap_or(Err(Degenerate::Panicked));
    let row = judge.row((&x, &y), (&predictor, report), reference.as_ref(), (&mut scores, 0));
    Ok(Trial { trial, x, y, predictor, row, scores })
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
    let choice = content.choice(&plan.study.estimators[estimator].rule)?;
    let computed = compute(plan, content, &choice, trial)?;
    let (word, weights) = (computed.word(), computed.weights(plan.generator));
    let place = place(plan, estimator, &plan.shard_of(cell, estimator, trial));
    let metrics_path = directory.metrics_path(&place);
    let metrics_equal =
        if metrics_path.exists() { computed.is_row_of(&read_metrics(&metrics_path)?) } else { None };
    let weights_path = directory.weights_path(&place);
    let stored = if weights_path.exists() { read_weights_row(&weights_path, trial)? } else { None };
    let weights_equal = stored.map(|row| computed.is_network(plan.generator, &row));
    let Trial { x, y, row, scores, .. } = computed;
    Ok(Replay {
        estimator: plan.study.estimators[estimator].label.clone(),
        cell: content.content(),
        x,
        y,
        status: word,
        kinks: row.kinks,
        scores: plan.scores().into_iter().zip(scores).collect(),
        form: plan.form(estimator),
        weights,
        metrics_equal,
        weights_equal,
    })
}
