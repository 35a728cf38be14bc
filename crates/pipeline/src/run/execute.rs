//! Running a plan: survey, topology, ending.

use super::buffers::BufferPool;
use super::claims::InDirectory;
use super::ending::{ending, finished};
use super::joined::{self, Sharing};
use super::orders::Admits;
use super::outcome::{Ending, Outcome, Watch};
use super::programs::greet;
use super::publish::Publisher;
use super::settings::Settings;
use super::sizes::Sizes;
use super::stage::Aggregate;
use super::stop;
use super::survey::{Surveyed, Work, begin, survey};
use super::topology::{Lanes, Setting};
use super::watchdog::Watchdog;
use crate::directory::{Change, Rewritten, Shards, absent, seal, whole};
use crate::error::Error;
use crate::live::{Live, LiveRecord, LiveView};
use crate::plan::{Plan, Shard};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use tempered_flow::{Cancel, Closed, Meter, Pool, Reading};
use tempered_store::RunDirectory;

/// Runs what is missing of `plan` in `directory`.
///
/// `watch` is called once, before the first batch. A stop that `cancel` is asked for is obeyed between two trials, after a
/// grace of 1.5 seconds in which shards in hand may be finished; at the deadline `cancel` is asked for one.
///
/// # Errors
/// The first error of a stage; a plan that differs from what is on disk; a table that cannot be read.
pub fn run(
    plan: Plan,
    directory: &RunDirectory,
    settings: &Settings,
    cancel: &Cancel,
    watch: impl FnOnce(Watch),
) -> Result<Outcome, Error> {
    // A table that is not there is told before anything is written.
    plan.read_tables()?;
    let _limits = stop::watch(cancel, settings.deadline);
    if settings.join.is_some() {
        // Refused before the records say that columns are added.
        let here = plan.clone().in_directory(directory)?;
        if here.growing || Change::new(&here, directory)?.extends() {
            return Err(Error::Grows { directory: directory.root().to_path_buf() });
        }
    }
    let _hold = begin(&plan, directory)?;
    let pools = (pool(settings.threads)?, pool(1)?);
    let here = plan.clone().in_directory(directory)?;
    let how = (settings, cancel, &pools);
    let Surveyed { todo, live, record, rewritten } = match settings.join {
        None => survey(&here, directory, (settings, cancel, &pools.0))?,
        Some(_) => look(&here, directory, how)?,
    };
    let stopped =
        Outcome { ending: Ending::Stopped, trials: 0, rewritten: rewritten.shards, stages: Vec::new() };
    let Some((here, todo)) = todo else { return Ok(stopped) };
    let view = LiveView::default();
    view.update(|empty| *empty = live);
    greet(&here, &todo, directory)?;
    let Work { trials, points, seconds: work } = Work::of(&here, &todo);
    let told = |meters| {
        let (view, rewritten, unfit) = (view.clone(), rewritten.shards, rewritten.unfit);
        let shared = settings.join.is_some();
        watch(Watch { view, meters, trials, points, work, shared, rewritten, unfit });
    };
    let (ended, stages) = match &settings.join {
        None => {
            let all = |_: &Shard, _: &[usize]| Ok(true);
            work_off(&here, (directory, None), how, (todo, &all), (&view, record), Box::new(told))?
        }
        Some(says) => {
            let claims = InDirectory { directory, says: says.clone() };
            let is_whole = |shard: &Shard, estimators: &[usize]| whole(&here, directory, shard, estimators);
            let sharing = Sharing { plan: &here, claims: &claims, is_whole: &is_whole, cancel };
            let mut joined = Joined {
                plan: &here,
                directory,
                how,
                view: &view,
                record: Some(record),
                told: Some(Box::new(told)),
                stages: Vec::new(),
            };
            let ended = sharing.rounds(todo, &mut joined)?;
            (ended, joined.stages)
        }
    };
    let ending = if ended { ending(directory, plan, settings)? } else { Ending::Stopped };
    Ok(Outcome { ending, trials: view.trials(), stages, ..stopped })
}

/// Told the meters of a run before its first batch.
pub(super) type Told<'a> = Box<dyn FnOnce(Vec<Arc<Meter>>) + 'a>;

/// A run that shares its work with others in a directory, as rounds ask it.
struct Joined<'a> {
    plan: &'a Arc<Plan>,
    directory: &'a RunDirectory,
    how: How<'a>,
    view: &'a LiveView,
    /// Of the next round.
    record: Option<LiveRecord>,
    /// For the first round.
    told: Option<Told<'a>>,
    /// What the meters of the last round read.
    stages: Vec<Reading>,
}

