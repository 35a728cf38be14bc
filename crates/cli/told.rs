//! What a complete run has told: where nothing has changed since, it is told again without an analysis.

use crate::args::Run;
use crate::output;
use serde::{Deserialize, Serialize};
use tempered_pipeline::RunDirectory;
use tempered_pipeline::directory::seal;
use tempered_store::SUMMARY;

/// Name of the record.
const RECORD: &str = "told.json";
/// Records that decide the tables: which files there are, with their checksums, what is asked of them, and under which names.
const SOURCES: [&str; 3] = [seal::RECORD, "study.yaml", "plan.json"];

/// The record.
#[derive(Serialize, Deserialize)]
struct Record<'a> {
    /// What the text was made of.
    of: String,
    /// What was printed.
    text: std::borrow::Cow<'a, str>,
}

/// A key of all that decides what a complete run prints: records, flags, the terminal, and the program; `None` where records
/// cannot be read or the directory is not sealed.
pub fn key(options: &Run, directory: &RunDirectory) -> Option<String> {
    let Run { explain, all, .. } = options;
    let shown = format!("{} {} {explain} {all}", directory.root().display(), output::width());
    let mut hasher = blake3::Hasher::new();
    for part in [program()?, shown] {
        hasher.update(part.as_bytes()).update(b"\n");
    }
    for name in SOURCES {
        // Piece by piece: the seal of a million files is a hundred megabytes.
        hasher.update_reader(directory.open_record(name).ok()??).ok()?;
    }
    Some(hasher.finalize().to_hex().to_string())
}

/// This program: programs of one version may have different rules while they are written.
fn program() -> Option<String> {
    let file = std::fs::metadata(std::env::current_exe().ok()?).ok()?;
    Some(format!("{} {} {:?}", env!("CARGO_PKG_VERSION"), file.len(), file.modified().ok()?))
}

/// What was told of the same; `None` where nothing was, or a file of the summary is gone.
pub fn again(directory: &RunDirectory, key: &str) -> Option<String> {
    let bytes = directory.read_record(RECORD).ok()??;
    let record: Record<'_> = serde_json::from_slice(&bytes).ok()?;
    let table = |name: &str| directory.root().join("summary").join(name);
    let is_there =
        |name: &&str| ["csv", "parquet"].iter().all(|kind| table(name).with_extension(kind).is_file());
    (record.of == key && SUMMARY.iter().all(is_there)).then(|| record.text.into_owned())
}

/// Notes what was told. It saves time; nothing depends on it.
pub fn note(directory: &RunDirectory, key: &str, text: &str) {
    let record = Record { of: key.to_owned(), text: text.into() };
    let written = serde_json::to_vec(&record).map(|bytes| directory.write_record(RECORD, &bytes));
    if let Ok(Err(error)) = written {
        eprintln!("warning: {RECORD} is not written: {error}");
    }
}

/// Forgets what was told, before the files of the summary become those of another reading.
pub fn forget(directory: &RunDirectory) {
    // Where the record cannot be removed, neither can the summary be written.
    let _ = directory.remove_record(RECORD);
}
