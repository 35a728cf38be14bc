//! Stored and exported predictors, read by a Python program that knows their formulas alone. Slow: installs its packages
//! into a virtual environment.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::process::Command;

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}");
}

/// A virtual environment with these packages.
fn python(folder: &std::path::Path, packages: &[&str]) -> std::path::PathBuf {
    let environment = folder.join("venv");
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    let python = environment.join("bin/python");
    succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages));
    python
}

#[test]
#[ignore = "installs Python packages"]
fn python_finds_every_predictor() {
    let folder = tempfile::tempdir().unwrap();
    let python = python(folder.path(), &["numpy", "pyarrow"]);
    let program = env!("CARGO_BIN_EXE_tempered");
    let mut check = Command::new(python);
    succeed(
        check.args(["tests/predictors.py", program]).arg(folder.path()).args(["10", "200", "1000", "5000"]),
    );
}

#[test]
#[ignore = "installs Python packages"]
fn files_of_pandas_pyarrow_and_duckdb_are_fitted() {
    let folder = tempfile::tempdir().unwrap();
    let python = python(folder.path(), &["pandas", "pyarrow", "duckdb"]);
    let mut check = Command::new(python);
    succeed(check.args(["tests/user_files.py", env!("CARGO_BIN_EXE_tempered")]).arg(folder.path()));
}
