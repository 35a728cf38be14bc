//! Tables and verdicts from the Parquet files.
//!
//! [`analyze`] reads the `metrics/` of a run directory, finished or still being written, and returns a
//! [`Summary`]: for every (estimator, design, target, noise, risk) the [`Level`]s over n, the [`Growth`] of
//! the median and a [`Verdict`]. Its numbers are functions of the files and the [`Options`], whatever the
//! platform, the number of threads or the order in which files were written.

mod error;
mod growth;
mod json;
mod level;
mod quantile;
mod risk;
mod scan;
mod series;
mod summary;
mod table;
mod verdict;
mod write;

pub use error::Error;
pub use growth::Growth;
pub use level::Level;
pub use quantile::Quantile;
pub use risk::Risk;
pub use series::Series;
pub use summary::{Options, Summary, Theory, analyze};
pub use verdict::{RULE, Verdict};
