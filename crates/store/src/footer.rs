//! Reading footers: what does a file say of itself?

use crate::error::Error;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footer {
    /// Its key/values.
    pub pairs: Vec<(String, String)>,
    /// Its number of rows.
    pub rows: u64,
}

/// What was found in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No file.
    Missing,
    /// Something that is no whole Parquet file; says why.
    Unreadable(String),
    /// A file with this footer.
    File(Footer),
}

impl Footer {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// Reads a file's footer. Data pages are not read.
pub fn read_footer(path: &Path) -> Result<Found, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Missing),
        Err(error) => return Err(Error::io(path)(error)),
    };
    // The Parquet library panics on some damaged footers.
    let reader = match catch_unwind(AssertUnwindSafe(|| SerializedFileReader::new(file))) {
        Ok(Ok(reader)) => reader,
        Ok(Err(error)) => return Ok(Found::Unreadable(error.to_string())),
        Err(_) => return Ok(Found::Unreadable("the footer is damaged".into())),
    };
    let metadata = reader.metadata().file_metadata();
    let pairs = metadata.key_value_metadata().into_iter().flatten();
    let pairs = pairs.map(|pair| (pair.key.clone(), pair.value.clone().unwrap_or_default())).collect();
    Ok(Found::File(Footer { pairs, rows: metadata.num_rows().cast_unsigned() }))
}
