//! Standard output: results only. A reader that goes away is not an error.

use crate::exit::Failure;
use std::io::Write;

/// Prints a result.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    write!(out, "{text}{newline}")
        .and_then(|()| out.flush())
        .map_err(|source| Failure::File { place: "stdout".into(), source })
}
