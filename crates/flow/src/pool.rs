//! The pool of threads for arithmetic inside stages.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Threads that the stages of a flow share; clones refer to one pool.
#[derive(Clone, Debug)]
pub struct Pool(Arc<rayon::ThreadPool>);

/// The pool's threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {threads} threads: {source}")]
pub struct PoolError {
    threads: usize,
    source: rayon::ThreadPoolBuildError,
}

thread_local! {
    static WAITED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

impl Pool {
    /// A pool with this many threads, at least one.
    pub fn new(threads: usize) -> Result<Pool, PoolError> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.max(1))
            .thread_name(|index| format!("pool-{index}"))
            .build()
            .map(|pool| Pool(Arc::new(pool)))
            .map_err(|source| PoolError { threads, source })
    }

    /// The number of threads.
    pub fn threads(&self) -> usize {
        self.0.current_num_threads()
    }

    /// Runs `work` on the pool, where rayon's parallel iterators use its threads. The meter of the calling stage counts
    /// the wait for a thread separately from the work.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        let asked = Instant::now();
        let (waited, result) = self.0.install(|| (asked.elapsed(), work()));
        WAITED.set(WAITED.get() + waited);
        result
    }
}

/// The time that this thread has waited for pools since the last call.
pub(crate) fn take_waited() -> Duration {
    WAITED.take()
}
