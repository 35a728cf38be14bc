//! How a run ends.

use super::outcome::Ending;
use super::settings::Settings;
use crate::directory::{complete, even_out, is_recorded, seal, settle};
use crate::error::Error;
use crate::plan::Plan;
use tempered_flow::{Failure, Report};
use tempered_store::RunDirectory;

/// Whether a flow came to its end; false where it was stopped.
pub(super) fn finished(ended: Result<Report, Failure<Error>>) -> Result<bool, Error> {
    match ended {
        Ok(_) => Ok(true),
        Err(Failure::Aborted | Failure::Stage { source: Error::Stopped, .. }) => Ok(false),
        Err(Failure::Stage { stage, source }) => Err(Error::Stage { stage, source: Box::new(source) }),
        Err(Failure::Thread { stage, source }) => {
            Err(Error::Pool(format!("cannot start the thread of stage {stage}: {source}")))
        }
        Err(Failure::Panicked { stage, message }) => Err(Error::Panicked { stage, message }),
    }
}

/// Complete if no shard of any share is missing. What is complete is sealed.
pub(super) fn ending(directory: &RunDirectory, plan: Plan, settings: &Settings) -> Result<Ending, Error> {
    let plan = plan.in_directory(directory)?;
    if plan.growing && even_out(&plan, directory)? {
        settle(&plan, directory)?;
    }
    // Where there are no locks, a run of another study may have recorded it meanwhile, and seals what it completes.
    let same = is_recorded(&plan, directory)?;
    let all = same && settings.share.1 == 1 && settings.only.is_none();
    if !all && !complete(&plan, directory)? {
        return Ok(Ending::ShareDone);
    }
    if same {
        if settings.only.is_some() {
            directory.remove_record(seal::RECORD)?;
        }
        seal::seal(directory)?;
        directory.drop_claims()?;
    }
    Ok(Ending::Complete)
}
