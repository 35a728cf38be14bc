//! Replay: recomputing one trial from its seed, and comparing it with what is stored.

use crate::directory::elsewhere;
use crate::error::Error;
use crate::plan::{Cell, Plan, place};
use crate::spec::{self, Estimator};
use crate::trial::{Trial, compute};
use std::collections::BTreeSet;
use tempered_math::predictor::Form;
use tempered_store::{RunDirectory, WeightsChunk, read_metrics, read_weights_row};

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
    /// The processor of the stored rows, where their last bits follow one that is not this.
    pub elsewhere: Option<String>,
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
    let chosen = chosen(plan, selection)?;
    chosen.into_iter().map(|(e, c)| replay_cell(plan, directory, e, c, trial)).collect()
}

/// Positions of the estimators and cells that are selected.
fn chosen(
    plan: &Plan,
    Selection { estimator: label, n, wanted }: &Selection,
) -> Result<Vec<(usize, usize)>, Error> {
    let estimators = &plan.study.estimators;
    let is_meant = |known: &Estimator| known.label == *label || *known.name == **label;
    let named: Vec<usize> = (0..estimators.len()).filter(|e| is_meant(&estimators[*e])).collect();
    if named.is_empty() {
        let labels: Vec<&str> = estimators.iter().map(|known| known.label.as_str()).collect();
        return Err(Error::NoEstimator { label: label.clone(), known: labels.join(", ") });
    }
    let sized: Vec<usize> = (0..plan.cells.len()).filter(|c| plan.cells[*c].n == *n).collect();
    if sized.is_empty() {
        let known: Vec<String> = plan.study.n.iter().map(ToString::to_string).collect();
        return Err(Error::NoCell { n: *n, known: known.join(", ") });
    }
    let of = |e: usize, c: usize| coordinates(&estimators[e], &plan.cells[c]);
    let pairs = || named.iter().flat_map(|e| sized.iter().map(move |c| (*e, *c)));
    let fits = |(e, c): &(usize, usize)| {
        let coordinates = of(*e, *c);
        let has = |name: &str, value: &str| {
            coordinates.iter().any(|(known, is)| known == name && same_value(is, value))
        };
        wanted.iter().all(|(name, value)| has(name, value))
    };
    let chosen: Vec<(usize, usize)> = pairs().filter(fits).collect();
    if chosen.is_empty() {
        let is_told =
            |name: &String| wanted.iter().any(|(other, _)| other == name) || !has(pairs(), of, wanted);
        let known = pairs().flat_map(|(e, c)| of(e, c)).filter(|(name, _)| is_told(name));
        let known: BTreeSet<String> = known.map(|(name, value)| format!("{name}={value}")).collect();
        let asked: Vec<String> = wanted.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        return Err(Error::NoCoordinates { asked: asked.join(", "), known });
    }
    Ok(chosen)
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
        all.extend(
            arguments.map(|(name, value)| (spec::coordinate(part, choice.name(), name), value.to_string())),
        );
    }
    all
}

/// Whether texts are equal, or the same number: 1e-3 is 0.001.
fn same_value(one: &str, other: &str) -> bool {
    one == other || matches!((one.parse::<f64>(), other.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
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
        elsewhere: elsewhere(plan, directory, (&place, estimator))?,
    })
}
