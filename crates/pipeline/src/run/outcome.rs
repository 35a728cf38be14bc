//! What a run tells: while it works, and when it has ended.

use crate::live::LiveView;
use std::sync::Arc;
use tempered_flow::{Meter, Reading};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every shard of the study is on disk.
    Complete,
    /// This share is done, other shards are missing.
    ShareDone,
    /// Stopped by a signal or the time limit; the same command goes on.
    Stopped,
}

/// What a run did.
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// Trials worked off by this run.
    pub trials: u64,
    /// Files of (estimator, shard) that were written anew with other columns, without fits.
    pub rewritten: u64,
    /// The meters of the stages and steps at the end, in order.
    pub stages: Vec<Reading>,
}

/// What a watcher sees of a run.
pub struct Watch {
    /// Live summaries.
    pub view: LiveView,
    /// Meters of the stages and steps, in order.
    pub meters: Vec<Arc<Meter>>,
    /// Trials this run has to do.
    pub trials: u64,
    /// Sample points in them.
    pub points: u64,
    /// Seconds of a core that they take by the catalogue.
    pub work: f64,
    /// Whether others share the work, so that nobody knows how much of it is this run's.
    pub shared: bool,
    /// Files of (estimator, shard) that have been written anew with other columns, without fits.
    pub rewritten: u64,
    /// What is wrong with files for which that could not be done, one line each: they are computed again.
    pub unfit: Vec<String>,
}
