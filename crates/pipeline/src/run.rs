//! Running a plan: what is there, the topology, the ending.

use crate::batch::Shelf;
use crate::error::Error;
use crate::live::{Live, LiveView};
use crate::live_record::LiveRecord;
use crate::overtime::{Clock, TrialLimit};
use crate::plan::{Plan, Shard};
use crate::rewrite::{Rewritten, rewrite};
use crate::sizes::{BATCH_POINTS, Sizes};
use crate::stage::{Aggregate, Shared};
use crate::todo::{Rewriting, Shards, Todo};
use crate::topology::{LONG, Lanes, Setting};
use crate::{record, resume, seal, stop, survey};
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tempered_flow::{Cancel, Closed, Failure, Meter, Pool, Reading, Report};
use tempered_store::{MetricsChunk, Place, RunDirectory};

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
    /// Seconds of a core from which on a trial goes through stages of its own instead of the steps of a slab.
    pub long: f64,
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
            long: LONG,
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
    /// Files of (estimator, shard) that were written anew with other columns, without fits.
    pub rewritten: u64,
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
    /// Files of (estimator, shard) that have been written anew with other columns, without fits.
    pub rewritten: u64,
    /// What is wrong with files for which that could not be done, one line each: they are computed again.
    pub unfit: Vec<String>,
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
    let pools = (pool(settings.threads)?, pool(1)?);
    let how = (settings, cancel, &pools.0);
    let (looked, Rewritten { shards: rewritten, unfit, .. }) =
        look(&plan, directory, how, (&mut live, &mut record))?;
    let Some(Todo { plan, todo, done, .. }) = looked else {
        return Ok(Outcome { ending: Ending::Stopped, trials: 0, rewritten, stages: Vec::new() });
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
    let work = Work::of(&plan, &todo);
    let stopped = AtomicBool::new(false);
    let sizes = Arc::new(Sizes::new(&plan, settings.threads, settings.batch_points, settings.paced));
    let (clock, _watched) = Clock::start(&plan, settings.trial_limit.clone(), 2 * settings.threads);
    let metrics = Arc::new(Shelf::new(settings.threads));
    let aggregate = Mutex::new(aggregate(&plan, &view, record, metrics.clone()));
    let setting = Setting {
        plan: &plan,
        directory,
        cancel,
        stopped: &stopped,
        pools: &pools,
        sizes: &sizes,
        clock: &clock,
        metrics: &metrics,
    };
    let Lanes { short, long } = Lanes::of(&plan, todo, settings.long);
    let long: Arc<[_]> = long.into_iter().map(|(shard, list)| (Arc::new(shard), list)).collect();
    // Scoring goes on while all threads train.
    let judges = if long.is_empty() { pools.1.clone() } else { pool(settings.threads)? };
    // What is done soon is there soon; long trials come behind it.
    let mut flows = Vec::new();
    if !short.is_empty() || long.is_empty() {
        flows.push(setting.fused(short, Shared(&aggregate)));
    }
    if !long.is_empty() {
        flows.push(setting.staged(&long, &judges, Shared(&aggregate)));
    }
    let meters: Vec<Arc<Meter>> = flows.iter().flat_map(Closed::meters).collect();
    let Work { trials, points, seconds } = work;
    watch(Watch {
        view: view.clone(),
        meters: meters.clone(),
        trials,
        points,
        work: seconds,
        rewritten,
        unfit,
    });
    let mut ended = true;
    for flow in flows {
        // A request that came with the last shards is obeyed too: to look at all files once more may take a while.
        ended &= finished(flow.run(cancel))? && !stopped.load(Relaxed) && !cancel.is_requested();
        if !ended {
            break;
        }
    }
    let ending = if ended { ending(directory, &asked, settings)? } else { Ending::Stopped };
    let stages = meters.iter().map(|meter| meter.read()).collect();
    Ok(Outcome { ending, trials: view.trials(), rewritten, stages })
}

/// What there is to do, once files that need no fits are written anew; `None` where a stop is asked for first.
fn look(
    plan: &Plan,
    directory: &RunDirectory,
    (settings, cancel, pool): (&Settings, &Cancel, &Pool),
    (live, record): (&mut Live, &mut LiveRecord),
) -> Result<(Option<Todo>, Rewritten), Error> {
    let mut look = |rewriting| {
        Todo::new(plan.clone(), directory, (settings, cancel), rewriting, (&mut *live, &mut *record))
    };
    let first = look(Rewriting::First)?;
    let Some(Todo { plan, rewrites, .. }) = first.as_ref().filter(|todo| !todo.rewrites.is_empty()) else {
        return Ok((first, Rewritten::default()));
    };
    if settings.only.is_none() {
        directory.remove_record(seal::RECORD)?;
    }
    let rewritten = rewrite(plan, directory, rewrites, (pool, cancel))?;
    let second = if rewritten.stopped { None } else { look(Rewriting::Tried)? };
    Ok((second, rewritten))
}

/// What a run has to do.
struct Work {
    trials: u64,
    points: u64,
    /// Of a core, by the catalogue.
    seconds: f64,
}

impl Work {
    fn of(plan: &Plan, todo: &Shards) -> Work {
        let size = |shard: &Shard| shard.trials.end - shard.trials.start;
        let seconds = |shard: &Shard| plan.groups(&plan.cells[shard.cell])[shard.group].seconds;
        Work {
            trials: todo.iter().map(|(shard, _)| size(shard)).sum(),
            points: todo.iter().map(|(shard, _)| size(shard) * plan.cells[shard.cell].n).sum(),
            seconds: todo.iter().map(|(shard, _)| size(shard) as f64 * seconds(shard)).sum(),
        }
    }
}

fn pool(threads: usize) -> Result<Pool, Error> {
    Pool::new(threads).map_err(|error| Error::Pool(error.to_string()))
}

/// Whether a flow came to its end; false where it was stopped.
fn finished(ended: Result<Report, Failure<Error>>) -> Result<bool, Error> {
    match ended {
        Ok(_) => Ok(true),
        Err(Failure::Aborted | Failure::Stage { source: Error::Stopped, .. }) => Ok(false),
        Err(Failure::Stage { stage, source }) => Err(Error::Stage { stage, source: Box::new(source) }),
        Err(Failure::Thread { stage, source }) => {
            Err(Error::Pool(format!("cannot start the thread of stage {stage}: {source}")))
        }
        Err(Failure::Panicked { stage, message }) => Err(Error::Panicked { stage, message }),
    }
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
        pending: HashMap::new(),
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
