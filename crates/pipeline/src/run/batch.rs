//! What travels between stages and steps: batches of trials and slabs of them as structs of arrays, tagged by their shard.

use crate::plan::Shard;
use crate::trial::{Predictor, Report, Samples};
use std::ops::Range;
use std::sync::Arc;
use tempered_flow::Credit;
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

/// The key of a shard and some estimators.
pub fn key(shard: &Shard, estimators: &[usize]) -> Key {
    (shard.cell, shard.group, shard.index, estimators.first().copied().unwrap_or(usize::MAX))
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
    /// Of a program, the metrics of its trials, one a column of the study.
    pub own: Vec<Vec<Option<f64>>>,
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
