//! What a plan would change in a run directory: nothing, more of the same, or numbers that are stored.

use crate::error::Error;
use crate::plan::Plan;
use crate::record::{Numbers, no_record, numbers};
use crate::resume::{State, metrics_state};
use std::collections::{BTreeMap, BTreeSet};
use tempered_store::RunDirectory;

/// What decides the columns of a file, and so of every file in a directory.
const COLUMNS: [&str; 4] = ["risks", "domain", "reference", "knots_per_gap"];

/// One thing that decides numbers, then and now.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Label of the estimator.
    pub label: String,
    /// What it is.
    pub name: String,
    /// As stored; `None` where there was none.
    pub was: Option<String>,
    /// As planned; `None` where there is none.
    pub is: Option<String>,
    /// Whether stored numbers stay as they are, with others beside them.
    pub extends: bool,
}

/// What a plan would change in what is stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// What differs, by estimator.
    pub differences: Vec<Difference>,
    /// Labels that are stored and no longer planned.
    pub left: Vec<String>,
}

/// Files of (estimator, shard) that a plan asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// There, and as planned.
    pub kept: u64,
    /// There, to be computed again with more columns, rows or trials.
    pub again: u64,
    /// Not there, or damaged.
    pub missing: u64,
}

impl Change {
    /// Compares a plan with what decided the numbers in a directory.
    ///
    /// # Errors
    /// The record of that is missing beside finished files, or damaged.
    pub fn new(plan: &Plan, directory: &RunDirectory) -> Result<Change, Error> {
        let stored = numbers(directory)?;
        let planned = |label: &String| plan.study.estimators.iter().any(|(planned, _)| planned == label);
        let Some(stored) = stored else {
            if directory.listing()?.files.is_empty() {
                return Ok(Change::default());
            }
            return Err(no_record(directory, "is missing beside finished files".into()));
        };
        let mut change = Change { differences: differences(plan, &stored), left: Vec::new() };
        if stored.keys().any(|label| !planned(label)) {
            let files = directory.listing()?.files;
            let there = |label: &&String| files.iter().any(|file| &file.place.estimator == *label);
            change.left = stored.keys().filter(|label| !planned(label)).filter(there).cloned().collect();
            change.differences.extend(columns(plan, &stored, &change.left));
        }
        Ok(change)
    }

    /// Whether numbers that are stored would be altered or lost.
    pub fn alters(&self) -> bool {
        self.differences.iter().any(|difference| !difference.extends)
    }

    /// Whether files that are stored have to be computed again for what is new.
    pub fn extends(&self) -> bool {
        !self.alters() && !self.differences.is_empty()
    }

    /// One line a difference; where numbers would be altered, those alone.
    pub fn lines(&self) -> Vec<String> {
        let alters = self.alters();
        let told = self.differences.iter().filter(|difference| !alters || !difference.extends);
        told.map(Difference::line).collect()
    }
}

impl Difference {
    fn line(&self) -> String {
        let said = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".into());
        format!("  {}: {} was {}, is {}", self.label, self.name, said(&self.was), said(&self.is))
    }
}

/// What differs for the estimators of a plan that were in the directory before.
pub(crate) fn differences(plan: &Plan, stored: &Numbers) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (estimator, (label, _)) in plan.study.estimators.iter().enumerate() {
        let Some(was) = stored.get(label) else { continue };
        let is: BTreeMap<String, String> = plan.identity(estimator).into_iter().collect();
        let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
        differences.extend(names.into_iter().filter_map(|name| differs(label, name, was, &is)));
    }
    differences
}

/// Columns of estimators that are no longer planned: all files of a directory have the same.
fn columns(plan: &Plan, stored: &Numbers, left: &[String]) -> Vec<Difference> {
    let is: BTreeMap<String, String> = plan.identity(0).into_iter().collect();
    let mut differences = Vec::new();
    for label in left {
        let one = |name: &&str| differs(label, name, &stored[label], &is);
        differences.extend(
            COLUMNS.iter().filter_map(one).map(|difference| Difference { extends: false, ..difference }),
        );
    }
    differences
}

fn differs(
    label: &str,
    name: &str,
    was: &BTreeMap<String, String>,
    is: &BTreeMap<String, String>,
) -> Option<Difference> {
    let (was, is) = (was.get(name), is.get(name));
    let extends = extends(name, was.map(String::as_str), is.map(String::as_str));
    (was != is).then(|| Difference {
        label: label.into(),
        name: name.into(),
        was: was.cloned(),
        is: is.cloned(),
        extends,
    })
}

/// Whether what is stored stays as it is where `was` becomes `is`, with more beside it. Of risks in directories of generator
/// 3 that holds for trials that do not overflow, to the tolerance of quadrature.
pub(crate) fn extends(name: &str, was: Option<&str>, is: Option<&str>) -> bool {
    let contains = |was: &str, is: &str| {
        let is: BTreeSet<&str> = is.split(", ").collect();
        was.split(", ").all(|one| is.contains(one))
    };
    match (name, was, is) {
        ("risks", Some(was), Some(is)) => contains(was, is),
        ("checkpoints", was, Some(is)) => was.is_none_or(|was| contains(was, is)),
        ("reference" | "knots_per_gap", None, Some(_)) => true,
        ("weights", Some("none"), Some(_)) => true,
        ("weights", Some(was), Some(is)) => every(was).zip(every(is)).is_some_and(|(was, is)| was % is == 0),
        _ => false,
    }
}

/// The distance of trials whose weights are stored.
fn every(weights: &str) -> Option<u64> {
    if weights == "all" { Some(1) } else { weights.strip_prefix("every ")?.parse().ok() }
}

/// Counts files by estimator of the plan: what is there, and what is to be done. Footers are read, nothing is moved.
pub fn survey(plan: &Plan, directory: &RunDirectory) -> Result<Vec<Count>, Error> {
    let mut counts = vec![Count::default(); plan.study.estimators.len()];
    for shard in plan.shards() {
        for estimator in plan.estimators(&shard).iter().copied() {
            let count = &mut counts[estimator];
            match metrics_state(plan, directory, &shard, estimator)? {
                State::Complete => count.kept += 1,
                State::Shorter | State::Outdated => count.again += 1,
                State::Missing | State::Damaged(_) => count.missing += 1,
            }
        }
    }
    Ok(counts)
}

/// Moves every file that lacks what a plan adds to quarantine, so that files in the data tree have one set of columns
/// while they are computed again. Does nothing where a plan adds nothing to files.
///
/// # Errors
/// Another process works in the directory.
pub(crate) fn set_aside(plan: &Plan, directory: &RunDirectory) -> Result<(), Error> {
    if !Change::new(plan, directory)?.extends() {
        return Ok(());
    }
    directory.alone(|| {
        for shard in plan.shards() {
            crate::resume::missing(plan, directory, &shard)?;
        }
        Ok(())
    })?
}
