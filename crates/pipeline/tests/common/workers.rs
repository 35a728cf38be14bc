//! Studies with workers in Python, and what a run of them leaves behind.

#![allow(dead_code, reason = "every test file uses some of it")]

use std::collections::BTreeMap;
use std::path::Path;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::run::{Settings, run};
use tempered_pipeline::spec::{Edit, SpecError, parse};
use tempered_pipeline::{Cancel, RunDirectory};
use tempered_store::{MetricsTable, Place, Table, read_metrics};

/// The plan of a study beside `worker.py`.
pub fn planned(text: &str) -> Result<Plan, SpecError> {
    let home = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/study.yaml");
    let edits: [Edit; 0] = [];
    Ok(Plan::new(parse(text.as_bytes(), home, &edits)?))
}

/// Metrics by name, and all files with their bytes by path.
pub type Left = (BTreeMap<String, MetricsTable>, BTreeMap<String, Vec<u8>>);

/// Runs a plan on so many threads; metrics are named by their place.
pub fn ran(plan: &Plan, out: &Path, threads: usize, name: impl Fn(&Place) -> String) -> Left {
    let directory = RunDirectory::create(out).unwrap();
    let settings = Settings { threads, ..Settings::default() };
    run(plan.clone(), &directory, &settings, &Cancel::new(), |_| ()).unwrap();
    let (mut tables, mut files) = (BTreeMap::new(), BTreeMap::new());
    for file in directory.listing().unwrap().files {
        let path = file.place.path(file.table);
        files.insert(path.display().to_string(), std::fs::read(out.join(&path)).unwrap());
        if file.table == Table::Metrics {
            tables.insert(name(&file.place), read_metrics(&directory.metrics_path(&file.place)).unwrap());
        }
    }
    (tables, files)
}

/// `spline 12`, of a variant `network[width=10] 12`.
pub fn by_size(place: &Place) -> String {
    format!("{}{} {}", place.estimator, place.variant.clone().unwrap_or_default(), place.n)
}

/// A column of metrics by trial.
pub fn column(table: &MetricsTable, name: &str) -> Vec<Option<f64>> {
    let place = table.names.iter().position(|known| known == name).unwrap_or_else(|| panic!("no {name}"));
    table.scores[place].clone()
}
