//! The metrics files of a run, one partition at a time.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::thread::Builder;

use polars::prelude::*;
use rayon::prelude::*;

use crate::collect::{Gather, Sample, collect};
use crate::error::Error;
use crate::risk::Risk;

/// The metrics of a run directory.
pub(crate) struct Scan {
    /// What there is to read, in order.
    pub partitions: Vec<Partition>,
    /// The risks with their columns: exponents ascending, then the sup norm.
    pub risks: Vec<RiskColumns>,
}

/// The trials of one estimator in one cell.
#[derive(Clone, Debug)]
pub(crate) struct Partition {
    /// The estimator's label.
    pub estimator: String,
    /// The size of a training set.
    pub n: u64,
    /// Key of the cell.
    pub cell: String,
    /// Labels of design, target and noise.
    pub labels: [String; 3],
    /// Its files, shard by shard.
    pub files: Vec<Shard>,
}

/// A metrics file.
#[derive(Clone, Debug)]
pub(crate) struct Shard {
    pub path: PathBuf,
    pub rows: u64,
}

/// Rows that are read at once: a row group.
const CHUNK: u64 = 122_880;

/// The columns of one risk.
#[derive(Clone, Debug)]
pub(crate) struct RiskColumns {
    pub risk: Risk,
    /// The risk.
    pub value: String,
    /// The largest contribution of a gap between neighbouring data points.
    pub gap: Option<String>,
    /// What lies outside the hull of the data.
    pub edge: Option<String>,
}

/// What is gathered of one risk in one partition.
#[derive(Clone, Debug)]
pub(crate) struct RiskSamples {
    pub value: Sample,
    pub gap: Option<Sample>,
    pub edge: Option<Sample>,
}

impl Scan {
    /// Lists `metrics/` below a run directory. Files that appear later are not seen.
    pub fn open(run: &Path) -> Result<Scan, Error> {
        let folder = run.join("metrics");
        let mut partitions = Vec::new();
        for (estimator, path) in hive(&folder, "estimator")? {
            for (n, path) in hive(&path, "n")? {
                let Ok(n) = n.parse() else { continue };
                partitions.extend(cells(&estimator, n, &path)?);
            }
        }
        partitions.sort_by(|a, b| (&a.estimator, a.n, &a.cell).cmp(&(&b.estimator, b.n, &b.cell)));
        let Some(first) = partitions.first().and_then(|partition| partition.files.first()) else {
            return Err(Error::Empty { path: folder });
        };
        let file = &first.path;
        let schema = lazy(file)?.collect_schema().map_err(Error::read(file))?;
        let names: Vec<&str> = schema.iter_names().map(PlSmallStr::as_str).collect();
        let mut risks: Vec<RiskColumns> =
            names.iter().filter_map(|name| RiskColumns::of(name, &names)).collect();
        risks.sort_by(|a, b| a.risk.order(b.risk));
        if risks.is_empty() {
            return Err(Error::NoRisk { path: folder });
        }
        for partition in &mut partitions {
            partition.describe()?;
        }
        Ok(Scan { partitions, risks })
    }

    /// Gathers every risk of a partition, holding what quantiles at these levels need.
    pub fn samples(&self, partition: &Partition, levels: &[f64]) -> Result<Vec<RiskSamples>, Error> {
        let (columns, gather): (Vec<&str>, Vec<Gather>) =
            self.risks.iter().flat_map(RiskColumns::columns).unzip();
        let mut samples = collect(partition.rows(), &gather, levels, &mut |gathered| {
            let chunks = partition.chunks().map(|(file, start)| Ok((file, read(file, start, &columns)?)));
            read_ahead(chunks, |(file, frame)| {
                gathered.par_iter_mut().zip(&columns).try_for_each(|(column, name)| {
                    column.add(&reals(&frame, name).map_err(Error::read(file))?);
                    Ok(())
                })
            })
        })?
        .into_iter();
        let mut next = || samples.next().unwrap_or_default();
        let one = |risk: &RiskColumns| RiskSamples {
            value: next(),
            gap: risk.gap.is_some().then(&mut next),
            edge: risk.edge.is_some().then(&mut next),
        };
        Ok(self.risks.iter().map(one).collect())
    }
}

impl RiskColumns {
    fn of(name: &str, names: &[&str]) -> Option<RiskColumns> {
        let risk = Risk::of_column(name)?;
        let suffix = name.strip_prefix("risk_")?;
        let part = |part: &str| {
            let name = format!("{part}_{suffix}");
            names.contains(&name.as_str()).then_some(name)
        };
        Some(RiskColumns { risk, value: name.to_owned(), gap: part("gap_max"), edge: part("edge") })
    }

    /// Its columns in the order of [`RiskSamples`], with what is gathered of them.
    fn columns(&self) -> impl Iterator<Item = (&str, Gather)> {
        let gather = Gather { order: true, ..Gather::default() };
        let value = (&self.value, Gather { maxima: true, ..gather });
        let gap = self.gap.as_ref().map(|gap| (gap, Gather { logs: true, ..gather }));
        let edge = self.edge.as_ref().map(|edge| (edge, gather));
        [Some(value), gap, edge].into_iter().flatten().map(|(name, gather)| (name.as_str(), gather))
    }
}

