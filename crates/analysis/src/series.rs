//! One risk of one estimator on one kind of data, as n grows.

use serde::Serialize;

use crate::growth::Growth;
use crate::level::Level;
use crate::risk::Risk;
use crate::verdict::Verdict;

/// The levels of one (estimator, design, target, noise, risk) and what they say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// The estimator's label.
    pub estimator: String,
    /// The design's label.
    pub design: String,
    /// The target's label.
    pub target: String,
    /// The noise's label.
    pub noise: String,
    /// The risk: a number p or `sup`.
    pub p: Risk,
    /// Where the predictor is judged.
    pub domain: String,
    /// What the levels say.
    pub verdict: Verdict,
    /// What theory says, if it says anything.
    pub theory: Option<Verdict>,
    /// Whether the two agree; none where either is missing or undecided.
    pub agrees: Option<bool>,
    /// The growth of the median over all levels with enough trials; none for fewer than three of them.
    pub growth: Option<Growth>,
    /// The growth over the last half of these levels, on which the verdict rests.
    pub late_growth: Option<Growth>,
    /// The levels, n ascending.
    pub levels: Vec<Level>,
}

impl Series {
    /// What tells this series from the others, in the order in which series are listed.
    pub(crate) fn labels(&self) -> [&str; 4] {
        [&self.estimator, &self.design, &self.target, &self.noise]
    }
}

/// Whether a verdict agrees with theory, where both have one.
pub(crate) fn agreement(verdict: Verdict, theory: Option<Verdict>) -> Option<bool> {
    let theory = theory.filter(|&theory| theory != Verdict::Undecided)?;
    (verdict != Verdict::Undecided).then_some(verdict == theory)
}
