//! `tempered status`.

use crate::args::{Format, Status};
use crate::exit::{Ending, Failure};
use crate::{output, study};
use serde_json::json;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use tempered_analysis::{number, short};
use tempered_pipeline::RunDirectory;
use tempered_pipeline::live::{Live, Tally, read_live};
use tempered_pipeline::plan::{Cell, Plan};
use tempered_store::{Listed, Listing, Table as Stored};

/// Rows that are listed one by one at most, unless all are asked for: a screen or two.
const MOST_ROWS: usize = 100;

/// Prints how far a run is, from one listing and the recorded live summaries.
pub fn status(options: &Status) -> Result<Ending, Failure> {
    let (plan, live, listing) = look(&options.directory)?;
    let bytes: u64 = listing.files.iter().map(|file| file.bytes).sum();
    let done = done(&listing);
    let counts = Counts { plan: &plan, done: &done, live: &live };
    let sums = counts.sums();
    let [finished, total] = [0, 1].map(|count| sums.iter().map(|(_, sum)| sum[count]).sum::<u64>());
    if options.format == Format::Json {
        let head = json!({"name": plan.study.name, "shards_done": finished, "shards": total, "bytes": bytes});
        let head = head.as_object().cloned().unwrap_or_default();
        output::json_with_list(&head, "cells", counts.rows().map(|row| counts.json(&row)))?;
        return Ok(Ending::Done);
    }
    let name = &plan.study.name;
    let mut text = format!("{name}: {finished} of {total} shards, {:.1} MB\n", bytes as f64 / 1e6);
    let rows = plan.cells.len() * plan.study.estimators.len();
    if rows > MOST_ROWS && !options.all {
        text += &by_estimator(&sums);
        text += &format!("{} cells; --all lists them one by one.\n", plan.cells.len());
    } else {
        text += &counts.by_cell();
        text += if live.risks().is_empty() {
            "Medians are not kept of so many cells; `tempered analyze` computes them.\n"
        } else {
            "Medians are live summaries, within 1 %; `tempered analyze` computes exact ones.\n"
        };
    }
    output::print(&text)?;
    Ok(Ending::Done)
}

/// Reads the records while the files are listed: either takes half of the time where a study has many cells.
fn look(path: &Path) -> Result<(Plan, Live, Listing), Failure> {
    let directory = RunDirectory::open(path)?;
    std::thread::scope(|scope| {
        let listing = std::thread::Builder::new().spawn_scoped(scope, || directory.listing());
        let (plan, directory) = study::recorded(path)?;
        let mut live = Live::of(&plan);
        read_live(&directory, &mut live)?;
        // A system without a thread to spare lists the files now.
        let listing = match listing.map(|thread| thread.join()) {
            Ok(Ok(listing)) => listing?,
            Ok(Err(_)) | Err(_) => directory.listing()?,
        };
        Ok((plan, live, listing))
    })
}

/// Indices of finished shards by name of the estimator, cell and key of the variant.
type Done<'a> = HashMap<(&'a str, &'a str, Option<Arc<str>>), Vec<u32>>;

fn done(listing: &Listing) -> Done<'_> {
    let mut done = Done::new();
    for Listed { place, .. } in listing.files.iter().filter(|file| file.table == Stored::Metrics) {
        let variant = place.variant.as_deref().map(Arc::from);
        done.entry((&place.estimator, &place.cell, variant)).or_default().push(place.index);
    }
    done
}

/// What is counted of a study.
struct Counts<'a> {
    plan: &'a Plan,
    done: &'a Done<'a>,
    live: &'a Live,
}

/// One estimator in one cell.
struct Row<'a> {
    label: &'a str,
    cell: &'a Cell,
    done: u64,
    shards: u64,
    tally: Option<&'a Tally>,
}

