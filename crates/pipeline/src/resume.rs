//! Resume: what of a plan is missing on disk, judged by footers alone. Damage inside a file is for `verify` to find.

use crate::columns::{COLUMNS, TEMPLATE, extends, is_constant};
use crate::error::Error;
use crate::live::{Live, Tally};
use crate::plan::{self, Plan, Shard};
use crate::spec::Weights;
use std::collections::BTreeSet;
use std::ops::Range;
use tempered_math::score::FIRST_RISK;
use tempered_store::{
    Footer, Found, MetricsChunk, Place, Placing, RunDirectory, Table, read_footer, read_metrics,
};

/// Where the files of (estimator, shard) lie.
pub fn place(plan: &Plan, estimator: usize, shard: &Shard) -> Place {
    let (cell, planned) = (&plan.cells[shard.cell], &plan.study.estimators[estimator]);
    Place {
        estimator: planned.name.to_string(),
        n: cell.n,
        cell: cell.key.clone(),
        variant: planned.key(),
        index: shard.index,
    }
}

/// What is on disk in a shard's place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum State {
    /// All trials of the shard, perhaps more: a study that asks for fewer trials loses none.
    Complete,
    /// The shard as it was when the study asked for fewer trials. The longer one takes its place.
    Shorter,
    /// The same numbers, but less of them than the plan asks for: a risk is new, or more weights are to be stored.
    Outdated,
    /// The same numbers, with some beside them that the plan does not ask for: a change was taken back.
    Excess,
    /// No file.
    Missing,
    /// Something else; says what.
    Damaged(String),
}

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

/// The tables that a plan asks for of an estimator, with the rows of a trial where all have as many.
fn tables(plan: &Plan, estimator: usize) -> impl Iterator<Item = (Table, Option<u64>)> {
    let checkpoints = plan.checkpoints(estimator).len() as u64;
    let weights = (plan.study.weights != Weights::None).then_some((Table::Weights, None));
    let checkpoints = (checkpoints > 0).then_some((Table::Checkpoints, Some(checkpoints)));
    [Some((Table::Metrics, Some(1))), weights, checkpoints].into_iter().flatten()
}

/// Judges what is in the places of (estimator, shard), by footers. Nothing is moved.
pub(crate) fn judge(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    estimator: usize,
) -> Result<Judged, Error> {
    let place = place(plan, estimator, shard);
    let expected = plan.footer(estimator, shard);
    let mut judged = Judged {
        state: State::Complete,
        restores: false,
        rewrites: None,
        end: shard.trials.end,
        tables: Vec::new(),
    };
    let mut comes_back = true;
    let mut same_rows = true;
    let mut ranges = BTreeSet::new();
    for (table, rows) in tables(plan, estimator) {
        let found = read_footer(&directory.root().join(place.path(table)))?;
        let size = plan.size_of(shard);
        let end = longer(&found, shard, size);
        ranges.insert(end);
        same_rows &= has_rows(&found, &expected);
        let state = state(found, &expected, (shard, size), rows);
        match &state {
            State::Outdated | State::Excess => judged.end = judged.end.max(end),
            State::Complete => {}
            State::Shorter | State::Missing | State::Damaged(_) => same_rows = false,
        }
        if state == State::Excess {
            let former = read_footer(&directory.former().root().join(place.path(table)))?;
            judged.restores = true;
            comes_back &= self::state(former, &expected, (shard, size), rows) == State::Complete;
        } else if judged.state == State::Complete {
            judged.state = state.clone();
        }
        judged.tables.push((table, state));
    }
    if judged.restores && !comes_back {
        (judged.state, judged.restores) = (State::Excess, false);
    }
    if same_rows && !judged.restores && judged.state != State::Complete {
        // Tables that hold different trials were left by a run that was killed between them.
        let one = ranges.first().copied().filter(|end| ranges.len() == 1 && *end >= shard.trials.end);
        judged.rewrites = one.map(|end| shard.trials.start..end);
    }
    // Files of tables that the plan does not ask for are there only where a change was taken back.
    if plan.growing && judged.state == State::Complete {
        let asked = |table: &Table| judged.tables.iter().any(|(asked, _)| asked == table);
        let mut others = Table::ALL.iter().filter(|table| !asked(table));
        judged.restores |= others.any(|table| directory.root().join(place.path(*table)).is_file());
    }
    Ok(judged)
}

/// Whether a file differs from what the plan would write in nothing but columns in which all its rows agree.
fn has_rows(found: &Found, expected: &[(String, String)]) -> bool {
    let Found::File(footer) = found else { return false };
    let wanted = |key: &str| expected.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    let keys = footer.pairs.iter().map(|(key, _)| key).filter(|key| plan::decides(key));
    let mut keys = keys.chain(expected.iter().map(|(key, _)| key));
    keys.all(|key| is_free(key) || is_constant(plan::bare(key)) || footer.get(key) == wanted(key))
}

