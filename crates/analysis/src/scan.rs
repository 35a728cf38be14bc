//! The metrics files, read one risk of one estimator and cell at a time so that memory is bounded by one level.

use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;

use crate::error::Error;
use crate::risk::Risk;

/// The metrics of a run directory.
pub(crate) struct Scan {
    folder: PathBuf,
    frame: LazyFrame,
    /// The risks with their columns, in order.
    risks: Vec<(String, Risk)>,
}

/// A unit of reading: the trials of one estimator in one cell.
pub(crate) struct Partition {
    /// The estimator's label.
    pub estimator: String,
    /// The size of a training set.
    pub n: u64,
    cell: String,
    /// Labels of design, target and noise.
    pub labels: [String; 3],
}

/// One risk in one partition.
pub(crate) struct Values {
    /// Trials done, failed ones included.
    pub trials: u64,
    /// The risk of the trials that have one, ascending.
    pub sorted: Vec<f64>,
}

const KEYS: [&str; 5] = ["estimator", "cell", "design", "target", "noise"];

impl Scan {
    /// Opens `metrics/` below a run directory.
    pub fn open(run: &Path) -> Result<Scan, Error> {
        let folder = run.join("metrics");
        if !holds_parquet(&folder)? {
            return Err(Error::Empty { path: folder });
        }
        // Stated types: a label such as `7` would otherwise be guessed to be a number.
        let keys = Schema::from_iter([
            Field::new("estimator".into(), DataType::String),
            Field::new("n".into(), DataType::Int64),
        ]);
        let hive_options = HiveOptions {
            enabled: Some(true),
            hive_start_idx: 0,
            schema: Some(keys.into()),
            try_parse_dates: false,
        };
        let args = ScanArgsParquet { hive_options, ..Default::default() };
        let failed = |source| Error::Read { path: folder.clone(), source };
        let mut frame =
            LazyFrame::scan_parquet(PlRefPath::new(folder.to_string_lossy()), args).map_err(failed)?;
        let schema = frame.collect_schema().map_err(failed)?;
        let mut risks: Vec<(String, Risk)> =
            schema.iter_names().filter_map(|name| Some((name.to_string(), Risk::of_column(name)?))).collect();
        risks.sort_by(|(_, a), (_, b)| a.order(*b));
        if risks.is_empty() {
            return Err(Error::NoRisk { path: folder });
        }
        Ok(Scan { folder, frame, risks })
    }

    /// The risks: exponents ascending, then the sup norm.
    pub fn risks(&self) -> impl Iterator<Item = Risk> {
        self.risks.iter().map(|(_, risk)| *risk)
    }

    /// What there is to read, in order.
    pub fn partitions(&self) -> Result<Vec<Partition>, Error> {
        let keys = KEYS.map(|name| col(name).cast(DataType::String));
        let n = [col("n").cast(DataType::Int64)];
        let keys = self
            .frame
            .clone()
            .select(keys.into_iter().chain(n).collect::<Vec<_>>())
            .unique(None, UniqueKeepStrategy::Any);
        let read = || -> PolarsResult<Vec<Partition>> {
            let keys = keys.collect_with_engine(Engine::Streaming)?.unwrap_single();
            (0..keys.height()).map(|row| partition(&keys, row)).collect()
        };
        let mut partitions = read().map_err(|source| Error::Read { path: self.folder.clone(), source })?;
        partitions.sort_by(|a, b| (&a.estimator, a.n, &a.cell).cmp(&(&b.estimator, b.n, &b.cell)));
        Ok(partitions)
    }

    /// The risk at this place of [`Scan::risks`].
    pub fn values(&self, partition: &Partition, risk: usize) -> Result<Values, Error> {
        self.read(partition, &self.risks[risk].0)
            .map_err(|source| Error::Read { path: self.folder.clone(), source })
    }

    /// Groups are made by filters and not by polars' `group_by`, which would hold the labels of every trial.
    fn read(&self, partition: &Partition, risk: &str) -> PolarsResult<Values> {
        let mine = col("estimator")
            .eq(lit(partition.estimator.as_str()))
            .and(col("n").cast(DataType::Int64).eq(lit(partition.n as i64)))
            .and(col("cell").eq(lit(partition.cell.as_str())));
        let frame = self
            .frame
            .clone()
            .filter(mine)
            .select([col(risk).cast(DataType::Float64)])
            .collect_with_engine(Engine::Streaming)?
            .unwrap_single();
        let column = frame.column(risk)?.f64()?;
        let mut sorted: Vec<f64> = column.iter().flatten().filter(|value| !value.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        Ok(Values { trials: column.len() as u64, sorted })
    }
}

fn partition(keys: &DataFrame, row: usize) -> PolarsResult<Partition> {
    let [estimator, cell, design, target, noise] =
        KEYS.map(|name| PolarsResult::Ok(keys.column(name)?.str()?.get(row).unwrap_or_default().to_owned()));
    let n = keys.column("n")?.i64()?.get(row).unwrap_or_default();
    let n = u64::try_from(n).unwrap_or_default();
    Ok(Partition { estimator: estimator?, n, cell: cell?, labels: [design?, target?, noise?] })
}

/// Whether a folder or one below it holds a Parquet file. A folder that is not there holds none.
fn holds_parquet(folder: &Path) -> Result<bool, Error> {
    let failed = |source| Error::Folder { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let found = if path.is_dir() {
            holds_parquet(&path)?
        } else {
            path.extension().is_some_and(|extension| extension == "parquet")
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}
