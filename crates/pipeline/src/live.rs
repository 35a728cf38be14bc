//! Live summaries: mergeable tallies per cell and estimator of what has been committed.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use sketches_ddsketch::{Config, DDSketch};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// First score column that is a risk.
const FIRST_RISK: usize = 6;

/// Counts, largest values and quantile sketches (1 % relative) of one estimator in one cell.
#[derive(Clone, Serialize, Deserialize)]
pub struct Tally {
    /// Trials, failed ones included.
    pub trials: u64,
    /// Failed trials.
    pub failed: u64,
    /// The largest value of each risk.
    pub largest: Vec<f64>,
    sketches: Vec<DDSketch>,
}

impl Tally {
    /// An empty tally of this many risks.
    pub fn new(risks: usize) -> Tally {
        let sketch = || DDSketch::new(Config::new(0.01, 2048, 1e-12));
        Tally {
            trials: 0,
            failed: 0,
            largest: vec![0.0; risks],
            sketches: (0..risks).map(|_| sketch()).collect(),
        }
    }

    /// Counts rows: `scores` are the columns of the metrics table.
    pub fn add<S: AsRef<str>>(&mut self, status: &[S], scores: &[Vec<f64>]) {
        self.trials += status.len() as u64;
        self.failed += status.iter().filter(|status| status.as_ref() != "ok").count() as u64;
        for ((sketch, largest), column) in
            self.sketches.iter_mut().zip(&mut self.largest).zip(&scores[FIRST_RISK..])
        {
            for (value, _) in column.iter().zip(status).filter(|(_, status)| status.as_ref() == "ok") {
                sketch.add(*value);
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
            // Sketches of one configuration always merge.
            let _ = mine.merge(theirs);
        }
    }

    /// The sketch's quantile of a risk; `None` before the first successful trial.
    pub fn quantile(&self, risk: usize, level: f64) -> Option<f64> {
        self.sketches.get(risk)?.quantile(level).ok().flatten()
    }
}

/// Summaries per (estimator, cell), and the shards they count.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Live {
    /// By estimator label and cell key.
    pub tallies: BTreeMap<String, BTreeMap<String, Tally>>,
    shards: BTreeMap<String, BTreeSet<(String, u32)>>,
}

impl Live {
    /// Adds a committed shard once.
    pub fn commit(&mut self, estimator: &str, cell: &str, index: u32, tally: &Tally) {
        if self.shards.entry(estimator.into()).or_default().insert((cell.into(), index)) {
            let cells = self.tallies.entry(estimator.into()).or_default();
            match cells.get_mut(cell) {
                Some(sum) => sum.merge(tally),
                None => {
                    cells.insert(cell.into(), tally.clone());
                }
            }
        }
    }

    /// Whether a shard is counted.
    pub fn holds(&self, estimator: &str, cell: &str, index: u32) -> bool {
        self.shards.get(estimator).is_some_and(|shards| shards.contains(&(cell.to_string(), index)))
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
}

impl LiveView {
    /// Trials worked off in this run, committed or not.
    pub fn trials(&self) -> u64 {
        self.trials.load(Ordering::Relaxed)
    }

    /// Counts trials.
    pub fn progress(&self, trials: u64) {
        self.trials.fetch_add(trials, Ordering::Relaxed);
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