impl Partition {
    /// The labels, which are the same in every row, and the number of rows.
    fn describe(&mut self) -> Result<(), Error> {
        let keys = ["design", "target", "noise"];
        let first = &self.files[0].path;
        let columns = keys.map(|name| col(name).cast(DataType::String));
        let frame = run(lazy(first)?.select(columns).limit(1)).map_err(Error::read(first))?;
        for (label, key) in self.labels.iter_mut().zip(keys) {
            let column = frame.column(key).map_err(Error::read(first))?;
            *label = column.str().map_err(Error::read(first))?.get(0).unwrap_or_default().to_owned();
        }
        for Shard { path: file, rows: counted } in &mut self.files {
            let count = run(lazy(file)?.select([len().alias("rows")])).map_err(Error::read(file))?;
            let rows = count.column("rows").and_then(|rows| rows.cast(&DataType::UInt64));
            let rows = rows.map_err(Error::read(file))?;
            *counted = rows.u64().map_err(Error::read(file))?.get(0).unwrap_or_default();
        }
        Ok(())
    }

    /// Rows in all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|shard| shard.rows).sum()
    }

    /// Each file with the rows from which to [`read`], in order.
    pub fn chunks(&self) -> impl Iterator<Item = (&Path, u64)> {
        self.files.iter().flat_map(Shard::chunks)
    }
}

impl Shard {
    /// The rows from which to [`read`], in order.
    pub fn chunks(&self) -> impl Iterator<Item = (&Path, u64)> {
        (0..self.rows.div_ceil(CHUNK)).map(|chunk| (self.path.as_path(), chunk * CHUNK))
    }

    /// What names the shard: the same for every estimator.
    pub fn name(&self) -> Option<&std::ffi::OsStr> {
        self.path.file_name()
    }
}

/// Columns of one file, a row group from this row on: memory does not depend on the size of shards.
pub(crate) fn read(file: &Path, start: u64, columns: &[&str]) -> Result<DataFrame, Error> {
    let columns: Vec<Expr> = columns.iter().map(|name| col(*name)).collect();
    let start = i64::try_from(start).unwrap_or(i64::MAX);
    run(lazy(file)?.select(columns).slice(start, CHUNK as IdxSize)).map_err(Error::read(file))
}

/// Calls `each` with the items of an iterator, while the next one is read on a thread of its own.
pub(crate) fn read_ahead<T: Send>(
    items: impl Iterator<Item = Result<T, Error>> + Send,
    mut each: impl FnMut(T) -> Result<(), Error>,
) -> Result<(), Error> {
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(0);
        let mut items = items;
        let read = move || items.try_for_each(|item| sender.send(item));
        let thread = Builder::new().name("read".into());
        thread.spawn_scoped(scope, read).map_err(|source| Error::Thread { source })?;
        receiver.into_iter().try_for_each(|item| each(item?))
    })
}

/// A column of reals, NaN where there is none.
pub(crate) fn reals<'a>(frame: &'a DataFrame, name: &str) -> PolarsResult<Cow<'a, [f64]>> {
    let column = frame.column(name)?.f64()?;
    Ok(match column.cont_slice() {
        Ok(values) => Cow::Borrowed(values),
        Err(_) => column.iter().map(|value| value.unwrap_or(f64::NAN)).collect(),
    })
}

fn run(frame: LazyFrame) -> PolarsResult<DataFrame> {
    Ok(frame.collect_with_engine(Engine::Streaming)?.unwrap_single())
}

fn lazy(file: &Path) -> Result<LazyFrame, Error> {
    // Without hive partitioning: a label such as `7` would be guessed to be a number.
    let hive_options = HiveOptions { enabled: Some(false), ..HiveOptions::default() };
    let args = ScanArgsParquet { hive_options, glob: false, ..Default::default() };
    LazyFrame::scan_parquet(PlRefPath::new(file.to_string_lossy()), args).map_err(Error::read(file))
}

/// The folders `key=value` below a folder. One that is not there holds none.
fn hive(folder: &Path, key: &str) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut found = Vec::new();
    for path in listing(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(value) = name.strip_prefix(key).and_then(|rest| rest.strip_prefix('='))
            && path.is_dir()
        {
            found.push((value.to_owned(), path));
        }
    }
    Ok(found)
}

/// The cells of an estimator and n: files `<cell>-<shard>.parquet`.
fn cells(estimator: &str, n: u64, folder: &Path) -> Result<Vec<Partition>, Error> {
    let mut partitions: Vec<Partition> = Vec::new();
    let mut files: Vec<PathBuf> = listing(folder)?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
    files.sort();
    for file in files {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let cell = stem.rsplit_once('-').map_or(stem.as_str(), |(cell, _)| cell);
        match partitions.last_mut().filter(|last| last.cell == cell) {
            Some(last) => last.files.push(Shard { path: file, rows: 0 }),
            None => partitions.push(Partition {
                estimator: estimator.to_owned(),
                n,
                cell: cell.to_owned(),
                labels: Default::default(),
                files: vec![Shard { path: file, rows: 0 }],
            }),
        }
    }
    Ok(partitions)
}

fn listing(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::Folder { path: folder.to_owned(), source };
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
    }
}
