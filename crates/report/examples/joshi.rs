//! Writes the page, tables and figures of an example report into the folder that is named, and the numbers that
//! the page must show into `expected.json` beside it.

#[path = "../tests/joshi/mod.rs"]
mod joshi;

use std::path::PathBuf;

use serde_json::{Value, json};
use tempered_report::{Report, page, write_figures, write_tables};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name a folder to write to")?);
    let report = joshi::report();
    write_tables(&report, &folder.join("tables"))?;
    std::fs::write(folder.join("index.html"), page(&report)?)?;
    std::fs::write(folder.join("expected.json"), expected(&report).to_string())?;
    write_figures(&report, &folder.join("figures"))?;
    Ok(())
}

/// The medians and means in the order of the tables.
fn expected(report: &Report) -> Value {
    let levels = report.risks.iter().flat_map(|p| report.series.iter().filter(move |series| series.p == *p));
    let rows = levels.flat_map(|series| {
        series.levels.iter().map(move |level| {
            json!({"p": series.p, "estimator": series.estimator, "n": level.n, "median": level.median, "mean": level.mean})
        })
    });
    rows.collect()
}
