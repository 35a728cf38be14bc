//! What is in the places of a shard, all tables together, and what there is to do about it.

use super::state::{Expected, Looked, State};
use crate::error::Error;
use crate::plan::{Plan, Shard};
use std::ops::Range;
use tempered_store::{Placing, RunDirectory, Table};

/// What is in the places of (estimator, shard), all tables together.
#[derive(Debug)]
pub(crate) struct Judged {
    /// What there is to do, former files that come back taken for granted.
    pub state: State,
    /// Whether former files come back, or files go that the plan does not ask for.
    pub restores: bool,
    /// The trials in the files, where these have all rows that are asked for and differ from what a run would write in
    /// columns only in which all rows of a file agree.
    pub rewrites: Option<Range<u64>>,
    /// The end of the trials to be done: where a file is done again, no trial of it is lost.
    pub end: u64,
    /// By table.
    tables: Vec<(Table, State)>,
}

/// Judges what is in the places of (estimator, shard), by footers. Nothing is moved.
pub(crate) fn judge(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    estimator: usize,
) -> Result<Judged, Error> {
    let expected = Expected::of(plan, estimator, shard);
    let looked = expected.look_at_all(directory)?;
    let has_excess = looked.iter().any(|one| one.state == State::Excess);
    let mut restores = has_excess && former_come_back(&expected, &looked, directory)?;
    let state = if has_excess && !restores {
        State::Excess
    } else {
        let open = looked.iter().find(|one| !matches!(one.state, State::Complete | State::Excess));
        open.map_or(State::Complete, |one| one.state.clone())
    };
    let again = looked.iter().filter(|one| matches!(one.state, State::Outdated | State::Excess));
    let end = again.map(|one| one.end).fold(shard.trials.end, u64::max);
    let rewrites = if restores || state == State::Complete { None } else { same_rows(&looked, shard) };
    // Files of tables that the plan does not ask for are there only where a change was taken back.
    if plan.growing && state == State::Complete {
        let asked = |table: &Table| looked.iter().any(|one| one.table == *table);
        let mut others = Table::ALL.iter().filter(|table| !asked(table));
        restores |= others.any(|table| directory.root().join(expected.place.path(*table)).is_file());
    }
    let tables = looked.into_iter().map(|one| (one.table, one.state)).collect();
    Ok(Judged { state, restores, rewrites, end, tables })
}

/// Whether there is a former file, as the plan wants it, of every table that has more than it asks for.
fn former_come_back(
    expected: &Expected<'_>,
    looked: &[Looked],
    directory: &RunDirectory,
) -> Result<bool, Error> {
    let former = directory.former();
    for one in looked.iter().filter(|one| one.state == State::Excess) {
        let before = expected.look_at(&former, one.table)?;
        if before.is_none_or(|before| before.state != State::Complete) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The trials of files that have all rows that are asked for, and lack columns alone in which all their rows agree. Tables
/// that hold different trials were left by a run that was killed between them.
fn same_rows(looked: &[Looked], shard: &Shard) -> Option<Range<u64>> {
    let is_sound =
        |one: &Looked| one.has_rows && matches!(one.state, State::Outdated | State::Excess | State::Complete);
    let end = looked.first()?.end;
    let all = looked.iter().all(|one| is_sound(one) && one.end == end);
    (all && end >= shard.trials.end).then_some(shard.trials.start..end)
}

/// What is in the place of one table; `None` where the plan asks for no such table of the estimator.
pub(super) fn state_of(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    estimator: usize,
    table: Table,
) -> Result<Option<State>, Error> {
    let looked = Expected::of(plan, estimator, shard).look_at(directory, table)?;
    Ok(looked.map(|looked| looked.state))
}

/// What there is to do in the places of (estimator, shard).
pub(super) enum Task {
    /// All is there.
    Nothing,
    /// Fits of its trials up to this one.
    Fit(u64),
    /// Files with these trials are written anew, without fits.
    Rewrite(Range<u64>),
}

/// Prepares the places of (estimator, shard): what is damaged goes to quarantine, former files come back. Gives what there is
/// to do, and whether former files came back.
pub(super) fn prepare(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    estimator: usize,
) -> Result<(Task, bool), Error> {
    let judged = judge(plan, directory, shard, estimator)?;
    let place = crate::plan::place(plan, estimator, shard);
    let path = |table: Table| directory.root().join(place.path(table));
    for (table, state) in &judged.tables {
        match state {
            State::Damaged(_) => directory.quarantine(&path(*table))?,
            // Metrics come first among the tables, and last into their place: they are the commit mark.
            State::Excess if judged.restores && *table != Table::Metrics => {
                directory.restore(&place, *table)?;
            }
            _ => {}
        }
    }
    if judged.restores {
        for table in Table::ALL {
            if !judged.tables.iter().any(|(asked, _)| *asked == table) && path(table).is_file() {
                directory.quarantine(&path(table))?;
            }
        }
        if judged.tables.first().is_some_and(|(_, metrics)| *metrics == State::Excess) {
            directory.restore(&place, Table::Metrics)?;
        }
    }
    let task = match (judged.state, judged.rewrites) {
        (State::Complete, _) => Task::Nothing,
        (_, Some(trials)) => Task::Rewrite(trials),
        (_, None) => Task::Fit(judged.end),
    };
    Ok((task, judged.restores))
}

/// What becomes of a finished file of (estimator, shard) whose place may be taken meanwhile. Beside metrics that are missing
/// other tables are replaced, unless they hold more trials: what is in them was not vouched for.
pub(crate) fn placing(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    estimator: usize,
    table: Table,
) -> Result<Placing, Error> {
    let expected = Expected::of(plan, estimator, shard);
    let is_whole = |looked: Option<Looked>| looked.is_some_and(|looked| looked.state == State::Complete);
    // Nobody writes a table that the plan does not ask for.
    let Some(there) = expected.look_at(directory, table)? else { return Ok(Placing::Replace) };
    Ok(match there.state {
        State::Outdated | State::Excess => Placing::ReplaceAndKeepFormer,
        State::Complete if table == Table::Metrics || there.end > shard.trials.end => Placing::Keep,
        State::Complete if is_whole(expected.look_at(directory, Table::Metrics)?) => Placing::Keep,
        State::Complete | State::Shorter | State::Missing | State::Damaged(_) => Placing::Replace,
    })
}

/// Whether no file of a plan is missing, too short or damaged. Footers are read, nothing is moved.
pub(crate) fn complete(plan: &Plan, directory: &RunDirectory) -> Result<bool, Error> {
    for shard in plan.shards() {
        for estimator in plan.estimators(&shard).iter().copied() {
            let judged = judge(plan, directory, &shard, estimator)?;
            if judged.state != State::Complete || judged.restores {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
