//! Deadlines: a process group that is late is killed, so that whoever waits for it goes on.

use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Waits while nothing is due; a new deadline ends it.
const IDLE: Duration = Duration::from_secs(3600);

/// A thread that kills what is late.
#[derive(Debug)]
pub(crate) struct Alarm(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    due: Mutex<Due>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Due {
    groups: HashMap<u32, Instant>,
    is_over: bool,
}

impl Alarm {
    /// Starts the thread.
    pub fn start() -> std::io::Result<Alarm> {
        let shared = Arc::<Shared>::default();
        let watched = shared.clone();
        thread::Builder::new().name("deadlines".into()).spawn(move || watched.watch())?;
        Ok(Alarm(shared))
    }

    /// Kills this group in so long, unless it is cleared before.
    pub fn set(&self, group: u32, time: Duration) {
        let mut due = self.0.lock();
        let at = Instant::now().checked_add(time);
        at.and_then(|at| due.groups.insert(group, at));
        self.0.changed.notify_one();
    }

    /// Takes the deadline of a group back; false where it was killed.
    pub fn clear(&self, group: u32) -> bool {
        self.0.lock().groups.remove(&group).is_some()
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.0.lock().is_over = true;
        self.0.changed.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Due> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self) {
        let mut due = self.lock();
        while !due.is_over {
            let now = Instant::now();
            due.groups.retain(|group, at| {
                let is_late = *at <= now;
                if is_late {
                    kill(*group);
                }
                !is_late
            });
            let next = due.groups.values().min().map_or(IDLE, |at| at.saturating_duration_since(now));
            due = self.changed.wait_timeout(due, next).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Kills every process of a group; one that has ended is no error.
pub(crate) fn kill(group: u32) {
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}
