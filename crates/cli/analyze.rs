//! `tempered analyze`.

use crate::args::{Analyze, Format};
use crate::exit::{Ending, Failure};
use crate::{output, study};
use std::path::Path;
use tempered_analysis::{Options, Summary, Verdict};
use tempered_math::theory::{self, Class};
use tempered_pipeline::plan::Plan;

/// Bootstrap rounds of growth exponents.
const BOOTSTRAP: usize = 2000;

/// Computes, writes and prints the tables.
pub fn analyze(options: &Analyze) -> Result<Ending, Failure> {
    let (plan, _) = study::recorded(&options.directory)?;
    let summary = summarise(&options.directory, &plan)?;
    match options.format {
        Format::Human => output::print(&summary.table())?,
        Format::Json => output::print(&format!("{:#}", summary.json()))?,
    }
    Ok(Ending::Done)
}

/// Summarises a run directory and writes `summary/`.
pub fn summarise(path: &Path, plan: &Plan) -> Result<Summary, Failure> {
    let options = Options {
        quantiles: plan.study.quantiles.clone(),
        confidence: 0.95,
        bootstrap: BOOTSTRAP,
        seed: plan.study.seed,
        domain: plan.study.domain.to_string(),
    };
    let known = |label: &str, design: &str, target: &str, noise: &str, p: Option<f64>| {
        let noise = plan.study.noises.iter().find(|known| known.to_string() == noise)?;
        let (_, estimator) = plan.study.estimators.iter().find(|(known, _)| known == label)?;
        theory::in_probability(estimator, design, target, noise, p?).map(|class| match class {
            Class::Benign => Verdict::Benign,
            Class::Tempered => Verdict::Tempered,
            Class::Catastrophic => Verdict::Catastrophic,
        })
    };
    let summary = tempered_analysis::analyze(path, &options, &known)?;
    summary.write(path)?;
    Ok(summary)
}

/// Lines to paste: the metrics in Polars and DuckDB.
pub fn next_steps(path: &Path) -> String {
    let glob = format!("{}/metrics/**/*.parquet", path.display());
    format!(
        "polars: pl.scan_parquet(\"{glob}\", hive_partitioning=True).group_by(\"estimator\", \"design\", \"n\").agg(pl.median(\"^risk_.*$\")).collect()\n\
         duckdb: SELECT estimator, design, n, median(COLUMNS('risk_.*')) FROM read_parquet('{glob}', hive_partitioning=true) GROUP BY ALL ORDER BY ALL;"
    )
}
