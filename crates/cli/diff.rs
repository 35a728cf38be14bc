//! `tempered plan --diff`.

use crate::args::Format;
use crate::exit::{Ending, Failure};
use crate::output;
use serde_json::json;
use std::path::Path;
use tempered_pipeline::RunDirectory;
use tempered_pipeline::change::{Change, Count, Difference, survey};
use tempered_pipeline::plan::Plan;

/// Prints what a run of the plan would keep, compute again or refuse to alter in a directory.
pub fn diff(plan: &Plan, path: &Path, format: Format) -> Result<Ending, Failure> {
    let directory = RunDirectory::open(path)?;
    let plan = &plan.clone().in_directory(&directory)?;
    let change = Change::new(plan, &directory)?;
    // Files that may not be altered are not compared one by one.
    let counts = if change.alters() { Vec::new() } else { survey(plan, &directory)? };
    output::print(&match format {
        Format::Json => format!("{:#}", to_json(plan, &change, &counts)),
        Format::Human => text(plan, path, &change, &counts),
    })?;
    Ok(if change.alters() { Ending::Differs } else { Ending::Done })
}

fn labels(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.study.estimators.iter().map(|(label, _)| label.as_str())
}

fn to_json(plan: &Plan, change: &Change, counts: &[Count]) -> serde_json::Value {
    let one = |difference: &Difference| {
        let Difference { label, name, was, is, extends } = difference;
        json!({"estimator": label, "name": name, "was": was, "is": is, "alters": !extends})
    };
    let differences: Vec<_> = change.differences.iter().map(one).collect();
    let files = labels(plan).zip(counts).map(|(label, count)| {
        let Count { kept, again, missing } = count;
        json!({"estimator": label, "kept": kept, "again": again, "missing": missing})
    });
    json!({"refused": change.alters(), "differences": differences, "shards": files.collect::<Vec<_>>(),
        "left": change.left})
}

fn text(plan: &Plan, path: &Path, change: &Change, counts: &[Count]) -> String {
    let mut lines = Vec::new();
    if change.alters() {
        lines.push(format!("refused: a run would alter numbers in {}", path.display()));
        lines.extend(change.lines());
        lines.push("name another directory with --out, or start over with --fresh".into());
        return lines.join("\n");
    }
    lines.push(format!("nothing stored in {} would be altered", path.display()));
    if change.extends() {
        lines.push("computed again for what is new, with the same numbers beside it:".into());
        lines.extend(change.lines());
    }
    let width = labels(plan).map(str::len).max().unwrap_or(0).max("shards of".len());
    lines.push(format!("{:width$} {:>8} {:>8} {:>8}", "shards of", "kept", "again", "to do"));
    for (label, Count { kept, again, missing }) in labels(plan).zip(counts) {
        lines.push(format!("{label:width$} {kept:>8} {again:>8} {missing:>8}"));
    }
    for label in &change.left {
        lines.push(format!("{label} is not in the study any more; its files stay"));
    }
    lines.join("\n")
}
