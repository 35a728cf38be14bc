//! `tempered query`.

use crate::args::Query;
use crate::exit::{Ending, Failure};
use crate::study;

/// Answers SQL over the tables of a run directory.
pub fn query(options: &Query) -> Result<Ending, Failure> {
    // The same complaint as of other commands where there is no run.
    study::recorded(&options.directory)?;
    answer(options)
}

#[cfg(feature = "sql")]
fn answer(options: &Query) -> Result<Ending, Failure> {
    use crate::args::QueryFormat;
    let mut answer = tempered_analysis::query(&options.directory, &options.sql)?;
    let text = match options.format {
        QueryFormat::Table => answer.table(),
        QueryFormat::Csv => answer.csv()?,
        QueryFormat::Json => answer.json()?,
    };
    crate::output::print(&text)?;
    Ok(Ending::Done)
}

/// The SQL engine brings more than a hundred crates, so that it is built where it is asked for.
#[cfg(not(feature = "sql"))]
fn answer(options: &Query) -> Result<Ending, Failure> {
    Err(Failure::Usage(format!(
        "this build of tempered has no SQL engine; `cargo install --path . --features sql` builds one that has, and \
         `tempered analyze {} --explain` prints how Polars and DuckDB read the same files",
        options.directory.display()
    )))
}
