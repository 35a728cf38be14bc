//! Errors of the analysis.

use std::path::{Path, PathBuf};

use tempered_store::Error as Store;

/// The reason why a run directory could not be analysed or its summary could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory holds no finished metrics file.
    #[error("{path} holds no finished metrics yet; run the study first, or let it finish its first shard")]
    Empty {
        /// The folder that was searched.
        path: PathBuf,
    },
    /// A folder could not be listed, made or renamed.
    #[error("cannot use {path}: {source}{}", permission(source))]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A metrics file could not be read.
    #[error("cannot read {path}: {}; {}", said(.source), advice(.source))]
    Read {
        /// The file.
        path: PathBuf,
        /// The error of the reader.
        source: Box<Store>,
    },
    /// A metrics file that contradicts its name or the other files of the directory.
    #[error(
        "{path} does not belong where it lies: its {key} is {found}, expected {expected}; `tempered verify --repair` on \
         the directory moves it away and computes what is missing then"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The key of its footer that differs.
        key: String,
        /// The value in the footer.
        found: String,
        /// The expected value.
        expected: String,
    },
    /// A metrics file was replaced while it was read.
    #[error("{path} changed while it was read: a run works in the directory; try again")]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Threads could not be started.
    #[error("cannot start {threads} threads (0: one a core): {source}; try `--threads 1`")]
    Threads {
        /// The requested number of threads.
        threads: usize,
        /// The error of the operating system.
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
    /// A coordinate that no file has.
    #[error("there is no coordinate `{name}` to read along{}; the coordinates are {known}", hint(.help))]
    Coordinate {
        /// The requested name.
        name: String,
        /// The existing names.
        known: String,
        /// A similar name.
        help: Option<String>,
    },
    /// A quantity that no file has.
    #[error("there is no quantity `{name}`{}; the quantities are {known}", hint(.help))]
    Quantity {
        /// The requested name.
        name: String,
        /// The existing names.
        known: String,
        /// A similar name.
        help: Option<String>,
    },
    /// A table of a query could not be opened.
    #[cfg(feature = "sql")]
    #[error(
        "cannot read {path}: {source}; if it is damaged, `tempered verify --repair` on the directory replaces it"
    )]
    Table {
        /// The folder of the table.
        path: PathBuf,
        /// The error of polars.
        source: polars::error::PolarsError,
    },
    /// A query for weights where none are stored.
    #[error(
        "{path} holds no {table}: the study stores none, or has finished no shard with some (`store: {{weights: all}}`, \
         `evaluate: {{checkpoints: [100, 1000]}}`)"
    )]
    NoTable {
        /// The requested table.
        table: &'static str,
        /// The folder that was searched.
        path: PathBuf,
    },
    /// A query that cannot be answered.
    #[cfg(feature = "sql")]
    #[error(
        "{source}; the tables are `metrics`, `weights` and `checkpoints`, and `SELECT * FROM metrics LIMIT 1` shows the columns"
    )]
    Query {
        /// The error of polars.
        source: polars::error::PolarsError,
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
        /// The requested number.
        value: usize,
        /// The least that is accepted.
        least: usize,
    },
}

/// A known name that is similar: with an edit distance of at most a quarter of the length plus one.
pub(crate) fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    // A long text is not a misspelling, and the distance costs its length.
    if name.len() > 64 {
        return None;
    }
    let (distance, known) = known.map(|known| (strsim::damerau_levenshtein(name, known), known)).min()?;
    (distance <= 1 + name.len() / 4).then(|| known.to_owned())
}

fn hint(help: &Option<String>) -> String {
    help.as_ref().map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
}

/// The error without the path and without advice for writing.
fn said(source: &Store) -> String {
    match source {
        Store::Io { source, .. } => source.to_string(),
        other => other.what(),
    }
}

/// The advice for a folder or file without permission.
fn permission(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::PermissionDenied => {
            "; take the permission to use it (`chmod -R u+rwX` on the directory)"
        }
        _ => "",
    }
}

/// The advice for a file that cannot be read.
fn advice(source: &Store) -> &'static str {
    use std::io::ErrorKind;
    match source {
        Store::Io { source, .. } if source.kind() == ErrorKind::PermissionDenied => {
            "take the permission to read it (`chmod -R u+rX` on the directory)"
        }
        Store::Io { source, .. } if source.kind() == ErrorKind::NotFound => {
            "it was moved while it was read: try again"
        }
        Store::Io { .. } => "the system refused, which says nothing of the file: mend that and try again",
        _ => "if it is damaged, `tempered verify --repair` on the directory replaces it",
    }
}

impl Error {
    pub(crate) fn read(path: &Path) -> impl Fn(Store) -> Error + '_ {
        move |source| Error::Read { path: path.to_owned(), source: Box::new(source) }
    }

    pub(crate) fn foreign(path: &Path, key: &str, found: Option<&str>, expected: &str) -> Error {
        Error::Foreign {
            path: path.to_owned(),
            key: key.to_owned(),
            found: found.unwrap_or("missing").to_owned(),
            expected: expected.to_owned(),
        }
    }
}
