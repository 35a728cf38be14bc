//! Files whose last bits are of another processor.

use crate::error::Error;
use crate::plan::PROCESSOR_KEY;
use tempered_math::space::processor;
use tempered_store::{Found, Place, RunDirectory, read_footer};

/// The model of the processor that computed the rows of a place, where their last bits follow it and it is not this one.
pub(crate) fn elsewhere(directory: &RunDirectory, place: &Place) -> Result<Option<String>, Error> {
    let Found::File(footer) = read_footer(&directory.metrics_path(place))? else { return Ok(None) };
    let model = footer.get(PROCESSOR_KEY).map(str::to_owned);
    Ok(model.filter(|model| *model != processor()))
}
