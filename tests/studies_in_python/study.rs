//! A study of `pipelines/python`, run, and the figures of its tables.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Coordinates and parameters by name, with the values that are wanted. Parameters that are words stand as words, numbers as f64.
pub type Wanted<'a> = &'a [(&'a str, Value)];

/// A finished run, and what `analyze` says of it.
pub struct Study {
    folder: TempDir,
    tables: Value,
}

/// A figure with its Monte Carlo standard error.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    pub value: f64,
    pub error: f64,
}

/// The folder of a Python with these packages.
fn python(folder: &Path, packages: &[&str]) -> PathBuf {
    if let Some(python) = std::env::var_os("TEMPERED_PYTHON") {
        return Path::new(&python).parent().unwrap().to_owned();
    }
    let environment = folder.join("venv");
    let succeeds = |command: &mut Command| assert!(command.status().unwrap().success(), "{command:?}");
    succeeds(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    let install = ["-m", "pip", "install", "--quiet"];
    succeeds(Command::new(environment.join("bin/python")).args(install).args(packages));
    environment.join("bin")
}

impl Study {
    /// Runs a study whose workers need these packages of Python; none where they are in another language.
    pub fn ran(name: &str, packages: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut path = std::env::var("PATH").unwrap_or_default();
        if !packages.is_empty() {
            path = format!("{}:{path}", python(folder.path(), packages).display());
        }
        let study = format!("{}/pipelines/python/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_tempered"));
        command.arg("run").arg(study).arg("--out").arg(folder.path().join("out"));
        let package = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/python");
        command.env("PATH", &path).env("PYTHONPATH", package).env("TEMPERED_PROGRESS", "none");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { folder, tables: Value::Null }.analyzed(&[])
    }

    /// The same run with other tables, as these arguments of `analyze` ask for.
    pub fn analyzed(self, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tempered"));
        command.args(["analyze", "--format", "json"]).args(arguments).arg(self.folder.path().join("out"));
        let tables: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
        // Without curves the series stand alone.
        let tables = if tables.is_array() { json!({ "series": tables }) } else { tables };
        Self { tables, ..self }
    }

    /// The row of a table that has these values.
    pub fn found(&self, table: &str, wanted: Wanted<'_>) -> &Value {
        // Some names are columns of the tables, the others coordinates.
        let of = |row: &Value, name: &str| match &row[name] {
            Value::Null => row["coordinates"][name].clone(),
            column => column.clone(),
        };
        let is_wanted = |row: &&Value| wanted.iter().all(|(name, value)| of(row, name) == *value);
        self.tables[table]
            .as_array()
            .unwrap()
            .iter()
            .find(is_wanted)
            .unwrap_or_else(|| panic!("{table}: {wanted:?}"))
    }

    /// A figure of the performance of an estimand: `bias`, `empirical_se`, `mse`, `coverage`, ….
    pub fn performance(&self, estimand: &str, figure: &str, wanted: Wanted<'_>) -> Figure {
        let row = self.found("performance", &[wanted, &[("estimand", estimand.into())]].concat());
        let of = |name: &str| row[figure][name].as_f64().unwrap_or_else(|| panic!("{figure}: {wanted:?}"));
        Figure { value: of("value"), error: of("error") }
    }

    /// The mean of a quantity at a place of its curve.
    pub fn mean(&self, quantity: &str, at: f64, wanted: Wanted<'_>) -> Figure {
        let curve = self.found("curves", &[wanted, &[("quantity", quantity.into())]].concat());
        let points = curve["points"].as_array().unwrap();
        let point =
            points.iter().find(|point| point["at"] == at).unwrap_or_else(|| panic!("{at}: {wanted:?}"));
        Figure { value: point["value"].as_f64().unwrap(), error: point["level"]["mean_se"].as_f64().unwrap() }
    }

    /// The mean of a risk over training sets of n points, of R_p with this p.
    pub fn risk(&self, estimator: &str, p: f64, n: f64) -> Figure {
        let series = self.found("series", &[("estimator", estimator.into()), ("p", p.into())]);
        let levels = series["levels"].as_array().unwrap();
        let level =
            levels.iter().find(|level| level["n"].as_f64() == Some(n)).unwrap_or_else(|| panic!("{n}"));
        Figure { value: level["mean"].as_f64().unwrap(), error: level["mean_se"].as_f64().unwrap() }
    }
}

impl Figure {
    /// Fails where the figure is more than four of its errors and `more` away from what it should be.
    pub fn is(self, expected: f64, more: f64, what: &str) {
        let Self { value, error } = self;
        assert!(
            (value - expected).abs() <= 4.0 * error + more,
            "{what}: {value} ± {error}, expected {expected}"
        );
    }

    /// As `is` with a part of what is expected: the remainder of an expansion in 1/n.
    pub fn is_about(self, expected: f64, part: f64, what: &str) {
        self.is(expected, part * expected.abs(), what);
    }
}
