//! What a run finds in its directory, and what it has to do there.

use super::settings::Settings;
use crate::directory::{Asked, Rewriting, Rewritten, Shards, Todo, agree, is_recorded, rewrite, seal};
use crate::error::Error;
use crate::live::{Live, LiveRecord, recount};
use crate::plan::{Plan, Shard};
use std::sync::Arc;
use tempered_flow::{Cancel, Pool};
use tempered_store::{Hold, RunDirectory};

/// What there is, and what is to be done.
pub(super) struct Surveyed {
    /// The plan with what the directory holds besides, and the shards that are to be done; `None` where a stop was asked for
    /// before all files were looked at.
    pub todo: Option<(Arc<Plan>, Shards)>,
    /// What finished files count.
    pub live: Live,
    pub record: LiveRecord,
    /// What became of files that needed no fit.
    pub rewritten: Rewritten,
}

/// Begins work in a directory: as the first to do so with the records of this plan, or beside runs of the same study.
///
/// # Errors
/// The plan would alter stored numbers; a run of another study works there.
pub(crate) fn begin(plan: &Plan, directory: &RunDirectory) -> Result<Hold, Error> {
    let planned = || plan.clone().in_directory(directory);
    directory.begin(
        || agree(&planned()?, directory),
        || {
            // A run that works here has begun with the records of the study that it works on.
            let same = is_recorded(&planned()?, directory)?;
            if same { Ok(()) } else { Err(Error::OtherStudy { directory: directory.root().to_path_buf() }) }
        },
    )
}

/// Looks at all files, writes anew those that need no fits, and counts those that are done.
pub(super) fn survey(
    plan: &Plan,
    directory: &RunDirectory,
    (settings, cancel, pool): (&Settings, &Cancel, &Pool),
) -> Result<Surveyed, Error> {
    let mut live = Live::of(plan);
    let mut record = LiveRecord::open(directory, settings.live_record(), &mut live);
    let how = (settings, cancel, pool);
    let (looked, rewritten) = look(plan, directory, how, (&mut live, &mut record))?;
    let Some(Todo { plan, todo, done, .. }) = looked else {
        return Ok(Surveyed { todo: None, live, record, rewritten });
    };
    if !todo.is_empty() && settings.only.is_none() {
        // It would be of what was there before. While files are mended it says which there have to be.
        directory.remove_record(seal::RECORD)?;
    }
    // Of many processes none has to count what others did.
    let counts = settings.join.is_none();
    for (shard, complete) in done.iter().filter(|_| counts) {
        if recount(&plan, directory, shard, complete, &mut live)? {
            record.outdate();
        }
    }
    Ok(Surveyed { todo: Some((plan, todo)), live, record, rewritten })
}

/// What there is to do, once files that need no fits are written anew; `None` where a stop is asked for first.
fn look(
    plan: &Plan,
    directory: &RunDirectory,
    (settings, cancel, pool): (&Settings, &Cancel, &Pool),
    (live, record): (&mut Live, &mut LiveRecord),
) -> Result<(Option<Todo>, Rewritten), Error> {
    let asked = Asked { share: settings.share, only: settings.only.as_ref() };
    let mut look = |rewriting| {
        Todo::new(plan.clone(), directory, (asked, cancel), rewriting, (&mut *live, &mut *record))
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
pub(super) struct Work {
    pub trials: u64,
    pub points: u64,
    /// Of a core, by the catalogue.
    pub seconds: f64,
}

impl Work {
    pub fn of(plan: &Plan, todo: &Shards) -> Work {
        let size = |shard: &Shard| shard.trials.end - shard.trials.start;
        let seconds = |shard: &Shard| plan.groups(&plan.cells[shard.cell])[shard.group].seconds;
        Work {
            trials: todo.iter().map(|(shard, _)| size(shard)).sum(),
            points: todo.iter().map(|(shard, _)| size(shard) * plan.cells[shard.cell].n).sum(),
            seconds: todo.iter().map(|(shard, _)| size(shard) as f64 * seconds(shard)).sum(),
        }
    }
}
