//! Running the program from outside and reading the tables it leaves.

use crate::study::Study;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::Command;

/// A row of a table, by the names in its header: columns come and go.
#[derive(Clone, Debug, Default)]
pub struct Row(HashMap<String, String>);

impl Row {
    /// The text of a column; empty where there is none.
    pub fn text(&self, column: &str) -> &str {
        self.0.get(column).map_or("", String::as_str)
    }

    /// The number of a column; none where it is empty or there is none.
    pub fn number(&self, column: &str) -> Option<f64> {
        self.text(column).parse().ok()
    }

    /// Whether a column says `true`.
    pub fn says(&self, column: &str) -> bool {
        self.text(column) == "true"
    }

    /// Whether the table has this column.
    pub fn has(&self, column: &str) -> bool {
        self.0.contains_key(column)
    }
}

/// The tables of a summary.
pub struct Tables {
    pub verdicts: Vec<Row>,
    pub levels: Vec<Row>,
    pub pairs: Vec<Row>,
}

/// Runs a study in a folder of its own, which is gone afterwards. Where `KEEP` names a folder, runs stay there and are found again:
/// a program that says something else of the same numbers is judged without computing them again.
pub fn run(study: &Study) -> Tables {
    let temporary = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("KEEP").filter(|path| !path.is_empty());
    let folder = kept.map_or(temporary.path().to_owned(), |kept| Path::new(&kept).join(name(study)));
    std::fs::create_dir_all(&folder).unwrap();
    let (file, out) = (folder.join("study.yaml"), folder.join("out"));
    std::fs::write(&file, study.yaml()).unwrap();
    let program = std::env::var_os("PROGRAM").filter(|path| !path.is_empty());
    let mut command = Command::new(program.unwrap_or(env!("CARGO_BIN_EXE_tempered").into()));
    command.env_remove("TEMPERED_PROGRESS").arg("run").arg(&file).arg("--out").arg(&out);
    let output = command.args(["--progress", "none"]).output().unwrap();
    assert!(output.status.success(), "{}\n{}", study.yaml(), String::from_utf8_lossy(&output.stderr));
    let table = |name: &str| rows(&out.join("summary").join(name));
    Tables { verdicts: table("verdicts.csv"), levels: table("levels.csv"), pairs: table("pairs.csv") }
}

/// The folder of a study, by what it is.
fn name(study: &Study) -> String {
    let mut hasher = DefaultHasher::new();
    study.yaml().hash(&mut hasher);
    format!("{}-{:016x}", study.name, hasher.finish())
}

fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| {
        Row(header.iter().cloned().zip(record.iter().map(str::to_owned)).collect())
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}
