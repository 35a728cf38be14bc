//! `tempered plan`.

use crate::args::{Format, Plan as Options};
use crate::exit::{Ending, Failure};
use crate::{diff, output, study};
use std::fmt::Display;
use tempered_pipeline::pilot;
use tempered_pipeline::plan::Plan;

/// Cells that are listed one by one at most: a screen or two.
const MOST_CELLS: usize = 100;
/// Cells that are shown where there are more.
const FEW_CELLS: usize = 10;
/// Values of an axis that are listed one by one at most, and those that are shown where there are more: about a line.
const MOST_VALUES: usize = 10;
const FEW_VALUES: usize = 5;

/// Prints what a study amounts to.
pub fn plan(options: &Options) -> Result<Ending, Failure> {
    let plan = study::plan(&options.file)?;
    if let Some(directory) = &options.diff {
        return diff::diff(&plan, directory, options.format);
    }
    let pilot = pilot::estimate(&plan)?;
    if options.format == Format::Json {
        let mut head = plan.to_json();
        head["bytes"] = pilot.bytes.into();
        head["core_seconds"] = pilot.core_seconds.into();
        let head = head.as_object().cloned().unwrap_or_default();
        output::json_with_list(&head, "cells", plan.cells.iter().map(|cell| plan.cell_json(cell)))?;
        return Ok(Ending::Done);
    }
    let mut text = format!("{}  seed {}\n", plan.study.name, plan.study.seed);
    for (label, estimator) in &plan.study.estimators {
        text += &format!("  {label}: {estimator}\n");
    }
    let shown = if plan.cells.len() > MOST_CELLS { FEW_CELLS } else { plan.cells.len() };
    if shown < plan.cells.len() {
        text += &axes(&plan);
    }
    text += &format!("{:>16} {:>10} {:>8} {:>7}  design, target, noise\n", "cell", "n", "trials", "shards");
    for cell in &plan.cells[..shown] {
        text += &format!(
            "{:>16} {:>10} {:>8} {:>7}  {}, {}, {}\n",
            cell.key,
            cell.n,
            plan.study.trials,
            plan.shard_count(cell),
            cell.design,
            cell.target,
            cell.noise
        );
    }
    if shown < plan.cells.len() {
        let more = plan.cells.len() - shown;
        text += &format!("{:>16} {more} cells more: --format json lists all\n", "…");
    }
    text += &format!(
        "{} cells, {} trials, {} shards, about {:.1} MB and {:.0} core-seconds (from a short pilot)",
        plan.cells.len(),
        plan.cells.len() as u64 * plan.study.trials,
        plan.shards().count(),
        pilot.bytes / 1e6,
        pilot.core_seconds.ceil()
    );
    output::print(&text)?;
    Ok(Ending::Done)
}

/// The axes whose product the cells are, a line each.
fn axes(plan: &Plan) -> String {
    let study = &plan.study;
    let axes = [
        ("n", few(&study.n)),
        ("design", few(&study.designs)),
        ("target", few(&study.targets)),
        ("noise", few(&study.noises)),
    ];
    axes.into_iter().map(|(name, values)| format!("  {name}: {values}\n")).collect()
}

/// The first values of an axis and the last, and how many there are where that is not all.
fn few<T: Display>(values: &[T]) -> String {
    let texts = |values: &[T]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match values {
        [first @ .., last] if values.len() > MOST_VALUES => {
            format!("{}, …, {last} ({} values)", texts(&first[..FEW_VALUES]), values.len())
        }
        _ => texts(values),
    }
}