/// Whether a footer key decides nothing in a file, or may differ: the version that wrote it, and trials may be more or fewer.
fn is_free(key: &str) -> bool {
    [plan::VERSION_KEY, plan::TRIALS_KEY, plan::HASH_KEY].contains(&key)
}

/// What is in the place of one table; `None` where the plan asks for no such table of the estimator.
pub(crate) fn state_of(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    estimator: usize,
    table: Table,
) -> Result<Option<State>, Error> {
    let Some((_, rows)) = tables(plan, estimator).find(|(asked, _)| *asked == table) else { return Ok(None) };
    let found = read_footer(&directory.root().join(place(plan, estimator, shard).path(table)))?;
    Ok(Some(state(found, &plan.footer(estimator, shard), (shard, plan.size_of(shard)), rows)))
}

/// The end of the trials in a file that begins where the shard does, and holds no more than a full one.
fn longer(found: &Found, shard: &Shard, size: u64) -> u64 {
    let trials = if let Found::File(footer) = found { trials(footer) } else { None };
    let fits = |trials: &Range<u64>| trials.start == shard.trials.start && trials.end <= trials.start + size;
    trials.filter(fits).map_or(shard.trials.end, |trials| trials.end)
}

/// What there is to do in the places of (estimator, shard).
pub(crate) enum Task {
    /// All is there.
    Nothing,
    /// Fits of its trials up to this one.
    Fit(u64),
    /// Files with these trials are written anew, without fits.
    Rewrite(Range<u64>),
}

/// Prepares the places of (estimator, shard): what is damaged goes to quarantine, former files come back. Gives what there is
/// to do, and whether former files came back.
pub(crate) fn prepare(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    estimator: usize,
) -> Result<(Task, bool), Error> {
    let judged = judge(plan, directory, shard, estimator)?;
    let place = place(plan, estimator, shard);
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
    let place = place(plan, estimator, shard);
    let footer = plan.footer(estimator, shard);
    let look = |table: Table| -> Result<(State, u64), Error> {
        let rows = tables(plan, estimator).find(|(asked, _)| *asked == table).and_then(|(_, rows)| rows);
        let found = read_footer(&directory.root().join(place.path(table)))?;
        let size = plan.size_of(shard);
        let end = longer(&found, shard, size);
        Ok((state(found, &footer, (shard, size), rows), end))
    };
    let (there, end) = look(table)?;
    Ok(match there {
        State::Outdated | State::Excess => Placing::ReplaceAndKeepFormer,
        State::Complete if table == Table::Metrics || end > shard.trials.end => Placing::Keep,
        State::Complete if look(Table::Metrics)?.0 == State::Complete => Placing::Keep,
        State::Complete | State::Shorter | State::Missing | State::Damaged(_) => Placing::Replace,
    })
}

/// Compares what was found with the footer that the plan would write, with the size of its shards, and with the rows a trial
/// has. Nobody computes what a footer states beyond that size.
fn state(
    found: Found,
    expected: &[(String, String)],
    (shard, size): (&Shard, u64),
    rows: Option<u64>,
) -> State {
    let footer: Footer = match found {
        Found::Missing => return State::Missing,
        Found::Unreadable(why) => return State::Damaged(why),
        Found::File(footer) => footer,
    };
    let wanted = |key: &str| expected.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    let known = footer.pairs.iter().map(|(key, _)| key.as_str()).filter(|key| plan::decides(key));
    let keys: BTreeSet<&str> = expected.iter().map(|(key, _)| key.as_str()).chain(known).collect();
    let (mut outdated, mut excess) = (false, false);
    for key in keys {
        let (stored, wanted) = (footer.get(key), wanted(key));
        if is_free(key) || stored == wanted {
            continue;
        }
        // What series call the parts of a cell: the study says it in other words.
        if plan::bare(key).starts_with(TEMPLATE) {
            outdated = true;
            continue;
        }
        if COLUMNS.contains(&plan::bare(key)) && !extends(plan::bare(key), stored, wanted) {
            excess = true;
        } else if !extends(plan::bare(key), stored, wanted) {
            let say = |value: Option<&str>| value.unwrap_or("missing").to_string();
            return State::Damaged(format!("{key} is {}, expected {}", say(stored), say(wanted)));
        }
        outdated |= !excess;
    }
    match trials(&footer) {
        Some(trials) if trials.start == shard.trials.start => {
            let count = trials.end.checked_sub(trials.start);
            if count.is_some_and(|count| count > size) {
                return State::Damaged(format!("trials {trials:?}, expected {size} at most"));
            }
            if excess || outdated {
                return if excess { State::Excess } else { State::Outdated };
            }
            if let Some(each) = rows
                && count.and_then(|count| count.checked_mul(each)) != Some(footer.rows)
            {
                return State::Damaged(format!("{} rows for trials {trials:?}", footer.rows));
            }
            if trials.end >= shard.trials.end { State::Complete } else { State::Shorter }
        }
        _ => State::Damaged(format!("no range of trials from {}", shard.trials.start)),
    }
}

