//! Credits: a bound on the size of all items between source and sink.

use crossbeam_channel::{Receiver, Sender, bounded};
use std::time::Duration;

/// The interval at which a wait tests whether to go on: short against the time in which a user expects a stop, long against
/// the cost of the test.
const EVERY: Duration = Duration::from_millis(50);

/// A counting semaphore: acquiring credits waits until enough are available.
#[derive(Clone, Debug)]
pub struct Credits {
    total: usize,
    back: Sender<()>,
    purse: Receiver<()>,
}

/// Acquired credits, which are returned when this is dropped with the item that carries it.
#[derive(Debug)]
pub struct Credit {
    count: usize,
    back: Sender<()>,
}

impl Credits {
    /// A semaphore of this many credits, at least one.
    pub fn new(total: usize) -> Credits {
        let total = total.max(1);
        let (back, purse) = bounded(total);
        for _ in 0..total {
            // The channel has the capacity for all of these.
            let _ = back.try_send(());
        }
        Credits { total, back, purse }
    }

    /// Acquires `count` credits, or all of them where there are fewer; waits while `goes_on` is true, and returns `None`
    /// when it is false.
    ///
    /// When a flow ends, its items are dropped and their credits return. Only one thread may acquire: two could each hold
    /// credits that the other waits for.
    pub fn acquire(&self, count: usize, goes_on: impl Fn() -> bool) -> Option<Credit> {
        let mut taken = Credit { count: 0, back: self.back.clone() };
        while taken.count < count.clamp(1, self.total) {
            // The channel cannot be disconnected, as `self` holds a sender.
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
