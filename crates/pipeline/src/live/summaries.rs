//! Live summaries: mergeable tallies per estimator and cell of what has been committed.

use super::spans::Spans;
use super::tally::Tally;
use crate::plan::Plan;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Sketches that summaries hold at most, one for each estimator, cell and risk: of a few hundred bins at most they fill
/// some ten megabytes. Studies of more have counts alone.
const SKETCHES: usize = 1 << 14;

/// A tally and the shards it counts.
#[derive(Clone, Debug)]
struct Counted {
    tally: Tally,
    shards: Spans,
}

/// Summaries by estimator label and cell.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// The risks whose spread is kept, in the order of tallies.
    risks: Vec<String>,
    counted: BTreeMap<String, BTreeMap<u64, Counted>>,
}

/// What one estimator has counted in one cell, as it is recorded.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry<'a> {
    #[serde(borrow)]
    estimator: Cow<'a, str>,
    #[serde(borrow)]
    cell: Cow<'a, str>,
    shards: Spans,
    tally: Tally,
}

impl Live {
    /// Nothing counted yet of a plan: the spread of risks is kept where there is room for that of every cell.
    pub fn of(plan: &Plan) -> Live {
        let risks = &plan.study.criteria.risks;
        let sketches = plan.cells.len() * plan.study.estimators.len() * risks.len();
        let kept = if sketches <= SKETCHES { risks.as_slice() } else { &[] };
        Live { risks: kept.iter().map(ToString::to_string).collect(), counted: BTreeMap::new() }
    }

    /// Risks whose spread is kept: all of the study's or none.
    pub fn risks(&self) -> &[String] {
        &self.risks
    }

    /// Nothing counted, of the same risks.
    pub(crate) fn empty(&self) -> Live {
        Live { risks: self.risks.clone(), counted: BTreeMap::new() }
    }

    /// Adds a committed shard, once.
    pub fn commit(&mut self, estimator: &str, cell: &str, index: u32, tally: &Tally) {
        let Some(key) = key(cell) else { return };
        if self.holds(estimator, cell, index) {
            return;
        }
        self.join_one(estimator, key, Counted { tally: tally.clone(), shards: Spans::one(index) });
    }

    /// Forgets a cell, one of whose shards is done again; the others are counted again from their files.
    pub fn forget(&mut self, estimator: &str, cell: &str) {
        if let (Some(cells), Some(cell)) = (self.counted.get_mut(estimator), key(cell)) {
            cells.remove(&cell);
        }
    }

    /// Whether a shard is counted.
    pub fn holds(&self, estimator: &str, cell: &str, index: u32) -> bool {
        self.get(estimator, cell).is_some_and(|counted| counted.shards.contains(index))
    }

    /// The summary of one estimator in one cell.
    pub fn tally(&self, estimator: &str, cell: &str) -> Option<&Tally> {
        Some(&self.get(estimator, cell)?.tally)
    }

    fn get(&self, estimator: &str, cell: &str) -> Option<&Counted> {
        self.counted.get(estimator)?.get(&key(cell)?)
    }

    /// Joins the summaries of another process. No shard is counted twice: where both count the same one, the side
    /// that counts more trials of the cell speaks for it.
    pub fn join(&mut self, other: Live) {
        if self.counted.is_empty() {
            self.counted = other.counted;
            return;
        }
        for (estimator, cells) in other.counted {
            for (cell, theirs) in cells {
                self.join_one(&estimator, cell, theirs);
            }
        }
    }

    /// Joins what was recorded of one cell; what names no cell is left out.
    pub(crate) fn join_entry(&mut self, Entry { estimator, cell, shards, tally }: Entry<'_>) {
        if let Some(cell) = key(&cell) {
            self.join_one(&estimator, cell, Counted { tally, shards });
        }
    }

