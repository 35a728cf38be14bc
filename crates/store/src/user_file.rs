//! Files of columns that users bring: CSV, or Parquet by its first bytes.

use crate::csv_file::Csv;
use crate::error::Error;
use crate::number::Number;
use crate::read::{Column, columns_of, titles_of};
use crate::regular;
use crate::unusable::Unusable;
use bytes::Bytes;
use std::path::{Path, PathBuf};

/// What every Parquet file begins with.
const PARQUET: &[u8] = b"PAR1";

/// A file that a user brings, in memory.
///
/// CSV is separated by commas, semicolons or tabs as its header shows; Parquet may be compressed by any codec.
pub struct UserFile {
    /// How messages call it.
    place: String,
    bytes: Bytes,
    /// What separates fields of CSV; `None` where the header shows it.
    separator: Option<u8>,
}

impl UserFile {
    /// Reads a file.
    ///
    /// # Errors
    /// There is none, it is no regular file, or the system refuses.
    pub fn open(path: &Path, separator: Option<u8>) -> Result<UserFile, Unusable> {
        let place = path.display().to_string();
        match regular::read(path) {
            Ok(bytes) => Ok(UserFile::new(place, bytes, separator)),
            Err(source) => Err(Unusable::File { place, source }),
        }
    }

    /// A file of these bytes, which messages call by `place`.
    pub fn new(place: String, bytes: Vec<u8>, separator: Option<u8>) -> UserFile {
        UserFile { place, bytes: bytes.into(), separator }
    }

    /// The first sixteen hexadecimal digits of the BLAKE3 hash of its bytes.
    pub fn digest(&self) -> String {
        blake3::hash(&self.bytes).to_hex()[..16].to_string()
    }

    /// Whether it is Parquet.
    pub fn is_parquet(&self) -> bool {
        self.bytes.starts_with(PARQUET)
    }

    /// The place of a row, as messages begin: lines of CSV, rows of Parquet.
    pub fn at(&self, row: u64) -> String {
        let place = &self.place;
        if self.is_parquet() { format!("{place}: row {row}") } else { format!("{place}:{row}") }
    }

    /// A row in the middle of a message.
    pub fn unit(&self, row: u64) -> String {
        if self.is_parquet() { format!("row {row}") } else { format!("line {row}") }
    }

    /// The names of its columns in their order.
    ///
    /// # Errors
    /// It is empty or damaged.
    pub fn titles(&self) -> Result<Vec<String>, Unusable> {
        if self.is_parquet() {
            return Ok(self.parquet_titles()?.into_iter().map(|(title, _)| title).collect());
        }
        self.csv("names of columns")?.titles(&self.bytes)
    }

    /// The names of columns of numbers in their order: of Parquet those of such a type, of CSV those with some field that is a number.
    ///
    /// # Errors
    /// It is empty or damaged.
    pub fn numeric_titles(&self) -> Result<Vec<String>, Unusable> {
        let titles = if self.is_parquet() {
            self.parquet_titles()?
        } else {
            let csv = self.csv("names of columns")?;
            csv.titles(&self.bytes)?.into_iter().zip(csv.are_numeric(&self.bytes)?).collect()
        };
        Ok(titles.into_iter().filter(|(_, numeric)| *numeric).map(|(title, _)| title).collect())
    }

    /// These columns, named in any case, one list each.
    ///
    /// # Errors
    /// A column that is not there, is there twice or holds something else than numbers, with its line or row.
    pub fn read(&self, names: &[&str]) -> Result<Vec<Vec<Number>>, Unusable> {
        if !self.is_parquet() {
            return self.csv(&names.join(" and "))?.read(&self.bytes, names);
        }
        let numbers = |Column { values, whole }: Column| {
            let number = |(k, value)| {
                let whole = whole.as_ref().and_then(|whole| whole.get(k).copied());
                Number { row: k as u64 + 1, value, whole }
            };
            values.into_iter().enumerate().map(number).collect()
        };
        let columns = columns_of(&PathBuf::from(&self.place), &self.bytes, names).map_err(content)?;
        Ok(columns.into_iter().map(numbers).collect())
    }

    fn parquet_titles(&self) -> Result<Vec<(String, bool)>, Unusable> {
        titles_of(&PathBuf::from(&self.place), &self.bytes).map_err(content)
    }

    /// The reader of CSV, for a file in which there is something.
    fn csv(&self, expected: &str) -> Result<Csv<'_>, Unusable> {
        if self.bytes.trim_ascii().is_empty() {
            let what = format!("nothing is in it, expected a header with {expected}");
            return Err(Unusable::Content(format!("{}: {what}", self.place)));
        }
        Ok(Csv { place: &self.place, separator: self.separator })
    }
}

/// Nothing is read from the disk any more: whatever is wrong is what the bytes say.
fn content(error: Error) -> Unusable {
    Unusable::Content(error.to_string())
}
