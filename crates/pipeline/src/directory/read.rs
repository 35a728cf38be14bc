//! Reading what is recorded, and bringing a plan in line with it.

use super::rebuild::rebuild;
use super::recorded::{PLAN_RECORD, Recorded, generator};
use crate::error::Error;
use crate::plan::Plan;
use tempered_store::RunDirectory;

/// Reads the record of a directory, or makes it again from the footers of its files where it is lost or damaged; `None`
/// where there are neither.
///
/// # Errors
/// The file system refuses, or the footers contradict each other.
pub(crate) fn read(directory: &RunDirectory) -> Result<Option<Recorded>, Error> {
    match directory.read_record(PLAN_RECORD)?.map(|bytes| serde_json::from_slice::<Recorded>(&bytes)) {
        Some(Ok(recorded)) => Ok(Some(recorded)),
        Some(Err(error)) => rebuild(directory, format!("is damaged ({error})")),
        None => rebuild(directory, "is missing beside finished files".into()),
    }
}

/// What to tell about a record that was made again from the footers; nothing where it was read.
///
/// # Errors
/// Those of reading it.
pub fn warning(directory: &RunDirectory) -> Result<Option<String>, Error> {
    let recorded = read(directory)?;
    let path = directory.root().join("_tempered").join(PLAN_RECORD);
    let tell = |why| format!("{} {why}; what it said is taken from the footers of the files", path.display());
    Ok(recorded.and_then(|recorded| recorded.rebuilt).map(tell))
}

impl Plan {
    /// The same study by the rules that a directory was begun with, recording of each trial what is recorded there; by those
    /// of a new one where nothing is recorded.
    ///
    /// # Errors
    /// The record of what decided the numbers cannot be read.
    pub fn in_directory(self, directory: &RunDirectory) -> Result<Plan, Error> {
        let Some(recorded) = read(directory)? else { return Ok(self) };
        let mut plan = match generator(&recorded) {
            Some(generator) => self.by(generator),
            None => self,
        };
        plan.growing = recorded.is_growing();
        Ok(plan.recording(recorded.base()))
    }
}
