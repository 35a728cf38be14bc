//! What travels between stages and steps: batches of trials and slabs of them as structs of arrays, tagged by their shard.

use crate::plan::Shard;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tempered_flow::Credit;
use tempered_math::estimator::Report;
use tempered_math::predictor::Predictor;
use tempered_math::sample::Degenerate;

/// What travels between stages at a time: neighbouring parts of one shard or of several.
pub struct Batch<T> {
    /// The parts, in order.
    pub parts: Vec<T>,
    /// Bounds how many batches are under way.
    pub credit: Option<Credit>,
}

impl<T> Batch<T> {
    /// Makes something of every part, in order; ends with the first error.
    pub fn try_map<U, E>(self, make: impl FnMut(T) -> Result<U, E>) -> Result<Batch<U>, E> {
        let Batch { parts, credit } = self;
        Ok(Batch { parts: parts.into_iter().map(make).collect::<Result<_, E>>()?, credit })
    }
}

/// A share of a shard to work on, and which estimators its files still lack.
pub struct Order {
    /// The shard.
    pub shard: Arc<Shard>,
    /// Positions of the estimators to run, ascending.
    pub estimators: Arc<[usize]>,
    /// The trials of this batch.
    pub trials: Range<u64>,
    /// Whether the shard ends with this batch.
    pub last: bool,
}

/// Neighbouring trials of an order, with what the steps so far have made of them.
pub struct Slab<T> {
    /// Position of the order in its batch.
    pub order: usize,
    /// Their shard.
    pub shard: Arc<Shard>,
    /// Positions of the estimators to run, ascending.
    pub estimators: Arc<[usize]>,
    /// Their range at first, then samples, then fits.
    pub made: T,
}

/// What tells the orders of one shard and its estimators from all others.
pub type Key = (usize, usize, u32, usize);

impl Order {
    /// Its shard and the first of its estimators: no two shards that are open at one time have the same.
    pub fn key(&self) -> Key {
        key(&self.shard, &self.estimators)
    }

    /// Its trials in slabs of `rows`; `order` is its position in its batch.
    pub fn slabs(&self, order: usize, rows: u64) -> impl Iterator<Item = Slab<Range<u64>>> + '_ {
        let slab = move |start: u64| Slab {
            order,
            shard: self.shard.clone(),
            estimators: self.estimators.clone(),
            made: start..(start + rows).min(self.trials.end),
        };
        self.trials.clone().step_by(usize::try_from(rows).unwrap_or(usize::MAX)).map(slab)
    }
}

/// Samples of neighbouring trials, row-major: x and y hold n numbers a trial.
#[derive(Default)]
pub struct Samples {
    /// The trials.
    pub trials: Range<u64>,
    /// When work on them began.
    pub begun: Option<Instant>,
    /// Points a trial.
    pub n: usize,
    /// Sorted within a trial.
    pub x: Vec<f64>,
    /// Labels.
    pub y: Vec<f64>,
}

/// The key of a shard and some estimators.
pub fn key(shard: &Shard, estimators: &[usize]) -> Key {
    (shard.cell, shard.group, shard.index, estimators.first().copied().unwrap_or(usize::MAX))
}

impl Samples {
    /// x and y of each training set.
    pub fn pairs(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        self.x.chunks_exact(self.n).zip(self.y.chunks_exact(self.n))
    }
}

/// What one estimator made of a slab: one row a trial.
#[derive(Default)]
pub struct Fits {
    /// Predictors; the first `status.len()` are in use.
    pub rows: Vec<Predictor>,
    /// How each fit went, or why the trial has no predictor.
    pub status: Vec<Result<Report, Degenerate>>,
    /// Of an estimator with checkpoints, one entry a trial and checkpoint; `None` where training had ended before.
    pub checkpoints: Vec<Option<(Predictor, Report)>>,
}

/// Samples with the fits of each estimator of the order.
pub struct Trained {
    /// The data.
    pub samples: Samples,
    /// One entry an estimator of the order.
    pub fits: Vec<Fits>,
    /// Fits of the estimator that distances are measured from, where the order lacks it.
    pub reference: Option<Fits>,
}

/// Used buffers and tools on their way back to the step that fills them: in the steady state nothing is allocated.
///
/// A thread of the pool takes what it gave itself, which is still in its caches, if it can; so that there are never more
/// than are in use at one time, it takes what others gave before there are new ones.
pub struct Shelf<T> {
    /// By thread of the pool.
    own: Vec<Mutex<Vec<T>>>,
    /// From other threads.
    common: Mutex<Vec<T>>,
}

impl<T: Default> Shelf<T> {
    /// An empty shelf for a pool of so many threads.
    pub fn new(threads: usize) -> Shelf<T> {
        Shelf { own: (0..threads).map(|_| Mutex::default()).collect(), common: Mutex::default() }
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

impl<T> Shelf<Option<(usize, T)>> {
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
        let shelf = Shelf::<Vec<u8>>::new(2);
        let on = |thread: usize, work: &(dyn Fn() -> Vec<u8> + Sync)| {
            let made = pool.broadcast(|context| (context.index() == thread).then(work));
            made.into_iter().flatten().next().unwrap()
        };
        let give = |mark: u8| {
            shelf.give(vec![mark]);
            Vec::new()
        };
        for _ in 0..3 {
            on(0, &|| give(0));
            on(1, &|| give(1));
            give(2);
            // Its own first, then that of threads outside, then that of another.
            assert_eq!([0; 3].map(|_| on(1, &|| shelf.take())), [[1], [2], [0]]);
            assert!(shelf.take().is_empty());
        }
    }
}
