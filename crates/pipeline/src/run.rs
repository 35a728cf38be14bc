//! Running a plan: the whole topology, steps and stages.

use crate::batch::{Order, Shelf};
use crate::error::Error;
use crate::live::{Live, LiveView};
use crate::live_record::LiveRecord;
use crate::overtime::{Clock, TrialLimit};
use crate::plan::{Plan, Shard};
use crate::sizes::{BATCH_POINTS, Sizes};
use crate::stage::{Aggregate, Encode, Evaluate, Evaluated, Generate, Store, Train};
use crate::todo::Todo;
use crate::{record, resume, seal, survey};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;
use tempered_flow::{Cancel, Credits, Failure, Flow, Meter, Pool, Reading, Report, Steps};
use tempered_store::{MetricsChunk, Place, RunDirectory};

/// Batches that wait between two stages at most.
const CAPACITY: usize = 2;
/// Encoded batches that wait for the disk at most: most of them carry rows for the live summary and nothing to write.
const ENCODED: usize = 16;
/// Where and how fast to run: nothing here changes a number.
#[derive(Clone)]
pub struct Settings {
    /// Threads of the pool.
    pub threads: usize,
    /// This share of the shards: (k, of), k from 1.
    pub share: (u64, u64),
    /// When to stop taking new shards.
    pub deadline: Option<Instant>,
    /// Points of samples a batch and thread at most, and those that trials count for besides.
    pub batch_points: u64,
    /// Whether batches are shorter where trials take long, so that progress is seen.
    pub paced: bool,
    /// Do these files only; all that are missing where there is no such list.
    pub only: Option<BTreeSet<Place>>,
    /// How long a trial may take.
    pub trial_limit: Option<TrialLimit>,
}

