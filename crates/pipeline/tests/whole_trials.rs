//! Whole trials by programs: columns, seeds, threads, what is computed again, and what becomes of trials that fail.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "common/workers.rs"]
mod workers;

use std::path::Path;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::replay::{Selection, replay};
use tempered_pipeline::run::{Settings, run};
use tempered_pipeline::spec::{Edit, parse};
use tempered_pipeline::verify::{Draw, verify};
use tempered_pipeline::{Cancel, RunDirectory};
use tempered_store::{MetricsTable, Place, read_metrics};
use workers::{Left, column, planned};

const METRICS: &str = "metrics: [estimate, lower, upper, se, above]";

fn text(mode: &str, generate: &str, rest: &str) -> String {
    format!(
        "version: 1\nname: whole\nseed: 3\ntrials: 60\ngenerate: {generate}\ntrial:\n  mean: {{process: {{command: [python3, worker.py, metrics, {mode}], files: [worker.py], {METRICS}}}}}\n{rest}"
    )
}

/// Runs a plan on so many threads; tables by the content of their cell.
fn ran(plan: &Plan, out: &Path, threads: usize) -> Left {
    let cell = |place: &Place| plan.cells.iter().find(|cell| cell.key == place.cell).unwrap().content();
    let left = workers::ran(plan, out, threads, cell);
    assert!(left.1.keys().all(|path| path.starts_with("metrics/")), "there is nothing but metrics");
    left
}

const TWO: &str = "{n: [4, 16], parameters: {sd: [1, 2.5], law: normal}}";

#[test]
fn metrics_are_the_columns_and_trials_have_seeds_of_their_own() {
    let plan = planned(&text("good", TWO, "")).unwrap();
    let contents: Vec<String> = plan.cells.iter().map(|cell| cell.content()).collect();
    assert_eq!(contents[1], "n=4;design=parameters(law=normal, sd=2.5);target=zero;noise=none");
    assert_eq!(contents.len(), 4);
    let folders = [1, 3].map(|threads| {
        let folder = tempfile::tempdir().unwrap();
        let found = ran(&plan, folder.path(), threads);
        (folder, found)
    });
    assert!(folders[0].1.1 == folders[1].1.1, "bytes depend on no thread");
    let tables = &folders[0].1.0;
    let table = &tables[&contents[1]];
    assert_eq!(table.names, ["above", "estimate", "lower", "se", "upper"]);
    assert!(table.status.iter().all(|status| status == "ok"));
    assert!(column(table, "se").iter().all(|se| *se == Some(1.25)));
    let mut estimates: Vec<u64> = tables
        .values()
        .flat_map(|table| column(table, "estimate"))
        .map(|one| one.unwrap().to_bits())
        .collect();
    estimates.sort_unstable();
    estimates.dedup();
    assert_eq!(estimates.len(), 4 * 60);
    let directory = RunDirectory::open(folders[0].0.path()).unwrap();
    let found = verify(&plan, &directory, Draw::Count(20), 2).unwrap();
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    let wanted = vec![("sd".to_owned(), "2.5".to_owned())];
    let selection = Selection { estimator: "mean".into(), n: 16, wanted };
    let again = replay(&plan, &directory, &selection, 17).unwrap();
    assert_eq!((again.len(), again[0].metrics_equal), (1, Some(true)));
    assert_eq!(again[0].scores.iter().filter(|(_, value)| value.is_some()).count(), 5);
    // What is recorded reads back as the same study.
    let recorded = std::fs::read(folders[0].0.path().join("_tempered/study.yaml")).unwrap();
    let edits: [Edit; 0] = [];
    let again = Plan::new(parse(&recorded, "elsewhere/study.yaml", &edits).unwrap());
    assert_eq!(again.study.estimators, plan.study.estimators);
    assert!(again.cells.iter().map(|cell| &cell.key).eq(plan.cells.iter().map(|cell| &cell.key)));
}

/// Programs of one cell see the same seeds, so that methods are compared on the same draws.
#[test]
fn variants_share_the_seeds_of_their_trials() {
    let text = text("good", "{n: 4}", "")
        .replace("files: [worker.py]", "files: [worker.py], parameters: {a: [1, 2]}");
    let plan = planned(&text).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let directory = RunDirectory::create(folder.path()).unwrap();
    run(plan, &directory, &Settings::default(), &Cancel::new(), |_| ()).unwrap();
    let files = directory.listing().unwrap().files;
    let tables: Vec<MetricsTable> =
        files.iter().map(|file| read_metrics(&directory.metrics_path(&file.place)).unwrap()).collect();
    assert_eq!(tables.len(), 2);
    assert_eq!(column(&tables[0], "estimate"), column(&tables[1], "estimate"));
}

