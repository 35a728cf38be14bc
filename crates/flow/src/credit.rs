//! Credits: a bound on how much is under way between source and sink.

use crossbeam_channel::{Receiver, Sender, bounded};
use std::time::Duration;

/// How often a wait asks whether it should go on: a stop is obeyed soon, and nobody notices the question.
const EVERY: Duration = Duration::from_millis(50);

/// A purse of credits. Taking some waits until they are there.
#[derive(Clone, Debug)]
pub struct Credits {
    total: usize,
    back: Sender<()>,
    purse: Receiver<()>,
}

/// Credits taken; dropping them returns them, whatever became of the item that carried them.
#[derive(Debug)]
pub struct Credit {
    count: usize,
    back: Sender<()>,
}

impl Credits {
    /// A purse with this many credits, at least one.
    pub fn new(total: usize) -> Credits {
        let total = total.max(1);
        let (back, purse) = bounded(total);
        for _ in 0..total {
            // The channel holds as many as are put in here.
            let _ = back.try_send(());
        }
        Credits { total, back, purse }
    }

    /// Waits for so many credits, as long as `goes_on` says so; an item that costs more than there are in all takes them all.
    /// When a flow ends, its items are dropped and their credits return. One thread acquires: two could each hold what the
    /// other waits for.
    pub fn acquire(&self, count: usize, goes_on: impl Fn() -> bool) -> Option<Credit> {
        let mut taken = Credit { count: 0, back: self.back.clone() };
        while taken.count < count.clamp(1, self.total) {
            // The purse cannot be disconnected: `self` holds a sender.
            if self.purse.recv_timeout(EVERY).is_ok() {
                taken.count += 1;
            } else if !goes_on() {
                return None;
            }
        }
        Some(taken)
    }
}

impl Drop for Credit {
    fn drop(&mut self) {
        for _ in 0..self.count {
            let _ = self.back.try_send(());
        }
    }
}
