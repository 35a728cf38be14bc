//! What a watcher sees of a run while it works.

use super::summaries::Live;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// A shared view of a run: what has been counted so far.
#[derive(Clone, Default)]
pub struct LiveView {
    live: Arc<Mutex<Live>>,
    trials: Arc<AtomicU64>,
    points: Arc<AtomicU64>,
    work: Arc<AtomicU64>,
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

    /// Seconds of a core that these trials take by the catalogue.
    pub fn work(&self) -> f64 {
        self.work.load(Ordering::Relaxed) as f64 / 1e9
    }

    /// Counts trials of n points that take so many seconds each.
    pub fn progress(&self, trials: u64, n: u64, seconds: f64) {
        self.work.fetch_add((trials as f64 * seconds * 1e9) as u64, Ordering::Relaxed);
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
