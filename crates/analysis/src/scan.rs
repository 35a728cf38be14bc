//! The metrics files of a run, partition by partition.

use crate::belongs::{Claims, Expected, Named};
use crate::blocks::in_order;
use crate::error::Error;
use crate::label::{Order, Ranks};
use crate::risk::Risk;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempered_store::MetricsFile;

/// Partitions whose footers are read before what they have in common is compared: what is held of them is bounded.
const DESCRIBED: usize = 1024;

/// The metrics of a run directory.
pub(crate) struct Scan {
    /// What there is to read, in order.
    pub partitions: Vec<Partition>,
    /// The risks with their columns: exponents ascending, then the sup norm. While a directory grows by a risk, not
    /// every file has every column.
    pub risks: Vec<RiskColumns>,
}

/// The trials of one estimator in one cell.
#[derive(Clone, Debug)]
pub(crate) struct Partition {
    /// The estimator's label. A million partitions share a few labels.
    pub estimator: Arc<str>,
    /// The size of a training set.
    pub n: u64,
    /// Key of the cell.
    pub cell: String,
    /// Labels of design, target and noise.
    pub labels: [Arc<str>; 3],
    /// Its files, trials ascending; no two hold the same trial, and some trials may be in none.
    pub files: Vec<Shard>,
}

/// A metrics file.
#[derive(Clone, Debug)]
pub(crate) struct Shard {
    pub path: PathBuf,
    /// The numbers of its trials, one a row.
    pub trials: Range<u64>,
}

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

impl Scan {
    /// Lists `metrics/` below a run directory and compares every file's footer with its name, with what is expected and
    /// with the other files. Files that appear later are not seen.
    pub fn open(run: &Path, expected: &Expected) -> Result<Scan, Error> {
        Scan::some(run, expected, |_, _| true)
    }

    /// [`Scan::open`] of some labels of estimators and sizes of training sets alone.
    pub fn some(run: &Path, expected: &Expected, wanted: impl Fn(&str, u64) -> bool) -> Result<Scan, Error> {
        let folder = run.join("metrics");
        let mut partitions = Vec::new();
        for (estimator, path) in hive(&folder, "estimator")? {
            let estimator: Arc<str> = estimator.into();
            for (n, path) in hive(&path, "n")? {
                let Some(n) = n.parse().ok().filter(|n| wanted(&estimator, *n)) else { continue };
                partitions.extend(cells(&estimator, n, &path)?);
            }
        }
        // There may be a million: half of them would be room for more.
        partitions.shrink_to_fit();
        partitions.sort_by(|a, b| (&a.estimator, a.n, &a.cell).cmp(&(&b.estimator, b.n, &b.cell)));
        if partitions.is_empty() {
            return Err(Error::Empty { path: folder });
        }
        let names = describe(&mut partitions, expected)?;
        let mut risks: Vec<RiskColumns> =
            names.iter().filter_map(|name| RiskColumns::of(name, &names)).collect();
        risks.sort_by(|a, b| a.risk.order(b.risk));
        if risks.is_empty() {
            return Err(Error::NoRisk { path: folder });
        }
        Ok(Scan { partitions, risks })
    }

    /// Puts partitions into this order, n by n within an estimator.
    pub fn sort(&mut self, order: &Order) {
        let ranks = self.ranks(order);
        self.partitions.sort_by_cached_key(|partition| {
            let [estimator, rest @ ..] = ranks.of(partition.names());
            (estimator, partition.n, rest)
        });
    }

    /// Takes the partitions out, series by series in this order, n ascending.
    pub fn take_by_series(&mut self, order: &Order) -> Vec<Partition> {
        let ranks = self.ranks(order);
        let mut partitions = std::mem::take(&mut self.partitions);
        partitions.sort_by_cached_key(|partition| (ranks.of(partition.names()), partition.n));
        partitions
    }

    fn ranks(&self, order: &Order) -> Ranks {
        order.ranks(self.partitions.iter().map(Partition::names))
    }
}

/// Texts that are the same, held once.
#[derive(Default)]
struct Shared(HashSet<Arc<str>>);

impl Shared {
    fn of(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        self.0.insert(text.clone());
        text
    }
}

/// Reads every footer; returns the names of all columns.
fn describe(partitions: &mut [Partition], expected: &Expected) -> Result<BTreeSet<String>, Error> {
    let mut names = BTreeSet::new();
    // Of each estimator, what its first file says; the first one of all speaks for the directory.
    let mut known: BTreeMap<String, Claims> = BTreeMap::new();
    let mut first: Option<Claims> = None;
    let mut shared = Shared::default();
    for some in partitions.chunks_mut(DESCRIBED) {
        let described = in_order(some.par_iter_mut().map(|partition| partition.describe(expected)))?;
        for (partition, (claims, more)) in some.iter_mut().zip(described) {
            let path = &partition.files[0].path;
            claims.agree(path, first.get_or_insert_with(|| claims.clone()), false)?;
            partition.labels = claims.labels.each_ref().map(|label| shared.of(label));
            match known.get(&*partition.estimator) {
                Some(other) => claims.agree(path, other, true)?,
                None => drop(known.insert(partition.estimator.to_string(), claims)),
            }
            names.extend(more);
        }
    }
    Ok(names)
}

