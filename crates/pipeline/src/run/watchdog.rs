//! A watchdog: a limit on the time of one trial, for fits that seem never to end.
//!
//! A trial that is late is not data: what is stored would depend on the speed of the machine. Nor can a thread be
//! stopped from outside, so that the watcher ends the process, and the next run begins with the shard again.

use crate::plan::{Plan, Shard};
use std::fmt::{self, Display, Formatter};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a trial of one estimator may take, fit or score, and who is told.
#[derive(Clone)]
pub struct TrialLimit {
    /// The time.
    pub time: Duration,
    /// Called once, from a thread of its own, about the first trial that is late.
    pub late: Arc<dyn Fn(&Late) + Send + Sync>,
}

/// A trial that is late.
#[derive(Clone, Debug, PartialEq)]
pub struct Late {
    /// Label of the estimator.
    pub label: String,
    /// What the cell is.
    pub cell: String,
    /// Points a trial.
    pub n: u64,
    /// Which trial.
    pub trial: u64,
    /// The limit.
    pub limit: Duration,
}

impl Display for Late {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Late { label, cell, n, trial, limit } = self;
        let limit = limit.as_secs_f64();
        write!(
            out,
            "trial {trial} of {label} has taken more than {limit} s ({cell})\n\
             its shard is not stored, those before are; raise the limit, make `{label}` do less, or repeat it alone: \
             `tempered replay DIR --estimator {label} --n {n} --trial {trial}`"
        )
    }
}

/// The trials under way, by thread of the pool.
#[derive(Clone, Default)]
pub struct Watchdog {
    slots: Option<Arc<[Mutex<Option<UnderWay>>]>>,
    /// The slot of the first thread of the pool that uses this watchdog.
    first: usize,
}

fn locked(slot: &Mutex<Option<UnderWay>>) -> MutexGuard<'_, Option<UnderWay>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Position of the estimator, trial and start.
#[derive(Clone, Copy)]
struct UnderWay {
    estimator: usize,
    cell: usize,
    trial: u64,
    since: Instant,
}

impl Watchdog {
    /// Watches the trials of a pool of this many threads until the guard is dropped; without a limit nothing is
    /// watched and nothing costs time.
    pub fn start(
        plan: &Arc<Plan>,
        limit: Option<TrialLimit>,
        threads: usize,
    ) -> (Watchdog, Option<Sender<()>>) {
        let Some(TrialLimit { time, late }) = limit else { return (Watchdog::default(), None) };
        let slots: Arc<[Mutex<Option<UnderWay>>]> = (0..threads.max(1)).map(|_| Mutex::default()).collect();
        let (guard, dropped) = channel::<()>();
        let (watched, plan) = (slots.clone(), plan.clone());
        // Late trials are told of within a twentieth of the limit, and the watchdog takes no core.
        let pause = (time / 20).clamp(Duration::from_millis(1), Duration::from_secs(1));
        std::thread::spawn(move || {
            while dropped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let mut under_way = watched.iter().filter_map(|slot| *locked(slot));
                if let Some(found) = under_way.find(|one| one.since.elapsed() > time) {
                    let cell = &plan.cells[found.cell];
                    let planned = plan.study.estimators.get(found.estimator);
                    late(&Late {
                        label: planned.map_or("the reference", |estimator| &estimator.label).to_string(),
                        cell: cell.content(),
                        n: cell.n,
                        trial: found.trial,
                        limit: time,
                    });
                    return;
                }
            }
        });
        (Watchdog { slots: Some(slots), first: 0 }, Some(guard))
    }

    /// The same watchdog for another pool, behind the first one of so many threads.
    pub fn behind(&self, threads: usize) -> Watchdog {
        Watchdog { slots: self.slots.clone(), first: self.first + threads }
    }

    /// Notes that this thread begins with a trial; the last one has ended.
    pub fn begin(&self, estimator: usize, shard: &Shard, trial: u64) {
        self.note(|| Some(UnderWay { estimator, cell: shard.cell, trial, since: Instant::now() }));
    }

    /// Notes that this thread's last trial has ended.
    pub fn end(&self) {
        self.note(|| None);
    }

    fn note(&self, what: impl FnOnce() -> Option<UnderWay>) {
        let slot = self.slots.as_ref().zip(rayon::current_thread_index());
        if let Some(slot) = slot.and_then(|(slots, thread)| slots.get(self.first + thread)) {
            *locked(slot) = what();
        }
    }
}
