//! Resume: what of a plan is missing on disk.

use crate::error::Error;
use crate::live::{Live, Tally};
use crate::plan::{Plan, Shard};
use crate::spec::Weights;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tempered_store::{Expected, Found, Place, RunDirectory, check, read_metrics};

/// Record of what decided the numbers on disk.
const PLAN_RECORD: &str = "plan.json";

/// What decides the numbers in a run directory, per estimator label.
#[derive(Serialize, Deserialize, PartialEq)]
struct Identity {
    estimators: BTreeMap<String, BTreeMap<String, String>>,
}

/// Where the files of (estimator, shard) lie.
pub fn place(plan: &Plan, estimator: usize, shard: &Shard) -> Place {
    let cell = &plan.cells[shard.cell];
    Place {
        estimator: plan.study.estimators[estimator].0.clone(),
        n: cell.n,
        cell: cell.key.clone(),
        index: shard.index,
    }
}

/// Refuses a directory whose numbers this plan would alter; otherwise records the plan.
///
/// Estimators and levels may come and go; seed, risks, domain, stored weights and the parameters of an
/// estimator that keeps its label may not.
pub fn agree(plan: &Plan, directory: &RunDirectory) -> Result<(), Error> {
    let mut estimators: BTreeMap<String, BTreeMap<String, String>> = (0..plan.study.estimators.len())
        .map(|e| (plan.study.estimators[e].0.clone(), plan.identity(e).into_iter().collect()))
        .collect();
    if let Some(bytes) = directory.read_record(PLAN_RECORD)?
        && let Ok(old) = serde_json::from_slice::<Identity>(&bytes)
    {
        let mut differences = Vec::new();
        for (label, old) in old.estimators {
            let Some(new) = estimators.get(&label) else {
                estimators.insert(label, old);
                continue;
            };
            for (name, value) in new {
                let stored = old.get(name).map_or("nothing", String::as_str);
                if stored != value {
                    differences.push(format!("  {label}: {name} was {stored}, is {value}"));
                }
            }
        }
        if !differences.is_empty() {
            let directory = directory.root().to_path_buf();
            return Err(Error::PlanDiffers { directory, differences: differences.join("\n") });
        }
    }
    let study = plan.study.to_yaml();
    directory.write_record("study.yaml", study.as_bytes())?;
    directory.write_record(PLAN_RECORD, &serde_json::to_vec_pretty(&Identity { estimators })?)?;
    Ok(())
}

/// The estimators whose files of this shard are missing; damaged files are moved to quarantine.
pub fn missing(plan: &Plan, directory: &RunDirectory, shard: &Shard) -> Result<Vec<usize>, Error> {
    let mut missing = Vec::new();
    for estimator in 0..plan.study.estimators.len() {
        let place = place(plan, estimator, shard);
        let footer = plan.footer(estimator, shard);
        let rows = shard.trials.end - shard.trials.start;
        let metrics = directory.metrics_path(&place);
        let weights = directory.weights_path(&place);
        let mut complete = whole(directory, &metrics, &Expected { footer: &footer, rows: Some(rows) })?;
        if plan.study.weights != Weights::None {
            complete &= whole(directory, &weights, &Expected { footer: &footer, rows: None })?;
        }
        if !complete {
            missing.push(estimator);
        }
    }
    Ok(missing)
}

/// Whether the file is there and is what it should be.
fn whole(directory: &RunDirectory, path: &std::path::Path, expected: &Expected<'_>) -> Result<bool, Error> {
    match check(path, expected)? {
        Found::Complete => Ok(true),
        Found::Missing => Ok(false),
        Found::Damaged(_) => {
            directory.quarantine(path)?;
            Ok(false)
        }
    }
}

/// Adds a finished shard that the live summaries do not count yet.
pub fn recount(plan: &Plan, directory: &RunDirectory, shard: &Shard, live: &mut Live) -> Result<(), Error> {
    for (estimator, (label, _)) in plan.study.estimators.iter().enumerate() {
        let place = place(plan, estimator, shard);
        let path = directory.metrics_path(&place);
        if live.holds(label, &place.cell, shard.index) || !path.exists() {
            continue;
        }
        let table = read_metrics(&path)?;
        let scores: Vec<Vec<f64>> =
            table.scores.iter().map(|column| column.iter().map(|v| v.unwrap_or(0.0)).collect()).collect();
        let mut tally = Tally::new(plan.study.risks.len());
        tally.add(&table.status, &scores);
        live.commit(label, &place.cell, shard.index, &tally);
    }
    Ok(())
}
