//! The metrics files of a run, partition by partition.

use crate::error::Error;
use crate::label::{Order, Ranks};
use crate::read::belongs::{Claims, Expected, Named};
use crate::read::order::in_order;
use crate::risk::Risk;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempered_store::MetricsFile;

/// Partitions whose footers are read before they are compared with the others, which bounds the memory of footers.
const DESCRIBED: usize = 1024;

/// Which files are scanned.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Whether those of an estimator's label and a size of training sets are.
    pub folder: &'a dyn Fn(&str, u64) -> bool,
    /// Whether those of a cell with this key are.
    pub cell: &'a dyn Fn(&str) -> bool,
}

/// The metrics of a run directory.
pub(crate) struct Scan {
    /// The partitions, in order.
    pub partitions: Vec<Partition>,
    /// The risks with their columns: exponents ascending, then the sup norm. While a risk is being added to a directory,
    /// not every file has every column.
    pub risks: Vec<RiskColumns>,
    /// The names of all columns of numbers, in alphabetical order.
    pub numeric: Vec<String>,
}

/// The trials of one variant of an estimator in one cell.
#[derive(Clone, Debug)]
pub(crate) struct Partition {
    /// The estimator's full name: its label and, where parameters are swept, their values. A million partitions share a
    /// few names.
    pub estimator: Arc<str>,
    /// The size of a training set.
    pub n: u64,
    /// Key of the cell.
    pub cell: String,
    /// Key of the variant, where parameters of the estimator are swept.
    pub variant: Option<Arc<str>>,
    /// Labels of design, target and noise, with formulas in place of the values they give.
    pub labels: [Arc<str>; 3],
    /// The labels with values, where some have formulas.
    pub values: Option<Box<[Arc<str>; 3]>>,
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
    /// The contribution from outside the hull of the data.
    pub edge: Option<String>,
}

impl Scan {
    /// Lists `metrics/` below a run directory and compares every file's footer with its name, with the expected contents and
    /// with the other files. Files that appear later are not included.
    pub fn open(run: &Path, expected: &Expected) -> Result<Scan, Error> {
        Scan::some(run, expected, Wanted { folder: &|_, _| true, cell: &|_| true })
    }

    /// [`Scan::open`] for the files that are wanted.
    pub fn some(run: &Path, expected: &Expected, wanted: Wanted<'_>) -> Result<Scan, Error> {
        let folder = run.join("metrics");
        let mut partitions = Vec::new();
        for (estimator, path) in hive(&folder, "estimator")? {
            let estimator: Arc<str> = estimator.into();
            for (n, path) in hive(&path, "n")? {
                let Some(n) = n.parse().ok().filter(|n| (wanted.folder)(&estimator, *n)) else { continue };
                partitions.extend(cells(&estimator, n, &path, wanted)?);
            }
        }
        // There may be a million partitions, and spare capacity of up to half of the list.
        partitions.shrink_to_fit();
        partitions.sort_by(|a, b| {
            (&a.estimator, a.n, &a.cell, &a.variant).cmp(&(&b.estimator, b.n, &b.cell, &b.variant))
        });
        if partitions.is_empty() {
            return Err(Error::Empty { path: folder });
        }
        let columns = describe(&mut partitions, expected)?;
        let names: BTreeSet<String> = columns.keys().cloned().collect();
        let mut risks: Vec<RiskColumns> =
            names.iter().filter_map(|name| RiskColumns::of(name, &names)).collect();
        risks.sort_by(|a, b| a.risk.order(b.risk));
        if risks.is_empty() && !expected.without_risks {
            return Err(Error::NoRisk { path: folder });
        }
        let numeric = columns.into_iter().filter(|(_, numeric)| *numeric).map(|(name, _)| name).collect();
        Ok(Scan { partitions, risks, numeric })
    }

