//! Tables and verdicts from the Parquet files.
//!
//! [`analyze`] reads the `metrics/` of a run directory, finished or still being written, and returns a [`Summary`]: for
//! every (estimator, design, target, noise, risk) the [`Level`]s over n, the [`Growth`] of the median, tail indices and
//! two [`Verdict`]s; and [`Pair`]s of estimators on the same samples. Its numbers are functions of the files and the
//! [`Options`], whatever the platform, the number of threads or the order in which files were written.
//! With the feature `sql`, `query` answers SQL over the same files.

mod along;
mod belongs;
mod blocks;
mod collect;
mod common;
mod comparisons;
mod coordinates;
#[cfg(test)]
mod coverage;
mod error;
mod fits;
mod growth;
mod hill;
mod label;
mod level;
mod limit;
mod model;
mod moments;
mod options;
mod ordered;
mod outline;
mod pair;
mod parameters;
mod pareto;
mod point;
mod quantile;
#[cfg(feature = "sql")]
mod query;
mod risk;
mod ruled;
mod samples;
mod scan;
mod screen;
mod series;
mod share;
mod sort;
mod spread;
mod summary;
mod table;
mod tail;
mod tails;
mod telling;
mod text;
mod trials;
mod verdict;
mod wanted;
mod write;

pub use along::{Course, Curve, Extreme, Point, Statistic};
pub use belongs::Expected;
pub use coordinates::{Coordinate, Coordinates};
pub use error::Error;
pub use fits::{Fits, reasons};
pub use growth::{Estimate, Growth, Probabilities};
pub use label::{Order, short};
pub use level::Level;
pub use model::Model;
pub use options::Options;
pub use pair::Pair;
pub use quantile::Quantile;
#[cfg(feature = "sql")]
pub use query::{Answer, query};
pub use risk::Risk;
pub use series::Series;
pub use summary::{Known, Summary, Theory, analyze};
pub use tail::TailIndex;
pub use text::number;
pub use trials::{Notable, notable};
pub use verdict::{RULE, Verdict};