#[test]
fn what_fails_is_told_by_the_status_of_its_trial() {
    for (mode, status) in [("raise", "raised"), ("crash", "crashed"), ("nan", "not_finite")] {
        let plan = planned(&text(mode, "{n: 4}", "")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (tables, _) = ran(&plan, folder.path(), 2);
        let table = tables.values().next().unwrap();
        let failed = table.status.iter().filter(|known| *known == status).count();
        assert!((1..40).contains(&failed), "{mode}: {failed}");
        for (row, known) in table.status.iter().enumerate() {
            let is_ok = known == "ok";
            assert_eq!(column(table, "lower")[row].is_some(), is_ok, "{mode}");
            // A metric that is no number is missing by itself.
            assert_eq!(column(table, "estimate")[row].is_some(), is_ok || mode == "nan", "{mode}");
        }
        let complaints = plan.workers.complaints();
        assert_eq!(complaints.len(), if mode == "nan" { 0 } else { failed });
        let directory = RunDirectory::open(folder.path()).unwrap();
        let found = verify(&plan, &directory, Draw::Count(60), 2).unwrap();
        assert!(found.findings.is_empty(), "{mode}: {:?}", found.findings);
    }
}

/// Axes in step, conditions and formulas hold for coordinates of the user's own.
#[test]
fn coordinates_are_axes_as_all_others() {
    let cells = |generate: &str| -> Vec<String> {
        let plan = planned(&text("good", generate, "")).unwrap();
        plan.cells.iter().map(|cell| cell.content().split(";target").next().unwrap().to_owned()).collect()
    };
    assert_eq!(cells("{n: 5}"), ["n=5;design=parameters"]);
    assert_eq!(
        cells("{n: [4, 9], parameters: {sd: 'sqrt(n)'}}"),
        ["n=4;design=parameters(sd=2)", "n=9;design=parameters(sd=3)"]
    );
    assert_eq!(
        cells("{n: [4, 9], parameters: {sd: [1, 2]}, zip: [[n, sd]]}"),
        ["n=4;design=parameters(sd=1)", "n=9;design=parameters(sd=2)"]
    );
    assert_eq!(
        cells("{n: [4, 9], parameters: {sd: [1, 2]}, where: 'sd < n / 3'}"),
        ["n=4;design=parameters(sd=1)", "n=9;design=parameters(sd=1)", "n=9;design=parameters(sd=2)"]
    );
}

#[test]
fn wrong_input_is_refused_at_its_place() {
    let said = |text: &str| planned(text).unwrap_err().to_string();
    let good = || text("good", TWO, "");
    let cases = [
        (good().replace("trial:\n", "train:\n"), "unknown key `parameters`"),
        (good().replace(&format!(", {METRICS}"), ""), "lacks `metrics`"),
        (good().replace("files:", "answers: values, files:"), "answers is values"),
        (good().replace("law: normal", "design: normal"), "stands for something else"),
        (good().replace("law: normal", "above: 3"), "has `above`"),
        (good().replace("{process:", "{linear_spline:"), "`process`"),
        (text("good", "{parameters: {sd: 1}}", ""), "lacks `n`"),
        (text("good", "{n: 4, design: uniform}", ""), "unknown key `design`"),
        (text("good", TWO, "evaluate: {risks: [2]}"), "whole trials have metrics alone"),
        (text("good", TWO, "store: {weights: all}"), "whole trials have metrics alone"),
        (text("good", TWO, "train: {a: linear_spline}"), "stands beside `train`"),
        (text("good", TWO, "aggregate: {estimands: {m: {estimate: mean, truth: 0}}}"), "names `mean`"),
        (text("good", TWO, "aggregate: {estimands: {m: {estimate: estimate}}}"), "lacks `truth`"),
        (
            text("good", TWO, "aggregate: {estimands: {m: {estimate: estimate, truth: sb}}}"),
            "did you mean `sd`?",
        ),
        (
            text("good", TWO, "aggregate: {estimands: {m: {estimate: estimate, truth: law}}}"),
            "must be a finite number",
        ),
        (
            text(
                "good",
                TWO,
                "aggregate: {estimands: {m: {estimate: estimate, truth: 0, interval: [lower]}}}",
            ),
            "two metrics",
        ),
    ];
    for (text, expected) in cases {
        let said = said(&text);
        assert!(said.contains(expected), "{expected}: {said}");
    }
}
