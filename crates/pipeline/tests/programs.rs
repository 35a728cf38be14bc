//! Estimators that are programs: their rows beside those of built-in estimators, files that depend on no thread, and what becomes of
//! trials and runs where programs fail.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "common/workers.rs"]
mod workers;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::replay::{Selection, replay};
use tempered_pipeline::run::{Settings, TrialLimit, run};
use tempered_pipeline::spec::{Edit, parse};
use tempered_pipeline::verify::{Draw, verify};
use tempered_pipeline::{Cancel, Error, RunDirectory};
use workers::{by_size, column, planned, ran};

/// The plan of a study with this program, beside a built-in estimator.
fn plan(generate: &str, train: &str, rest: &str) -> Plan {
    let text = format!(
        "version: 1\nname: programs\nseed: 3\ntrials: 60\ngenerate: {generate}\ntrain: {train}\n{rest}"
    );
    planned(&text).unwrap_or_else(|error| panic!("{error}"))
}

/// A program of these answers, with more arguments.
fn program(answers: &str, mode: &str, more: &str) -> String {
    format!(
        "{{process: {{command: [python3, worker.py, {answers}, {mode}], files: [worker.py], answers: {answers}, metrics: [bottom, draw]{more}}}}}"
    )
}

const LINE: &str = "{n: [5, 12], design: uniform, target: sine, noise: {normal: {sd: 1}}}";
const FEATURES: &str = "{n: 6, d: 3, design: gaussian, target: linear, noise: {normal: {sd: 1}}}";

fn try_run(plan: &Plan, out: &Path, settings: Settings) -> Result<(), Error> {
    let directory = RunDirectory::create(out).unwrap();
    run(plan.clone(), &directory, &settings, &Cancel::new(), |_| ()).map(drop)
}

#[test]
fn knots_have_the_scores_of_the_same_function_built_in() {
    let train = format!("{{spline: linear_spline, own: {}}}", program("knots", "good", ""));
    let folder = tempfile::tempdir().unwrap();
    let (tables, _) =
        ran(&plan(LINE, &train, "evaluate: {risks: [1, 2, sup], domain: unit}"), folder.path(), 2, by_size);
    for n in [5, 12] {
        let (own, spline) = (&tables[&format!("own {n}")], &tables[&format!("spline {n}")]);
        assert_eq!(own.kinks, spline.kinks);
        for name in
            ["risk_l1", "risk_l2", "risk_sup", "norm", "variation", "gap_max_l2", "edge_l1", "train_error"]
        {
            for (a, b) in column(own, name).iter().zip(column(spline, name)) {
                assert!((a.unwrap() - b.unwrap()).abs() <= 1e-12 * b.unwrap().abs(), "{name}: {a:?} {b:?}");
            }
        }
        assert!(column(own, "bottom").iter().all(|value| value.unwrap() < 1.5));
        assert!(column(spline, "bottom").iter().all(Option::is_none));
        let mut draws: Vec<u64> = column(own, "draw").iter().map(|draw| draw.unwrap().to_bits()).collect();
        draws.sort_unstable();
        draws.dedup();
        assert_eq!(draws.len(), 60, "each trial has a seed of its own");
    }
}

#[test]
fn values_at_nodes_give_the_risks_of_the_function() {
    // The mean of y is a polynomial of degree 0.
    let train = format!("{{mean: {{polynomial: {{degree: 0}}}}, own: {}}}", program("values", "good", ""));
    for domain in ["hull", "unit"] {
        let folder = tempfile::tempdir().unwrap();
        let rest = format!("evaluate: {{risks: [1, 2, sup], domain: {domain}}}");
        let (tables, _) = ran(&plan(LINE, &train, &rest), folder.path(), 2, by_size);
        for n in [5, 12] {
            let (own, mean) = (&tables[&format!("own {n}")], &tables[&format!("mean {n}")]);
            for name in ["risk_l1", "risk_l2", "risk_sup", "gap_max_l2", "train_error"] {
                for (a, b) in column(own, name).iter().zip(column(mean, name)) {
                    assert!((a.unwrap() - b.unwrap()).abs() <= 1e-9 * b.unwrap(), "{name}: {a:?} {b:?}");
                }
            }
            assert!(column(own, "quadrature_error").iter().all(|error| error.unwrap() < 1e-6));
        }
    }
}

