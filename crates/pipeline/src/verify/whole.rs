//! All files of a directory against its records, its seal and its seeds.

use super::recompute::{Draw, recompute};
use crate::directory::check::{Checked, Fault, Files, Finding};
use crate::directory::seal::{self, Seal};
use crate::directory::{Change, Recorded, STUDY_RECORD, no_record, read, study_is_whole};
use crate::error::Error;
use crate::plan::{Plan, place};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use tempered_flow::Pool;
use tempered_store::{Listing, Place, RunDirectory, Table};

/// What verifying found.
#[derive(Debug, Default)]
pub struct Verified {
    /// Data files read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Metrics rows in those that are sound.
    pub rows: u64,
    /// Rows computed again from their seeds.
    pub recomputed: u64,
    /// Rows that were drawn for it and computed on another processor, whose model decides their last bits.
    pub elsewhere: BTreeMap<String, u64>,
    /// Files of (estimator, shard) that the study asks for and that no run has finished.
    pub missing: u64,
    /// Whether there is a seal to compare with.
    pub sealed: bool,
    /// What is wrong, by path.
    pub findings: Vec<Finding>,
}

/// Verifies a run directory against its records, and recomputes `draw` of its rows.
///
/// # Errors
/// Records that cannot be used, a disk that refuses. What is wrong with data files is a finding, no error.
///
/// # Cost
/// Reads every data file: sums its bytes, decodes its pages, looks at its values. Files are worked on in parallel.
pub fn verify(plan: &Plan, directory: &RunDirectory, draw: Draw, threads: usize) -> Result<Verified, Error> {
    let recorded = recorded(plan, directory)?;
    let listing = directory.listing()?;
    let mut verified = Verified {
        files: listing.files.len() as u64,
        bytes: listing.files.iter().map(|file| file.bytes).sum(),
        findings: strays(directory, &listing)?,
        ..Verified::default()
    };
    let seal = sealed(directory, &mut verified.findings)?;
    verified.sealed = seal.is_some();
    let places = places(&listing);
    let pool = Pool::new(threads).map_err(|error| Error::Pool(error.to_string()))?;
    let checked = pool.install(|| {
        let check = |files: &Files<'_>| files.check(directory, &recorded, seal.as_ref());
        places.par_iter().map(|(place, files)| Ok((*place, check(files)?))).collect::<Result<Vec<_>, Error>>()
    })?;
    let mut sound = BTreeMap::new();
    for (place, (metrics, found)) in checked {
        verified.findings.extend(found);
        if let Some(metrics) = metrics {
            verified.rows += metrics.trials.len() as u64;
            sound.insert(place, metrics);
        }
    }
    verified.missing = missing(plan, &places, &sound, seal.as_ref());
    let there: BTreeSet<String> = listing.files.iter().map(seal::name).collect();
    let lost = seal.iter().flat_map(|seal| seal.files.keys()).filter(|name| !there.contains(*name));
    verified.findings.extend(lost.map(|name| Finding { path: name.into(), fault: Fault::Lost }));
    let again = pool.install(|| recompute(plan, directory, &sound, draw))?;
    verified.recomputed = again.rows;
    verified.elsewhere = again.elsewhere;
    verified.findings.extend(again.findings);
    verified.findings.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(verified)
}

/// What is recorded, where the plan of the recorded study agrees with it.
fn recorded(plan: &Plan, directory: &RunDirectory) -> Result<Recorded, Error> {
    let recorded = read(directory)?;
    let change = Change::between(plan, recorded.as_ref(), directory)?;
    if change.alters() {
        let directory = directory.root().to_path_buf();
        return Err(Error::RecordsDiffer { directory, differences: change.lines().join("\n") });
    }
    recorded.ok_or_else(|| no_record(directory, "is missing".into()))
}

/// A study that was changed, and what no run puts into the data tree.
fn strays(directory: &RunDirectory, listing: &Listing) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    if !study_is_whole(directory)? {
        let path = PathBuf::from("_tempered").join(STUDY_RECORD);
        findings.push(Finding { path, fault: Fault::Study });
    }
    findings.extend(listing.strays.iter().map(|stray| {
        let path = stray.strip_prefix(directory.root()).unwrap_or(stray).to_path_buf();
        Finding { path, fault: Fault::Stray }
    }));
    Ok(findings)
}

/// The seal; one that was changed is a finding.
fn sealed(directory: &RunDirectory, findings: &mut Vec<Finding>) -> Result<Option<Seal>, Error> {
    match seal::read(directory) {
        Err(Error::Seal { .. }) => {
            let path = PathBuf::from("_tempered").join(seal::RECORD);
            findings.push(Finding { path, fault: Fault::Seal });
            Ok(None)
        }
        seal => seal,
    }
}

/// The files of each place.
fn places(listing: &Listing) -> BTreeMap<&Place, Files<'_>> {
    let mut places: BTreeMap<&Place, Files<'_>> = BTreeMap::new();
    for file in &listing.files {
        let files = places.entry(&file.place).or_default();
        match file.table {
            Table::Metrics => files.metrics = Some(file),
            Table::Weights => files.weights = Some(file),
            Table::Checkpoints => files.checkpoints = Some(file),
        }
    }
    places
}

/// Files the study asks for that are not there or too short, where no seal says that they were.
fn missing(
    plan: &Plan,
    places: &BTreeMap<&Place, Files<'_>>,
    sound: &BTreeMap<&Place, Checked>,
    seal: Option<&Seal>,
) -> u64 {
    let mut missing = 0;
    let mut asked = BTreeSet::new();
    for shard in plan.shards() {
        for estimator in plan.estimators(&shard).iter().copied() {
            let place = place(plan, estimator, &shard);
            let path = place.path(Table::Metrics).to_string_lossy().into_owned();
            let unfinished = match sound.get(&place) {
                Some(checked) => checked.range.end < shard.trials.end || !checked.is_even,
                None => {
                    let damaged = places.get(&place).is_some_and(|files| files.metrics.is_some());
                    !damaged && !seal.is_some_and(|seal| seal.files.contains_key(&path))
                }
            };
            missing += u64::from(unfinished);
            asked.insert(place);
        }
    }
    // All files of a directory have the same columns, those besides the study included.
    let left = sound.iter().filter(|(place, checked)| !checked.is_even && !asked.contains(*place));
    missing + left.count() as u64
}
