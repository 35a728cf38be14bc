//! The pool that arithmetic inside stages runs on.

use std::sync::Arc;

/// The pool's threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {threads} threads: {source}")]
pub struct PoolError {
    threads: usize,
    source: rayon::ThreadPoolBuildError,
}

/// A pool with this many threads, at least one.
pub fn pool(threads: usize) -> Result<Arc<rayon::ThreadPool>, PoolError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.max(1))
        .thread_name(|index| format!("pool-{index}"))
        .build()
        .map(Arc::new)
        .map_err(|source| PoolError { threads, source })
}
