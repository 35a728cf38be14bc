//! Writes row groups; the files of a shard appear when its last batch has been written, those of a batch together.

use super::Encoded;
use crate::directory::placing;
use crate::error::Error;
use crate::plan::{Plan, Shard, files, layout};
use crate::run::batch::{Batch, Key};
use crate::run::publish::Publisher;
use std::collections::HashMap;
use std::sync::Arc;
use tempered_flow::Stage;
use tempered_store::{EstimatorFiles, Layout, MetricsChunk, RunDirectory, ShardWriter};

/// The stage behind the encoder. It waits for the disk while the pool works on.
pub struct Store<'a> {
    plan: Arc<Plan>,
    directory: RunDirectory,
    /// Takes finished shards elsewhere.
    publisher: Option<&'a Publisher>,
    layout: Layout,
    /// Shards under way.
    open: HashMap<Key, ShardWriter>,
}

/// What was written of an order.
pub struct Receipt {
    /// The shard.
    pub shard: Arc<Shard>,
    /// Positions of the estimators.
    pub estimators: Arc<[usize]>,
    /// Metrics rows per estimator.
    pub metrics: Vec<Vec<MetricsChunk>>,
    /// Whether the shard's files are now in place.
    pub committed: bool,
}

impl Store<'_> {
    /// A store stage that writes into this directory, from where a publisher takes finished shards.
    pub fn new(plan: Arc<Plan>, directory: RunDirectory, publisher: Option<&Publisher>) -> Store<'_> {
        let layout = layout(&plan);
        Store { plan, directory, publisher, layout, open: HashMap::new() }
    }
}

impl Stage for Store<'_> {
    type In = Batch<Encoded>;
    type Out = Vec<Receipt>;
    type Error = Error;

    fn run(&mut self, batch: Batch<Encoded>) -> Result<Vec<Receipt>, Error> {
        let mut whole = Vec::new();
        let receipts = batch.try_map(|part| self.store(part, &mut whole))?.parts;
        let (writers, placed): (Vec<ShardWriter>, Vec<Part>) = whole.into_iter().unzip();
        let judge = |place: usize, position: usize, table| {
            let (shard, estimators) = &placed[place];
            placing(&self.plan, &self.directory, shard, estimators[position], table)
        };
        ShardWriter::commit_all(writers, judge)?;
        if let Some(publisher) = self.publisher {
            publisher.publish(&self.plan, &placed)?;
        }
        Ok(receipts)
    }
}

/// A shard and its estimators.
type Part = (Arc<Shard>, Arc<[usize]>);
/// A shard whose row groups are all written.
type Whole = (ShardWriter, Part);

impl Store<'_> {
    fn store(&mut self, part: Encoded, whole: &mut Vec<Whole>) -> Result<Receipt, Error> {
        let Encoded { order, metrics, groups } = part;
        let mut writer = match self.open.remove(&order.key()) {
            Some(writer) => writer,
            None => {
                let files: Vec<EstimatorFiles> =
                    order.estimators.iter().map(|e| files(&self.plan, *e, &order.shard)).collect();
                ShardWriter::begin(&self.directory, order.shard.index, &self.layout, &files)?
            }
        };
        writer.append(groups)?;
        if order.last {
            whole.push((writer, (order.shard.clone(), order.estimators.clone())));
        } else {
            self.open.insert(order.key(), writer);
        }
        Ok(Receipt { shard: order.shard, estimators: order.estimators, metrics, committed: order.last })
    }
}
