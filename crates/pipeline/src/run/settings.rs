//! Where and how fast to run.

use super::sizes::BATCH_POINTS;
use super::topology::LONG;
use super::watchdog::TrialLimit;
use std::collections::BTreeSet;
use std::time::Instant;
use tempered_store::Place;

/// Where and how fast to run: nothing here changes a number.
#[derive(Clone)]
pub struct Settings {
    /// Threads of the pool.
    pub threads: usize,
    /// This share of the shards: (k, of), k from 1.
    pub share: (u64, u64),
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

impl Default for Settings {
    fn default() -> Settings {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Settings {
            threads,
            share: (1, 1),
            deadline: None,
            batch_points: BATCH_POINTS,
            paced: true,
            long: LONG,
            only: None,
            trial_limit: None,
        }
    }
}
