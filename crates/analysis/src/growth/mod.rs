//! Laws that a quantile of the risk may follow as n grows, fitted and weighed against each other.

pub(crate) mod best;
pub(crate) mod estimate;
pub(crate) mod fit;
pub(crate) mod limit;
pub(crate) mod model;
pub(crate) mod weigh;