    /// Sorts the partitions in this order, n ascending within an estimator.
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

/// A set of shared texts, each kept once.
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

/// Reads every footer; returns the names of all columns, and whether they hold numbers.
fn describe(partitions: &mut [Partition], expected: &Expected) -> Result<BTreeMap<String, bool>, Error> {
    let mut names = BTreeMap::new();
    // The footer of the first file of each variant; all files are compared with the first of the directory.
    let mut known: BTreeMap<Arc<str>, Claims> = BTreeMap::new();
    let mut first: Option<Claims> = None;
    let mut shared = Shared::default();
    for some in partitions.chunks_mut(DESCRIBED) {
        let described = in_order(some.par_iter_mut().map(|partition| partition.describe(expected)))?;
        for (partition, (claims, more)) in some.iter_mut().zip(described) {
            let path = &partition.files[0].path;
            claims.agree(path, first.get_or_insert_with(|| claims.clone()), false)?;
            partition.labels = claims.labels.each_ref().map(|label| shared.of(label));
            partition.values = claims
                .values
                .as_ref()
                .map(|values| Box::new(values.each_ref().map(|value| shared.of(value))));
            partition.estimator = shared.of(&claims.full_name);
            match known.get(&partition.estimator) {
                Some(other) => claims.agree(path, other, true)?,
                None => drop(known.insert(partition.estimator.clone(), claims)),
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
    fn describe(&mut self, expected: &Expected) -> Result<(Claims, BTreeMap<String, bool>), Error> {
        let variant = self.variant.as_deref();
        let named = Named { estimator: &self.estimator, n: self.n, cell: &self.cell, variant };
        let mut names = BTreeMap::new();
        let mut first: Option<Claims> = None;
        for Shard { path, trials } in &mut self.files {
            let file = MetricsFile::open(path).map_err(Error::read(path))?;
            let columns: Vec<&str> = file.names().collect();
            let claims = Claims::read(path, named, &file.footer(), &columns, expected)?;
            names.extend(file.kinds().map(|(name, numeric)| (name.to_owned(), numeric)));
            *trials = claims.trials.clone();
            match &first {
                Some(first) => claims.same_partition(path, first)?,
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

    /// The estimator's full name and the labels of design, target and noise.
    pub fn names(&self) -> [&str; 4] {
        let [design, target, noise] = self.labels.each_ref().map(|label| &**label);
        [&self.estimator, design, target, noise]
    }

    /// [`Partition::names`], shared.
    pub fn arcs(&self) -> [Arc<str>; 4] {
        let [design, target, noise] = self.labels.clone();
        [self.estimator.clone(), design, target, noise]
    }

    /// [`Partition::names`] with values in place of formulas.
    pub fn values(&self) -> [&str; 4] {
        let [design, target, noise] = self.values.as_deref().unwrap_or(&self.labels).each_ref();
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

/// The folders `key=value` below a folder; none where the folder does not exist.
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

/// The cells of an estimator and n: files `<cell>-<shard>.parquet`, or `<cell>-<variant>-<shard>.parquet` where parameters
/// are swept. Hidden files belong to other programs and are skipped.
fn cells(estimator: &Arc<str>, n: u64, folder: &Path, wanted: Wanted<'_>) -> Result<Vec<Partition>, Error> {
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
        let Some((cell, variant)) = taken_apart(&name) else {
            let form = "a cell, a variant if there is one, and the number of a shard, CELL-000000";
            return Err(Error::foreign(&file, "name", Some(&name), form));
        };
        if !(wanted.cell)(cell) {
            continue;
        }
        let shard = Shard { path: file.clone(), trials: 0..0 };
        match partitions.last_mut().filter(|last| last.cell == cell && last.variant.as_deref() == variant) {
            Some(last) => last.files.push(shard),
            None => partitions.push(Partition {
                estimator: estimator.clone(),
                n,
                cell: cell.to_owned(),
                variant: variant.map(Arc::from),
                labels: std::array::from_fn(|_| unknown.clone()),
                values: None,
                files: vec![shard],
            }),
        }
    }
    Ok(partitions)
}

/// The keys of cell and variant in the name of a file, which are followed by the number of the shard.
fn taken_apart(name: &str) -> Option<(&str, Option<&str>)> {
    let is_number = |index: &str| index.len() >= 6 && index.bytes().all(|byte| byte.is_ascii_digit());
    let (keys, _) = name.rsplit_once('-').filter(|(_, index)| is_number(index))?;
    Some(match keys.split_once('-') {
        Some((cell, variant)) => (cell, Some(variant)),
        None => (keys, None),
    })
}

/// Whether the path is a folder; an error where the system refuses.
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
