//! Asking a flow to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// States, the later the larger: a request never takes back an abort.
const REQUESTED: u8 = 1;
const ABORTED: u8 = 2;

/// A handle to stop a flow from outside; clones share one state, which only ever rises.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicU8>);

impl Cancel {
    /// A handle nobody has used yet.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Asks the source to end at its next convenient point; what is under way is finished.
    pub fn request(&self) {
        self.0.fetch_max(REQUESTED, Ordering::Relaxed);
    }

    /// Makes every stage leave at its next message, steps at their next slab; what is under way is dropped.
    pub fn abort(&self) {
        self.0.fetch_max(ABORTED, Ordering::Relaxed);
    }

    /// Whether a stop of either kind was asked for.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= REQUESTED
    }

    /// Whether the flow is to be left at once.
    pub fn is_aborted(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= ABORTED
    }
}
