//! The forms of rows.

use crate::chunk::MetricsChunk;

/// The form of a directory's rows; all its files have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Columns `estimator` and `n` repeat what the folders `estimator=…/n=…` say. A trial that failed has no scores.
    Three,
    /// The folders alone say estimator and n: readers give such keys types of their own (pandas a dictionary,
    /// `pyarrow.dataset` a string and 32 bits, Polars and DuckDB a string and 64 bits), and no column in a file agrees
    /// with all of them. A trial that failed by overflow has those scores that are finite numbers.
    Four,
}

/// How much of a trial was found in its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All that applies.
    Whole,
    /// What is a finite number.
    Partial,
    /// Nothing but why it failed.
    Failed,
}

impl Format {
    /// Whether files have the columns `estimator` and `n`.
    pub(crate) fn repeats_keys(self) -> bool {
        self == Format::Three
    }

    /// What a row of this status holds.
    pub(crate) fn outcome(self, status: Option<&str>) -> Outcome {
        match status {
            Some(MetricsChunk::OK) => Outcome::Whole,
            Some(MetricsChunk::OVERFLOW) if self == Format::Four => Outcome::Partial,
            _ => Outcome::Failed,
        }
    }
}
