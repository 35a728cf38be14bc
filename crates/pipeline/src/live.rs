//! Live summaries: mergeable tallies per cell and estimator of what has been committed.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use sketches_ddsketch::{Config, DDSketch};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Counts, largest values and quantile sketches (1 % relative) of one estimator in one cell.
#[derive(Clone, Serialize, Deserialize)]
pub struct Tally {
    /// Trials, failed ones included.
    pub trials: u64,
    /// Failed trials.
    pub failed: u64,
    /// The largest value of each risk.
    pub largest: Vec<f64>,
    /// None before the first value: an empty sketch has infinite ends, which JSON cannot say.
    sketches: Vec<Option<DDSketch>>,
}

impl Tally {
    /// An empty tally of this many risks.
    pub fn new(risks: usize) -> Tally {
        Tally { trials: 0, failed: 0, largest: vec![0.0; risks], sketches: vec![None; risks] }
    }

    /// Counts a trial and its risks, which come first among the scores given.
    pub fn add(&mut self, failed: bool, scores: &[Option<f64>]) {
        self.trials += 1;
        self.failed += u64::from(failed);
        for ((sketch, largest), score) in self.sketches.iter_mut().zip(&mut self.largest).zip(scores) {
            if let Some(value) = score {
                sketch.get_or_insert_with(empty_sketch).add(*value);
                *largest = largest.max(*value);
            }
        }
    }

    /// Adds another tally's rows.
    pub fn merge(&mut self, other: &Tally) {
        self.trials += other.trials;
        self.failed += other.failed;
        for (mine, theirs) in self.largest.iter_mut().zip(&other.largest) {
            *mine = mine.max(*theirs);
        }
        for (mine, theirs) in self.sketches.iter_mut().zip(&other.sketches) {
            if let Some(theirs) = theirs {
                // Sketches of one configuration always merge.
                let _ = mine.get_or_insert_with(empty_sketch).merge(theirs);
            }
        }
    }

    /// The sketch's quantile of a risk; `None` before the first successful trial.
    pub fn quantile(&self, risk: usize, level: f64) -> Option<f64> {
        self.sketches.get(risk)?.as_ref()?.quantile(level).ok().flatten()
    }
}

/// Quantiles within 1 %.
fn empty_sketch() -> DDSketch {
    DDSketch::new(Config::new(0.01, 2048, 1e-12))
}

/// A tally and the shards it counts.
#[derive(Clone, Serialize, Deserialize)]
pub struct Counted {
    /// The summary.
    pub tally: Tally,
    shards: BTreeSet<u32>,
}

/// Summaries per estimator label and cell key.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Live(BTreeMap<String, BTreeMap<String, Counted>>);

impl Live {
    /// Adds a committed shard, once.
    pub fn commit(&mut self, estimator: &str, cell: &str, index: u32, tally: &Tally) {
        let cells = self.0.entry(estimator.into()).or_default();
        let empty = || Counted { tally: Tally::new(tally.largest.len()), shards: BTreeSet::new() };
        let counted = cells.entry(cell.into()).or_insert_with(empty);
        if counted.shards.insert(index) {
            counted.tally.merge(tally);
        }
    }

    /// Forgets a cell, one of whose shards is done again; the others are counted again from their files.
    pub fn forget(&mut self, estimator: &str, cell: &str) {
        if let Some(cells) = self.0.get_mut(estimator) {
            cells.remove(cell);
        }
    }

    /// Whether a shard is counted.
    pub fn holds(&self, estimator: &str, cell: &str, index: u32) -> bool {
        let counted = self.0.get(estimator).and_then(|cells| cells.get(cell));
        counted.is_some_and(|counted| counted.shards.contains(&index))
    }

    /// The summary of one estimator in one cell.
    pub fn tally(&self, estimator: &str, cell: &str) -> Option<&Tally> {
        Some(&self.0.get(estimator)?.get(cell)?.tally)
    }

