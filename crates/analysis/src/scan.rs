//! The metrics files, read one risk of one (estimator, n) at a time so that memory is bounded by one level.

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

/// A unit of reading: the trials of one estimator at one n.
pub(crate) struct Partition {
    /// The estimator's label.
    pub estimator: String,
    /// The size of a training set.
    pub n: u64,
}

/// The trials of one estimator, design, target, noise and n.
pub(crate) struct Group {
    /// Labels of design, target and noise.
    pub labels: [String; 3],
    /// Trials done, failed ones included.
    pub trials: u64,
    /// The risk of the trials that have one, ascending.
    pub values: Vec<f64>,
}

const LABELS: [&str; 3] = ["design", "target", "noise"];
const TRIALS: &str = "__trials";

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
        let keys = self
            .frame
            .clone()
            .select([col("estimator"), col("n").cast(DataType::Int64)])
            .unique(None, UniqueKeepStrategy::Any);
        let read = || -> PolarsResult<Vec<Partition>> {
            let keys = keys.collect_with_engine(Engine::Streaming)?.unwrap_single();
            let (estimators, sizes) = (keys.column("estimator")?.str()?, keys.column("n")?.i64()?);
            let pairs = estimators.iter().zip(sizes.iter());
            Ok(pairs
                .filter_map(|(label, n)| {
                    Some(Partition { estimator: label?.to_owned(), n: n?.try_into().ok()? })
                })
                .collect())
        };
        let mut partitions = read().map_err(|source| Error::Read { path: self.folder.clone(), source })?;
        partitions.sort_by(|a, b| (&a.estimator, a.n).cmp(&(&b.estimator, b.n)));
        Ok(partitions)
    }

    /// The groups of a partition with the risk at this place of [`Scan::risks`], in no particular order.
    pub fn groups(&self, partition: &Partition, risk: usize) -> Result<Vec<Group>, Error> {
        self.read(partition, &self.risks[risk].0)
            .map_err(|source| Error::Read { path: self.folder.clone(), source })
    }

    fn read(&self, partition: &Partition, risk: &str) -> PolarsResult<Vec<Group>> {
        let mine = col("estimator")
            .eq(lit(partition.estimator.as_str()))
            .and(col("n").cast(DataType::Int64).eq(lit(partition.n as i64)));
        let values = col(risk).cast(DataType::Float64).drop_nulls();
        let frame = self
            .frame
            .clone()
            .filter(mine)
            .group_by(LABELS.map(|name| col(name).cast(DataType::String)))
            .agg([values, len().cast(DataType::UInt64).alias(TRIALS)])
            .collect_with_engine(Engine::Streaming)?
            .unwrap_single();
        (0..frame.height()).map(|row| group(&frame, risk, row)).collect()
    }
}

fn group(frame: &DataFrame, risk: &str, row: usize) -> PolarsResult<Group> {
    let label = |name| PolarsResult::Ok(frame.column(name)?.str()?.get(row).unwrap_or_default().to_owned());
    let list = frame.column(risk)?.list()?.get_as_series(row);
    let mut values: Vec<f64> = match &list {
        Some(list) => list.f64()?.iter().flatten().filter(|v| !v.is_nan()).collect(),
        None => Vec::new(),
    };
    values.sort_unstable_by(f64::total_cmp);
    Ok(Group {
        labels: [label(LABELS[0])?, label(LABELS[1])?, label(LABELS[2])?],
        trials: frame.column(TRIALS)?.u64()?.get(row).unwrap_or(0),
        values,
    })
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
