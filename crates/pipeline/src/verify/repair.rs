//! Repair: what is wrong goes to quarantine, and what the study asks for is computed again.

use super::whole::Verified;
use crate::directory::check::{Fault, Finding, Remedy};
use crate::directory::seal;
use crate::error::Error;
use crate::plan::{Plan, place};
use crate::run::{Settings, run};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use tempered_flow::Cancel;
use tempered_store::{CHECKSUM_KEY, Found, Place, RunDirectory, Table, read_footer};

/// Repairs what was found, and nothing else: shards that no run has finished stay so. Files are computed from their seeds,
/// so they have the bytes they had before.
///
/// Nothing is repaired while the recorded study is in doubt. A repair that was ended at any moment goes on when it is called
/// again: files are missed by the seal, which stays until the last one is there.
///
/// Returns the files for which a seal says that they have not: the program that sealed them computed other numbers.
///
/// # Errors
/// Those of a run.
pub fn repair(
    plan: &Plan,
    directory: &RunDirectory,
    verified: &Verified,
    threads: usize,
) -> Result<Vec<Finding>, Error> {
    if verified.findings.iter().any(|finding| finding.fault.remedy() == Remedy::Rerun) {
        // What is to be computed cannot be known from a study that was changed.
        return Ok(Vec::new());
    }
    let sealed = match seal::read(directory) {
        Ok(seal) => seal.map(|seal| seal.files).unwrap_or_default(),
        Err(Error::Seal { .. }) => BTreeMap::new(),
        Err(error) => return Err(error),
    };
    for Finding { path, fault } in &verified.findings {
        match fault.remedy() {
            Remedy::Quarantine => directory.quarantine(&directory.root().join(path))?,
            Remedy::Remove => directory.remove_record(seal::RECORD)?,
            Remedy::Compute | Remedy::Rerun => {}
        }
    }
    let only = concerned(plan, &verified.findings);
    let settings = Settings { threads, only: Some(only.clone()), ..Settings::default() };
    run(plan.clone(), directory, &settings, &Cancel::default(), |_| ())?;
    let mut others = Vec::new();
    for path in only.iter().flat_map(|place| Table::ALL.map(|table| place.path(table))) {
        let Some(sealed) = sealed.get(&*path.to_string_lossy()) else { continue };
        if let Found::File(footer) = read_footer(&directory.root().join(&path))?
            && footer.get(CHECKSUM_KEY) != Some(&sealed.checksum)
        {
            others.push(Finding { path, fault: Fault::Changed });
        }
    }
    Ok(others)
}

/// The places that the plan asks for where something is wrong.
fn concerned(plan: &Plan, findings: &[Finding]) -> BTreeSet<Place> {
    let bad: BTreeSet<&PathBuf> = findings.iter().map(|finding| &finding.path).collect();
    let mut only = BTreeSet::new();
    for shard in plan.shards() {
        for estimator in plan.estimators(&shard).iter().copied() {
            let place = place(plan, estimator, &shard);
            if Table::ALL.iter().any(|table| bad.contains(&place.path(*table))) {
                only.insert(place);
            }
        }
    }
    only
}