#[test]
fn planes_of_weights_have_exact_risks_and_parameters_are_axes() {
    let own = program("weights", "good", ", parameters: {scale: [0, 1.5]}");
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(FEATURES, &format!("{{own: {own}}}"), "evaluate: {risks: [1, 2]}");
    let labels: Vec<&str> = plan.study.estimators.iter().map(|known| known.label.as_str()).collect();
    assert_eq!(labels, ["own[scale=0]", "own[scale=1.5]"]);
    let (tables, _) = ran(&plan, folder.path(), 1, by_size);
    assert_eq!(tables.len(), 2);
    let at_zero =
        tables.values().find(|table| column(table, "norm").iter().all(|norm| *norm == Some(0.0))).unwrap();
    // f̂ = 0 against a plane of norm 1 with independent standard coordinates.
    assert!(column(at_zero, "risk_l2").iter().all(|risk| (risk.unwrap() - 1.0).abs() < 1e-12));
    assert!(column(at_zero, "error_l2").iter().all(Option::is_none));
    let other = tables.values().find(|table| column(table, "norm")[0] == Some(1.5)).unwrap();
    assert!(column(other, "risk_l2").iter().all(|risk| (0.2..6.3).contains(&risk.unwrap())));
}

#[test]
fn bytes_depend_on_no_thread_and_rows_are_computed_again() {
    let own = program("values", "good", "");
    let plan = plan(FEATURES, &format!("{{own: {own}, ls: least_squares}}"), "evaluate: {risks: [1, 2]}");
    let folders = [1, 3].map(|threads| {
        let folder = tempfile::tempdir().unwrap();
        let (_, files) = ran(&plan, folder.path(), threads, by_size);
        (folder, files)
    });
    assert_eq!(folders[0].1, folders[1].1);
    let directory = RunDirectory::open(folders[0].0.path()).unwrap();
    let found = verify(&plan, &directory, Draw::Count(20), 2).unwrap();
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    let selection = Selection { estimator: "own".into(), n: 6, wanted: Vec::new() };
    for trial in [0, 17, 59] {
        let again = replay(&plan, &directory, &selection, trial).unwrap();
        assert_eq!((again[0].metrics_equal, again[0].weights_equal), (Some(true), Some(true)), "{trial}");
    }
    // The study that is recorded reads back as the same estimators, without reading files.
    let recorded = std::fs::read(folders[0].0.path().join("_tempered/study.yaml")).unwrap();
    let edits: [Edit; 0] = [];
    let again = parse(&recorded, "elsewhere/study.yaml", &edits).unwrap();
    assert_eq!(again.estimators, plan.study.estimators);
}

#[test]
fn what_goes_wrong_in_a_trial_costs_this_trial() {
    for (mode, status) in [("raise", "raised"), ("crash", "crashed"), ("nan", "not_finite")] {
        let train = format!("{{own: {}}}", program("values", mode, ""));
        let folder = tempfile::tempdir().unwrap();
        let plan = plan("{n: 5, noise: {normal: {sd: 1}}}", &train, "");
        let (tables, _) = ran(&plan, folder.path(), 2, by_size);
        let own = &tables["own 5"];
        let failed = own.status.iter().filter(|known| *known == status).count();
        let fine = own.status.iter().filter(|known| *known == "ok").count();
        assert!(failed > 0 && failed + fine == 60, "{mode}: {failed} {fine}");
        for (known, risk) in own.status.iter().zip(column(own, "risk_l2")) {
            assert_eq!(known == "ok", risk.is_some());
        }
        let complaints = plan.workers.complaints();
        let expected = if mode == "nan" { 0 } else { failed };
        assert_eq!(complaints.len(), expected, "{mode}");
        let text = if mode == "raise" { "the first label is 2." } else { "signal: 11" };
        assert!(
            complaints.iter().all(|known| known.status == status && known.text.contains(text)),
            "{complaints:?}"
        );
    }
}

#[test]
fn a_program_that_hangs_ends_the_run_and_nothing_of_it_is_stored() {
    let train = format!("{{own: {}}}", program("values", "never", ""));
    let folder = tempfile::tempdir().unwrap();
    let limit = TrialLimit { time: Duration::from_millis(50), late: Arc::new(|late| panic!("{late}")) };
    let settings = Settings { trial_limit: Some(limit), ..Settings::default() };
    let plan = plan("{n: 5, noise: {normal: {sd: 1}}}", &train, "");
    let error = try_run(&plan, folder.path(), settings).unwrap_err();
    assert!(error.to_string().contains("no answer to"), "{error}");
    let files = RunDirectory::open(folder.path()).unwrap().listing().unwrap().files;
    assert!(files.is_empty());
}

