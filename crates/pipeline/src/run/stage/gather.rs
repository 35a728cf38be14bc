//! Puts rows that come as their trials are done into the order of trials, shard by shard.

use super::{Evaluated, Rows};
use crate::error::Error;
use crate::plan::Shard;
use crate::run::batch::{Batch, Order};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tempered_flow::Stage;
use tempered_store::{MetricsChunk, WeightsChunk};

/// A shard and positions of estimators.
type Part = (Arc<Shard>, Arc<[usize]>);
/// Rows of neighbouring trials, one pair an estimator.
type Chunks = Vec<(MetricsChunk, WeightsChunk)>;

/// The stage between trials that take long and the encoder. Slabs say by their order which of the parts they belong to.
pub struct Gather {
    parts: Arc<[Part]>,
    open: HashMap<usize, Open>,
}

/// What is known of a shard under way.
struct Open {
    /// The first trial that has not been handed on.
    next: u64,
    /// Rows that wait for others before them, by their first trial.
    waiting: BTreeMap<u64, Chunks>,
}

impl Gather {
    /// One for the slabs of these parts.
    pub fn new(parts: Arc<[Part]>) -> Gather {
        Gather { parts, open: HashMap::new() }
    }
}

impl Stage for Gather {
    type In = Rows;
    type Out = Batch<Evaluated>;
    type Error = Error;

    /// Hands on all rows before which none is missing; often there are none.
    fn run(&mut self, rows: Rows) -> Result<Batch<Evaluated>, Error> {
        let Rows { order, chunks } = rows;
        let (shard, estimators) = &self.parts[order];
        let open = self.open.entry(order);
        let open = open.or_insert_with(|| Open { next: shard.trials.start, waiting: BTreeMap::new() });
        let first = chunks.first().and_then(|(metrics, _)| metrics.trial.first().copied());
        open.waiting.extend(first.map(|first| (first, chunks)));
        let start = open.next;
        let mut metrics: Vec<Vec<MetricsChunk>> = estimators.iter().map(|_| Vec::new()).collect();
        let mut weights: Vec<Vec<WeightsChunk>> = estimators.iter().map(|_| Vec::new()).collect();
        while let Some(entry) = open.waiting.first_entry().filter(|entry| *entry.key() == open.next) {
            let chunks = entry.remove();
            open.next += chunks.first().map_or(0, |(metrics, _)| metrics.trial.len() as u64);
            for (e, (metric, weight)) in chunks.into_iter().enumerate() {
                metrics[e].push(metric);
                weights[e].push(weight);
            }
        }
        let trials = start..open.next;
        let last = trials.end == shard.trials.end;
        let order_of = Order { shard: shard.clone(), estimators: estimators.clone(), trials, last };
        if last {
            self.open.remove(&order);
        }
        let part = Evaluated { order: order_of, metrics, weights };
        let is_empty = part.order.trials.is_empty();
        Ok(Batch { parts: if is_empty { Vec::new() } else { vec![part] }, credit: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(order: usize, trials: std::ops::Range<u64>) -> Rows {
        let metrics = MetricsChunk { trial: trials.collect(), ..MetricsChunk::default() };
        Rows { order, chunks: vec![(metrics, WeightsChunk::default())] }
    }

    #[test]
    fn rows_come_out_in_the_order_of_trials_whatever_order_they_come_in() {
        let shard = |index: u32, trials| Arc::new(Shard { cell: 0, group: 0, index, trials });
        let one: Arc<[usize]> = Arc::new([4]);
        let parts = [(shard(0, 0..5), one.clone()), (shard(1, 5..7), one.clone())];
        let mut gather = Gather::new(Arc::new(parts));
        let mut out = Vec::new();
        for (order, trials) in [(0, 1..2), (1, 6..7), (0, 2..4), (1, 5..6), (0, 0..1), (0, 4..5)] {
            for Evaluated { order, metrics, .. } in gather.run(rows(order, trials)).unwrap().parts {
                let there: Vec<u64> = metrics[0].iter().flat_map(|chunk| chunk.trial.clone()).collect();
                assert_eq!(there, order.trials.clone().collect::<Vec<_>>());
                out.push((order.shard.index, order.trials, order.last));
            }
        }
        assert_eq!(out, [(1, 5..7, true), (0, 0..4, false), (0, 4..5, true)]);
        assert!(gather.open.is_empty());
    }
}
