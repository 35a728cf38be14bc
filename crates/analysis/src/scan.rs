//! The metrics files of a run, one partition at a time.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

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
/// Rows of a file whose columns are read side by side.
const LONG: usize = 20_000;
/// Rows that are worked on together, where there are more of them than in one partition.
const TOGETHER: u64 = 1 << 17;

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
        let schema = open(file)?.schema().map_err(Error::read(file))?;
        let names: Vec<&str> = schema.iter_names().map(PlSmallStr::as_str).collect();
        let mut risks: Vec<RiskColumns> =
            names.iter().filter_map(|name| RiskColumns::of(name, &names)).collect();
        risks.sort_by(|a, b| a.risk.order(b.risk));
        if risks.is_empty() {
            return Err(Error::NoRisk { path: folder });
        }
        partitions.par_iter_mut().try_for_each(Partition::describe)?;
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
        let frame = rows(first, (0, 1), &keys)?;
        for (label, key) in self.labels.iter_mut().zip(keys) {
            let column = frame.column(key).and_then(|column| column.cast(&DataType::String));
            let column = column.map_err(Error::read(first))?;
            *label = column.str().map_err(Error::read(first))?.get(0).unwrap_or_default().to_owned();
        }
        for Shard { path: file, rows } in &mut self.files {
            *rows = open(file)?.num_rows().map_err(Error::read(file))? as u64;
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
    rows(file, (usize::try_from(start).unwrap_or(usize::MAX), CHUNK as usize), columns)
}

/// Columns of one file, so many rows from a first one on.
///
/// Without a query engine, which would take a millisecond to start: studies of many cells have thousands of small files.
/// Long columns are read by the threads of the pool; polars has threads of its own, which `threads` does not bound.
fn rows(file: &Path, slice: (usize, usize), names: &[&str]) -> Result<DataFrame, Error> {
    let mut first = open(file)?;
    let metadata = first.get_metadata().map_err(Error::read(file))?.clone();
    let read = |reader: ParquetReader<fs::File>, names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let reader = reader.read_parallel(ParallelStrategy::None).with_columns(Some(names));
        reader.with_slice(Some(slice)).finish().map_err(Error::read(file))
    };
    if metadata.num_rows < LONG {
        return read(first, names);
    }
    let column = |name: &&str| {
        let mut reader = open(file)?;
        reader.set_metadata(metadata.clone());
        Ok(read(reader, &[*name])?.into_columns())
    };
    let columns = names.par_iter().map(column).collect::<Result<Vec<_>, Error>>()?;
    DataFrame::new_infer_height(columns.concat()).map_err(Error::read(file))
}

fn open(file: &Path) -> Result<ParquetReader<fs::File>, Error> {
    let opened = fs::File::open(file).map_err(|source| Error::read(file)(source.into()))?;
    Ok(ParquetReader::new(opened))
}

/// Calls `each` with the items of an iterator, while another thread of the pool reads the next one.
pub(crate) fn read_ahead<T: Send>(
    mut items: impl Iterator<Item = Result<T, Error>> + Send,
    mut each: impl FnMut(T) -> Result<(), Error> + Send,
) -> Result<(), Error> {
    let mut next = items.next();
    while let Some(item) = next {
        let item = item?;
        let (done, following) = rayon::join(|| each(item), || items.next());
        done?;
        next = following;
    }
    Ok(())
}

/// Items in order, neighbours of few rows together: threads have work, and memory does not depend on how many items
/// there are.
pub(crate) fn together<T>(items: &[T], rows: impl Fn(&T) -> u64) -> Vec<&[T]> {
    let (mut groups, mut start, mut held) = (Vec::new(), 0, 0);
    for (place, item) in items.iter().enumerate() {
        let more = rows(item).max(1);
        if held > 0 && held + more > TOGETHER {
            groups.push(&items[start..place]);
            (start, held) = (place, 0);
        }
        held += more;
    }
    groups.push(&items[start..]);
    groups
}

/// A column of reals, NaN where there is none.
pub(crate) fn reals<'a>(frame: &'a DataFrame, name: &str) -> PolarsResult<Cow<'a, [f64]>> {
    let column = frame.column(name)?.f64()?;
    Ok(match column.cont_slice() {
        Ok(values) => Cow::Borrowed(values),
        Err(_) => column.iter().map(|value| value.unwrap_or(f64::NAN)).collect(),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_go_together_and_order_stays() {
        let rows = [3, 0, TOGETHER, 5, TOGETHER + 7, 1, TOGETHER - 1, 1];
        let groups = together(&rows, |rows| *rows);
        assert_eq!(groups.concat(), rows);
        assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [2, 1, 1, 1, 2, 1]);
        // Even where nobody has rows, groups are bounded.
        let none = vec![0; 3 * TOGETHER as usize];
        assert!(together(&none, |rows| *rows).iter().all(|group| group.len() as u64 <= TOGETHER));
        assert!(together(&[], |rows: &u64| *rows).concat().is_empty());
    }
}
