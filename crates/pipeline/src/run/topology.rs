//! The two topologies of a run, each one expression.
//!
//! `generate ═► train ═► evaluate` are stages where trials take long: what is done goes on to be scored and written while
//! other trials are still trained. Where trials are short, the three are steps of a slab, which stays in the caches of one
//! thread: handing trials on one by one costs some ten microseconds each. Files have the same bytes either way.

use super::batch::{Batch, Order};
use super::buffers::BufferPool;
use super::orders::{Admits, Orders, trials};
use super::publish::Publisher;
use super::sizes::{LARGE, Sizes};
use super::stage::{Aggregate, Encode, Evaluate, Evaluated, Gather, Generate, Shared, Store, Train};
use super::watchdog::Watchdog;
use crate::directory::Shards;
use crate::error::Error;
use crate::plan::{Plan, Shard};
use crate::spec::{Costs, Size};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempered_flow::{Cancel, Closed, Flow, Pool, Steps};
use tempered_store::{MetricsChunk, RunDirectory, WeightsChunk};

/// Seconds of a core from which on a trial takes long, by the catalogue's costs: handing it on from stage to stage takes less
/// than a hundredth of that.
pub(crate) const LONG: f64 = 0.01;
/// Batches that wait between two stages at most.
const CAPACITY: usize = 2;
/// Encoded batches that wait for the disk at most: most of them carry rows for the live summary and nothing to write.
const ENCODED: usize = 16;

/// Positions of estimators.
type List = Arc<[usize]>;
/// Shards of long trials, each with the estimators whose files it lacks.
type Long = Arc<[(Arc<Shard>, List)]>;

/// What is to be done, by the topology that does it.
pub(crate) struct Lanes {
    /// Shards of short trials.
    pub short: Shards,
    /// Shards of long ones.
    pub long: Long,
}

impl Lanes {
    /// Those whose trials take `from` seconds go through stages, quick ones first, or costly ones. Estimators of one shard may go
    /// different ways.
    pub fn of(plan: &Plan, todo: Shards, from: f64, costly_first: bool) -> Lanes {
        let costs = Costs::new(&plan.study);
        let mut known: BTreeMap<(Size, Vec<usize>), [List; 2]> = BTreeMap::new();
        let mut all_long: Shards = Vec::new();
        let mut sort = |(shard, estimators): (Shard, List)| {
            let size = plan.cells[shard.cell].size();
            let ways = known.entry((size, estimators.to_vec())).or_insert_with(|| {
                // Distances want the reference of the same sample.
                let reference = plan.reference_position().map_or(0.0, |position| costs.of(position, size));
                // Large trials take turns, since memory bounds how many are at work.
                let is_long =
                    |e: &usize| size.numbers() <= LARGE && costs.of(*e, size) + reference >= 1e9 * from;
                let (long, short): (Vec<usize>, Vec<usize>) = estimators.iter().copied().partition(is_long);
                [short.into(), long.into()]
            });
            let [short, long] = ways.clone();
            if !long.is_empty() {
                all_long.push((shard.clone(), long));
            }
            (!short.is_empty()).then_some((shard, short))
        };
        // Of this form the list stays where it is: there may be a million shards.
        let short: Shards = todo.into_iter().filter_map(&mut sort).collect();
        let cost = |(shard, list): &(Shard, List)| -> f64 {
            let size = plan.cells[shard.cell].size();
            list.iter().map(|e| costs.of(*e, size)).sum()
        };
        // Slow ones would keep all threads from those behind them.
        // Costs are positive: their bits have their order.
        all_long.sort_by_cached_key(|part| cost(part).to_bits());
        if costly_first {
            all_long.reverse();
        }
        let shared = all_long.into_iter().map(|(shard, list)| (Arc::new(shard), list));
        Lanes { short, long: shared.collect() }
    }
}

/// What both topologies are made from.
pub(crate) struct Setting<'a> {
    pub plan: &'a Arc<Plan>,
    pub directory: &'a RunDirectory,
    /// Takes finished shards elsewhere, where the directory is this process's alone.
    pub publisher: Option<&'a Publisher>,
    pub cancel: &'a Cancel,
    /// Which shards are this process's, where others share the work.
    pub admits: Admits<'a>,
    /// Told where a stop leaves something undone.
    pub stopped: &'a AtomicBool,
    /// The threads that train, and one for rows that are few.
    pub pools: &'a (Pool, Pool),
    pub sizes: &'a Arc<Sizes>,
    pub watchdog: &'a Watchdog,
    /// How long a program may take for a trial.
    pub limit: Option<Duration>,
    /// Rows that were counted come back here.
    pub metrics: &'a Arc<BufferPool<MetricsChunk>>,
}

