//! What tail indices are estimated from, gathered level by level.

use crate::sample::logs::Logs;
use crate::tail::excesses::Excesses;
use crate::tail::hill::Top;

/// The share of a sample whose excesses are looked at: far enough out for the law of excesses, and enough of them.
pub(crate) const QUARTER: f64 = 0.25;
/// The share of maxima of Fréchet's law whose excesses follow Pareto's: with the index 1 their quantiles are 1/q − ½ − q/12 at
/// the share q, and a constant is no part of an excess.
pub(crate) const MAXIMA: f64 = 0.4;
/// Where nothing is known of the parts of a risk, its tail must be light further out as well.
pub(crate) const TENTH: f64 = 0.1;

/// What is gathered of the tails of a series, level by level.
#[derive(Default)]
pub(crate) struct Parts {
    /// n with the logarithms of each trial's largest contribution of a gap.
    pub gap_logs: Vec<(f64, Logs)>,
    /// Excesses of the same over their .6-quantile and over their upper quartile.
    pub gap_excesses: [Vec<Excesses>; 2],
    /// Excesses of their root, the exponent's, over their .6-quantile.
    pub gap_roots: Vec<Excesses>,
    /// The largest values of what lies outside the hull.
    pub edge_tops: Vec<Top>,
    /// Excesses of the same over its upper quartile, and of its root, the exponent's.
    pub edge_excesses: [Vec<Excesses>; 2],
    /// Excesses of the risk over its upper quartile and over its .9-quantile.
    pub own: [Vec<Excesses>; 2],
    /// The same of its root, the exponent's, where the parts of the risk are not known.
    pub roots: [Vec<Excesses>; 2],
    pub has_gaps: bool,
    pub has_edges: bool,
}

impl Parts {
    /// Appends those of further levels.
    pub fn join(&mut self, mut other: Parts) {
        self.gap_logs.append(&mut other.gap_logs);
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
