//! Encodes the rows of a batch into row groups.

use super::Evaluated;
use crate::batch::{Order, Shelf};
use crate::error::Error;
use crate::files::{files, layout};
use crate::plan::Plan;
use std::sync::Arc;
use tempered_flow::{Pool, Stage};
use tempered_store::{
    Buffers, EncodedGroup, EstimatorFiles, Layout, MetricsChunk, ShardEncoder, WeightsChunk,
};

/// The stage behind the steps.
pub struct Encode {
    plan: Arc<Plan>,
    pool: Pool,
    layout: Layout,
    open: Option<ShardEncoder>,
    buffers: Arc<Buffers>,
    spent: Arc<Shelf<WeightsChunk>>,
}

/// A batch whose rows are encoded.
pub struct Encoded {
    /// Which trials these are.
    pub order: Order,
    /// Metrics rows per estimator of the order.
    pub metrics: Vec<Vec<MetricsChunk>>,
    /// Row groups that this batch filled, or at its end all that were left of the shard.
    pub groups: Vec<EncodedGroup>,
}

impl Encode {
    /// An encoding stage; chunks of weights that are done with go to the shelf `spent`.
    pub fn new(plan: Arc<Plan>, pool: Pool, spent: Arc<Shelf<WeightsChunk>>) -> Encode {
        let layout = layout(&plan);
        Encode { plan, pool, layout, open: None, buffers: Arc::default(), spent }
    }

    fn begin(&self, order: &Order) -> Result<ShardEncoder, Error> {
        let files = order.estimators.iter().map(|estimator| files(&self.plan, *estimator, &order.shard));
        let files: Vec<EstimatorFiles> = files.collect();
        Ok(ShardEncoder::begin(order.shard.index, &self.layout, &files, &self.buffers)?)
    }
}

impl Stage for Encode {
    type In = Evaluated;
    type Out = Encoded;
    type Error = Error;

    fn run(&mut self, batch: Evaluated) -> Result<Encoded, Error> {
        let Evaluated { mut order, metrics, weights } = batch;
        let mut encoder = match self.open.take() {
            Some(encoder) => encoder,
            None => self.begin(&order)?,
        };
        let last = order.last;
        let (groups, open) = self.pool.install(|| -> Result<_, Error> {
            let full = encoder.push_all(&metrics, weights)?;
            full.spent.into_iter().for_each(|chunk| self.spent.give(chunk));
            let mut groups = full.groups;
            if !last {
                return Ok((groups, Some(encoder)));
            }
            let rest = encoder.finish()?;
            rest.spent.into_iter().for_each(|chunk| self.spent.give(chunk));
            groups.extend(rest.groups);
            Ok((groups, None))
        })?;
        self.open = open;
        if groups.is_empty() {
            // What goes on is small; a batch that carries groups keeps its credit until they are written.
            order.credit = None;
        }
        Ok(Encoded { order, metrics, groups })
    }
}