impl joined::Work for Joined<'_> {
    fn work_off(&mut self, todo: Shards, admits: Admits<'_>, cancel: &Cancel) -> Result<bool, Error> {
        let Joined { plan, directory, how: (settings, _, pools), view, .. } = *self;
        let open = || LiveRecord::open(directory, settings.live_record(), &mut Live::of(plan));
        let record = self.record.take().unwrap_or_else(open);
        let told = self.told.take().unwrap_or_else(|| Box::new(|_| ()));
        let how = (settings, cancel, pools);
        let (ended, stages) = work_off(plan, (directory, None), how, (todo, admits), (view, record), told)?;
        self.stages = stages;
        Ok(ended)
    }

    fn missing(&mut self) -> Result<Option<Shards>, Error> {
        let Joined { plan, directory, how: (settings, cancel, pools), .. } = *self;
        let plan = Plan::clone(plan);
        let Surveyed { todo, record, .. } = look(&plan, directory, (settings, cancel, pools))?;
        self.record = Some(record);
        Ok(todo.map(|(_, todo)| todo))
    }
}

/// What a process that shares work with others finds: files that are not there at first, by names alone, so that a hundred thousand
/// shards do not keep it waiting; when there are none, what is wrong with those that are there.
fn look(
    plan: &Plan,
    directory: &RunDirectory,
    (settings, cancel, pools): How<'_>,
) -> Result<Surveyed, Error> {
    let todo = absent(plan, directory)?;
    if todo.is_empty() {
        return survey(plan, directory, (settings, cancel, &pools.0));
    }
    let mut live = Live::of(plan);
    let record = LiveRecord::open(directory, settings.live_record(), &mut live);
    // It would be of what was there before.
    directory.remove_record(seal::RECORD)?;
    let todo = Some((Arc::new(plan.clone()), todo));
    Ok(Surveyed { todo, live, record, rewritten: Rewritten::default() })
}

/// How a run works: its settings, how it is stopped, and the threads that train and those aside.
pub(super) type How<'a> = (&'a Settings, &'a Cancel, &'a (Pool, Pool));

/// Sends what is to be done, as far as it is admitted, through the topologies, one after the other. `told` gets the meters first.
/// Gives whether all came to its end, and what the meters read then.
pub(super) fn work_off(
    plan: &Arc<Plan>,
    (directory, publisher): (&RunDirectory, Option<&Publisher>),
    (settings, cancel, pools): How<'_>,
    (todo, admits): (Shards, Admits<'_>),
    (view, record): (&LiveView, LiveRecord),
    told: Told<'_>,
) -> Result<(bool, Vec<Reading>), Error> {
    let stopped = AtomicBool::new(false);
    let Settings { threads, batch_points, paced, .. } = *settings;
    let sizes = Arc::new(Sizes::new(plan, threads, batch_points, paced));
    // Scoring has threads of its own where training is a stage.
    let (watchdog, _watched) = Watchdog::start(plan, settings.trial_limit.clone(), 2 * threads);
    let metrics = Arc::new(BufferPool::new(threads));
    let aggregate = Mutex::new(Aggregate::new(plan.clone(), view.clone(), record, metrics.clone()));
    let setting = Setting {
        plan,
        directory,
        publisher,
        cancel,
        admits,
        stopped: &stopped,
        pools,
        sizes: &sizes,
        watchdog: &watchdog,
        limit: settings.trial_limit.as_ref().map(|limit| limit.time),
        metrics: &metrics,
    };
    // The costliest shards come last, unless others share the work: all would then end with the longest ones in hand.
    let Lanes { short, long } = Lanes::of(plan, todo, settings.long, settings.join.is_some());
    // Scoring goes on while all threads train.
    let judges = if long.is_empty() { pools.1.clone() } else { pool(threads)? };
    let flows = setting.flows(short, (&long, &judges), &aggregate);
    let meters: Vec<Arc<Meter>> = flows.iter().flat_map(Closed::meters).collect();
    told(meters.clone());
    let ended = one_by_one(flows, cancel, &stopped)?;
    Ok((ended, meters.iter().map(|meter| meter.read()).collect()))
}

/// Runs flows one after the other; whether all came to their end.
fn one_by_one(flows: Vec<Closed<'_, Error>>, cancel: &Cancel, stopped: &AtomicBool) -> Result<bool, Error> {
    for flow in flows {
        // A request that came with the last shards is obeyed too: to look at all files once more may take a while.
        if !finished(flow.run(cancel))? || stopped.load(Relaxed) || cancel.is_requested() {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) fn pool(threads: usize) -> Result<Pool, Error> {
    Pool::new(threads).map_err(|error| Error::Pool(error.to_string()))
}
