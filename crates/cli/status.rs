//! `tempered status`.

use crate::args::{Format, Status};
use crate::exit::{Ending, Failure};
use crate::{output, study};
use serde_json::json;
use std::collections::BTreeSet;
use tempered_pipeline::live::Live;
use tempered_store::Table;

/// Prints how far a run is, from one listing and the recorded live summaries.
pub fn status(options: &Status) -> Result<Ending, Failure> {
    let (plan, directory) = study::recorded(&options.directory)?;
    let listing = directory.listing()?;
    let bytes: u64 = listing.files.iter().map(|file| file.bytes).sum();
    let done: BTreeSet<(&str, &str, u32)> = listing
        .files
        .iter()
        .filter(|file| file.table == Table::Metrics)
        .map(|file| (file.place.estimator.as_str(), file.place.cell.as_str(), file.place.index))
        .collect();
    let mut lives = Vec::new();
    for name in directory.records()?.iter().filter(|name| name.starts_with("live-")) {
        lives.extend(directory.read_record(name)?.map(|bytes| Live::from_bytes(&bytes)));
    }
    let mut rows = Vec::new();
    let (mut finished, mut total) = (0, 0);
    for (label, _) in &plan.study.estimators {
        for (position, cell) in plan.cells.iter().enumerate() {
            let size = plan.shard_trials(cell);
            let shards = plan.study.trials.div_ceil(size);
            let here = (0..shards)
                .filter(|i| done.contains(&(label, &cell.key, u32::try_from(*i).unwrap_or(u32::MAX))));
            let here = here.count() as u64;
            (finished, total) = (finished + here, total + shards);
            let tallies = lives.iter().filter_map(|live| live.tallies.get(label)?.get(&cell.key));
            let tally = tallies.cloned().reduce(|mut sum, next| {
                sum.merge(&next);
                sum
            });
            rows.push((label, position, here, shards, tally));
        }
    }
    let risks: Vec<String> = plan.study.risks.iter().map(ToString::to_string).collect();
    if options.format == Format::Json {
        let cells: Vec<_> = rows
            .iter()
            .map(|(label, cell, here, shards, tally)| {
                let cell = &plan.cells[*cell];
                json!({"estimator": label, "n": cell.n, "design": cell.design.to_string(),
                    "target": cell.target.to_string(), "noise": cell.noise.to_string(),
                    "shards_done": here, "shards": shards, "trials": tally.as_ref().map(|t| t.trials),
                    "failed": tally.as_ref().map(|t| t.failed),
                    "medians": risks.iter().enumerate().map(|(i, p)| (p.clone(), json!(tally.as_ref().and_then(|t| t.quantile(i, 0.5))))).collect::<serde_json::Map<_, _>>(),
                    "largest": tally.as_ref().map(|t| t.largest.clone())})
            })
            .collect();
        let text = json!({"name": plan.study.name, "shards_done": finished, "shards": total, "bytes": bytes, "cells": cells});
        output::print(&format!("{text:#}"))?;
        return Ok(Ending::Done);
    }
    let mut text =
        format!("{}: {finished} of {total} shards, {:.1} MB\n", plan.study.name, bytes as f64 / 1e6);
    text += &format!(
        "{:<14} {:>9} {:<22} {:>9} {:>9} {:>6}  median so far (1 %)\n",
        "estimator", "n", "design", "shards", "trials", "failed"
    );
    for (label, cell, here, shards, tally) in rows {
        let cell = &plan.cells[cell];
        let (trials, failed) = tally.as_ref().map_or((0, 0), |t| (t.trials, t.failed));
        text += &format!(
            "{label:<14} {:>9} {:<22} {:>9} {trials:>9} {failed:>6} ",
            cell.n,
            cell.design.to_string(),
            format!("{here}/{shards}")
        );
        for (i, p) in risks.iter().enumerate() {
            if let Some(median) = tally.as_ref().and_then(|t| t.quantile(i, 0.5)) {
                text += &format!(" R_{p} {median:.3}");
            }
        }
        text.push('\n');
    }
    output::print(&text)?;
    Ok(Ending::Done)
}
