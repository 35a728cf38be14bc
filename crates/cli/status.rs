//! `tempered status`.

use crate::args::{Format, Status};
use crate::exit::{Ending, Failure};
use crate::{output, study};
use comfy_table::{CellAlignment, Table, TableStyle};
use serde_json::json;
use std::collections::BTreeSet;
use tempered_pipeline::live::{Live, Tally};
use tempered_pipeline::plan::Plan;
use tempered_store::Table as Stored;

/// Prints how far a run is, from one listing and the recorded live summaries.
pub fn status(options: &Status) -> Result<Ending, Failure> {
    let (plan, directory) = study::recorded(&options.directory)?;
    let listing = directory.listing()?;
    let bytes: u64 = listing.files.iter().map(|file| file.bytes).sum();
    let done: BTreeSet<(&str, &str, u32)> = listing
        .files
        .iter()
        .filter(|file| file.table == Stored::Metrics)
        .map(|file| (file.place.estimator.as_str(), file.place.cell.as_str(), file.place.index))
        .collect();
    let mut live = Live::default();
    for name in directory.records()?.iter().filter(|name| name.starts_with("live-")) {
        if let Some(bytes) = directory.read_record(name)? {
            live.join(Live::from_bytes(&bytes));
        }
    }
    let mut rows = Vec::new();
    let (mut finished, mut total) = (0, 0);
    for (label, _) in &plan.study.estimators {
        for (position, cell) in plan.cells.iter().enumerate() {
            let shards = plan.shard_count(cell);
            let here = (0..shards)
                .filter(|i| done.contains(&(label, &cell.key, u32::try_from(*i).unwrap_or(u32::MAX))));
            let here = here.count() as u64;
            (finished, total) = (finished + here, total + shards);
            rows.push((label, position, here, shards, live.tally(label, &cell.key)));
        }
    }
    let risks: Vec<String> = plan.study.criteria.risks.iter().map(ToString::to_string).collect();
    if options.format == Format::Json {
        let cells: Vec<_> = rows
            .iter()
            .map(|(label, cell, here, shards, tally)| {
                let cell = &plan.cells[*cell];
                json!({"estimator": label, "n": cell.n, "design": cell.design.to_string(),
                    "target": cell.target.to_string(), "noise": cell.noise.to_string(),
                    "shards_done": here, "shards": shards, "trials": tally.map(|t| t.trials),
                    "failed": tally.map(|t| t.failed),
                    "medians": risks.iter().enumerate().map(|(i, p)| (p.clone(), json!(tally.and_then(|t| t.quantile(i, 0.5))))).collect::<serde_json::Map<_, _>>(),
                    "largest": tally.map(|t| t.largest.clone())})
            })
            .collect();
        let text = json!({"name": plan.study.name, "shards_done": finished, "shards": total, "bytes": bytes, "cells": cells});
        output::print(&format!("{text:#}"))?;
        return Ok(Ending::Done);
    }
    let mut text =
        format!("{}: {finished} of {total} shards, {:.1} MB\n", plan.study.name, bytes as f64 / 1e6);
    text += &table(&plan, &rows);
    text += "Medians are live summaries, within 1 %; `tempered analyze` computes exact ones.\n";
    output::print(&text)?;
    Ok(Ending::Done)
}

/// Label, position of the cell, shards done, shards in all, summary.
type Row<'a> = (&'a String, usize, u64, u64, Option<&'a Tally>);

/// A row for each estimator and cell. Axes of one entry have no column.
fn table(plan: &Plan, rows: &[Row<'_>]) -> String {
    let study = &plan.study;
    let axes =
        [("design", study.designs.len()), ("target", study.targets.len()), ("noise", study.noises.len())];
    let varies = axes.map(|(_, entries)| entries > 1);
    let kept =
        |texts: [String; 3]| texts.into_iter().zip(varies).filter(|(_, kept)| *kept).map(|(text, _)| text);
    let mut header = vec!["estimator".to_string(), "n".into()];
    header.extend(kept(axes.map(|(name, _)| name.into())));
    header.extend(["shards", "trials", "failed"].map(String::from));
    header.extend(study.criteria.risks.iter().map(|risk| format!("R_{risk}")));
    let numbers = header.len() - study.criteria.risks.len() - 3;
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_header(header);
    for (label, cell, here, shards, tally) in rows {
        let cell = &plan.cells[*cell];
        let mut row = vec![label.to_string(), cell.n.to_string()];
        row.extend(kept([&cell.design, &cell.target, &cell.noise].map(ToString::to_string)));
        let (trials, failed) = tally.map_or((0, 0), |tally| (tally.trials, tally.failed));
        row.extend([format!("{here}/{shards}"), trials.to_string(), failed.to_string()]);
        let median = |risk| tally.and_then(|tally| tally.quantile(risk, 0.5));
        row.extend(
            (0..study.criteria.risks.len()).map(|r| median(r).map_or("–".into(), |m| format!("{m:.3}"))),
        );
        table.add_row(row);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        if index == 1 || index >= numbers {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt() + "\n"
}
