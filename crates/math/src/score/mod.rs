//! Scores: the numbers that are computed and stored for each predictor.

mod criteria;
mod diagnostic;
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
pub use diagnostic::{Diagnostic, area};
pub use scored::Scored;
pub use scorer::Scorer;