impl Default for Settings {
    fn default() -> Settings {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Settings {
            threads,
            share: (1, 1),
            deadline: None,
            batch_points: BATCH_POINTS,
            paced: true,
            only: None,
            trial_limit: None,
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every shard of the study is on disk.
    Complete,
    /// This share is done, other shards are missing.
    ShareDone,
    /// Stopped by a signal or the time limit; the same command goes on.
    Stopped,
}

/// What a run did.
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// Trials worked off by this run.
    pub trials: u64,
    /// The meters of the stages and steps at the end, in order.
    pub stages: Vec<Reading>,
}

/// What a watcher sees of a run.
pub struct Watch {
    /// Live summaries.
    pub view: LiveView,
    /// Meters of the stages and steps, in order.
    pub meters: Vec<Arc<Meter>>,
    /// Trials this run has to do.
    pub trials: u64,
    /// Sample points in them.
    pub points: u64,
}

/// Runs what is missing of `plan` in `directory`.
///
/// `watch` is called once, before the first batch.
///
/// # Errors
/// The first error of a stage; a plan that differs from what is on disk.
pub fn run(
    plan: Plan,
    directory: &RunDirectory,
    settings: &Settings,
    cancel: &Cancel,
    watch: impl FnOnce(Watch),
) -> Result<Outcome, Error> {
    let asked = plan.clone();
    let _hold = directory.begin(
        || record::agree(&plan.clone().in_directory(directory)?, directory),
        || {
            // A run that works here has begun with the records of the study that it works on.
            let same = record::is_recorded(&plan.clone().in_directory(directory)?, directory)?;
            if same { Ok(()) } else { Err(Error::OtherStudy { directory: directory.root().to_path_buf() }) }
        },
    )?;
    let plan = plan.in_directory(directory)?;
    let mut live = Live::of(&plan);
    let mut record = LiveRecord::open(directory, settings.share, &mut live);
    let Todo { plan, todo, done } = Todo::new(plan, directory, settings, (&mut live, &mut record))?;
    if !todo.is_empty() && settings.only.is_none() {
        // It would be of what was there before. While files are mended it says which there have to be.
        directory.remove_record(seal::RECORD)?;
    }
    for (shard, complete) in &done {
        if resume::recount(&plan, directory, shard, complete, &mut live)? {
            record.outdate();
        }
    }
    let view = LiveView::default();
    view.update(|empty| *empty = live);
    let size = |shard: &Shard| shard.trials.end - shard.trials.start;
    let trials = todo.iter().map(|(shard, _)| size(shard)).sum();
    let points = todo.iter().map(|(shard, _)| size(shard) * plan.cells[shard.cell].n).sum();
    let pool = Pool::new(settings.threads).map_err(|error| Error::Pool(error.to_string()))?;
    let stopped = std::sync::atomic::AtomicBool::new(false);
    let sizes = Arc::new(Sizes::new(&plan, settings.threads, settings.batch_points, settings.paced));
    let orders = Orders { plan: &plan, settings, cancel, stopped: &stopped, todo, sizes: &sizes };
    let (clock, _watched) = Clock::start(&plan, settings.trial_limit.clone(), settings.threads);
    let threads = settings.threads;
    let (samples, fits) = (Arc::new(Shelf::new(threads)), Arc::new(Shelf::new(threads)));
    let (weights, metrics) = (Arc::new(Shelf::new(threads)), Arc::new(Shelf::new(threads)));
    let steps = Steps::first(
        "generate",
        Generate { plan: plan.clone(), shelf: samples.clone(), laws: Shelf::new(threads) },
    )
    .then(
        "train",
        Train { plan: plan.clone(), shelf: fits.clone(), benches: Shelf::new(threads), clock: clock.clone() },
    )
    .then(
        "evaluate",
        Evaluate {
            plan: plan.clone(),
            columns: plan.scores().len(),
            samples,
            fits,
            weights: weights.clone(),
            metrics: metrics.clone(),
            scorers: Shelf::new(threads),
            clock,
            sizes: sizes.clone(),
        },
    );
    let cut = |order: &Order| order.slabs(sizes.slab(order.shard.cell, plan.cells[order.shard.cell].n));
    let flow = Flow::source("plan", CAPACITY, orders.batches())
        .steps(("trials", CAPACITY), &pool, cut, steps, Evaluated::gather)
        .stage("encode", ENCODED, Encode::new(plan.clone(), pool, weights))
        .stage("store", CAPACITY, Store::new(plan.clone(), directory.clone()))
        .sink("aggregate", aggregate(&plan, &view, record, metrics));
    let meters = flow.meters();
    watch(Watch { view: view.clone(), meters: meters.clone(), trials, points });
    let ended: Result<Report, Failure<Error>> = flow.run(cancel);
    let ending = match ended {
        Ok(_) if stopped.load(std::sync::atomic::Ordering::Relaxed) => Ending::Stopped,
        Ok(_) => ending(directory, &asked, settings)?,
        Err(Failure::Aborted) => Ending::Stopped,
        Err(Failure::Stage { stage, source }) => {
            return Err(Error::Stage { stage, source: Box::new(source) });
        }
        Err(Failure::Thread { stage, source }) => {
            return Err(Error::Pool(format!("cannot start the thread of stage {stage}: {source}")));
        }
        Err(Failure::Panicked { stage, message }) => return Err(Error::Panicked { stage, message }),
    };
    let stages = meters.iter().map(|meter| meter.read()).collect();
    Ok(Outcome { ending, trials: view.trials(), stages })
}

fn aggregate(
    plan: &Arc<Plan>,
    view: &LiveView,
    record: LiveRecord,
    spent: Arc<Shelf<MetricsChunk>>,
) -> Aggregate {
    Aggregate {
        plan: plan.clone(),
        view: view.clone(),
        record,
        spent,
        pending: Vec::new(),
        due: Instant::now(),
    }
}

/// Complete if no shard of any share is missing. What is complete is sealed.
fn ending(directory: &RunDirectory, asked: &Plan, settings: &Settings) -> Result<Ending, Error> {
    let plan = asked.clone().in_directory(directory)?;
    if plan.growing && survey::is_even(&plan, directory)? {
        record::settle(&plan, directory)?;
    }
    // Where there are no locks, a run of another study may have recorded it meanwhile, and seals what it completes.
    let same = record::is_recorded(&plan, directory)?;
    let all = same && settings.share.1 == 1 && settings.only.is_none();
    if !all && !resume::complete(&plan, directory)? {
        return Ok(Ending::ShareDone);
    }
    if same {
        if settings.only.is_some() {
            directory.remove_record(seal::RECORD)?;
        }
        seal::seal(directory)?;
    }
    Ok(Ending::Complete)
}

/// The source: shards cut into batches. Asked to stop, it ends after the shard it is in.
struct Orders<'a> {
    plan: &'a Plan,
    settings: &'a Settings,
    cancel: &'a Cancel,
    stopped: &'a std::sync::atomic::AtomicBool,
    todo: Vec<(Shard, Arc<[usize]>)>,
    sizes: &'a Sizes,
}

impl<'a> Orders<'a> {
    fn batches(self) -> impl Iterator<Item = Result<Order, Error>> + Send + 'a {
        let Orders { plan, settings, cancel, stopped, todo, sizes } = self;
        let credits = Credits::new(sizes.credits());
        todo.into_iter()
            .take_while(move |_| {
                let late = settings.deadline.is_some_and(|deadline| Instant::now() >= deadline);
                let stop = late || cancel.is_requested();
                stopped.fetch_or(stop, std::sync::atomic::Ordering::Relaxed);
                !stop
            })
            .flat_map(move |(shard, estimators)| {
                let n = plan.cells[shard.cell].n;
                let shard = Arc::new(shard);
                let (credits, mut next) = (credits.clone(), shard.trials.start);
                std::iter::from_fn(move || {
                    let (start, stop) = (next, shard.trials.end);
                    if start == stop {
                        return None;
                    }
                    let rows = sizes.batch(shard.cell, n).min(stop - start);
                    next = start + rows;
                    Some(Ok(Order {
                        last: next == stop,
                        trials: start..next,
                        shard: shard.clone(),
                        estimators: estimators.clone(),
                        credit: Some(credits.acquire(sizes.cost(rows, n))),
                    }))
                })
            })
    }
}
