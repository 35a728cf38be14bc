//! Reading footers: is a file what the plan expects?

use crate::error::Error;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::fs::File;
use std::path::Path;

/// What a file should be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Its `tempered.*` key/values.
    pub footer: &'a [(String, String)],
    /// Its number of rows, where it is known beforehand.
    pub rows: Option<u64>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No file.
    Missing,
    /// The file that was expected.
    Complete,
    /// Something else; says what.
    Damaged(String),
}

/// Compares a file's footer with what is expected. Data pages are not read.
pub fn check(path: &Path, expected: &Expected<'_>) -> Result<Found, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Missing),
        Err(error) => return Err(Error::io(path)(error)),
    };
    let reader = match SerializedFileReader::new(file) {
        Ok(reader) => reader,
        Err(error) => return Ok(Found::Damaged(error.to_string())),
    };
    let metadata = reader.metadata().file_metadata();
    let pairs = metadata.key_value_metadata();
    for (key, value) in expected.footer {
        let stored = pairs.and_then(|pairs| pairs.iter().find(|pair| pair.key == *key));
        let stored = stored.and_then(|pair| pair.value.as_deref());
        if stored != Some(value) {
            return Ok(Found::Damaged(format!("{key} is {}, expected {value}", stored.unwrap_or("missing"))));
        }
    }
    match expected.rows {
        Some(rows) if metadata.num_rows() != rows.cast_signed() => {
            Ok(Found::Damaged(format!("{} rows, expected {rows}", metadata.num_rows())))
        }
        _ => Ok(Found::Complete),
    }
}
