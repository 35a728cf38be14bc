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

impl Estimand {
    /// Whether it names a metric, which says more of it than a mean does.
    pub(crate) fn names(&self, metric: &str) -> bool {
        let truth = if let Truth::Metric(name) = &self.truth { Some(name) } else { None };
        let named = [Some(&self.estimate), truth, self.standard_error.as_ref()];
        named.into_iter().flatten().chain(self.interval.iter().flatten()).any(|name| name == metric)
    }
}

/// The true value of an estimand.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// One in each cell, by the key of the cell.
    Cells(BTreeMap<String, f64>),
    /// A metric: one in each trial.
    Metric(String),
}
