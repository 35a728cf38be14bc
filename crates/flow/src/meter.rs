//! Meters: where a stage's time goes.

use crate::pool::take_waited;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Counters of one stage, readable while it runs.
#[derive(Debug)]
pub struct Meter {
    name: &'static str,
    items: AtomicU64,
    busy: AtomicU64,
    waiting_pool: AtomicU64,
    waiting_in: AtomicU64,
    waiting_out: AtomicU64,
}

/// What a meter showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The stage's name.
    pub name: &'static str,
    /// Items done; slabs of a step.
    pub items: u64,
    /// Time at work; of a step, on the average thread of the pool.
    pub busy: Duration,
    /// Time waiting for a thread of the pool.
    pub waiting_pool: Duration,
    /// Time waiting for items.
    pub waiting_in: Duration,
    /// Time waiting for room downstream.
    pub waiting_out: Duration,
}

/// What time is spent on.
#[derive(Clone, Copy)]
pub(crate) enum Phase {
    Busy,
    /// At work which is timed elsewhere; only the wait for a thread of the pool counts.
    Steps,
    WaitingIn,
    WaitingOut,
}

fn add(counter: &AtomicU64, time: Duration) {
    counter.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
}

impl Meter {
    pub(crate) fn new(name: &'static str) -> Meter {
        let zero = AtomicU64::default;
        let (busy, waiting_pool) = (zero(), zero());
        Meter { name, items: zero(), busy, waiting_pool, waiting_in: zero(), waiting_out: zero() }
    }

    pub(crate) fn count(&self) {
        self.items.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds the time that `work` takes to a phase.
    pub(crate) fn time<T>(&self, phase: Phase, work: impl FnOnce() -> T) -> T {
        take_waited();
        let start = Instant::now();
        let result = work();
        let (spent, waited) = (start.elapsed(), take_waited());
        let counter = match phase {
            Phase::Busy => Some(&self.busy),
            Phase::Steps => None,
            Phase::WaitingIn => Some(&self.waiting_in),
            Phase::WaitingOut => Some(&self.waiting_out),
        };
        counter.inspect(|counter| add(counter, spent.saturating_sub(waited)));
        add(&self.waiting_pool, waited);
        result
    }

    /// Counts a slab and adds the time that `work` takes one thread of the pool, as a share of the pool's time.
    pub(crate) fn time_share<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        add(&self.busy, start.elapsed().div_f64(rayon::current_num_threads() as f64));
        self.count();
        result
    }

    /// What it shows now.
    pub fn read(&self) -> Reading {
        let time = |counter: &AtomicU64| Duration::from_nanos(counter.load(Ordering::Relaxed));
        Reading {
            name: self.name,
            items: self.items.load(Ordering::Relaxed),
            busy: time(&self.busy),
            waiting_pool: time(&self.waiting_pool),
            waiting_in: time(&self.waiting_in),
            waiting_out: time(&self.waiting_out),
        }
    }
}
