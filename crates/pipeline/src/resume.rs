//! Resume: what of a plan is missing on disk.

use crate::error::Error;
use crate::live::{Live, Tally};
use crate::plan::{self, Plan, Shard};
use crate::spec::Weights;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tempered_store::{Footer, Found, Place, RunDirectory, read_footer, read_metrics};

/// Record of what decided the numbers on disk.
const PLAN_RECORD: &str = "plan.json";

/// The plan as it is recorded, and what decides the numbers in the directory.
#[derive(Serialize, Deserialize)]
struct Record {
    plan: serde_json::Value,
    /// By label, estimators of earlier plans included: names and values of what decides their numbers.
    numbers: BTreeMap<String, BTreeMap<String, String>>,
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

/// Refuses a directory whose numbers this plan would alter; otherwise records the plan.
///
/// Estimators and levels may come and go; seed, risks, domain, stored weights and the parameters of an
/// estimator that keeps its label may not.
pub fn agree(plan: &Plan, directory: &RunDirectory) -> Result<(), Error> {
    let mut numbers: BTreeMap<String, BTreeMap<String, String>> = (0..plan.study.estimators.len())
        .map(|e| (plan.study.estimators[e].0.clone(), plan.identity(e).into_iter().collect()))
        .collect();
    let unknown =
        |why: String| Error::NoRecord { path: directory.root().join("_tempered").join(PLAN_RECORD), why };
    let record = directory.read_record(PLAN_RECORD)?;
    if record.is_none() && !directory.listing()?.files.is_empty() {
        return Err(unknown("is missing beside finished files".into()));
    }
    if let Some(bytes) = record {
        let read = serde_json::from_slice::<Record>(&bytes);
        let old = read.map_err(|error| unknown(format!("is damaged ({error})")))?;
        let mut differences = Vec::new();
        for (label, old) in old.numbers {
            let Some(new) = numbers.get(&label) else {
                numbers.insert(label, old);
                continue;
            };
            let said = |side: &BTreeMap<String, String>, name: &str| {
                side.get(name).map_or("nothing", String::as_str).to_string()
            };
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                let (was, is) = (said(&old, name), said(new, name));
                if was != is {
                    differences.push(format!("  {label}: {name} was {was}, is {is}"));
                }
            }
        }
        if !differences.is_empty() {
            let directory = directory.root().to_path_buf();
            return Err(Error::PlanDiffers { directory, differences: differences.join("\n") });
        }
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
        let whole = |path: &Path, row_a_trial: bool| -> Result<bool, Error> {
            match state(read_footer(path)?, &footer, shard, row_a_trial) {
                State::Complete => Ok(true),
                State::Shorter | State::Missing => Ok(false),
                State::Damaged(_) => directory.quarantine(path).map(|()| false).map_err(Error::from),
            }
        };
        let mut complete = whole(&directory.metrics_path(&place), true)?;
        if plan.study.weights != Weights::None {
            complete &= whole(&directory.weights_path(&place), false)?;
        }
        if !complete {
            missing.push(estimator);
        }
    }
    Ok(missing)
}

/// Compares what was found with the footer that the plan would write.
fn state(found: Found, expected: &[(String, String)], shard: &Shard, row_a_trial: bool) -> State {
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
    let trials = footer.get(plan::TRIALS_KEY).and_then(|text| text.split_once(".."));
    let trials = trials.and_then(|(from, to)| Some(from.parse::<u64>().ok()?..to.parse::<u64>().ok()?));
    match trials {
        Some(trials) if trials.start == shard.trials.start => {
            if row_a_trial && trials.end.checked_sub(trials.start) != Some(footer.rows) {
                return State::Damaged(format!("{} rows for trials {trials:?}", footer.rows));
            }
            if trials.end >= shard.trials.end { State::Complete } else { State::Shorter }
        }
        _ => State::Damaged(format!("no range of trials from {}", shard.trials.start)),
    }
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
        state(found, &pairs("2", "200..300"), &SHARD, true)
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
        assert_eq!(state(Found::Missing, &[], &SHARD, true), State::Missing);
        assert_eq!(damaged(state(Found::Unreadable("torn".into()), &[], &SHARD, true)), "torn");
    }
}