impl<'a> Setting<'a> {
    /// The flows of a run in their order: what is done soon is there soon; long trials, which `judges` score, come behind it.
    pub fn flows(
        &self,
        short: Shards,
        (long, judges): (&'a Long, &Pool),
        aggregate: &'a Mutex<Aggregate>,
    ) -> Vec<Closed<'a, Error>> {
        let mut flows = Vec::new();
        if !short.is_empty() || long.is_empty() {
            flows.push(self.fused(short, Shared(aggregate)));
        }
        if !long.is_empty() {
            flows.push(self.staged(long, judges, Shared(aggregate)));
        }
        flows
    }

    /// Short trials: plan → (generate, train, evaluate) → encode → store → aggregate.
    fn fused(&self, todo: Shards, aggregate: Shared<'a>) -> Closed<'a, Error> {
        let Setting { plan, directory, publisher, cancel, admits, stopped, pools, sizes, .. } = *self;
        let weights = Arc::new(BufferPool::new(pools.0.threads()));
        let (generate, train, evaluate) = self.steps(&weights, self.watchdog.clone());
        let steps = Steps::first("generate", generate).then("train", train).then("evaluate", evaluate);
        let cut = move |batch: &Batch<Order>| {
            let slabs = |(position, order): (usize, &Order)| {
                let size = plan.cells[order.shard.cell].size();
                let rows = sizes.slab(&order.shard, size, plan.asks(&order.estimators));
                order.slabs(position, rows).collect::<Vec<_>>()
            };
            batch.parts.iter().enumerate().flat_map(slabs).collect()
        };
        Flow::source("plan", CAPACITY, Orders::new(plan, (cancel, stopped), (todo, admits), sizes))
            .steps(("trials", CAPACITY), &pools.0, cut, steps, Evaluated::gather)
            .stage("encode", ENCODED, Encode::new(plan.clone(), pools.clone(), weights))
            .stage("store", CAPACITY, Store::new(plan.clone(), directory.clone(), publisher))
            .sink("aggregate", aggregate)
    }

    /// Long trials: plan → generate → train → evaluate → gather → encode → store → aggregate. `judges` score, while the
    /// threads that train are at work.
    fn staged(&self, parts: &'a Long, judges: &Pool, aggregate: Shared<'a>) -> Closed<'a, Error> {
        let Setting { plan, directory, publisher, cancel, admits, stopped, pools: (pool, aside), .. } = *self;
        let weights = Arc::new(BufferPool::new(pool.threads()));
        let (generate, train, evaluate) = self.steps(&weights, self.watchdog.behind(pool.threads()));
        let ahead = pool.threads();
        let aside_alone = (aside.clone(), aside.clone());
        Flow::source("plan", CAPACITY, trials(parts, admits, (cancel, stopped)))
            .workers(("generate", ahead), aside, generate)
            .workers(("train", ahead), pool, train)
            .workers(("evaluate", ahead), judges, evaluate)
            .stage("gather", ENCODED, Gather::new(parts.clone()))
            .stage("encode", ENCODED, Encode::new(plan.clone(), aside_alone, weights))
            .stage("store", CAPACITY, Store::new(plan.clone(), directory.clone(), publisher))
            .sink("aggregate", aggregate)
    }

    /// The steps, or stages, that make rows of trials; evaluation has a watchdog of its own.
    fn steps(
        &self,
        weights: &Arc<BufferPool<WeightsChunk>>,
        judging: Watchdog,
    ) -> (Generate, Train, Evaluate) {
        let Setting { plan, cancel, pools, sizes, watchdog, metrics, .. } = *self;
        let threads = pools.0.threads();
        let (samples, fits) = (Arc::new(BufferPool::new(threads)), Arc::new(BufferPool::new(threads)));
        let generate =
            Generate { plan: plan.clone(), buffers: samples.clone(), laws: BufferPool::new(threads) };
        let train = Train {
            plan: plan.clone(),
            buffers: fits.clone(),
            benches: BufferPool::new(threads),
            watchdog: watchdog.clone(),
            cancel: cancel.clone(),
            limit: self.limit,
        };
        let evaluate = Evaluate {
            plan: plan.clone(),
            columns: plan.scores().len(),
            samples,
            fits,
            weights: weights.clone(),
            metrics: metrics.clone(),
            scorers: BufferPool::new(threads),
            watchdog: judging,
            sizes: sizes.clone(),
            cancel: cancel.clone(),
        };
        (generate, train, evaluate)
    }
}
