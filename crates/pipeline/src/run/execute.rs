//! Running a plan: survey, topology, ending.

use super::buffers::BufferPool;
use super::ending::{ending, finished};
use super::outcome::{Ending, Outcome, Watch};
use super::programs::greet;
use super::settings::Settings;
use super::sizes::Sizes;
use super::stage::Aggregate;
use super::stop;
use super::survey::{Surveyed, Work, begin, survey};
use super::topology::{Lanes, Setting};
use super::watchdog::Watchdog;
use crate::directory::Shards;
use crate::error::Error;
use crate::live::{LiveRecord, LiveView};
use crate::plan::Plan;
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
    let _hold = begin(&plan, directory)?;
    let pools = (pool(settings.threads)?, pool(1)?);
    let here = plan.clone().in_directory(directory)?;
    let Surveyed { todo, live, record, rewritten } = survey(&here, directory, (settings, cancel, &pools.0))?;
    let stopped =
        Outcome { ending: Ending::Stopped, trials: 0, rewritten: rewritten.shards, stages: Vec::new() };
    let Some((here, todo)) = todo else { return Ok(stopped) };
    let view = LiveView::default();
    view.update(|empty| *empty = live);
    greet(&here, &todo, directory)?;
    let Work { trials, points, seconds: work } = Work::of(&here, &todo);
    let told = |meters| {
        let (view, rewritten, unfit) = (view.clone(), rewritten.shards, rewritten.unfit);
        watch(Watch { view, meters, trials, points, work, rewritten, unfit });
    };
    let how = (settings, cancel, &pools);
    let (ended, stages) = work_off(&here, directory, how, todo, (&view, record), told)?;
    let ending = if ended { ending(directory, plan, settings)? } else { Ending::Stopped };
    Ok(Outcome { ending, trials: view.trials(), stages, ..stopped })
}

/// Sends what is to be done through the topologies, one after the other. `told` gets the meters first. Gives whether all came
/// to its end, and what the meters read then.
fn work_off(
    plan: &Arc<Plan>,
    directory: &RunDirectory,
    (settings, cancel, pools): (&Settings, &Cancel, &(Pool, Pool)),
    todo: Shards,
    (view, record): (&LiveView, LiveRecord),
    told: impl FnOnce(Vec<Arc<Meter>>),
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
        cancel,
        stopped: &stopped,
        pools,
        sizes: &sizes,
        watchdog: &watchdog,
        limit: settings.trial_limit.as_ref().map(|limit| limit.time),
        metrics: &metrics,
    };
    let Lanes { short, long } = Lanes::of(plan, todo, settings.long);
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

fn pool(threads: usize) -> Result<Pool, Error> {
    Pool::new(threads).map_err(|error| Error::Pool(error.to_string()))
}
