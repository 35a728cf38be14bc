//! What can go wrong between a run directory and its tables.

use std::path::{Path, PathBuf};

use polars::error::PolarsError;

/// Why a run directory could not be analysed or its summary not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory holds no finished metrics file.
    #[error("{path} holds no finished metrics yet; run the study first, or let it finish its first shard")]
    Empty {
        /// The folder that was looked through.
        path: PathBuf,
    },
    /// A folder could not be listed, made or renamed.
    #[error("cannot use {path}: {source}")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A metrics file could not be read.
    #[error(
        "cannot read {path}: {source}; if it is damaged, `tempered verify --repair` on the directory replaces it"
    )]
    Read {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        source: PolarsError,
    },
    /// Threads could not be started.
    #[error("cannot start {threads} threads (0: one a core): {source}; try `--threads 1`")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the operating system said.
        source: rayon::ThreadPoolBuildError,
    },
    /// The metrics files carry no column of risks.
    #[error(
        "the metrics in {path} have no risk column (`risk_l…` or `risk_sup`), so there is nothing to judge"
    )]
    NoRisk {
        /// The folder with the files.
        path: PathBuf,
    },
    /// A summary file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: PolarsError,
    },
    /// A query for weights where none are stored.
    #[error(
        "{path} holds no {table}: the study stores none, or has finished no shard with some (`store: {{weights: all}}`, \
         `evaluate: {{checkpoints: [100, 1000]}}`)"
    )]
    NoTable {
        /// The table that was asked for.
        table: &'static str,
        /// The folder that was looked through.
        path: PathBuf,
    },
    /// A query that cannot be answered.
    #[error(
        "{source}; the tables are `metrics` and `weights`, and `SELECT * FROM metrics LIMIT 1` shows the columns"
    )]
    Query {
        /// What polars said.
        source: PolarsError,
    },
    /// A level of confidence or of a quantile lies outside the open unit interval.
    #[error("{name} is {value}, but it must lie strictly between 0 and 1")]
    Fraction {
        /// The option.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// Too few bootstrap replicates to read an interval from.
    #[error("bootstrap is {value}, but an interval needs at least {least} replicates")]
    Bootstrap {
        /// The number asked for.
        value: usize,
        /// The least that is accepted.
        least: usize,
    },
}

impl Error {
    pub(crate) fn read(path: &Path) -> impl Fn(PolarsError) -> Error + '_ {
        move |source| Error::Read { path: path.to_owned(), source }
    }
}
