//! Tables and verdicts from the Parquet files of a run.
//!
//! Works on finished runs and on runs still being written: a shard's file exists only when it is complete.

mod error;
mod growth;
mod quantile;
mod random;
mod scan;
mod summary;
mod table;
mod verdict;

pub use error::Error;
pub use growth::Growth;
pub use quantile::{Quantile, quantile};
pub use summary::{Level, Options, Series, Summary, analyze};
pub use verdict::{RULE, Verdict};
