//! Places: the positions of the files of (estimator, shard) in the data tree.

use std::path::PathBuf;

/// The tables of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// One row a trial; its file is the commit mark of (estimator, shard).
    Metrics,
    /// One row a stored network.
    Weights,
    /// One row a trial and checkpoint of its training.
    Checkpoints,
}

impl Table {
    /// Every table, the one whose files mark shards as complete first.
    ///
    /// ```
    /// use tempered_store::{Place, Table};
    ///
    /// let cell = "0123456789abcdef".to_owned();
    /// let place = Place { estimator: "spline".into(), n: 20, cell, variant: None, index: 3 };
    /// let paths = Table::ALL.map(|table| place.path(table).display().to_string());
    /// assert_eq!(paths[0], "metrics/estimator=spline/n=20/0123456789abcdef-000003.parquet");
    /// assert!(paths[1].starts_with("weights/") && paths[2].starts_with("checkpoints/"));
    /// ```
    pub const ALL: [Table; 3] = [Table::Metrics, Table::Weights, Table::Checkpoints];

    /// Its folder.
    pub fn name(self) -> &'static str {
        match self {
            Table::Metrics => "metrics",
            Table::Weights => "weights",
            Table::Checkpoints => "checkpoints",
        }
    }
}

/// The key of a text in file names: sixteen hexadecimal digits of its BLAKE3 hash.
pub fn key(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..16].to_string()
}

/// One estimator's share of a shard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The estimator's label.
    pub estimator: String,
    /// Points a trial.
    pub n: u64,
    /// Key of the cell, 16 hexadecimal digits.
    pub cell: String,
    /// Key of the variant where estimators of one label have several, 16 hexadecimal digits.
    pub variant: Option<String>,
    /// Number of the shard within the cell.
    pub index: u32,
}

impl Place {
    /// The file's path below the run directory.
    pub fn path(&self, table: Table) -> PathBuf {
        PathBuf::from(table.name())
            .join(format!("estimator={}", self.estimator))
            .join(format!("n={}", self.n))
            .join(self.file_name())
    }

    /// The place and table of a file of this name below a run directory, parts separated by slashes; `None` where no run writes such a
    /// name.
    ///
    /// ```
    /// use tempered_store::{Place, Table};
    ///
    /// let name = "metrics/estimator=spline/n=20/0123456789abcdef-000003.parquet";
    /// let (table, place) = Place::named(name).unwrap();
    /// assert_eq!((table, place.index), (Table::Metrics, 3));
    /// assert_eq!(place.path(table).display().to_string(), name);
    /// assert!(Place::named("metrics/../../etc/passwd").is_none());
    /// ```
    pub fn named(name: &str) -> Option<(Table, Place)> {
        let parts: Vec<&str> = name.split('/').collect();
        let [table, estimator, n, file] = *parts else { return None };
        let table = Table::ALL.into_iter().find(|known| known.name() == table)?;
        let place = place(estimator.strip_prefix("estimator=")?, n.strip_prefix("n=")?, file)?;
        (place.path(table).to_str() == Some(name)).then_some((table, place))
    }

    /// The file's name.
    pub(crate) fn file_name(&self) -> String {
        format!("{}-{:06}.parquet", self.stem(), self.index)
    }

    /// Keys of cell and variant.
    fn stem(&self) -> String {
        let Place { cell, variant, .. } = self;
        variant.as_ref().map_or_else(|| cell.clone(), |variant| format!("{cell}-{variant}"))
    }

    /// The file's name while it is unfinished.
    pub(crate) fn staging_name(&self, table: Table) -> String {
        format!("{}-{}-{}-{}-{:06}", table.name(), self.estimator, self.n, self.stem(), self.index)
    }
}

/// The place of a file of this name; different spellings of a place have the same result.
pub(crate) fn place(estimator: &str, n: &str, name: &str) -> Option<Place> {
    let (stem, index) = name.strip_suffix(".parquet")?.rsplit_once('-')?;
    let (n, index) = (n.parse().ok()?, index.parse().ok()?);
    let (cell, variant) = stem.split_once('-').map_or((stem, None), |(cell, variant)| (cell, Some(variant)));
    let variant = variant.map(str::to_owned);
    Some(Place { estimator: estimator.into(), n, cell: cell.into(), variant, index })
}
