//! Resume: what of a plan is missing on disk, judged by footers alone. Damage inside a file is for `verify` to find.

use crate::error::Error;
use crate::live::{Live, Tally};
use crate::plan::{self, Plan, Shard};
use crate::spec::Weights;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use tempered_store::{Footer, Found, Place, RunDirectory, Table, read_footer, read_metrics};

/// Record of what decided the numbers on disk.
const PLAN_RECORD: &str = "plan.json";

/// The plan as it is recorded, and what decides the numbers in the directory.
#[derive(Serialize, Deserialize)]
struct Record {
    plan: serde_json::Value,
    /// By label, estimators of earlier plans included: names and values of what decides their numbers.
    numbers: Numbers,
}

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

/// What decided the numbers in a directory, by label: names and values.
pub(crate) type Numbers = BTreeMap<String, BTreeMap<String, String>>;

/// Reads what decided the numbers in a directory; `None` where no run recorded it.
pub(crate) fn numbers(directory: &RunDirectory) -> Result<Option<Numbers>, Error> {
    let Some(bytes) = directory.read_record(PLAN_RECORD)? else { return Ok(None) };
    match serde_json::from_slice::<Record>(&bytes) {
        Ok(record) => Ok(Some(record.numbers)),
        Err(error) => Err(no_record(directory, format!("is damaged ({error})"))),
    }
}

pub(crate) fn no_record(directory: &RunDirectory, why: String) -> Error {
    Error::NoRecord { path: directory.root().join("_tempered").join(PLAN_RECORD), why }
}

/// What the estimators of a plan that were in the directory before would alter, a line each.
pub(crate) fn differences(plan: &Plan, old: &Numbers) -> Vec<String> {
    let mut differences = Vec::new();
    for (estimator, (label, _)) in plan.study.estimators.iter().enumerate() {
        let Some(old) = old.get(label) else { continue };
        let new: BTreeMap<String, String> = plan.identity(estimator).into_iter().collect();
        let said = |side: &BTreeMap<String, String>, name: &str| {
            side.get(name).map_or("nothing", String::as_str).to_string()
        };
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let (was, is) = (said(old, name), said(&new, name));
            if was != is {
                differences.push(format!("  {label}: {name} was {was}, is {is}"));
            }
        }
    }
    differences
}

/// Refuses a directory whose numbers this plan would alter; otherwise records the plan.
///
/// Estimators and levels may come and go; seed, risks, domain, stored weights and the parameters of an
/// estimator that keeps its label may not.
pub fn agree(plan: &Plan, directory: &RunDirectory) -> Result<(), Error> {
    let old = numbers(directory)?;
    if old.is_none() && !directory.listing()?.files.is_empty() {
        return Err(no_record(directory, "is missing beside finished files".into()));
    }
    let mut numbers = old.unwrap_or_default();
    let differences = differences(plan, &numbers);
    if !differences.is_empty() {
        let directory = directory.root().to_path_buf();
        return Err(Error::PlanDiffers { directory, differences: differences.join("\n") });
    }
    for (estimator, (label, _)) in plan.study.estimators.iter().enumerate() {
        numbers.insert(label.clone(), plan.identity(estimator).into_iter().collect());
    }
    let study = plan.study.to_yaml();
    directory.write_record("study.yaml", study.as_bytes())?;
    directory
        .write_record(PLAN_RECORD, &serde_json::to_vec_pretty(&Record { plan: plan.to_json(), numbers })?)?;
    Ok(())
}

/// What is on disk in a shard's place.
#[derive(Debug, PartialEq)]
enum State {
    /// All trials of the shard, perhaps more: a study that asks for fewer trials loses none.
    Complete,
    /// The shard as it was when the study asked for fewer trials. The longer one takes its place.
    Shorter,
    /// No file.
    Missing,
    /// Something else; says what.
    Damaged(String),
}

/// The estimators whose files of this shard are missing; damaged files are moved to quarantine.
pub fn missing(plan: &Plan, directory: &RunDirectory, shard: &Shard) -> Result<Vec<usize>, Error> {
    let mut missing = Vec::new();
    for estimator in 0..plan.study.estimators.len() {
        let place = place(plan, estimator, shard);
        let footer = plan.footer(estimator, shard);
        let whole = |table: Table, rows: Option<u64>| -> Result<bool, Error> {
            let path = &directory.root().join(place.path(table));
            match state(read_footer(path)?, &footer, shard, rows) {
                State::Complete => Ok(true),
                State::Shorter | State::Missing => Ok(false),
                State::Damaged(_) => directory.quarantine(path).map(|()| false).map_err(Error::from),
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

/// Compares what was found with the footer that the plan would write, and with the rows a trial has.
fn state(found: Found, expected: &[(String, String)], shard: &Shard, rows: Option<u64>) -> State {
    let footer: Footer = match found {
        Found::Missing => return State::Missing,
        Found::Unreadable(why) => return State::Damaged(why),
        Found::File(footer) => footer,
    };
    for (key, value) in expected {
        // The version that wrote a file decides nothing in it, and trials may be more or fewer.
        let free = [plan::VERSION_KEY, plan::TRIALS_KEY].contains(&key.as_str());
        let stored = footer.get(key).unwrap_or("missing");
        if !free && stored != value {
            return State::Damaged(format!("{key} is {stored}, expected {value}"));
        }
    }
    match trials(&footer) {
        Some(trials) if trials.start == shard.trials.start => {
            let count = trials.end.checked_sub(trials.start);
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
        for estimator in 0..plan.study.estimators.len() {
            let path = directory.metrics_path(&place(plan, estimator, &shard));
            let found = state(read_footer(&path)?, &plan.footer(estimator, &shard), &shard, Some(1));
            if found != State::Complete {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Adds a shard's finished estimators that the live summaries do not count yet.
pub fn recount(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    complete: &[usize],
    live: &mut Live,
) -> Result<(), Error> {
    for estimator in complete {
        let label = &plan.study.estimators[*estimator].0;
        let place = place(plan, *estimator, shard);
        if live.holds(label, &place.cell, shard.index) {
            continue;
        }
        let path = directory.metrics_path(&place);
        let table = read_metrics(&path)?;
        let mut tally = Tally::new(plan.study.criteria.risks.len());
        tally.add(&table.status, &table.scores);
        live.commit(label, &place.cell, shard.index, &tally);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARD: Shard = Shard { cell: 0, index: 2, trials: 200..300 };

    fn pairs(version: &str, trials: &str) -> Vec<(String, String)> {
        let pairs = [("tempered.plan", "abc"), (plan::VERSION_KEY, version), (plan::TRIALS_KEY, trials)];
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
        other[0].1 = "xyz".into();
        assert_eq!(damaged(judge(other, 100)), "tempered.plan is xyz, expected abc");
        assert_eq!(damaged(judge(Vec::new(), 100)), "tempered.plan is missing, expected abc");
        assert_eq!(state(Found::Missing, &[], &SHARD, Some(1)), State::Missing);
        assert_eq!(damaged(state(Found::Unreadable("torn".into()), &[], &SHARD, Some(1))), "torn");
    }
}