#[test]
fn programs_that_are_not_what_the_study_says_are_told_before_anything_is_written() {
    let said = |train: &str| {
        let folder = tempfile::tempdir().unwrap();
        try_run(&plan(LINE, train, ""), folder.path(), Settings::default()).unwrap_err().to_string()
    };
    let missing = said("{own: {process: {command: [no-such-program-anywhere]}}}");
    assert!(missing.contains("no-such-program-anywhere: cannot be started"), "{missing}");
    let other = said("{own: {process: {command: [python3, worker.py, knots], metrics: [bottom, draw]}}}");
    assert!(other.contains("says `answers: knots`, but the study says `answers: values`"), "{other}");
    let other = said("{own: {process: {command: [python3, worker.py, values], metrics: [bottom]}}}");
    assert!(other.contains("says `metrics: bottom, draw`, but the study says `metrics: bottom`"), "{other}");
}

#[test]
fn a_directory_refuses_another_version_of_its_program() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/worker.py"), folder.path().join("worker.py"))
        .unwrap();
    let out = folder.path().join("run");
    let run = |version: &str, trials: u64| {
        std::fs::write(folder.path().join("version.txt"), version).unwrap();
        let text = format!(
            "version: 1\nname: p\nseed: 3\ntrials: {trials}\ngenerate: {LINE}\ntrain: {{own: {}}}\nstore: {{shard_trials: 5}}\n",
            program("values", "good", "")
        );
        let home = folder.path().join("study.yaml").display().to_string();
        let edits: [Edit; 0] = [];
        try_run(&Plan::new(parse(text.as_bytes(), &home, &edits).unwrap()), &out, Settings::default())
    };
    run("1.0", 5).unwrap();
    // Where nothing is to be computed nobody is asked.
    run("1.1", 5).unwrap();
    let refused = run("1.1", 10).unwrap_err().to_string();
    assert!(
        refused.contains("\"1.1\"")
            && refused.contains("\"1.0\"")
            && refused.contains("bring that version back"),
        "{refused}"
    );
    run("1.0", 10).unwrap();
}

#[test]
fn numbers_keep_their_types() {
    let own = "{own: {process: {command: [python3, worker.py], parameters: {a: [0.0, 1.0], b: 2, c: 2.0, e: n / 2, f: true, g: text}}}}";
    let plan = plan(LINE, own, "");
    let text = plan.study.to_yaml();
    for line in ["- 0.0", "- 1.0", "b: 2\n", "c: 2.0", "e: n / 2", "f: true", "g: text"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let edits: [Edit; 0] = [];
    assert_eq!(parse(text.as_bytes(), "study", &edits).unwrap().estimators, plan.study.estimators);
}

#[test]
fn wrong_input_is_refused_at_its_place() {
    let said = |process: &str| {
        let text = format!(
            "version: 1\nname: p\nseed: 3\ntrials: 6\ngenerate: {LINE}\ntrain:\n  own: {{process: {process}}}\n"
        );
        planned(&text).unwrap_err().to_string()
    };
    let cases = [
        ("{files: [worker.py]}", "lacks `command`"),
        ("{command: []}", "is an empty list"),
        ("{command: [a], files: [no_such_file.py]}", "no_such_file.py, which cannot be read"),
        ("{command: [a], parameters: {Alpha: 1}}", "has the name `Alpha`"),
        ("{command: [a], parameters: {files: 1}}", "stands for something else"),
        ("{command: [a], parameters: {alpha: [1, text]}}", "values of one of these types"),
        ("{command: [a], parameters: {alpha: [1, 1]}}", "which is in this list before"),
        ("{command: [a], metrics: [risk_l1]}", "has the metric `risk_l1`"),
        ("{command: [a], metrics: [trial]}", "has the metric `trial`"),
        ("{command: [a], answers: [values, knots], metrics: [x], parameters: {x: 1}}", "has the metric `x`"),
        ("{command: [a], seconds: -1}", "above 0"),
        ("{comand: [a]}", "did you mean `command`?"),
    ];
    for (process, expected) in cases {
        let said = said(process);
        assert!(said.contains(expected) && said.contains(":7:"), "{process}: {said}");
    }
}
