//! Tables and verdicts from the Parquet files.
//!
//! [`analyze`] reads the `metrics/` of a run directory, finished or still being written, and returns a [`Summary`]: for
//! every (estimator, design, target, noise, risk) the [`Level`]s over n, the [`Growth`] of the median, tail indices and
//! two [`Verdict`]s; and [`Pair`]s of estimators on the same samples. Its numbers depend on the files and the [`Options`]
//! alone, not on the platform, the number of threads or the order in which files were written.
//! With the feature `sql`, `query` answers SQL over the same files.

mod along;
mod conclude;
mod coordinates;
#[cfg(test)]
mod coverage;
mod draft;
mod error;
mod estimand;
mod fits;
mod growth;
mod judge;
mod label;
mod level;
mod options;
mod pair;
mod performance;
mod profile;
#[cfg(feature = "sql")]
mod query;
mod read;
mod risk;
mod sample;
mod series;
mod show;
mod summary;
mod tail;
mod telling;
mod text;
mod trials;
mod verdict;
mod zero;

pub use along::{Course, Curve, Extreme, Point};
pub use conclude::{Known, Theory};
pub use coordinates::{Coordinate, Coordinates};
pub use error::Error;
pub use estimand::{Estimand, Truth};
pub use fits::{Fits, reasons};
pub use growth::estimate::Estimate;
pub use growth::model::Model;
pub use growth::weigh::{Growth, Probabilities};
pub use judge::{RULE, RULE_OF_SIGNS};
pub use label::{Order, short};
pub use level::Level;
pub use options::Options;
pub use pair::Pair;
pub use performance::{Figure, Performance};
pub use profile::{Profile, lines as profile_lines};
#[cfg(feature = "sql")]
pub use query::{Answer, query};
pub use read::belongs::Expected;
pub use risk::Risk;
pub use sample::quantile::Quantile;
pub use sample::statistic::Statistic;
pub use series::Series;
pub use summary::{Summary, analyze};
pub use tail::index::TailIndex;
pub use text::number;
pub use trials::{Notable, notable};
pub use verdict::Verdict;
