//! Laws of growth of a quantile of the risk with n: their fits and their posterior probabilities.

pub(crate) mod best;
pub(crate) mod estimate;
pub(crate) mod fit;
pub(crate) mod limit;
pub(crate) mod model;
pub(crate) mod power;
pub(crate) mod weigh;
