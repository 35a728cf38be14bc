//! Encodes the rows of a batch into row groups.

use super::Evaluated;
use crate::error::Error;
use crate::plan::{Plan, files, layout};
use crate::run::batch::{Batch, Key, Order};
use crate::run::buffers::BufferPool;
use std::collections::HashMap;
use std::sync::Arc;
use tempered_flow::{Pool, Stage};
use tempered_store::{
    Buffers, EncodedGroup, EstimatorFiles, Layout, MetricsChunk, ShardEncoder, WeightsChunk,
};

/// Points of samples that one thread encodes in about a millisecond, all estimators together.
const FEW_POINTS: u64 = 8_192;

/// The stage behind the steps.
pub struct Encode {
    plan: Arc<Plan>,
    pool: Pool,
    /// A thread of its own, for rows that are few: those of the pool may be in trials that take minutes.
    aside: Pool,
    layout: Layout,
    /// Shards under way; more than one where trials come as they are done.
    open: HashMap<Key, ShardEncoder>,
    buffers: Arc<Buffers>,
    spent: Arc<BufferPool<WeightsChunk>>,
}

/// An order whose rows are encoded.
pub struct Encoded {
    /// Which trials these are.
    pub order: Order,
    /// Metrics rows per estimator of the order.
    pub metrics: Vec<Vec<MetricsChunk>>,
    /// Row groups that these rows filled, or at its end all that were left of the shard.
    pub groups: Vec<EncodedGroup>,
}

impl Encode {
    /// An encoding stage that works on the threads of a pool, or of another one where rows are few; chunks of weights that
    /// are done with go back to the pool `spent`.
    pub fn new(plan: Arc<Plan>, (pool, aside): (Pool, Pool), spent: Arc<BufferPool<WeightsChunk>>) -> Encode {
        let layout = layout(&plan);
        Encode { plan, pool, aside, layout, open: HashMap::new(), buffers: Arc::default(), spent }
    }

    fn begin(&self, order: &Order) -> Result<ShardEncoder, Error> {
        let files = order.estimators.iter().map(|estimator| files(&self.plan, *estimator, &order.shard));
        let files: Vec<EstimatorFiles> = files.collect();
        Ok(ShardEncoder::begin(order.shard.index, &self.layout, &files, &self.buffers)?)
    }
}

impl Stage for Encode {
    type In = Batch<Evaluated>;
    type Out = Batch<Encoded>;
    type Error = Error;

    fn run(&mut self, batch: Batch<Evaluated>) -> Result<Batch<Encoded>, Error> {
        let points =
            |order: &Order| (order.trials.end - order.trials.start) * self.plan.cells[order.shard.cell].size().numbers();
        let points: u64 = batch.parts.iter().map(|part| points(&part.order)).sum();
        let pool = if points <= FEW_POINTS { self.aside.clone() } else { self.pool.clone() };
        let mut batch = pool.install(|| batch.try_map(|part| self.encode(part)))?;
        if batch.parts.iter().all(|part| part.groups.is_empty()) {
            // What goes on is small; a batch that carries groups keeps its credit until they are written.
            batch.credit = None;
        }
        Ok(batch)
    }
}

impl Encode {
    fn encode(&mut self, rows: Evaluated) -> Result<Encoded, Error> {
        let Evaluated { order, metrics, weights } = rows;
        let mut encoder = match self.open.remove(&order.key()) {
            Some(encoder) => encoder,
            None => self.begin(&order)?,
        };
        let full = encoder.push_all(&metrics, weights)?;
        full.spent.into_iter().for_each(|chunk| self.spent.give(chunk));
        let mut groups = full.groups;
        if order.last {
            let rest = encoder.finish()?;
            rest.spent.into_iter().for_each(|chunk| self.spent.give(chunk));
            groups.extend(rest.groups);
        } else {
            self.open.insert(order.key(), encoder);
        }
        Ok(Encoded { order, metrics, groups })
    }
}
