//! The points at which risks of a trial need f̂, for programs that answer values.

use super::law::LawScorer;
use super::rows::{RowLaw, RowScorer};
use crate::error::Error;
use crate::plan::{Cell, Plan};
use crate::spec::{self, Domain, Space};
use tempered_math::predictor::Nodes;

/// Where programs of one cell are asked for values.
pub(super) enum Places {
    /// On the line the nodes of a Gauss–Kronrod rule in each gap between data points, and beyond them on the unit interval.
    Line(Domain),
    /// Over a law of x the test points of the trial.
    Law(Box<LawScorer>),
    /// Over a table the rows that the trial leaves out.
    Rows(Box<RowScorer>),
    /// Of samples that a program makes, the points at which it gives f*.
    Given,
}

impl Places {
    /// Those of a cell.
    ///
    /// # Errors
    /// A choice that no catalogue has, or a table that cannot be read.
    pub fn of(plan: &Plan, cell: &Cell) -> Result<Places, Error> {
        if let Space::Line | Space::Program = cell.size().space {
            return Ok(Places::Line(plan.study.criteria.domain));
        }
        if spec::is_generator(&cell.design) {
            return Ok(Places::Given);
        }
        Ok(match RowLaw::of(plan, cell)? {
            Some(rows) => Places::Rows(Box::new(RowScorer::new(rows))),
            None => Places::Law(Box::new(LawScorer::of(plan, cell)?)),
        })
    }

    /// The points of a trial with the training points `x`, row by row; off the line the training points come last. `given` are those at
    /// which a program that makes samples gives f*.
    pub fn of_trial(&mut self, trial: u64, x: &[f64], given: Option<&[f64]>) -> Vec<f64> {
        let mut places = match self {
            Places::Line(domain) => return Nodes::places(&ends(*domain, x)),
            Places::Law(law) => law.places(trial),
            Places::Rows(rows) => rows.places(trial),
            Places::Given => given.unwrap_or_default().to_vec(),
        };
        places.extend_from_slice(x);
        places
    }
}

/// The ends of the intervals between which f̂ is taken for analytic: data points, and the ends of the domain.
pub(super) fn ends(domain: Domain, x: &[f64]) -> Vec<f64> {
    if domain != Domain::Unit {
        return x.to_vec();
    }
    let first = x.first().filter(|first| **first > 0.0).map(|_| 0.0);
    let last = x.last().filter(|last| **last < 1.0).map(|_| 1.0);
    first.into_iter().chain(x.iter().copied()).chain(last).collect()
}
