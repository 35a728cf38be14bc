//! Running a plan: the whole topology, steps and stages.

use crate::batch::{Batch, Order, Shelf};
use crate::error::Error;
use crate::live::{Live, LiveView};
use crate::live_record::LiveRecord;
use crate::overtime::{Clock, TrialLimit};
use crate::plan::{Plan, Shard};
use crate::sizes::{BATCH_POINTS, Sizes};
use crate::stage::{Aggregate, Encode, Evaluate, Evaluated, Generate, Store, Train};
use crate::todo::Todo;
use crate::{record, resume, seal, stop, survey};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
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
    /// When to stop.
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
    /// Seconds of a core that they take by the catalogue.
    pub work: f64,
}

/// Runs what is missing of `plan` in `directory`.
///
/// `watch` is called once, before the first batch. A stop that `cancel` is asked for is obeyed between two trials, after a
/// grace of 1.5 seconds in which shards in hand may be finished; at the deadline `cancel` is asked for one.
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
    let _limits = stop::watch(cancel, settings.deadline);
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
    let Some(Todo { plan, todo, done }) =
        Todo::new(plan, directory, (settings, cancel), (&mut live, &mut record))?
    else {
        return Ok(Outcome { ending: Ending::Stopped, trials: 0, stages: Vec::new() });
    };
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
    let seconds = |shard: &Shard| plan.groups(&plan.cells[shard.cell])[shard.group].seconds;
    let work = todo.iter().map(|(shard, _)| size(shard) as f64 * seconds(shard)).sum();
    let pool = Pool::new(settings.threads).map_err(|error| Error::Pool(error.to_string()))?;
    let aside = Pool::new(1).map_err(|error| Error::Pool(error.to_string()))?;
    let stopped = AtomicBool::new(false);
    let sizes = Arc::new(Sizes::new(&plan, settings.threads, settings.batch_points, settings.paced));
    let orders = Orders {
        plan: &plan,
        cancel,
        stopped: &stopped,
        todo: todo.into_iter(),
        open: None,
        sizes: &sizes,
        credits: Credits::new(sizes.credits()),
    };
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
        Train {
            plan: plan.clone(),
            shelf: fits.clone(),
            benches: Shelf::new(threads),
            clock: clock.clone(),
            cancel: cancel.clone(),
        },
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
            cancel: cancel.clone(),
        },
    );
    let cut = |batch: &Batch<Order>| {
        let slabs = |(position, order): (usize, &Order)| {
            let rows = sizes.slab(&order.shard, plan.cells[order.shard.cell].n);
            order.slabs(position, rows).collect::<Vec<_>>()
        };
        batch.parts.iter().enumerate().flat_map(slabs).collect()
    };
    let flow = Flow::source("plan", CAPACITY, orders)
        .steps(("trials", CAPACITY), &pool, cut, steps, Evaluated::gather)
        .stage("encode", ENCODED, Encode::new(plan.clone(), (pool, aside), weights))
        .stage("store", CAPACITY, Store::new(plan.clone(), directory.clone()))
        .sink("aggregate", aggregate(&plan, &view, record, metrics));
    let meters = flow.meters();
    watch(Watch { view: view.clone(), meters: meters.clone(), trials, points, work });
    let ended: Result<Report, Failure<Error>> = flow.run(cancel);
    let ending = match ended {
        // A request that came with the last shards is obeyed too: to look at all files once more may take a while.
        Ok(_) if stopped.load(Relaxed) || cancel.is_requested() => Ending::Stopped,
        Ok(_) => ending(directory, &asked, settings)?,
        Err(Failure::Aborted | Failure::Stage { source: Error::Stopped, .. }) => Ending::Stopped,
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
    cancel: &'a Cancel,
    stopped: &'a AtomicBool,
    todo: std::vec::IntoIter<(Shard, Arc<[usize]>)>,
    /// The shard it is in, and the first trial of it that is in no batch yet.
    open: Option<(Open, u64)>,
    sizes: &'a Sizes,
    credits: Credits,
}

/// A shard, and the estimators whose files it lacks.
type Open = (Arc<Shard>, Arc<[usize]>);

impl Orders<'_> {
    /// The shard it is in, or the next one; none where there is none or a stop is asked for.
    fn shard(&mut self) -> Option<(Open, u64)> {
        let open = self.open.take();
        if open.is_some() || self.todo.as_slice().is_empty() {
            return open;
        }
        if self.cancel.is_requested() {
            self.stopped.store(true, Relaxed);
            return None;
        }
        self.todo.next().map(|(shard, estimators)| {
            let start = shard.trials.start;
            ((Arc::new(shard), estimators), start)
        })
    }
}

impl Iterator for Orders<'_> {
    type Item = Result<Batch<Order>, Error>;

    /// A batch goes on with the next shard where the last one ends early, as [`Sizes::takes`] allows: one after the other,
    /// shards of few long trials would leave threads without work.
    fn next(&mut self) -> Option<Self::Item> {
        let (mut parts, mut room, mut points, mut seconds) = (Vec::<Order>::new(), 1.0, 0, 0.0);
        while let Some(((shard, estimators), start)) = self.shard() {
            let alike = |part: &Order| (part.shard.cell, part.shard.group) == (shard.cell, shard.group);
            let cell = &self.plan.cells[shard.cell];
            let group = &self.plan.groups(cell)[shard.group];
            seconds += (shard.trials.end - start) as f64 * group.seconds;
            let most = self.sizes.batch(&shard, cell.n) as f64;
            let rows = (room * most) as u64;
            let full = !parts.is_empty() && rows == 0;
            if full || !self.sizes.takes(parts.len(), parts.iter().all(alike), seconds) {
                self.open = Some(((shard, estimators), start));
                break;
            }
            let end = shard.trials.end.min(start + rows.max(1));
            let last = end == shard.trials.end;
            room -= (end - start) as f64 / most;
            points += (end - start) * cell.n;
            parts.push(Order {
                shard: shard.clone(),
                estimators: estimators.clone(),
                trials: start..end,
                last,
            });
            if !last {
                self.open = Some(((shard, estimators), end));
                break;
            }
        }
        let credit = || Some(self.credits.acquire(self.sizes.cost(points)));
        (!parts.is_empty()).then(|| Ok(Batch { credit: credit(), parts }))
    }
}
