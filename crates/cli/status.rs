//! `tempered status`.

use crate::args::{Format, Status};
use crate::exit::{Ending, Failure};
use crate::{at_work, output, study};
use serde_json::json;
use std::path::Path;
use tempered_analysis::{number, short};
use tempered_math::risk::Risk;
use tempered_pipeline::RunDirectory;
use tempered_pipeline::directory::Gaps;
use tempered_pipeline::live::{Live, Tally, read_live};
use tempered_pipeline::plan::{Cell, Plan};
use tempered_store::{Listed, Table as Stored};

/// Rows that are listed one by one at most, unless all are asked for: a screen or two.
const MOST_ROWS: usize = 100;

/// Prints how far a run is, from one listing and the recorded live summaries.
pub fn status(options: &Status) -> Result<Ending, Failure> {
    if let Some(of) = options.gaps {
        let (plan, directory) = study::recorded(&options.directory)?;
        output::print(&format!("{}\n", Gaps::new(&plan, &directory, of)?.ranges()))?;
        return Ok(Ending::Done);
    }
    let (plan, live, done) = look(&options.directory)?;
    let workers = at_work::workers(&plan, &RunDirectory::open(&options.directory)?)?;
    let bytes = done.bytes;
    let counts = Counts { plan: &plan, done: &done, live: &live };
    let sums = counts.sums();
    let [finished, total] = [0, 1].map(|count| sums.iter().map(|(_, sum)| sum[count]).sum::<u64>());
    if options.format == Format::Json {
        let head = json!({"name": plan.study.name, "shards_done": finished, "shards": total, "bytes": bytes,
            "claims": at_work::json(&workers)});
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
    text += &at_work::text(&workers);
    output::print(&text)?;
    Ok(Ending::Done)
}

/// Reads the records while the files are listed: either takes half of the time where a study has many cells.
fn look(path: &Path) -> Result<(Plan, Live, Done), Failure> {
    let directory = RunDirectory::open(path)?;
    std::thread::scope(|scope| {
        let done = std::thread::Builder::new().spawn_scoped(scope, || Done::of(&directory));
        let (plan, directory) = study::recorded(path)?;
        let mut live = Live::of(&plan);
        read_live(&directory, &mut live)?;
        // A system without a thread to spare lists the files now.
        let done = match done.map(|thread| thread.join()) {
            Ok(Ok(done)) => done?,
            Ok(Err(_)) | Err(_) => Done::of(&directory)?,
        };
        Ok((plan, live, done))
    })
}

/// Finished shards.
#[derive(Default)]
struct Done {
    /// Bytes of all files.
    bytes: u64,
    /// Names of estimators.
    names: Vec<String>,
    /// In order, and as numbers: names of a hundred thousand files would take twenty megabytes.
    shards: Vec<Finished>,
}

/// A finished shard: position of its estimator's name, keys of cell and variant, and its index.
type Finished = (usize, u64, Option<u64>, u32);

impl Done {
    /// Those that a directory holds, by one walk over names.
    fn of(directory: &RunDirectory) -> Result<Done, tempered_store::Error> {
        let mut done = Done::default();
        directory.walk(&mut |file| done.add(&file), &mut |_| {})?;
        done.shards.sort_unstable();
        Ok(done)
    }

    fn add(&mut self, Listed { table, place, bytes }: &Listed) {
        self.bytes += bytes;
        let variant = place.variant.as_deref().map(number_of).map_or(Some(None), |key| key.map(Some));
        // No plan names a file whose keys are no keys.
        let (Stored::Metrics, Some(cell), Some(variant)) = (table, number_of(&place.cell), variant) else {
            return;
        };
        let estimator = self.position(&place.estimator).unwrap_or_else(|| {
            self.names.push(place.estimator.clone());
            self.names.len() - 1
        });
        self.shards.push((estimator, cell, variant, place.index));
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().rposition(|known| known == name)
    }

    /// How many of the first `shards` of a variant of an estimator there are in a cell.
    fn count(&self, estimator: Option<usize>, cell: &str, variant: Option<u64>, shards: u64) -> u64 {
        let Some((estimator, cell)) = estimator.zip(number_of(cell)) else { return 0 };
        let key = (estimator, cell, variant);
        let of = |(estimator, cell, variant, _): &Finished| (*estimator, *cell, *variant);
        let from = self.shards.partition_point(|shard| of(shard) < key);
        let same = self.shards[from..].iter().take_while(|shard| of(shard) == key);
        same.take_while(|(.., index)| u64::from(*index) < shards).count() as u64
    }
}

/// The number of a key, sixteen hexadecimal digits in lower case.
fn number_of(key: &str) -> Option<u64> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (key.len() == 16 && key.bytes().all(is_digit)).then(|| u64::from_str_radix(key, 16).ok()).flatten()
}

/// What is counted of a study.
struct Counts<'a> {
    plan: &'a Plan,
    done: &'a Done,
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
            let (label, named): (&str, _) = (&planned.label, done.position(&planned.name));
            let variant = planned.key().as_deref().and_then(number_of);
            plan.cells.iter().map(move |cell| {
                let shards = plan.shard_count(cell, estimator);
                let done = done.count(named, &cell.key, variant, shards);
                let tally = live.tally(label, &cell.key);
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
        header.extend(self.live.risks().iter().map(|risk| short(&Risk::symbol_of(risk)).into_owned()));
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

#[cfg(test)]
mod tests {
    use super::*;
    use tempered_store::Place;

    #[test]
    fn finished_shards_are_counted_by_estimator_cell_and_variant() {
        let (cell, variant) = ("00c0ffee00c0ffee", "8badf00d8badf00d");
        let mut done = Done::default();
        let mut add = |table, estimator: &str, cell: &str, variant: Option<&str>, index| {
            let (estimator, cell, variant) = (estimator.into(), cell.into(), variant.map(str::to_owned));
            done.add(&Listed { table, place: Place { estimator, n: 5, cell, variant, index }, bytes: 10 });
        };
        add(Stored::Metrics, "b", cell, None, 3);
        add(Stored::Metrics, "a", cell, Some(variant), 0);
        add(Stored::Metrics, "b", cell, None, 0);
        add(Stored::Metrics, "b", variant, None, 0);
        // Of no plan, and another table: their bytes count alone.
        add(Stored::Metrics, "b", "00C0FFEE00C0FFEE", None, 1);
        add(Stored::Metrics, "b", cell, Some("x"), 1);
        add(Stored::Weights, "b", cell, None, 2);
        done.shards.sort_unstable();
        let variant = number_of(variant);
        let count = |name: &str, variant, shards| done.count(done.position(name), cell, variant, shards);
        assert_eq!([0, 1, 3, 4].map(|shards| count("b", None, shards)), [0, 1, 1, 2]);
        assert_eq!((count("a", variant, 1), count("a", None, 1), count("c", None, 1)), (1, 0, 0));
        assert_eq!((done.bytes, done.shards.len()), (70, 4));
    }
}
