//! Runs are read by Polars, DuckDB, pandas and pyarrow. Slow: installs them into a virtual environment.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}");
}

/// A Python with all readers, in an environment of its own.
fn readers(folder: &Path) -> PathBuf {
    let environment = folder.join("venv");
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    let python = environment.join("bin/python");
    succeed(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "duckdb", "polars", "pandas", "pyarrow"]),
    );
    python
}

#[test]
#[ignore = "installs Python packages"]
fn readers_agree_with_the_analysis_and_with_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let python = readers(folder.path());
    // One share of two leaves a run half finished.
    for (name, flags, code) in [("whole", vec![], 0), ("half", vec!["--shard", "1/2"], 0)] {
        let run = folder.path().join(name);
        let mut command = Command::new(env!("CARGO_BIN_EXE_tempered"));
        command
            .args(["run", "pipelines/quickstart.yaml"])
            .arg("--out")
            .arg(&run)
            .args(["--progress", "none", "--set", "store.weights=all", "--set", "trials=400"])
            // Their weights are sums over kinks.
            .args(["--set", "train={spline: linear_spline, min_norm: min_norm}"])
            .args(flags);
        assert_eq!(command.output().unwrap().status.code(), Some(code));
        let mut check = Command::new(&python);
        succeed(
            check.args(["tests/interoperability.py", env!("CARGO_BIN_EXE_tempered"), "README.md"]).arg(&run),
        );
    }
    // A directory begun before folders alone said estimator and n.
    succeed(
        Command::new(&python).args(["tests/readers_of_generator_3.py", "tests/directories/generator-3/run"]),
    );
}

/// Targets and noises are never pooled, whatever the folders above the run are called.
#[test]
#[ignore = "installs Python packages"]
fn printed_lines_work_as_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let python = readers(folder.path());
    let run = folder.path().join("run");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tempered"));
    command.args(["run", "pipelines/quickstart.yaml", "--progress", "none", "--set", "trials=30"]);
    command.args(["--set", "generate.n=[20, 50]", "--set", "generate.target=[zero, {sine: {frequency: 1}}]"]);
    command.args(["--set", "generate.noise=[normal, {normal: {sd: 0.1}}]", "--out"]).arg(&run);
    succeed(&mut command);
    let mut check = Command::new(&python);
    check.args(["tests/pasted_lines.py", env!("CARGO_BIN_EXE_tempered")]).arg(&run);
    succeed(check.arg(folder.path().join("odd")));
}
