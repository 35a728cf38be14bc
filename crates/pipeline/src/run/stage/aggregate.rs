//! Keeps live summaries of what has been committed.

use super::Receipt;
use crate::error::Error;
use crate::live::{LiveRecord, LiveView, Tally};
use crate::plan::Plan;
use crate::run::batch::{Key, key};
use crate::run::buffers::BufferPool;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tempered_flow::Sink;
use tempered_store::MetricsChunk;

/// How often the summaries are written down at most.
const WRITE_EVERY: Duration = Duration::from_secs(2);
/// Share of the time that writing them down may take, as its inverse: a record of many cells is long when it is written anew.
const WRITE_RARELY: u32 = 30;

/// The last stage.
pub struct Aggregate {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Shown to whoever watches.
    pub view: LiveView,
    /// The record the summaries are written to.
    pub(crate) record: LiveRecord,
    /// Where rows go that have been counted.
    pub spent: Arc<BufferPool<MetricsChunk>>,
    /// Summaries of the shards under way, one an estimator.
    pub pending: HashMap<Key, Vec<Tally>>,
    /// When the summaries are written next.
    pub due: Instant,
}

/// The last stage of the flows of a run, which come one after the other.
pub struct Shared<'a>(pub &'a Mutex<Aggregate>);

impl Shared<'_> {
    fn lock(&self) -> MutexGuard<'_, Aggregate> {
        // A panic while it was held has ended the run.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Shared<'_> {
    type In = Vec<Receipt>;
    type Error = Error;

    fn take(&mut self, receipts: Vec<Receipt>) -> Result<(), Error> {
        let mut aggregate = self.lock();
        receipts.into_iter().try_for_each(|receipt| aggregate.count(receipt))
    }

    fn finish(&mut self) -> Result<(), Error> {
        self.lock().write()
    }
}

impl Aggregate {
    /// Nothing counted yet.
    pub(crate) fn new(
        plan: Arc<Plan>,
        view: LiveView,
        record: LiveRecord,
        spent: Arc<BufferPool<MetricsChunk>>,
    ) -> Aggregate {
        Aggregate { plan, view, record, spent, pending: HashMap::new(), due: Instant::now() }
    }

    fn count(&mut self, receipt: Receipt) -> Result<(), Error> {
        let first = self.plan.study.criteria.first_risk();
        let risks = self.view.read(|live| live.risks().len());
        let key = key(&receipt.shard, &receipt.estimators);
        let mut tallies = self.pending.remove(&key).unwrap_or_default();
        tallies.resize_with(receipt.estimators.len(), || Tally::new(risks));
        let mut trials = 0;
        for (e, (tally, chunks)) in tallies.iter_mut().zip(&receipt.metrics).enumerate() {
            for chunk in chunks {
                let columns = chunk.scores.len() / chunk.trial.len().max(1);
                for (failure, scores) in chunk.failure.iter().zip(chunk.scores.chunks(columns.max(1))) {
                    tally.add(failure.is_some(), &scores[first..]);
                }
                trials += if e == 0 { chunk.trial.len() as u64 } else { 0 };
            }
        }
        receipt.metrics.into_iter().flatten().for_each(|chunk| self.spent.give(chunk));
        let cell = &self.plan.cells[receipt.shard.cell];
        let group = &self.plan.groups(cell)[receipt.shard.group];
        self.view.progress(trials, cell.n, group.seconds);
        if receipt.committed {
            let labels = receipt.estimators.iter().map(|e| self.plan.study.estimators[*e].label.as_str());
            let cell = &self.plan.cells[receipt.shard.cell].key;
            for (label, tally) in labels.zip(&tallies) {
                self.record.commit(label, cell, receipt.shard.index, tally);
                self.view.update(|live| live.commit(label, cell, receipt.shard.index, tally));
            }
            if Instant::now() >= self.due {
                self.write()?;
            }
        } else {
            self.pending.insert(key, tallies);
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), Error> {
        let start = Instant::now();
        self.view.read(|live| self.record.write(live))?;
        self.due = Instant::now() + WRITE_EVERY.max(start.elapsed() * WRITE_RARELY);
        Ok(())
    }
}
