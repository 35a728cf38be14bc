//! Programs that make samples: risks against what they say of f*, seeds, threads, and what becomes of trials without a sample.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "common/workers.rs"]
mod workers;

use tempered_pipeline::plan::Plan;
use tempered_pipeline::replay::{Selection, replay};
use tempered_pipeline::run::{Settings, run};
use tempered_pipeline::spec::{Edit, parse};
use tempered_pipeline::verify::{Draw, verify};
use tempered_pipeline::{Cancel, RunDirectory};
use tempered_store::MetricsTable;
use workers::{by_size, planned, ran};

/// A study whose samples come from a worker that may misbehave.
fn text(mode: &str, n: &str, more: &str, parameters: &str, train: &str) -> String {
    format!(
        "version: 1\nname: made\nseed: 3\ntrials: 40\ngenerate:\n  n: {n}\n  process: {{command: [python3, worker.py, samples, {mode}], files: [worker.py]{more}, parameters: {{{parameters}}}}}\ntrain: {train}\n"
    )
}

fn column(table: &MetricsTable, name: &str) -> Vec<f64> {
    workers::column(table, name).into_iter().map(|value| value.unwrap_or(f64::NAN)).collect()
}

/// Labels without noise are f*, whose line every rule of lines finds; the risk of f̂ = 0 on [0, 1] is ∫ (2x)² = 4/3.
#[test]
fn on_the_line_risks_are_integrals_against_what_is_given() {
    let own = "{process: {command: [python3, worker.py, weights], files: [worker.py], answers: weights, metrics: [bottom, draw], parameters: {scale: 0}}}";
    let train = format!(
        "{{line: {{polynomial: {{degree: 1}}}}, spline: linear_spline, zero: {own}}}\nevaluate: {{risks: [1, 2], domain: unit}}"
    );
    let plan = planned(&text("good", "[6, 12]", "", "slope: 2.0", &train)).unwrap();
    let folders = [1, 3].map(|threads| {
        let folder = tempfile::tempdir().unwrap();
        let found = ran(&plan, folder.path(), threads, by_size);
        (folder, found)
    });
    assert!(folders[0].1.1 == folders[1].1.1, "bytes depend on no thread");
    let tables = &folders[0].1.0;
    for n in [6, 12] {
        for name in ["line", "spline"] {
            assert!(
                column(&tables[&format!("{name} {n}")], "risk_l2").iter().all(|risk| *risk < 1e-20),
                "{name}"
            );
        }
        let zero = &tables[&format!("zero {n}")];
        assert!(column(zero, "risk_l2").iter().all(|risk| (risk - 4.0 / 3.0).abs() < 1e-12));
        assert!(column(zero, "risk_l1").iter().all(|risk| (risk - 1.0).abs() < 1e-12));
        // The labels of a trial are others than those of the next one.
        let mut errors: Vec<u64> = column(zero, "train_error").iter().map(|error| error.to_bits()).collect();
        errors.sort_unstable();
        errors.dedup();
        assert_eq!(errors.len(), 40);
    }
    let directory = RunDirectory::open(folders[0].0.path()).unwrap();
    let found = verify(&plan, &directory, Draw::Count(20), 2).unwrap();
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    let selection = Selection { estimator: "line".into(), n: 6, wanted: vec![("slope".into(), "2".into())] };
    let again = replay(&plan, &directory, &selection, 17).unwrap();
    assert_eq!((again[0].metrics_equal, again[0].weights_equal), (Some(true), Some(true)));
    assert!(again[0].x.is_sorted());
    // What is recorded reads back as the same study, without reading files.
    let recorded = std::fs::read(folders[0].0.path().join("_tempered/study.yaml")).unwrap();
    let edits: [Edit; 0] = [];
    let again = Plan::new(parse(&recorded, "elsewhere/study.yaml", &edits).unwrap());
    assert!(again.cells.iter().map(|cell| &cell.key).eq(plan.cells.iter().map(|cell| &cell.key)));
}

/// f* is 1, 2 and 3 at three points: the risk of f̂ = 0 is 14/3, with the standard error √(49/3 / 3) of 1, 4 and 9.
#[test]
fn with_features_risks_are_means_over_the_points_that_are_given() {
    let own = "{process: {command: [python3, worker.py, weights], files: [worker.py], answers: weights, metrics: [bottom, draw], parameters: {scale: 0}}}";
    let values =
        "{process: {command: [python3, worker.py, values], files: [worker.py], metrics: [bottom, draw]}}";
    let train = format!("{{ls: least_squares, zero: {own}, mean: {values}}}\nevaluate: {{risks: [2, sup]}}");
    for (more, n) in [(", d: 3", "8"), ("", "8\n  d: 3")] {
        let plan = planned(&text("good", n, more, "slope: 1.0", &train)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (tables, _) = ran(&plan, folder.path(), 2, by_size);
        assert!(column(&tables["ls 8"], "risk_l2").iter().all(|risk| *risk < 1e-20));
        assert!(column(&tables["zero 8"], "risk_l2").iter().all(|risk| (risk - 14.0 / 3.0).abs() < 1e-12));
        let error = (49.0f64 / 9.0).sqrt();
        assert!(column(&tables["zero 8"], "error_l2").iter().all(|found| (found - error).abs() < 1e-12));
        assert!(column(&tables["zero 8"], "risk_sup").iter().all(|risk| *risk == 3.0));
        assert!(column(&tables["mean 8"], "risk_l2").iter().all(|risk| risk.is_finite()));
    }
}

#[test]
fn a_trial_without_a_sample_fails_for_all_estimators() {
    let train = "{spline: linear_spline, line: {polynomial: {degree: 1}}}";
    for (mode, status) in [("raise", "raised"), ("crash", "crashed"), ("nan", "not_finite")] {
        let plan = planned(&text(mode, "6", "", "slope: 2, noise_of_labels: 1", train)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (tables, _) = ran(&plan, folder.path(), 2, by_size);
        let [one, other] = ["spline 6", "line 6"].map(|name| &tables[name].status);
        assert_eq!(one, other);
        let failed = one.iter().filter(|known| *known == status).count();
        assert!((1..20).contains(&failed), "{mode}: {failed}");
        assert_eq!(one.iter().filter(|known| *known == "ok").count(), 40 - failed, "{mode}");
    }
}

#[test]
fn wrong_input_is_refused_at_its_place() {
    let said = |text: &str| planned(text).unwrap_err().to_string();
    let good = || text("good", "6", "", "slope: 2", "{spline: linear_spline}");
    let cases = [
        (good().replace("train:", "  target: sine\ntrain:"), "samples are its own"),
        (good().replace("command: [python3, worker.py, samples, good], ", ""), "lacks `command`"),
        (good().replace("files: [worker.py]", "files: [no_such.py]"), "no_such.py, which cannot be read"),
        (good().replace("slope: 2", "command: 2"), "stands for something else"),
        (
            good().replace("linear_spline}", "{process: {command: [a], parameters: {slope: 1}}}}"),
            "has `slope`",
        ),
        (good().replace("linear_spline}", "ridge}"), "`ridge`"),
    ];
    for (text, expected) in cases {
        let said = said(&text);
        assert!(said.contains(expected), "{expected}: {said}");
    }
    // A program that does something else is told before anything is written.
    let plan = planned(&good().replace("worker.py, samples", "worker.py, values")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let directory = RunDirectory::create(folder.path()).unwrap();
    let error = run(plan, &directory, &Settings::default(), &Cancel::new(), |_| ())
        .map(drop)
        .unwrap_err()
        .to_string();
    assert!(error.contains("it must make `samples`"), "{error}");
}
