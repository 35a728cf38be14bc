//! Meters: the time that a stage or a step spends working and waiting.

use crate::pool::take_waited;
use crossbeam_channel::{Receiver, Sender};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Counters of one stage or step, readable while it runs.
#[derive(Debug)]
pub struct Meter {
    name: &'static str,
    items: AtomicU64,
    busy: AtomicU64,
    waiting_pool: AtomicU64,
    waiting_in: AtomicU64,
    waiting_out: AtomicU64,
}

/// The reading of a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Name of the stage or step.
    pub name: &'static str,
    /// Items finished; for a step, slabs.
    pub items: u64,
    /// Time at work; for a step, the mean over the threads of the pool.
    pub busy: Duration,
    /// Time waiting for a thread of the pool.
    pub waiting_pool: Duration,
    /// Time waiting for items.
    pub waiting_in: Duration,
    /// Time waiting for the next stage.
    pub waiting_out: Duration,
}

/// The activities whose time is counted.
#[derive(Clone, Copy)]
pub(crate) enum Phase {
    Busy,
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

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn count(&self) {
        self.items.fetch_add(1, Ordering::Relaxed);
    }

    /// Receives the next item, and counts the wait; `None` at the end of the stream.
    pub(crate) fn receive<T>(&self, input: &Receiver<T>) -> Option<T> {
        self.time(Phase::WaitingIn, || input.recv().ok())
    }

    /// Works on an item, counts the time, and counts the item if the work succeeds.
    pub(crate) fn work<T, E>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.time(Phase::Busy, work).inspect(|_| self.count())
    }

    /// Sends an item to the next stage, and counts the wait; false when that stage has ended.
    pub(crate) fn send<T>(&self, output: &Sender<T>, item: T) -> bool {
        self.time(Phase::WaitingOut, || output.send(item).is_ok())
    }

    /// Adds the time that `work` takes to a phase.
    pub(crate) fn time<T>(&self, phase: Phase, work: impl FnOnce() -> T) -> T {
        take_waited();
        let start = Instant::now();
        let result = work();
        let (spent, waited) = (start.elapsed(), take_waited());
        let counter = match phase {
            Phase::Busy => &self.busy,
            Phase::WaitingIn => &self.waiting_in,
            Phase::WaitingOut => &self.waiting_out,
        };
        add(counter, spent.saturating_sub(waited));
        add(&self.waiting_pool, waited);
        result
    }

    /// Adds the time that this thread has waited for the pool.
    pub(crate) fn add_waited(&self) {
        add(&self.waiting_pool, take_waited());
    }

    /// Counts a slab and adds the time that `work` takes one thread of the pool, as a share of the pool's time.
    pub(crate) fn time_share<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        add(&self.busy, start.elapsed().div_f64(rayon::current_num_threads() as f64));
        self.count();
        result
    }

    /// The current reading.
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
