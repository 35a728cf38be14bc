//! Limits of a run: from the moment it is asked to stop, or its time is over, it has a little time left.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use tempered_flow::Cancel;

/// What a run has left to finish shards in hand: those of closed forms take less, and batch systems wait for half a minute
/// before they kill.
const GRACE: Duration = Duration::from_millis(1500);
/// How often the clock is looked at.
const EVERY: Duration = Duration::from_millis(20);

/// Watches a run until the guard is dropped: asks `cancel` to stop when `deadline` is over, and makes it leave at the next
/// trial where [`GRACE`] was not enough.
pub(crate) fn watch(cancel: &Cancel, deadline: Option<Instant>) -> Sender<()> {
    let (guard, dropped) = channel::<()>();
    let cancel = cancel.clone();
    let over = move || deadline.is_some_and(|deadline| Instant::now() >= deadline);
    if over() {
        cancel.request();
    }
    std::thread::spawn(move || {
        let mut asked: Option<Instant> = None;
        while dropped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
            if over() {
                cancel.request();
            }
            if cancel.is_requested() && asked.get_or_insert_with(Instant::now).elapsed() >= GRACE {
                cancel.abort();
                return;
            }
        }
    });
    guard
}