    /// Joins the summaries of another process. No shard is counted twice: where both count the same one, the side
    /// that counts more trials of the cell speaks for it.
    pub fn join(&mut self, other: Live) {
        for (estimator, cells) in other.0 {
            let mine = self.0.entry(estimator).or_default();
            for (cell, theirs) in cells {
                match mine.get_mut(&cell) {
                    Some(counted) if counted.shards.is_disjoint(&theirs.shards) => {
                        counted.tally.merge(&theirs.tally);
                        counted.shards.extend(theirs.shards);
                    }
                    Some(counted) if counted.tally.trials >= theirs.tally.trials => {}
                    _ => {
                        mine.insert(cell, theirs);
                    }
                }
            }
        }
    }

    /// As JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        Ok(serde_json::to_vec(self)?)
    }

    /// From JSON; a damaged record counts as none, since it can be made again from the files.
    pub fn from_bytes(bytes: &[u8]) -> Live {
        serde_json::from_slice(bytes).unwrap_or_default()
    }
}

/// A shared view of a run: what has been counted so far.
#[derive(Clone, Default)]
pub struct LiveView {
    live: Arc<Mutex<Live>>,
    trials: Arc<AtomicU64>,
    points: Arc<AtomicU64>,
}

impl LiveView {
    /// Trials worked off in this run, committed or not.
    pub fn trials(&self) -> u64 {
        self.trials.load(Ordering::Relaxed)
    }

    /// Sample points in these trials.
    pub fn points(&self) -> u64 {
        self.points.load(Ordering::Relaxed)
    }

    /// Counts trials of n points.
    pub fn progress(&self, trials: u64, n: u64) {
        self.trials.fetch_add(trials, Ordering::Relaxed);
        self.points.fetch_add(trials * n, Ordering::Relaxed);
    }

    /// Changes the summaries.
    pub fn update(&self, change: impl FnOnce(&mut Live)) {
        let mut live = self.live.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        change(&mut live);
    }

    /// Reads the summaries.
    pub fn read<T>(&self, read: impl FnOnce(&Live) -> T) -> T {
        let live = self.live.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        read(&live)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tally of so many trials.
    fn tally(trials: usize) -> Tally {
        let mut tally = Tally::new(1);
        (0..trials).for_each(|_| tally.add(false, &[Some(1.0)]));
        tally
    }

    fn live(shards: &[u32]) -> Live {
        let mut live = Live::default();
        for index in shards {
            live.commit("spline", "cell", *index, &tally(10));
            live.commit("spline", "cell", *index, &tally(10));
        }
        live
    }

    #[test]
    fn records_of_failed_trials_read_back() {
        let mut tally = Tally::new(2);
        (0..3).for_each(|_| tally.add(true, &[None; 2]));
        let mut failed = Live::default();
        failed.commit("spline", "cell", 0, &tally);
        let read = Live::from_bytes(&failed.to_bytes().unwrap());
        let tally = read.tally("spline", "cell").unwrap();
        assert_eq!((tally.trials, tally.failed, tally.quantile(0, 0.5)), (3, 3, None));
    }

    #[test]
    fn joined_records_count_no_shard_twice() {
        let trials = |records: &[&[u32]]| {
            let mut sum = Live::default();
            records.iter().for_each(|shards| sum.join(live(shards)));
            sum.tally("spline", "cell").map(|tally| (tally.trials, tally.quantile(0, 0.5)))
        };
        let count = |records: &[&[u32]]| trials(records).map(|(trials, _)| trials);
        assert_eq!(count(&[&[0, 2], &[1, 3]]), Some(40));
        // Two shares, then the whole study by one process, in either order.
        assert_eq!(count(&[&[0, 2], &[1, 3], &[0, 1, 2, 3]]), Some(40));
        assert_eq!(count(&[&[0, 1, 2, 3], &[0, 2], &[1, 3]]), Some(40));
        assert_eq!(count(&[&[0, 1], &[1, 2, 3]]), Some(30));
        // A record from before the study grew, and one from after.
        let mut grown = Live::default();
        grown.commit("spline", "cell", 0, &tally(25));
        let mut sum = live(&[0]);
        sum.join(grown);
        assert_eq!(sum.tally("spline", "cell").map(|tally| tally.trials), Some(25));
        let median = trials(&[&[0]]).and_then(|(_, median)| median).unwrap();
        assert!((median - 1.0).abs() < 0.011, "{median}");
    }
}