/// The range of trials that a file says it holds.
pub(crate) fn trials(footer: &Footer) -> Option<Range<u64>> {
    let (from, to) = footer.get(plan::TRIALS_KEY)?.split_once("..")?;
    Some(from.parse().ok()?..to.parse().ok()?)
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

/// Adds a shard's finished estimators that the live summaries do not count yet; returns whether there were any.
pub fn recount(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    complete: &[usize],
    live: &mut Live,
) -> Result<bool, Error> {
    let mut added = false;
    for estimator in complete {
        let label = &plan.study.estimators[*estimator].label;
        let place = place(plan, *estimator, shard);
        if live.holds(label, &place.cell, shard.index) {
            continue;
        }
        let path = directory.metrics_path(&place);
        let table = read_metrics(&path)?;
        let mut tally = Tally::new(live.risks().len());
        for (row, status) in table.status.iter().enumerate() {
            let risks: Vec<_> = table.scores[FIRST_RISK..].iter().map(|column| column[row]).collect();
            tally.add(status != MetricsChunk::OK, &risks);
        }
        live.commit(label, &place.cell, shard.index, &tally);
        added = true;
    }
    Ok(added)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARD: Shard = Shard { cell: 0, group: 0, index: 2, trials: 200..300 };

    fn pairs(version: &str, trials: &str) -> Vec<(String, String)> {
        let pairs = [
            ("tempered.risks", "1, 2"),
            ("tempered.seed", "7"),
            (plan::VERSION_KEY, version),
            (plan::TRIALS_KEY, trials),
        ];
        pairs.map(|(key, value)| (key.to_string(), value.to_string())).into()
    }

    fn judged(stored: Vec<(String, String)>, rows: u64) -> State {
        let found = Found::File(Footer { pairs: stored, rows });
        state(found, &pairs("2", "200..300"), (&SHARD, 140), Some(1))
    }

    #[test]
    fn files_of_other_versions_and_longer_shards_are_complete() {
        assert_eq!(judged(pairs("2", "200..300"), 100), State::Complete);
        assert_eq!(judged(pairs("1", "200..300"), 100), State::Complete);
        assert_eq!(judged(pairs("2", "200..340"), 140), State::Complete);
        assert_eq!(judged(pairs("2", "200..260"), 60), State::Shorter);
    }

    #[test]
    fn files_of_fewer_risks_are_outdated() {
        let stored = |risks: &str| {
            let mut stored = pairs("2", "200..300");
            stored[0].1 = risks.into();
            judged(stored, 100)
        };
        assert_eq!(stored("1"), State::Outdated);
        assert_eq!(stored("2, 1"), State::Outdated);
        assert_eq!(stored("1, 2, 3"), State::Excess);
        assert_eq!(stored("1, 3"), State::Excess);
    }

    #[test]
    fn what_does_not_belong_is_damage_and_says_why() {
        let damaged = |state: State| match state {
            State::Damaged(why) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(damaged(judged(pairs("2", "200..300"), 99)), "99 rows for trials 200..300");
        assert_eq!(damaged(judged(pairs("2", "0..100"), 100)), "no range of trials from 200");
        assert_eq!(damaged(judged(pairs("2", "200..100"), 100)), "100 rows for trials 200..100");
        assert_eq!(damaged(judged(pairs("2", "x"), 100)), "no range of trials from 200");
        // Whatever else differs, nobody sets about so many trials.
        let mut absurd = pairs("2", "200..1000000000000000000");
        let why = "trials 200..1000000000000000000, expected 140 at most";
        assert_eq!(damaged(judged(absurd.clone(), 100)), why);
        absurd[0].1 = "1".into();
        assert_eq!(damaged(judged(absurd, 100)), why);
        let mut other = pairs("2", "200..300");
        other[1].1 = "8".into();
        assert_eq!(damaged(judged(other, 100)), "tempered.seed is 8, expected 7");
        assert_eq!(damaged(judged(Vec::new(), 100)), "tempered.seed is missing, expected 7");
        let mut other = pairs("2", "200..300");
        other.push(("tempered.reference".into(), "min_norm".into()));
        assert_eq!(judged(other, 100), State::Excess);
        assert_eq!(state(Found::Missing, &[], (&SHARD, 140), Some(1)), State::Missing);
        assert_eq!(damaged(state(Found::Unreadable("torn".into()), &[], (&SHARD, 140), Some(1))), "torn");
    }
}
