//! Estimands: what metrics of programs estimate, and what is true of it.

use std::collections::BTreeMap;

/// What metrics estimate, and what is true of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimand {
    /// Its name.
    pub name: String,
    /// The metric that estimates it.
    pub estimate: String,
    /// Its true value.
    pub truth: Truth,
    /// The metrics that are the ends of an interval for it.
    pub interval: Option<[String; 2]>,
    /// The metric that is the stated standard error of the estimate.
    pub standard_error: Option<String>,
}

/// The true value of an estimand.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// One in each cell, by the key of the cell.
    Cells(BTreeMap<String, f64>),
    /// A metric: one in each trial.
    Metric(String),
}
