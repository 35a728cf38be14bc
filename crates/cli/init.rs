//! `tempered init`.

use crate::args::Init;
use crate::exit::{Ending, Failure};
use std::io::Write;

const STUDY: &str = include_str!("../../pipelines/quickstart.yaml");

/// Writes the quickstart study to a new file.
pub fn init(options: &Init) -> Result<Ending, Failure> {
    let place = options.path.display().to_string();
    std::fs::File::create_new(&options.path).and_then(|mut file| file.write_all(STUDY.as_bytes())).map_err(
        |source| match source.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Failure::Usage(format!("{place} exists already; give another path"))
            }
            _ => Failure::File { place: place.clone(), source },
        },
    )?;
    eprintln!("wrote {place}; run it with: tempered run {place}");
    Ok(Ending::Done)
}
