//! Resume: what of a plan is missing on disk, judged by footers alone. Damage inside a file is for `verify` to find.

use crate::change::extends;
use crate::error::Error;
use crate::live::{Live, Tally};
use crate::plan::{self, Plan, Shard};
use crate::spec::Weights;
use std::collections::BTreeSet;
use std::ops::Range;
use tempered_math::score::FIRST_RISK;
use tempered_store::{Footer, Found, MetricsChunk, Place, RunDirectory, Table, read_footer, read_metrics};

/// Where the files of (estimator, shard) lie.
pub fn place(plan: &Plan, estimator: usize, shard: &Shard) -> Place {
    let cell = &plan.cells[shard.cell];
    Place {
        estimator: plan.study.estimators[estimator].0.clone(),
        n: cell.n,
        cell: cell.key.clone(),
        index: shard.index,
    }
}

/// What is on disk in a shard's place.
#[derive(Debug, PartialEq)]
pub(crate) enum State {
    /// All trials of the shard, perhaps more: a study that asks for fewer trials loses none.
    Complete,
    /// The shard as it was when the study asked for fewer trials. The longer one takes its place.
    Shorter,
    /// The same numbers, but less of them than the plan asks for: a risk is new, or more weights are to be stored.
    Outdated,
    /// No file.
    Missing,
    /// Something else; says what.
    Damaged(String),
}

/// The estimators whose files of this shard are missing; damaged and outdated files are moved to quarantine.
pub fn missing(plan: &Plan, directory: &RunDirectory, shard: &Shard) -> Result<Vec<usize>, Error> {
    let mut missing = Vec::new();
    for estimator in plan.estimators(shard).iter().copied() {
        let place = place(plan, estimator, shard);
        let footer = plan.footer(estimator, shard);
        let whole = |table: Table, rows: Option<u64>| -> Result<bool, Error> {
            let path = &directory.root().join(place.path(table));
            match state(read_footer(path)?, &footer, shard, rows) {
                State::Complete => Ok(true),
                State::Shorter | State::Missing => Ok(false),
                State::Outdated | State::Damaged(_) => {
                    directory.quarantine(path).map(|()| false).map_err(Error::from)
                }
            }
        };
        let mut complete = whole(Table::Metrics, Some(1))?;
        if plan.study.weights != Weights::None {
            complete &= whole(Table::Weights, None)?;
        }
        let checkpoints = plan.checkpoints(estimator).len() as u64;
        if checkpoints > 0 {
            complete &= whole(Table::Checkpoints, Some(checkpoints))?;
        }
        if !complete {
            missing.push(estimator);
        }
    }
    Ok(missing)
}

/// What is in the place of an estimator's metrics.
pub(crate) fn metrics_state(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    estimator: usize,
) -> Result<State, Error> {
    let path = directory.metrics_path(&place(plan, estimator, shard));
    Ok(state(read_footer(&path)?, &plan.footer(estimator, shard), shard, Some(1)))
}

/// Compares what was found with the footer that the plan would write, and with the rows a trial has.
fn state(found: Found, expected: &[(String, String)], shard: &Shard, rows: Option<u64>) -> State {
    let footer: Footer = match found {
        Found::Missing => return State::Missing,
        Found::Unreadable(why) => return State::Damaged(why),
        Found::File(footer) => footer,
    };
    let wanted = |key: &str| expected.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    let known = footer.pairs.iter().map(|(key, _)| key.as_str()).filter(|key| plan::decides(key));
    let keys: BTreeSet<&str> = expected.iter().map(|(key, _)| key.as_str()).chain(known).collect();
    let mut outdated = false;
    for key in keys {
        // The version that wrote a file decides nothing in it, and trials may be more or fewer.
        let free = [plan::VERSION_KEY, plan::TRIALS_KEY, plan::HASH_KEY].contains(&key);
        let (stored, wanted) = (footer.get(key), wanted(key));
        if free || stored == wanted {
            continue;
        }
        if !extends(plan::bare(key), stored, wanted) {
            let say = |value: Option<&str>| value.unwrap_or("missing").to_string();
            return State::Damaged(format!("{key} is {}, expected {}", say(stored), say(wanted)));
        }
        outdated = true;
    }
    match trials(&footer) {
        Some(trials) if trials.start == shard.trials.start => {
            let count = trials.end.checked_sub(trials.start);
            if outdated {
                return State::Outdated;
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
            if metrics_state(plan, directory, &shard, estimator)? != State::Complete {
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
        let label = &plan.study.estimators[*estimator].0;
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

    fn judge(stored: Vec<(String, String)>, rows: u64) -> State {
        let found = Found::File(Footer { pairs: stored, rows });
        state(found, &pairs("2", "200..300"), &SHARD, Some(1))
    }

    #[test]
    fn files_of_other_versions_and_longer_shards_are_complete() {
        assert_eq!(judge(pairs("2", "200..300"), 100), State::Complete);
        assert_eq!(judge(pairs("1", "200..300"), 100), State::Complete);
        assert_eq!(judge(pairs("2", "200..340"), 140), State::Complete);
        assert_eq!(judge(pairs("2", "200..260"), 60), State::Shorter);
    }

    #[test]
    fn files_of_fewer_risks_are_outdated() {
        let stored = |risks: &str| {
            let mut stored = pairs("2", "200..300");
            stored[0].1 = risks.into();
            judge(stored, 100)
        };
        assert_eq!(stored("1"), State::Outdated);
        assert_eq!(stored("2, 1"), State::Outdated);
        assert!(matches!(stored("1, 3"), State::Damaged(_)));
    }

    #[test]
    fn what_does_not_belong_is_damage_and_says_why() {
        let damaged = |state: State| match state {
            State::Damaged(why) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(damaged(judge(pairs("2", "200..300"), 99)), "99 rows for trials 200..300");
        assert_eq!(damaged(judge(pairs("2", "0..100"), 100)), "no range of trials from 200");
        assert_eq!(damaged(judge(pairs("2", "200..100"), 100)), "100 rows for trials 200..100");
        assert_eq!(damaged(judge(pairs("2", "x"), 100)), "no range of trials from 200");
        let mut other = pairs("2", "200..300");
        other[1].1 = "8".into();
        assert_eq!(damaged(judge(other, 100)), "tempered.seed is 8, expected 7");
        assert_eq!(damaged(judge(Vec::new(), 100)), "tempered.risks is missing, expected 1, 2");
        let mut other = pairs("2", "200..300");
        other.push(("tempered.reference".into(), "min_norm".into()));
        assert_eq!(damaged(judge(other, 100)), "tempered.reference is min_norm, expected missing");
        assert_eq!(state(Found::Missing, &[], &SHARD, Some(1)), State::Missing);
        assert_eq!(damaged(state(Found::Unreadable("torn".into()), &[], &SHARD, Some(1))), "torn");
    }
}
