//! `tempered plan`.

use crate::args::{Format, Plan as Options};
use crate::exit::{Ending, Failure};
use crate::{output, study};
use serde_json::json;
use tempered_pipeline::pilot;

/// Prints what a study amounts to.
pub fn plan(options: &Options) -> Result<Ending, Failure> {
    let plan = study::plan(&options.file)?;
    let shards =
        plan.cells.iter().map(|cell| plan.study.trials.div_ceil(plan.shard_trials(cell))).sum::<u64>();
    let pilot = pilot::estimate(&plan)?;
    if options.format == Format::Json {
        let cells: Vec<_> = plan
            .cells
            .iter()
            .map(|cell| {
                json!({"key": cell.key, "n": cell.n, "design": cell.design.to_string(),
                    "target": cell.target.to_string(), "noise": cell.noise.to_string(),
                    "trials": plan.study.trials, "shard_trials": plan.shard_trials(cell)})
            })
            .collect();
        let text = json!({"name": plan.study.name, "seed": plan.study.seed, "cells": cells, "shards": shards,
            "estimators": plan.study.estimators.iter().map(|(label, e)| json!({"label": label, "estimator": e.to_string()})).collect::<Vec<_>>(),
            "bytes": pilot.bytes, "core_seconds": pilot.core_seconds});
        output::print(&format!("{text:#}"))?;
        return Ok(Ending::Done);
    }
    let mut text = format!("{}  seed {}\n", plan.study.name, plan.study.seed);
    for (label, estimator) in &plan.study.estimators {
        text += &format!("  {label}: {estimator}\n");
    }
    text += &format!("{:>16} {:>10} {:>8} {:>7}  design, target, noise\n", "cell", "n", "trials", "shards");
    for cell in &plan.cells {
        text += &format!(
            "{:>16} {:>10} {:>8} {:>7}  {}, {}, {}\n",
            cell.key,
            cell.n,
            plan.study.trials,
            plan.study.trials.div_ceil(plan.shard_trials(cell)),
            cell.design,
            cell.target,
            cell.noise
        );
    }
    text += &format!(
        "{} cells, {} trials, {shards} shards, about {:.1} MB and {:.0} core-seconds (from a short pilot)",
        plan.cells.len(),
        plan.cells.len() as u64 * plan.study.trials,
        pilot.bytes / 1e6,
        pilot.core_seconds.ceil()
    );
    output::print(&text)?;
    Ok(Ending::Done)
}