impl<'a> Counts<'a> {
    fn rows(&self) -> impl Iterator<Item = Row<'a>> {
        let Counts { plan, done, live } = *self;
        plan.study.estimators.iter().enumerate().flat_map(move |(estimator, planned)| {
            let (label, key): (&str, Option<Arc<str>>) = (&planned.label, planned.key().map(Arc::from));
            plan.cells.iter().map(move |cell| {
                let shards = plan.shard_count(cell, estimator);
                let indices = done.get(&(&*planned.name, cell.key.as_str(), key.clone()));
                let here = indices.into_iter().flatten().filter(|index| u64::from(**index) < shards);
                let (done, tally) = (here.count() as u64, live.tally(label, &cell.key));
                Row { label, cell, done, shards, tally }
            })
        })
    }

    fn json(&self, row: &Row<'_>) -> serde_json::Value {
        let Row { label, cell, done, shards, tally } = row;
        let risks = self.plan.study.criteria.risks.iter().enumerate();
        let medians: serde_json::Map<_, _> = risks
            .map(|(i, p)| (p.to_string(), json!(tally.and_then(|tally| tally.quantile(i, 0.5)))))
            .collect();
        json!({"estimator": label, "n": cell.n, "design": cell.design.to_string(),
            "target": cell.target.to_string(), "noise": cell.noise.to_string(),
            "shards_done": done, "shards": shards, "trials": tally.map(|tally| tally.trials),
            "failed": tally.map(|tally| tally.failed), "medians": medians,
            "largest": tally.map(|tally| tally.largest().collect::<Vec<_>>())})
    }

    /// Shards that are done, shards, trials and failures of each estimator, over all cells.
    fn sums(&self) -> Vec<(&'a str, [u64; 4])> {
        let mut sums: Vec<(&str, [u64; 4])> = Vec::new();
        for row in self.rows() {
            if sums.last().is_none_or(|(label, _)| *label != row.label) {
                sums.push((row.label, [0; 4]));
            }
            let (trials, failed) = row.tally.map_or((0, 0), |tally| (tally.trials, tally.failed));
            if let Some((_, sum)) = sums.last_mut() {
                let more = [row.done, row.shards, trials, failed];
                sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            }
        }
        sums
    }

    /// A row for each estimator and cell. Axes of one entry have no column.
    fn by_cell(&self) -> String {
        let study = &self.plan.study;
        let axes =
            [("design", study.designs.len()), ("target", study.targets.len()), ("noise", study.noises.len())];
        let varies = axes.map(|(_, entries)| entries > 1);
        let kept = |texts: [String; 3]| {
            texts.into_iter().zip(varies).filter(|(_, kept)| *kept).map(|(text, _)| text)
        };
        let risks = self.live.risks().len();
        let mut header = vec!["estimator".to_string(), "n".into()];
        header.extend(kept(axes.map(|(name, _)| name.into())));
        header.extend(["shards", "trials", "failed"].map(String::from));
        header.extend(self.live.risks().iter().map(|risk| short(&format!("R_{risk}")).into_owned()));
        let numbers = header.len() - risks - 3;
        let row = |Row { label, cell, done, shards, tally }: Row<'_>| {
            let mut row = vec![label.to_string(), cell.n.to_string()];
            let labels = [&cell.design, &cell.target, &cell.noise];
            row.extend(kept(labels.map(|label| short(&label.to_string()).into_owned())));
            let (trials, failed) = tally.map_or((0, 0), |tally| (tally.trials, tally.failed));
            row.extend([format!("{done}/{shards}"), trials.to_string(), failed.to_string()]);
            let median = |risk| tally.and_then(|tally| tally.quantile(risk, 0.5));
            row.extend((0..risks).map(|risk| median(risk).map_or("–".into(), number)));
            row
        };
        text(header, self.rows().map(row), |column| column == 1 || column >= numbers)
    }
}

/// A row for each estimator, over all cells.
fn by_estimator(sums: &[(&str, [u64; 4])]) -> String {
    let header = ["estimator", "shards", "trials", "failed"].map(String::from).into();
    let row = |(label, [done, shards, trials, failed]): &(&str, [u64; 4])| {
        vec![label.to_string(), format!("{done}/{shards}"), trials.to_string(), failed.to_string()]
    };
    text(header, sums.iter().map(row), |column| column > 0)
}

/// Columns as wide as they need to be, some of them aligned to the right. Without a library: tables may have a million
/// rows.
fn text(
    header: Vec<String>,
    rows: impl Iterator<Item = Vec<String>>,
    right: impl Fn(usize) -> bool,
) -> String {
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
    let width = |text: &String| text.chars().count();
    let mut widths = vec![0; rows[0].len()];
    for row in &rows {
        widths.iter_mut().zip(row).for_each(|(widest, text)| *widest = width(text).max(*widest));
    }
    let mut out = String::new();
    for row in &rows {
        let mut line = String::new();
        for (column, (text, width)) in row.iter().zip(&widths).enumerate() {
            let gap = if column == 0 { "" } else { "  " };
            if right(column) {
                line += &format!("{gap}{text:>width$}");
            } else {
                line += &format!("{gap}{text:<width$}");
            }
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}
