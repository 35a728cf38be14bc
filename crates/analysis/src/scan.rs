//! Reading metrics with polars, one (estimator, n) partition at a time so that memory stays bounded.

use crate::error::Error;
use polars::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

/// The rows of one (estimator, design, target, noise, n).
pub(crate) struct Group {
    pub estimator: String,
    pub design: String,
    pub target: String,
    pub noise: String,
    pub n: u64,
    pub trials: u64,
    pub failed: u64,
    /// Per risk column: its name and its values, ascending.
    pub risks: Vec<(String, Vec<f64>)>,
}

/// The partitions of a run directory: (estimator, n, folder), ascending.
pub(crate) fn partitions(directory: &Path) -> Result<Vec<(String, u64, PathBuf)>, Error> {
    let mut found = Vec::new();
    for (estimator, folder) in keyed(&directory.join("metrics"), "estimator=")? {
        for (n, folder) in keyed(&folder, "n=")? {
            if let Ok(n) = n.parse() {
                found.push((estimator.clone(), n, folder));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn keyed(folder: &Path, key: &str) -> Result<Vec<(String, PathBuf)>, Error> {
    let failed = |source| Error::Io { path: folder.to_path_buf(), source };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if let Some(value) = entry.file_name().to_string_lossy().strip_prefix(key) {
            found.push((value.to_string(), entry.path()));
        }
    }
    Ok(found)
}

/// Reads one partition.
pub(crate) fn read(estimator: &str, n: u64, folder: &Path) -> Result<Vec<Group>, Error> {
    let failed = |source| Error::Polars { path: folder.to_path_buf(), source };
    let finished = fs::read_dir(folder).map_err(|source| Error::Io { path: folder.to_path_buf(), source })?;
    let parquet = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "parquet");
    let mut files: Vec<PathBuf> =
        finished.filter_map(|entry| Some(entry.ok()?.path())).filter(parquet).collect();
    files.sort();
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let paths: Vec<PlRefPath> = files.iter().map(|path| PlRefPath::new(path.to_string_lossy())).collect();
    let mut lazy = LazyFrame::scan_parquet_files(paths.into(), ScanArgsParquet::default()).map_err(failed)?;
    let schema = lazy.collect_schema().map_err(failed)?;
    let names: Vec<String> =
        schema.iter_names().map(ToString::to_string).filter(|name| name.starts_with("risk_")).collect();
    let mut columns =
        vec![len().alias("trials"), col("status").neq(lit("ok")).cast(DataType::Int64).sum().alias("failed")];
    columns.extend(names.iter().map(|name| col(name.as_str()).drop_nulls().sort(SortOptions::default())));
    let frame = lazy
        .group_by([col("design"), col("target"), col("noise")])
        .agg(columns)
        .sort(["design", "target", "noise"], SortMultipleOptions::default())
        .collect()
        .map_err(failed)?;
    let text = |name: &str, row: usize| -> Result<String, Error> {
        Ok(frame.column(name).and_then(|c| c.str()).map_err(failed)?.get(row).unwrap_or_default().to_string())
    };
    let count = |name: &str, row: usize| -> Result<u64, Error> {
        let column = frame.column(name).and_then(|c| c.cast(&DataType::UInt64)).map_err(failed)?;
        Ok(column.u64().map_err(failed)?.get(row).unwrap_or(0))
    };
    let values = |name: &str, row: usize| -> Result<Vec<f64>, Error> {
        let lists = frame.column(name).and_then(|c| c.list()).map_err(failed)?;
        let Some(series) = lists.get_as_series(row) else { return Ok(Vec::new()) };
        Ok(series.f64().map_err(failed)?.into_no_null_iter().collect())
    };
    (0..frame.height())
        .map(|row| {
            let risks = names.iter().map(|name| Ok((name.clone(), values(name, row)?)));
            Ok(Group {
                estimator: estimator.to_string(),
                design: text("design", row)?,
                target: text("target", row)?,
                noise: text("noise", row)?,
                n,
                trials: count("trials", row)?,
                failed: count("failed", row)?,
                risks: risks.collect::<Result<_, Error>>()?,
            })
        })
        .collect()
}