impl RiskColumns {
    fn of(name: &str, names: &BTreeSet<String>) -> Option<RiskColumns> {
        let risk = Risk::of_column(name)?;
        let suffix = name.strip_prefix("risk_")?;
        let part = |part: &str| Some(format!("{part}_{suffix}")).filter(|name| names.contains(name));
        Some(RiskColumns { risk, value: name.to_owned(), gap: part("gap_max"), edge: part("edge") })
    }
}

impl Partition {
    /// Reads the footers: labels and trials of each file, and the names of all columns.
    fn describe(&mut self, expected: &Expected) -> Result<(Claims, BTreeSet<String>), Error> {
        let named = Named { estimator: &self.estimator, n: self.n, cell: &self.cell };
        let mut names = BTreeSet::new();
        let mut first: Option<Claims> = None;
        for Shard { path, trials } in &mut self.files {
            let file = MetricsFile::open(path).map_err(Error::read(path))?;
            let columns: Vec<&str> = file.names().collect();
            let claims = Claims::read(path, named, &file.footer(), &columns, expected)?;
            names.extend(columns.into_iter().map(str::to_owned));
            *trials = claims.trials.clone();
            match &first {
                Some(first) => claims.agree(path, first, true)?,
                None => first = Some(claims),
            }
        }
        self.files.sort_by(|a, b| (a.trials.start, &a.path).cmp(&(b.trials.start, &b.path)));
        for pair in self.files.windows(2) {
            if pair[1].trials.start < pair[0].trials.end {
                let Range { start, end } = pair[1].trials;
                let wanted = format!("trials that {} does not hold", pair[0].path.display());
                return Err(Error::foreign(
                    &pair[1].path,
                    "trials",
                    Some(&format!("{start}..{end}")),
                    &wanted,
                ));
            }
        }
        let claims = first.ok_or_else(|| Error::Empty { path: PathBuf::from(&self.cell) })?;
        Ok((claims, names))
    }

    /// Labels of estimator, design, target and noise.
    pub fn names(&self) -> [&str; 4] {
        let [design, target, noise] = self.labels.each_ref().map(|label| &**label);
        [&self.estimator, design, target, noise]
    }

    /// Rows in all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(Shard::rows).sum()
    }
}

impl Shard {
    /// Rows of the file.
    pub fn rows(&self) -> u64 {
        self.trials.end - self.trials.start
    }
}

/// The folders `key=value` below a folder. One that is not there holds none.
fn hive(folder: &Path, key: &str) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut found = Vec::new();
    for path in listing(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(value) = name.strip_prefix(key).and_then(|rest| rest.strip_prefix('='))
            && is_folder(&path)?
        {
            found.push((value.to_owned(), path));
        }
    }
    Ok(found)
}

/// The cells of an estimator and n: files `<cell>-<shard>.parquet`. Hidden ones are those of other programs.
fn cells(estimator: &Arc<str>, n: u64, folder: &Path) -> Result<Vec<Partition>, Error> {
    let mut partitions: Vec<Partition> = Vec::new();
    let unknown: Arc<str> = "".into();
    let mut files: Vec<PathBuf> = listing(folder)?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
    files.sort();
    for file in files {
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') {
            continue;
        }
        let is_number = |index: &str| index.len() >= 6 && index.bytes().all(|byte| byte.is_ascii_digit());
        let Some((cell, _)) = name.rsplit_once('-').filter(|(_, index)| is_number(index)) else {
            return Err(Error::foreign(
                &file,
                "name",
                Some(&name),
                "a cell and the number of a shard, CELL-000000",
            ));
        };
        let shard = Shard { path: file.clone(), trials: 0..0 };
        match partitions.last_mut().filter(|last| last.cell == cell) {
            Some(last) => last.files.push(shard),
            None => partitions.push(Partition {
                estimator: estimator.clone(),
                n,
                cell: cell.to_owned(),
                labels: std::array::from_fn(|_| unknown.clone()),
                files: vec![shard],
            }),
        }
    }
    Ok(partitions)
}

/// Whether it is a folder; the system may refuse to say.
fn is_folder(path: &Path) -> Result<bool, Error> {
    match fs::metadata(path) {
        Err(source) if source.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(Error::Folder { path: path.to_owned(), source })
        }
        there => Ok(there.is_ok_and(|there| there.is_dir())),
    }
}

fn listing(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::Folder { path: folder.to_owned(), source };
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
    }
}
