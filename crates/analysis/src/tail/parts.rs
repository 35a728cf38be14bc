//! The data of tail indices, level by level.

use crate::sample::logs::Logs;
use crate::tail::excesses::Excesses;
use crate::tail::hill::Top;
use crate::tail::maxima::Maxima;

/// The share of a sample whose excesses are used: a compromise between the number of excesses and the validity of their
/// law.
pub(crate) const QUARTER: f64 = 0.25;
/// The excesses of a root that tell a light tail from a heavy one, if there are as many: of 100 trials a quarter is too few to do so.
const ROOTS: f64 = 100.0;

/// The share of so many values whose excesses distinguish a light tail of the root of what lies outside the hull: that of 100 values,
/// between a quarter and a half. Over the median the index of extended lines is estimated as up to 2.3 times too large, over
/// the upper quartile as up to 1.7 times.
pub(crate) fn share_of_roots(values: u64) -> f64 {
    (ROOTS / values.max(1) as f64).clamp(QUARTER, 0.5)
}

/// The share of maxima whose excesses follow the generalised Pareto law: for Fréchet's law of index 1 the quantiles at the
/// share q are 1/q − ½ − q/12, and the constant does not change excesses.
pub(crate) const MAXIMA: f64 = 0.4;
/// The share further out, used in addition where the contributions to a risk are not known.
pub(crate) const TENTH: f64 = 0.1;

/// The tail data of a series, level by level.
#[derive(Default)]
pub(crate) struct Parts {
    /// n with the logarithms of each trial's largest contribution of a gap.
    pub gap_logs: Vec<(f64, Logs)>,
    /// Quantiles of the p-th roots of these contributions, or of the supremum of local errors.
    pub maxima: Vec<Maxima>,
    /// Excesses of these contributions over their .6-quantile and over their upper quartile.
    pub gap_excesses: [Vec<Excesses>; 2],
    /// Excesses of their p-th root over its .6-quantile.
    pub gap_roots: Vec<Excesses>,
    /// The largest contributions from outside the hull.
    pub edge_tops: Vec<Top>,
    /// Excesses of these contributions over their upper quartile, and of their p-th root.
    pub edge_excesses: [Vec<Excesses>; 2],
    /// Excesses of the risk over its upper quartile and over its .9-quantile.
    pub own: [Vec<Excesses>; 2],
    /// The same for its p-th root, where the contributions to the risk are not known.
    pub roots: [Vec<Excesses>; 2],
    pub has_gaps: bool,
    pub has_edges: bool,
}

impl Parts {
    /// Appends those of further levels.
    pub fn join(&mut self, mut other: Parts) {
        self.gap_logs.append(&mut other.gap_logs);
        self.maxima.append(&mut other.maxima);
        self.gap_excesses
            .iter_mut()
            .zip(&mut other.gap_excesses)
            .for_each(|(mine, theirs)| mine.append(theirs));
        self.edge_tops.append(&mut other.edge_tops);
        self.edge_excesses
            .iter_mut()
            .zip(&mut other.edge_excesses)
            .for_each(|(mine, theirs)| mine.append(theirs));
        self.gap_roots.append(&mut other.gap_roots);
        self.own.iter_mut().zip(&mut other.own).for_each(|(mine, theirs)| mine.append(theirs));
        self.roots.iter_mut().zip(&mut other.roots).for_each(|(mine, theirs)| mine.append(theirs));
        self.has_gaps |= other.has_gaps;
        self.has_edges |= other.has_edges;
    }
}
