//! Files whose last bits are of another processor, or of an earlier revision of an estimator's arithmetic.

use crate::error::Error;
use crate::plan::{PROCESSOR_KEY, Plan};
use tempered_store::{Found, Place, RunDirectory, read_footer};

/// The processor that computed an estimator's rows of a place, with the revision of its arithmetic, where their last bits follow it and it
/// is not what this program has here.
pub(crate) fn elsewhere(
    plan: &Plan,
    directory: &RunDirectory,
    (place, estimator): (&Place, usize),
) -> Result<Option<String>, Error> {
    let Found::File(footer) = read_footer(&directory.metrics_path(place))? else { return Ok(None) };
    let model = footer.get(PROCESSOR_KEY).map(str::to_owned);
    Ok(model.filter(|model| Some(model) != plan.processor(estimator).as_ref()))
}
