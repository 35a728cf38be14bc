//! Errors of the analysis.

use std::path::PathBuf;

/// Why a run directory could not be analysed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No finished metrics files.
    #[error("{0} holds no finished metrics files yet; run the study first, or give its run directory")]
    Nothing(PathBuf),
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Polars refused.
    #[error("{path}: {source}")]
    Polars {
        /// What was being read or written.
        path: PathBuf,
        /// Why.
        source: polars::error::PolarsError,
    },
}
