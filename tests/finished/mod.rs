//! Finished runs of the program, for tests that look at their numbers.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempered_store::RunDirectory;

/// A finished run, removed when dropped.
pub struct Run {
    folder: tempfile::TempDir,
}

impl Run {
    /// Runs `pipelines/NAME.yaml` with these changes.
    pub fn pipeline(name: &str, sets: &[&str]) -> Run {
        Run::of(tempfile::tempdir().unwrap(), format!("pipelines/{name}.yaml").into(), sets)
    }

    /// Runs a study with these changes, in this folder.
    pub fn of(folder: tempfile::TempDir, study: PathBuf, sets: &[&str]) -> Run {
        let mut run = Command::new(env!("CARGO_BIN_EXE_tempered"));
        run.arg("run").arg(study).args(["--progress", "none", "--out"]).arg(out(folder.path()));
        sets.iter().for_each(|set| {
            run.args(["--set", set]);
        });
        let output = run.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Run { folder }
    }

    /// What `tempered COMMAND DIR ARGUMENTS --format json` prints.
    pub fn json(&self, command: &str, arguments: &[&str]) -> Value {
        let output = Command::new(env!("CARGO_BIN_EXE_tempered"))
            .arg(command)
            .arg(out(self.folder.path()))
            .args(arguments)
            .args(["--format", "json"])
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Its files.
    pub fn directory(&self) -> RunDirectory {
        RunDirectory::open(&out(self.folder.path())).unwrap()
    }
}

fn out(folder: &Path) -> PathBuf {
    folder.join("out")
}

/// The name and the variant of a label, `net` or `net[width=50, lr=0.1]`.
pub fn named(label: &str) -> (&str, Option<&str>) {
    match label.split_once('[') {
        Some((name, rest)) => (name, rest.strip_suffix(']')),
        None => (label, None),
    }
}

/// A mean with its standard error.
#[derive(Clone, Copy, Debug)]
pub struct Mean {
    pub value: f64,
    pub error: f64,
}

impl Mean {
    pub fn of(values: &[f64]) -> Mean {
        let count = values.len() as f64;
        let value = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|one| (one - value).powi(2)).sum::<f64>();
        Mean { value, error: (squares / (count - 1.0) / count).sqrt() }
    }
}
