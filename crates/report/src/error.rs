//! What can go wrong between a report and its files.

use std::path::PathBuf;

/// Why a figure or a table could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A report with nothing to show.
    #[error("the report of study {study:?} has no series, so there is nothing to show; run the study first")]
    Empty {
        /// The study's name.
        study: String,
    },
    /// A folder or file could not be written.
    #[error("cannot write {path}: {source}; choose another folder or make room")]
    Write {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A figure could not be turned into pixels.
    #[error("cannot draw {figure} as PNG: {message}; its SVG file has the same figure")]
    Raster {
        /// The figure's name.
        figure: String,
        /// What the plotting library said.
        message: String,
    },
}
