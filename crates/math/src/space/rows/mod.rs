//! Training sets that are rows of a table, judged by the rows left out.

mod holdout;
mod scale;
mod split;
mod table;

pub use holdout::Holdout;
pub use scale::Scale;
pub use split::Split;
pub use table::Table;
