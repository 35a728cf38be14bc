//! The formats of rows.

use crate::chunk::MetricsChunk;

/// The format of a directory's rows; all files of a directory have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Columns `estimator` and `n` repeat the keys of the folders `estimator=…/n=…`. A trial that failed has no scores.
    Three,
    /// Estimator and n are keys of folders only: readers give such keys different types (pandas a dictionary,
    /// `pyarrow.dataset` a string and 32 bits, Polars and DuckDB a string and 64 bits), so that no type of a column in the
    /// file agrees with all of them. A trial that failed by overflow has the scores that are finite.
    Four,
}

/// How much of a trial its row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All scores that apply.
    Whole,
    /// The scores that are finite.
    Partial,
    /// The reason of the failure alone.
    Failed,
}

impl Format {
    /// Whether files have the columns `estimator` and `n`.
    pub(crate) fn repeats_keys(self) -> bool {
        self == Format::Three
    }

    /// The outcome of a row of this status.
    pub(crate) fn outcome(self, status: Option<&str>) -> Outcome {
        match status {
            Some(MetricsChunk::OK) => Outcome::Whole,
            Some(MetricsChunk::OVERFLOW) if self == Format::Four => Outcome::Partial,
            _ => Outcome::Failed,
        }
    }
}
