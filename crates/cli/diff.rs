//! `tempered plan --diff`.

use crate::args::Format;
use crate::exit::{Ending, Failure};
use crate::output;
use serde_json::json;
use std::path::Path;
use tempered_pipeline::RunDirectory;
use tempered_pipeline::directory::{Change, Count, Difference, Survey, survey};
use tempered_pipeline::plan::Plan;

/// Introduces what is new in files that need no fit for it.
pub const NEW_COLUMNS: &str = "new columns, in which all rows of a file agree:";

/// Prints what a run of the plan would keep, compute again or refuse to alter in a directory.
pub fn diff(plan: &Plan, path: &Path, format: Format) -> Result<Ending, Failure> {
    let directory = RunDirectory::open(path)?;
    let plan = &plan.clone().in_directory(&directory)?;
    let change = Change::new(plan, &directory)?;
    // Files that may not be altered are not compared one by one.
    let counts = if change.alters() { Survey::default() } else { survey(plan, &directory)? };
    output::print(&match format {
        Format::Json => format!("{:#}", to_json(plan, &change, &counts)),
        Format::Human => text(plan, path, &change, &counts),
    })?;
    Ok(if change.alters() { Ending::Differs } else { Ending::Done })
}

fn labels(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.study.estimators.iter().map(|estimator| estimator.label.as_str())
}

fn to_json(plan: &Plan, change: &Change, counts: &Survey) -> serde_json::Value {
    let one = |difference: &Difference| {
        let Difference { label, name, was, is, extends } = difference;
        json!({"estimator": label, "name": name, "was": was, "is": is, "alters": !extends})
    };
    let differences: Vec<_> = change.differences.iter().map(one).collect();
    let count = |Count { kept, again, rewritten, restored, missing }: &Count| {
        json!({"kept": kept, "again": again,
        "rewritten": rewritten, "restored": restored, "missing": missing})
    };
    let files = labels(plan).zip(&counts.planned).map(|(label, planned)| {
        let mut row = count(planned);
        row["estimator"] = label.into();
        row
    });
    json!({"refused": change.alters(), "differences": differences, "shards": files.collect::<Vec<_>>(),
        "left": change.left, "besides": count(&counts.left)})
}

fn text(plan: &Plan, path: &Path, change: &Change, counts: &Survey) -> String {
    let mut lines = Vec::new();
    if change.alters() {
        lines.push(format!("refused: a run would alter numbers in {}", path.display()));
        lines.extend(change.lines());
        lines.push("name another directory with --out, or start over with --fresh".into());
        return lines.join("\n");
    }
    lines.push(format!("nothing stored in {} would be altered", path.display()));
    if change.extends() {
        lines.push(match counts.again() {
            0 => NEW_COLUMNS.into(),
            _ => "computed again for what is new, with the same numbers beside it:".to_owned(),
        });
        lines.extend(change.lines());
    }
    if counts.rewritten() > 0 {
        lines.push(format!("{} files are rewritten, no fit", counts.rewritten()));
    }
    let restored: u64 = counts.planned.iter().chain([&counts.left]).map(|count| count.restored).sum();
    if restored > 0 {
        lines.push(format!(
            "{restored} files come back from _former: the change they were computed for is taken back"
        ));
    }
    lines.extend(table(plan, counts));
    for label in &change.left {
        lines.push(format!("{label} is not in the study any more; its files stay"));
    }
    lines.join("\n")
}

/// What becomes of the shards of each estimator.
fn table(plan: &Plan, counts: &Survey) -> Vec<String> {
    let mut lines = Vec::new();
    let width = labels(plan).map(str::len).max().unwrap_or(0).max("shards of".len());
    lines.push(format!(
        "{:width$} {:>8} {:>9} {:>8} {:>8}",
        "shards of", "kept", "rewritten", "again", "to do"
    ));
    let mut row = |label: &str, Count { kept, again, rewritten, restored, missing }: &Count| {
        let kept = kept + restored;
        lines.push(format!("{label:width$} {kept:>8} {rewritten:>9} {again:>8} {missing:>8}"));
    };
    labels(plan).zip(&counts.planned).for_each(|(label, count)| row(label, count));
    if counts.left != Count::default() {
        row("others", &counts.left);
        lines.push("others are in the directory and not in the study: all files of a directory have the same columns".into());
    }
    lines
}
