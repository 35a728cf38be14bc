//! Taking back a growth of columns: files and records as they were before it.

use super::besides::with_left;
use super::judge::{state_of, twin_of};
use super::record::begin_undo;
use super::recorded::{PLAN_RECORD, STUDY_RECORD};
use super::seal;
use super::state::State;
use crate::error::Error;
use crate::plan::{Plan, place};
use crate::spec;
use std::collections::BTreeSet;
use std::path::PathBuf;
use tempered_store::{Place, RunDirectory, Table};

/// What was taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Files that are in their places again as they were.
    pub restored: u64,
    /// Files that were made since with the columns that are taken back: they are in quarantine.
    pub set_aside: u64,
}

/// Brings back what was there before columns were added last. What was made since with more columns goes to quarantine;
/// files without them stay. Ended at any moment, it goes on when it is called again.
///
/// # Errors
/// There is nothing to take back; another process holds the directory; the file system refuses.
pub fn undo(directory: &RunDirectory) -> Result<Undone, Error> {
    directory.alone(|| {
        let former = directory.former();
        let nothing = || Error::NothingFormer(directory.root().to_path_buf());
        let plan_record = former.read_record(PLAN_RECORD)?.ok_or_else(nothing)?;
        let study = former.read_record(STUDY_RECORD)?.ok_or_else(nothing)?;
        let name = former.root().join("_tempered").join(STUDY_RECORD).display().to_string();
        // From here on files of both kinds are in their right places.
        begin_undo(directory, &plan_record)?;
        directory.write_record(STUDY_RECORD, &study)?;
        directory.remove_record(seal::RECORD)?;
        let plan = Plan::new(spec::parse_recorded(&study, &name, &[])?).in_directory(directory)?;
        let undone = take_back(&plan, directory)?;
        for name in directory.records()?.into_iter().filter(|name| name.starts_with("live-")) {
            directory.remove_record(&name)?;
        }
        if let Some(sealed) = former.read_record(seal::RECORD)? {
            directory.write_record(seal::RECORD, &sealed)?;
        }
        directory.write_record(PLAN_RECORD, &plan_record)?;
        directory.drop_former()?;
        Ok(undone)
    })?
}

/// Moves former files to their places, metrics after all others, and what has more columns than they to quarantine.
fn take_back(plan: &Plan, directory: &RunDirectory) -> Result<Undone, Error> {
    let (mut undone, mut back) = (Undone::default(), BTreeSet::new());
    let listing = directory.former().listing()?;
    for table in [Table::Weights, Table::Checkpoints, Table::Metrics] {
        for file in listing.files.iter().filter(|file| file.table == table) {
            undone.restored += u64::from(directory.restore(&file.place, table)?);
            back.insert(file.place.path(table));
        }
    }
    let mut more = made_since(plan, directory, &back)?;
    // What a run that was ended had placed of a shard before its metrics. Of estimators that are taken back nobody would finish
    // it.
    for file in directory.listing()?.files.into_iter().filter(|file| file.table != Table::Metrics) {
        if !directory.metrics_path(&file.place).is_file() {
            more.insert(file.place.path(file.table));
        }
    }
    undone.set_aside = more.len() as u64;
    more.iter().try_for_each(|path: &PathBuf| directory.quarantine(&directory.root().join(path)))?;
    Ok(undone)
}

/// Files that have more columns than they had before, or names that they did not have; none of those that came back.
fn made_since(
    plan: &Plan,
    directory: &RunDirectory,
    back: &BTreeSet<PathBuf>,
) -> Result<BTreeSet<PathBuf>, Error> {
    let mut more = BTreeSet::new();
    let (every, left) = with_left(plan.clone(), directory)?;
    let planned = plan.shards().flat_map(|shard| {
        let estimators = plan.estimators(&shard).clone();
        (0..estimators.len()).map(move |place| (shard.clone(), estimators[place]))
    });
    for (shard, estimator) in planned.chain(left) {
        if let Some(twin) = twin_of(&every, directory, &shard, estimator)? {
            let paths = Table::ALL.map(|table| twin.path(table)).into_iter();
            more.extend(paths.filter(|path| directory.root().join(path).is_file() && !back.contains(path)));
        }
        let place: Place = place(&every, estimator, &shard);
        for table in Table::ALL {
            let path = place.path(table);
            let state = state_of(&every, directory, &shard, estimator, table)?;
            let asked = state.is_some();
            let there = directory.root().join(&path).is_file();
            if there && (!asked || state == Some(State::Excess)) {
                more.insert(path);
            }
        }
    }
    Ok(more)
}
