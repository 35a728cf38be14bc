//! Where and how fast to run.

use super::sizes::BATCH_POINTS;
use super::topology::LONG;
use super::watchdog::TrialLimit;
use std::collections::BTreeSet;
use std::time::Instant;
use tempered_store::{Place, process_name};

/// Where and how fast to run: nothing here changes a number.
#[derive(Clone)]
pub struct Settings {
    /// Threads of the pool.
    pub threads: usize,
    /// This share of the shards: (k, of), k from 1.
    pub share: (u64, u64),
    /// Share the work with other processes by claims that say this of this one.
    pub join: Option<String>,
    /// When to stop.
    pub deadline: Option<Instant>,
    /// Points of samples a batch and thread at most, and those that trials count for besides.
    pub batch_points: u64,
    /// Whether batches are shorter where trials take long, so that progress is seen.
    pub paced: bool,
    /// Seconds of a core from which on a trial goes through stages of its own instead of the steps of a slab.
    pub long: f64,
    /// Do these files only; all that are missing where there is no such list.
    pub only: Option<BTreeSet<Place>>,
    /// How long a trial may take.
    pub trial_limit: Option<TrialLimit>,
}

impl Settings {
    /// Name of the record of live summaries. Processes that share work by claims have one each: which shards are whose is known
    /// only when they are done.
    pub(crate) fn live_record(&self) -> String {
        let (k, of) = self.share;
        match self.join {
            Some(_) => format!("live-by-{}.jsonl", process_name()),
            None => format!("live-{k}-of-{of}.jsonl"),
        }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Settings {
            threads,
            share: (1, 1),
            join: None,
            deadline: None,
            batch_points: BATCH_POINTS,
            paced: true,
            long: LONG,
            only: None,
            trial_limit: None,
        }
    }
}
