//! Pools of buffers, so that a run in its steady state allocates nothing.

use std::sync::Mutex;

/// A pool of used buffers and tools, which return to the step that fills them.
///
/// A thread of the pool takes what it gave itself, which is still in its caches, if it can; so that there are never more
/// than are in use at one time, it takes what others gave before there are new ones.
pub struct BufferPool<T> {
    /// By thread of the pool.
    own: Vec<Mutex<Vec<T>>>,
    /// From other threads.
    common: Mutex<Vec<T>>,
}

impl<T: Default> BufferPool<T> {
    /// An empty one for so many threads.
    pub fn new(threads: usize) -> BufferPool<T> {
        BufferPool { own: (0..threads).map(|_| Mutex::default()).collect(), common: Mutex::default() }
    }

    /// The part of the calling thread.
    fn part(&self) -> &Mutex<Vec<T>> {
        rayon::current_thread_index().and_then(|thread| self.own.get(thread)).unwrap_or(&self.common)
    }

    /// A used buffer, or a new one.
    pub fn take(&self) -> T {
        let mut parts = [self.part(), &self.common].into_iter().chain(&self.own);
        parts.find_map(|part| part.lock().ok()?.pop()).unwrap_or_default()
    }

    /// Returns a buffer.
    pub fn give(&self, buffer: T) {
        if let Ok(mut part) = self.part().lock() {
            part.push(buffer);
        }
    }
}

impl<T> BufferPool<Option<(usize, T)>> {
    /// A used tool that was made for this cell, or a new one.
    pub fn take_for<E>(&self, cell: usize, make: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        match self.take() {
            Some((of, tool)) if of == cell => Ok(tool),
            _ => make(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_used_again_whoever_gave_it() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let buffers = BufferPool::<Vec<u8>>::new(2);
        let on = |thread: usize, work: &(dyn Fn() -> Vec<u8> + Sync)| {
            let made = pool.broadcast(|context| (context.index() == thread).then(work));
            made.into_iter().flatten().next().unwrap()
        };
        let give = |mark: u8| {
            buffers.give(vec![mark]);
            Vec::new()
        };
        for _ in 0..3 {
            on(0, &|| give(0));
            on(1, &|| give(1));
            give(2);
            // Its own first, then that of threads outside, then that of another.
            assert_eq!([0; 3].map(|_| on(1, &|| buffers.take())), [[1], [2], [0]]);
            assert!(buffers.take().is_empty());
        }
    }
}
