//! Requests to stop or to abort a flow.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// States in ascending order, changed by a maximum, so that a request does not undo an abort.
const REQUESTED: u8 = 1;
const ABORTED: u8 = 2;

/// A handle to stop a flow from outside; clones share one state, which never decreases.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicU8>);

impl Cancel {
    /// A handle without a request.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Requests that the source end after its current unit of work; items in the flow are finished.
    pub fn request(&self) {
        self.0.fetch_max(REQUESTED, Ordering::Relaxed);
    }

    /// Ends every stage before its next item, and steps before their next slab; items in the flow are dropped.
    pub fn abort(&self) {
        self.0.fetch_max(ABORTED, Ordering::Relaxed);
    }

    /// Whether a stop or an abort was requested.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= REQUESTED
    }

    /// Whether the flow was aborted.
    pub fn is_aborted(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= ABORTED
    }
}
