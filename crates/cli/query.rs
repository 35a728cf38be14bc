//! `tempered query`.

use crate::args::{Query, QueryFormat};
use crate::exit::{Ending, Failure};
use crate::{output, study};

/// Answers SQL over the tables of a run directory.
pub fn query(options: &Query) -> Result<Ending, Failure> {
    // The same complaint as of other commands where there is no run.
    study::recorded(&options.directory)?;
    let mut answer = tempered_analysis::query(&options.directory, &options.sql)?;
    let text = match options.format {
        QueryFormat::Table => answer.table(),
        QueryFormat::Csv => answer.csv()?,
        QueryFormat::Json => answer.json()?,
    };
    output::print(&text)?;
    Ok(Ending::Done)
}
