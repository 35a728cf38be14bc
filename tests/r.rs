//! Workers in R, by base R alone: studies from `init` to verification, and functions that misbehave. Slow: needs Debian's r-base-core.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;
use std::process::{Command, Output};
use tempered_store::{RunDirectory, read_metrics};

fn tempered(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tempered"));
    command.current_dir(folder).env("TEMPERED_PROGRESS", "none");
    command
}

fn expect(command: &mut Command, code: i32) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert_eq!(status.code(), Some(code), "{text}");
    text
}

#[test]
#[ignore = "needs R"]
fn studies_in_r_run_and_are_computed_again() {
    let folder = tempfile::tempdir().unwrap();
    for (flags, name, study) in
        [(&["--r"][..], "own-estimator", "fit.yaml"), (&["--r", "--trial"], "own-trial", "whole.yaml")]
    {
        expect(tempered(folder.path()).arg("init").args(flags).arg(study), 0);
        let told = expect(tempered(folder.path()).args(["check-worker", study]), 0);
        assert!(told.contains("three trials ok, ok, ok") && !told.contains("other numbers"), "{told}");
        expect(tempered(folder.path()).args(["run", study, "--set", "trials=60", "--report"]), 0);
        let run = format!("runs/{name}");
        let told = expect(tempered(folder.path()).args(["verify", &run, "--recompute", "10%"]), 0);
        assert!(told.contains("nothing wrong"), "{told}");
    }
    let told = expect(tempered(folder.path()).args(["analyze", "runs/own-trial"]), 0);
    assert!(told.contains("mean: estimates, value ± Monte Carlo standard error"), "{told}");
    // The file beside them is there once, and a changed one is not written over.
    std::fs::write(folder.path().join("tempered.R"), "changed").unwrap();
    expect(tempered(folder.path()).args(["init", "--r", "another.yaml"]), 2);
}

/// The statuses of the trials of a study whose function is this.
fn statuses(source: &str, train: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let package = include_str!("../crates/r/tempered.R");
    std::fs::write(folder.path().join("tempered.R"), package).unwrap();
    let worker = format!("source(\"tempered.R\")\n{source}\ntempered$serve()\n");
    std::fs::write(folder.path().join("worker.R"), worker).unwrap();
    let study = format!("version: 1\nname: r\nseed: 1\ntrials: 30\n{train}\naggregate: {{max_failed: 1}}\n");
    std::fs::write(folder.path().join("study.yaml"), study).unwrap();
    // All trials may fail, which has a code of its own.
    let output = tempered(folder.path()).args(["run", "study.yaml"]).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", String::from_utf8_lossy(&output.stderr));
    let directory = RunDirectory::open(&folder.path().join("runs/r")).unwrap();
    let files = directory.listing().unwrap().files;
    let metrics = files.iter().filter(|file| file.table == tempered_store::Table::Metrics);
    metrics.flat_map(|file| read_metrics(&directory.metrics_path(&file.place)).unwrap().status).collect()
}

const TRIAL: &str = "generate: {n: 5}\ntrial: {own: {process: {command: [Rscript, worker.R], metrics: [a]}}}";
const FIT: &str =
    "generate: {n: 5, noise: {normal: {sd: 1}}}\ntrain: {own: {process: {command: [Rscript, worker.R]}}}";

#[test]
#[ignore = "needs R"]
fn what_goes_wrong_in_r_costs_its_trial() {
    let trial =
        |body: &str| statuses(&format!("tempered$trial(function(n) {{ {body} }}, metrics = \"a\")"), TRIAL);
    let fit = |body: &str| statuses(&format!("tempered$estimator(function(x, y, at) {{ {body} }})"), FIT);
    let all = |found: Vec<String>, word: &str| {
        assert!(found.len() == 30 && found.iter().all(|one| one == word), "{word}: {found:?}")
    };
    all(trial("print(n); cat(\"a\\n\"); message(\"b\"); warning(\"c\"); list(a = n)"), "ok");
    all(trial("stop(\"no \\\"luck\\\"\\n\")"), "raised");
    all(trial("list(b = 1)"), "raised");
    all(trial("list(a = 1:2)"), "raised");
    all(trial("list(a = NaN)"), "not_finite");
    all(trial("list(a = n > 2)"), "ok");
    all(fit("list(values = rep(mean(y), nrow(at)))"), "ok");
    all(fit("list(values = 1)"), "raised");
    all(fit("list(values = rep(NA, nrow(at)))"), "not_finite");
    let some = trial("if (runif(1) < 0.2) quit(status = 3); list(a = runif(1))");
    let crashed = some.iter().filter(|one| *one == "crashed").count();
    assert!(
        (1..20).contains(&crashed) && some.iter().filter(|one| *one == "ok").count() == 30 - crashed,
        "{some:?}"
    );
}

#[test]
#[ignore = "needs R"]
fn data_are_made_in_r() {
    let maker = "tempered$generator(function(n, slope) { x <- runif(n); list(x = x, y = slope * x, at = c(0, 1), truth = c(0, slope)) })";
    let study = "generate: {n: 6, process: {command: [Rscript, worker.R], parameters: {slope: 3}}}\ntrain: {line: {polynomial: {degree: 1}}}";
    assert!(statuses(maker, study).iter().all(|one| one == "ok"));
    let maker = "tempered$generator(function(n, d) { x <- matrix(rnorm(n * d), n); list(x = x, y = x[, 1], at = diag(d), truth = diag(d)[, 1]) })";
    let study = "generate: {n: 6, d: 2, process: {command: [Rscript, worker.R]}}\ntrain: {ls: least_squares}";
    assert!(statuses(maker, study).iter().all(|one| one == "ok"));
}
