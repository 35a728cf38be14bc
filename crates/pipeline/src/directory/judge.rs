//! What is in the places of a shard, all tables together, and what there is to do about it.

use super::state::{Expected, Looked, State};
use crate::error::Error;
use crate::plan::{Plan, Shard};
use std::ops::Range;
use tempered_store::{Place, Placing, RunDirectory, Table};

/// What is in the places of (estimator, shard), all tables together.
#[derive(Debug)]
pub(crate) struct Judged {
    /// What there is to do, former files that come back taken for granted.
    pub state: State,
    /// Whether former files come back, or files go that the plan does not ask for.
    pub restores: bool,
    /// Rows that are written anew without fits.
    pub rewrites: Option<Rows>,
    /// The end of the trials to be done: where a file is done again, no trial of it is lost.
    pub end: u64,
    /// Where the same rows lie that files had when other parameters of the estimator were swept. Nobody reads them once they
    /// are in their own place.
    pub twin: Option<Place>,
    /// By table.
    tables: Vec<(Table, State)>,
}

/// Finished rows that differ from what a run would write in columns only in which all rows of a file agree.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Where they lie.
    pub from: Place,
    pub trials: Range<u64>,
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
    // Files have other names only while a directory changes.
    let twin = if plan.growing { expected.twin(directory)? } else { None };
    let is_missing = looked.first().is_some_and(|metrics| metrics.state == State::Missing);
    let mut judged = if plan.growing && is_missing && all_come_back(&expected, directory)? {
        Judged { restores: true, ..Judged::of(State::Complete, shard.trials.end) }
    } else if let Some(twin) = twin.as_ref().filter(|_| is_missing)
        && let Some(judged) = of_twin(twin, directory, shard)?
    {
        judged
    } else {
        of_tables(&expected, &looked, directory, shard)?
    };
    // Files of tables that the plan does not ask for are there only where a change was taken back.
    if plan.growing && judged.state == State::Complete {
        let asked = |table: &Table| looked.iter().any(|one| one.table == *table);
        let mut others = Table::ALL.iter().filter(|table| !asked(table));
        judged.restores |= others.any(|table| directory.root().join(expected.place.path(*table)).is_file());
    }
    judged.twin = twin.map(|twin| twin.place);
    judged.tables = looked.into_iter().map(|one| (one.table, one.state)).collect();
    Ok(judged)
}

impl Judged {
    fn of(state: State, end: u64) -> Judged {
        Judged { state, restores: false, rewrites: None, end, twin: None, tables: Vec::new() }
    }
}

/// Judges the files in their own place.
fn of_tables(
    expected: &Expected<'_>,
    looked: &[Looked],
    directory: &RunDirectory,
    shard: &Shard,
) -> Result<Judged, Error> {
    let has_excess = looked.iter().any(|one| one.state == State::Excess);
    let restores = has_excess && former_come_back(expected, looked, directory)?;
    let state = if has_excess && !restores {
        State::Excess
    } else {
        let open = looked.iter().find(|one| !matches!(one.state, State::Complete | State::Excess));
        open.map_or(State::Complete, |one| one.state.clone())
    };
    let rewrites = if restores || state == State::Complete {
        None
    } else {
        let trials = same_rows(looked, shard);
        trials.map(|trials| Rows { from: expected.place.clone(), trials })
    };
    Ok(Judged { restores, rewrites, ..Judged::of(state, end_of_again(looked, shard)) })
}

/// Judges files that lie in the place of another name, where there are none in their own; `None` where they are of no use.
fn of_twin(twin: &Expected<'_>, directory: &RunDirectory, shard: &Shard) -> Result<Option<Judged>, Error> {
    let looked = twin.look_at_all(directory)?;
    let rewrites = same_rows(&looked, shard).map(|trials| Rows { from: twin.place.clone(), trials });
    let is_again = |one: &Looked| matches!(one.state, State::Outdated | State::Excess | State::Complete);
    let is_there = looked.first().is_some_and(is_again);
    let judged = Judged { rewrites, ..Judged::of(State::Outdated, end_of_again(&looked, shard)) };
    Ok(is_there.then_some(judged))
}

/// The end of trials that are done again, none of which is lost.
fn end_of_again(looked: &[Looked], shard: &Shard) -> u64 {
    let again = looked.iter().filter(|one| matches!(one.state, State::Outdated | State::Excess));
    again.map(|one| one.end).fold(shard.trials.end, u64::max)
}

/// Whether there are former files of all tables, as the plan wants them.
fn all_come_back(expected: &Expected<'_>, directory: &RunDirectory) -> Result<bool, Error> {
    let former = expected.look_at_all(&directory.former())?;
    Ok(former.iter().all(|one| one.state == State::Complete))
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

/// Where the rows of (estimator, shard) lie besides their own place: in that which they had when other parameters were swept.
pub(super) fn twin_of(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    estimator: usize,
) -> Result<Option<Place>, Error> {
    Ok(Expected::of(plan, estimator, shard).twin(directory)?.map(|twin| twin.place))
}

/// What there is to do in the places of (estimator, shard).
pub(super) enum Task {
    /// All is there.
    Nothing,
    /// Fits of its trials up to this one.
    Fit(u64),
    /// Files with these rows are written anew, without fits.
    Rewrite(Rows),
}

/// Prepares the places of (estimator, shard): what is damaged goes to quarantine, former files come back, and what lies in two
/// places is set aside in one. Gives what there is to do, and whether former files came back.
pub(super) fn prepare(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    estimator: usize,
) -> Result<(Task, bool), Error> {
    let judged = judge(plan, directory, shard, estimator)?;
    let place = crate::plan::place(plan, estimator, shard);
    let path = |table: Table| directory.root().join(place.path(table));
    for (table, _) in judged.tables.iter().filter(|(_, state)| matches!(state, State::Damaged(_))) {
        directory.quarantine(&path(*table))?;
    }
    if judged.restores {
        let comes_back = |state: &State| matches!(state, State::Excess | State::Missing);
        // Metrics come first among the tables, and last into their place: they are the commit mark.
        for (table, _) in judged.tables.iter().skip(1).filter(|(_, state)| comes_back(state)) {
            directory.restore(&place, *table)?;
        }
        for table in Table::ALL {
            if !judged.tables.iter().any(|(asked, _)| *asked == table) && path(table).is_file() {
                directory.quarantine(&path(table))?;
            }
        }
        if judged.tables.first().is_some_and(|(_, metrics)| comes_back(metrics)) {
            directory.restore(&place, Table::Metrics)?;
        }
    }
    let task = match (&judged.state, judged.rewrites) {
        (State::Complete, _) => Task::Nothing,
        (_, Some(rows)) => Task::Rewrite(rows),
        (_, None) => Task::Fit(judged.end),
    };
    if let Some(twin) = judged.twin.filter(|_| matches!(task, Task::Nothing)) {
        directory.set_aside(&twin)?;
    }
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
        if !whole(plan, directory, &shard, plan.estimators(&shard))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether no file of these estimators of a shard is missing, too short or damaged.
pub(crate) fn whole(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    estimators: &[usize],
) -> Result<bool, Error> {
    for estimator in estimators {
        let judged = judge(plan, directory, shard, *estimator)?;
        if judged.state != State::Complete || judged.restores || judged.twin.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}
