//! Errors of the store.

use parquet::errors::ParquetError;
use std::path::{Path, PathBuf};

/// The reason why a file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system refused.
    #[error("{path}: {source}{}", advice(source))]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Parquet refused.
    #[error("{path}: {source}")]
    Parquet {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: ParquetError,
    },
    /// Arrow refused.
    #[error("{path}: {source}")]
    Arrow {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: arrow_schema::ArrowError,
    },
    /// A successful trial with a score that is not finite.
    #[error("column {column}, trial {trial}: {value} is not a finite number")]
    NotFinite {
        /// Which column.
        column: String,
        /// Which trial.
        trial: u64,
        /// What it is.
        value: f64,
    },
    /// A column does not exist.
    #[error("{path}: no column `{column}`: expected columns {expected}, found {found}")]
    NoColumn {
        /// Which file.
        path: PathBuf,
        /// The requested column.
        column: String,
        /// All requested columns.
        expected: String,
        /// The existing columns.
        found: String,
    },
    /// A column of a type other than numbers.
    #[error("{path}: column `{column}` is of type {found}, expected numbers")]
    NotNumbers {
        /// Which file.
        path: PathBuf,
        /// Which column.
        column: String,
        /// Its type.
        found: String,
    },
    /// A missing value where a number is required.
    #[error("{path}: row {row} of column `{column}` is empty, expected a number")]
    Null {
        /// Which file.
        path: PathBuf,
        /// Which column.
        column: String,
        /// Which row, from 1.
        row: usize,
    },
    /// A file whose bytes are not those that were written.
    #[error("{path}: its bytes sum to {computed}, its footer says {stored}")]
    Checksum {
        /// Which file.
        path: PathBuf,
        /// The checksum in the footer.
        stored: String,
        /// The checksum of the bytes.
        computed: String,
    },
    /// A file that cannot be checked.
    #[error("{path}: its footer holds no checksum")]
    NoChecksum {
        /// Which file.
        path: PathBuf,
    },
    /// A file that is not a complete Parquet file.
    #[error("{path}: {why}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The error of the reader.
        why: String,
    },
    /// A value that no run stores.
    #[error("{path}: column {column} of row {row} is {found}, expected {expected}")]
    Value {
        /// Which file.
        path: PathBuf,
        /// Which column.
        column: String,
        /// Which row, from 0.
        row: u64,
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
    /// A directory that another process holds.
    #[error("{path}: another run works there; wait for it, stop it, or name another directory")]
    Busy {
        /// Which directory.
        path: PathBuf,
    },
    /// A panic of the Parquet library on a damaged file.
    #[error("{path}: the file is damaged; write it again")]
    Damaged {
        /// Which file.
        path: PathBuf,
    },
    /// A footer that declares a number of rows other than the one read.
    #[error("{path}: {found} rows, but its footer says {declared}; the file is damaged, write it again")]
    Rows {
        /// Which file.
        path: PathBuf,
        /// The rows that were read.
        found: usize,
        /// The number of rows that the footer declares.
        declared: i64,
    },
    /// Columns that differ in length.
    #[error("rows of a chunk differ in number: {0}")]
    Ragged(&'static str),
}

fn advice(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::StorageFull => "; free some space and run the same command again",
        std::io::ErrorKind::PermissionDenied => {
            "; take the permission to read and write it (`chmod -R u+rwX` on the directory), or give another directory \
             with --out"
        }
        std::io::ErrorKind::ReadOnlyFilesystem => "; make it writable or give another directory with --out",
        _ => "",
    }
}

impl Error {
    /// Whether the disk is full.
    pub fn is_storage_full(&self) -> bool {
        matches!(self, Error::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull)
    }

    /// What is wrong, without the path.
    pub fn what(&self) -> String {
        let text = self.to_string();
        let path = match self {
            Error::Io { path, .. }
            | Error::Parquet { path, .. }
            | Error::Arrow { path, .. }
            | Error::NoColumn { path, .. }
            | Error::NotNumbers { path, .. }
            | Error::Null { path, .. }
            | Error::Checksum { path, .. }
            | Error::NoChecksum { path }
            | Error::Busy { path }
            | Error::Damaged { path }
            | Error::Rows { path, .. }
            | Error::Unreadable { path, .. }
            | Error::Value { path, .. } => path.display().to_string() + ": ",
            Error::NotFinite { .. } | Error::Ragged(_) => String::new(),
        };
        text.strip_prefix(&path).map_or(text.clone(), str::to_string)
    }

    /// Whether a file was read and its contents are wrong, in contrast to an error of the disk.
    pub fn is_damage(&self) -> bool {
        !matches!(self, Error::Io { .. } | Error::Busy { .. })
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
        move |source| Error::Io { path: path.to_path_buf(), source }
    }

    /// Errors of the operating system that Parquet passes on become [`Error::Io`]. Errors of zstd have the same type but
    /// no error number of the system, by which they are distinguished.
    pub(crate) fn parquet(path: &Path) -> impl Fn(ParquetError) -> Error + '_ {
        move |source| {
            let path = path.to_path_buf();
            match source {
                ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
                    Ok(source) if source.raw_os_error().is_some() => Error::Io { path, source: *source },
                    Ok(other) => Error::Parquet { path, source: ParquetError::External(other) },
                    Err(other) => Error::Parquet { path, source: ParquetError::External(other) },
                },
                source => Error::Parquet { path, source },
            }
        }
    }

    pub(crate) fn arrow(path: &Path) -> impl Fn(arrow_schema::ArrowError) -> Error + '_ {
        move |source| Error::Arrow { path: path.to_path_buf(), source }
    }
}
