//! Requests to stop or to abort a flow.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// States in ascending order, changed by a maximum, so that a request does not undo an abort.
const REQUESTED: u8 = 1;
const ABORTED: u8 = 2;

/// A handle to stop a flow from outside; clones share one state, which never decreases.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    state: Arc<AtomicU8>,
    /// The state of the handle that this one is a part of.
    whole: Option<Arc<AtomicU8>>,
}

impl Cancel {
    /// A handle without a request.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// A handle for a part of the work: it is stopped where this one is, and may be stopped alone. A part of a part is a part of the
    /// whole.
    ///
    /// ```
    /// use tempered_flow::Cancel;
    ///
    /// let whole = Cancel::new();
    /// let (one, other) = (whole.part(), whole.part());
    /// one.request();
    /// assert!(one.is_requested() && !other.is_requested() && !whole.is_requested());
    /// whole.abort();
    /// assert!(other.is_aborted());
    /// ```
    pub fn part(&self) -> Cancel {
        Cancel { state: Arc::default(), whole: Some(self.whole.as_ref().unwrap_or(&self.state).clone()) }
    }

    /// Requests that the source end after its current unit of work; items in the flow are finished.
    pub fn request(&self) {
        self.state.fetch_max(REQUESTED, Ordering::Relaxed);
    }

    /// Ends every stage before its next item, and steps before their next slab; items in the flow are dropped.
    pub fn abort(&self) {
        self.state.fetch_max(ABORTED, Ordering::Relaxed);
    }

    /// Whether a stop or an abort was requested.
    pub fn is_requested(&self) -> bool {
        self.level() >= REQUESTED
    }

    /// Whether the flow was aborted.
    pub fn is_aborted(&self) -> bool {
        self.level() >= ABORTED
    }

    fn level(&self) -> u8 {
        let of = |state: &Arc<AtomicU8>| state.load(Ordering::Relaxed);
        self.whole.as_ref().map_or(0, of).max(of(&self.state))
    }
}
