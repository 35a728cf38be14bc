//! Scores: the numbers that are computed and stored for each predictor.

mod criteria;
mod difference;
mod distance;
mod exact;
mod integrals;
mod intervals;
mod knots_per_gap;
mod scored;
mod scorer;
mod smooth;
mod supremum;

pub use criteria::{Criteria, FIRST_RISK, is_score};
pub use scored::Scored;
pub use scorer::Scorer;
