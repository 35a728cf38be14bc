//! The options of a summary.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::estimand::Estimand;
use crate::label::Order;
use crate::read::belongs::Expected;
use crate::sample::statistic::Statistic;

/// The domain that extends beyond the data.
pub(crate) const UNIT: &str = "unit";
/// The domain of risks over the law of x, in R^d.
pub(crate) const POPULATION: &str = "population";

/// The least number of bootstrap replicates: an interval of 95 % is between the second or third replicate on each side.
const LEAST_REPLICATES: usize = 100;

/// The options of a summary.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The levels of the quantiles in each [`Level`], each strictly between 0 and 1.
    pub quantiles: Vec<f64>,
    /// The confidence of every interval and verdict.
    pub confidence: f64,
    /// The number of bootstrap replicates of every interval.
    pub bootstrap: usize,
    /// The seed of the bootstrap.
    pub seed: u64,
    /// The domain of the risks, `hull` or `unit`, copied to every series.
    pub domain: String,
    /// The relative standard error for which the required number of trials is stated.
    pub error: f64,
    /// Threads to work with; 0 takes one a core. No number depends on it.
    pub threads: usize,
    /// The expected contents of footers, so that files of other studies are rejected.
    pub expected: Expected,
    /// The coordinate of series and curves: `n`, `checkpoint`, or any other one.
    pub along: String,
    /// The quantities: columns of numbers, or `failed`. An empty list stands for the risks.
    pub quantities: Vec<String>,
    /// What curves compare; without it medians, and means of shares and of what is tied, whose medians jump.
    pub statistic: Option<Statistic>,
    /// Groups of swept parameters that vary together, by the name of the estimator: a series along one of them varies all.
    pub zip: BTreeMap<String, Vec<Vec<String>>>,
    /// Metrics of programs: means are what is read of them.
    pub metrics: BTreeSet<String>,
    /// Estimands: what metrics estimate, and its true value.
    pub estimands: Vec<Estimand>,
    /// The order of series and pairs.
    pub order: Order,
    /// Labels of estimators that are not local: their risks are not sums of many nearly independent contributions, so that
    /// the contribution of a gap has no tail index.
    pub global: BTreeSet<String>,
    /// Labels of estimators that extend no slope beyond the data, where the contribution then has no heavier tail than a
    /// gap's.
    pub level: BTreeSet<String>,
    /// Numbers of parameters, by label, of estimators on the line that have the same at any n.
    pub parameters: BTreeMap<String, u64>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            quantiles: vec![0.05, 0.25, 0.5, 0.75, 0.95],
            confidence: 0.95,
            bootstrap: 1000,
            seed: 0,
            domain: String::new(),
            error: 0.01,
            threads: 0,
            expected: Expected::default(),
            along: "n".into(),
            quantities: Vec::new(),
            statistic: None,
            zip: BTreeMap::new(),
            metrics: BTreeSet::new(),
            estimands: Vec::new(),
            order: Order::default(),
            global: BTreeSet::new(),
            level: BTreeSet::new(),
            parameters: BTreeMap::new(),
        }
    }
}

impl Options {
    /// The threads to work with.
    pub(crate) fn pool(&self) -> Result<rayon::ThreadPool, Error> {
        let threads = self.threads;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.map_err(|source| Error::Threads { threads, source })
    }

    /// Whether a supremum of an estimator is the largest of many local errors: in R^d it is that of a whole fit, and beyond the hull one
    /// of extended slopes too.
    pub(crate) fn suprema_are_local(&self, estimator: &str) -> bool {
        let inside = self.domain != UNIT || self.level.contains(estimator);
        inside && self.domain != POPULATION && !self.global.contains(estimator)
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let inside = |name, value: f64| {
            if value > 0.0 && value < 1.0 { Ok(()) } else { Err(Error::Fraction { name, value }) }
        };
        inside("confidence", self.confidence)?;
        inside("the relative error", self.error)?;
        self.quantiles.iter().try_for_each(|&q| inside("a quantile", q))?;
        if self.bootstrap < LEAST_REPLICATES {
            return Err(Error::Bootstrap { value: self.bootstrap, least: LEAST_REPLICATES });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suprema_of_local_errors_are_those_between_the_data() {
        let labels = |label: &str| BTreeSet::from([label.to_owned()]);
        let local = |domain: &str, estimator: &str| {
            let domain = domain.to_owned();
            let options =
                Options { domain, global: labels("mean"), level: labels("clamp"), ..Options::default() };
            options.suprema_are_local(estimator)
        };
        let of = |domain: &str| ["spline", "clamp", "mean"].map(|estimator| local(domain, estimator));
        assert_eq!(of("hull"), [true, true, false]);
        assert_eq!(of(UNIT), [false, true, false]);
        assert_eq!(of(POPULATION), [false; 3]);
    }
}
