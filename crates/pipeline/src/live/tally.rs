//! Counts of trials, and how their risks spread.

use super::sketch::Sketch;
use serde::{Deserialize, Serialize};

/// Counts of one estimator in one cell, and where there is room how its risks spread.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Trials, failed ones included.
    pub trials: u64,
    /// Failed trials.
    pub failed: u64,
    /// By risk; empty where counts are all that is kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    risks: Vec<Spread>,
}

/// How one risk spreads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Spread {
    largest: f64,
    sketch: Sketch,
}

impl Tally {
    /// An empty tally of this many risks.
    pub fn new(risks: usize) -> Tally {
        Tally { trials: 0, failed: 0, risks: vec![Spread::default(); risks] }
    }

    /// Counts a trial and its risks, which come first among the scores given.
    pub fn add(&mut self, failed: bool, scores: &[Option<f64>]) {
        self.trials += 1;
        self.failed += u64::from(failed);
        for (spread, score) in self.risks.iter_mut().zip(scores) {
            if let Some(value) = score {
                spread.sketch.add(*value);
                spread.largest = spread.largest.max(*value);
            }
        }
    }

    /// Adds another tally's rows.
    pub fn merge(&mut self, other: &Tally) {
        self.trials = self.trials.saturating_add(other.trials);
        self.failed = self.failed.saturating_add(other.failed);
        if self.risks.len() != other.risks.len() {
            // Quantiles of a part would pass for those of the whole.
            self.risks.clear();
        }
        for (mine, theirs) in self.risks.iter_mut().zip(&other.risks) {
            mine.largest = mine.largest.max(theirs.largest);
            mine.sketch.merge(&theirs.sketch);
        }
    }

    /// Of how many risks the spread is kept.
    pub(super) fn spreads(&self) -> usize {
        self.risks.len()
    }

    /// The quantile of a risk; `None` before the first successful trial, and where counts are all that is kept.
    pub fn quantile(&self, risk: usize, level: f64) -> Option<f64> {
        self.risks.get(risk)?.sketch.quantile(level)
    }

    /// The largest value of each risk; none where counts are all that is kept.
    pub fn largest(&self) -> impl Iterator<Item = f64> {
        self.risks.iter().map(|spread| spread.largest)
    }
}
