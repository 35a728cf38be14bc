//! The pipelines: what each file says it shows, within Monte Carlo error. Slow: run with `make test-slow`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use serde_json::Value;
use std::process::Command;

/// A finished run of a pipeline, removed when dropped.
struct Run {
    folder: tempfile::TempDir,
}

impl Run {
    /// Runs `pipelines/NAME.yaml` with these changes.
    fn new(name: &str, sets: &[&str]) -> Run {
        let folder = tempfile::tempdir().unwrap();
        let mut run = Command::new(env!("CARGO_BIN_EXE_tempered"));
        run.args(["run", &format!("pipelines/{name}.yaml"), "--progress", "none", "--out"])
            .arg(folder.path().join("out"));
        sets.iter().for_each(|set| {
            run.args(["--set", set]);
        });
        let output = run.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Run { folder }
    }

    /// What `tempered COMMAND DIR ARGUMENTS --format json` prints.
    fn json(&self, command: &str, arguments: &[&str]) -> Vec<Value> {
        let output = Command::new(env!("CARGO_BIN_EXE_tempered"))
            .arg(command)
            .arg(self.folder.path().join("out"))
            .args(arguments)
            .args(["--format", "json"])
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The series of the analysis.
    fn series(&self) -> Vec<Value> {
        self.json("analyze", &[])
    }

    /// One column of one estimator, at one n, in the order of trials; failed trials are left out.
    fn column(&self, estimator: &str, n: u64, column: &str) -> Vec<f64> {
        let sql = format!(
            "SELECT trial, {column} AS value FROM metrics \
             WHERE estimator = '{estimator}' AND n = {n} AND status = 'ok' ORDER BY trial"
        );
        self.json("query", &[&sql]).iter().map(|row| row["value"].as_f64().unwrap()).collect()
    }

    /// The median of a column.
    fn median(&self, estimator: &str, n: u64, column: &str) -> f64 {
        let mut values = self.column(estimator, n, column);
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }

    /// The mean of a column, and its standard error.
    fn mean(&self, estimator: &str, n: u64, column: &str) -> (f64, f64) {
        let values = self.column(estimator, n, column);
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        (mean, (squares / (count - 1.0) / count).sqrt())
    }
}

/// One series of an analysis.
fn find<'a>(all: &'a [Value], estimator: &str, design: &str, p: f64) -> &'a Value {
    all.iter().find(|s| s["estimator"] == estimator && s["design"] == design && s["p"] == p).unwrap()
}

/// A figure of the level of one n.
fn figure(series: &Value, n: u64, name: &str) -> f64 {
    let level = series["levels"].as_array().unwrap().iter().find(|level| level["n"] == n).unwrap();
    level[name].as_f64().unwrap()
}