    fn join_one(&mut self, estimator: &str, cell: u64, theirs: Counted) {
        if !self.counted.contains_key(estimator) {
            self.counted.insert(estimator.into(), BTreeMap::new());
        }
        let Some(cells) = self.counted.get_mut(estimator) else { return };
        match cells.get_mut(&cell) {
            Some(mine) if mine.shards.is_disjoint(&theirs.shards) => {
                mine.tally.merge(&theirs.tally);
                mine.shards.extend(&theirs.shards);
            }
            Some(mine) if mine.tally.trials >= theirs.tally.trials => {}
            _ => {
                cells.insert(cell, theirs);
            }
        }
    }

    /// Forgets cells whose spread is not known though it is kept; returns whether there were any.
    pub(crate) fn forget_bare(&mut self) -> bool {
        let kept = self.risks.len();
        let mut forgot = false;
        for cells in self.counted.values_mut() {
            let before = cells.len();
            cells.retain(|_, counted| counted.tally.spreads() >= kept);
            forgot |= cells.len() < before;
        }
        forgot
    }

    /// Everything counted, as it is recorded.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.counted.iter().flat_map(|(estimator, cells)| {
            cells.iter().map(|(cell, counted)| Entry {
                estimator: estimator.into(),
                cell: format!("{cell:016x}").into(),
                shards: counted.shards.clone(),
                tally: counted.tally.clone(),
            })
        })
    }
}

/// The number of a cell's key, sixteen hexadecimal digits: a third of the memory of the digits.
fn key(cell: &str) -> Option<u64> {
    (cell.len() == 16).then(|| u64::from_str_radix(cell, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELL: &str = "00c0ffee00c0ffee";

    /// A tally of so many trials.
    fn tally(trials: usize) -> Tally {
        let mut tally = Tally::new(1);
        (0..trials).for_each(|_| tally.add(false, &[Some(1.0)]));
        tally
    }

    fn live(shards: &[u32]) -> Live {
        let mut live = Live::default();
        for index in shards {
            live.commit("spline", CELL, *index, &tally(10));
            live.commit("spline", CELL, *index, &tally(10));
        }
        live
    }

    #[test]
    fn joined_records_count_no_shard_twice() {
        let trials = |records: &[&[u32]]| {
            let mut sum = Live::default();
            records.iter().for_each(|shards| sum.join(live(shards)));
            sum.tally("spline", CELL).map(|tally| (tally.trials, tally.quantile(0, 0.5)))
        };
        let count = |records: &[&[u32]]| trials(records).map(|(trials, _)| trials);
        assert_eq!(count(&[&[0, 2], &[1, 3]]), Some(40));
        // Two shares, then the whole study by one process, in either order.
        assert_eq!(count(&[&[0, 2], &[1, 3], &[0, 1, 2, 3]]), Some(40));
        assert_eq!(count(&[&[0, 1, 2, 3], &[0, 2], &[1, 3]]), Some(40));
        assert_eq!(count(&[&[0, 1], &[1, 2, 3]]), Some(30));
        // A record from before the study grew, and one from after.
        let mut grown = Live::default();
        grown.commit("spline", CELL, 0, &tally(25));
        let mut sum = live(&[0]);
        sum.join(grown);
        assert_eq!(sum.tally("spline", CELL).map(|tally| tally.trials), Some(25));
        let median = trials(&[&[0]]).and_then(|(_, median)| median).unwrap();
        assert!((median - 1.0).abs() < 0.011, "{median}");
    }

    #[test]
    fn quantiles_of_a_part_are_not_those_of_the_whole() {
        let mut sum = live(&[0]);
        let mut counts = Tally::default();
        counts.add(true, &[]);
        sum.commit("spline", CELL, 1, &counts);
        let tally = sum.tally("spline", CELL).unwrap();
        assert_eq!((tally.trials, tally.failed, tally.quantile(0, 0.5)), (11, 1, None));
        sum.risks = vec!["1".into()];
        assert!(sum.forget_bare() && !sum.holds("spline", CELL, 0), "to be counted again, with its spread");
    }
}
