//! Samples: gathering, order statistics, moments and their errors.

pub(crate) mod collect;
pub(crate) mod confidence;
pub(crate) mod logs;
pub(crate) mod moments;
pub(crate) mod ordered;
pub(crate) mod outline;
pub(crate) mod point;
pub(crate) mod quantile;
pub(crate) mod replicates;
pub(crate) mod share;
pub(crate) mod sort;
pub(crate) mod statistic;
pub(crate) mod wanted;
