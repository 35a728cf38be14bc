//! Reading the footers of files.

use crate::error::Error;
use crate::regular;
use crate::whole_file::WholeFile;
use parquet::file::metadata::FileMetaData;
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// The metadata of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footer {
    /// Its key/values.
    pub pairs: Vec<(String, String)>,
    /// Its number of rows.
    pub rows: u64,
}

/// The result of reading the footer of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No file.
    Missing,
    /// Something other than a complete Parquet file, with the reason.
    Unreadable(String),
    /// A file with this footer.
    File(Footer),
}

impl Footer {
    pub(crate) fn of(metadata: &FileMetaData) -> Footer {
        let pairs = metadata.key_value_metadata().into_iter().flatten();
        let pairs = pairs.map(|pair| (pair.key.clone(), pair.value.clone().unwrap_or_default())).collect();
        Footer { pairs, rows: metadata.num_rows().cast_unsigned() }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// Reads a file's footer. Data pages are not read.
///
/// # Errors
/// The disk refuses, in which case it is not known whether the file is damaged.
pub fn read_footer(path: &Path) -> Result<Found, Error> {
    match regular::open(path) {
        Ok(file) => footer(path, WholeFile(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Found::Missing),
        Err(error) if regular::is_no_file(&error) => Ok(Found::Unreadable(error.to_string())),
        Err(error) => Err(Error::io(path)(error)),
    }
}

pub(crate) fn footer(path: &Path, file: impl ChunkReader + 'static) -> Result<Found, Error> {
    // The Parquet library panics on some damaged footers.
    let reader = match catch_unwind(AssertUnwindSafe(|| SerializedFileReader::new(file))) {
        Ok(Ok(reader)) => reader,
        Ok(Err(error)) => {
            return match Error::parquet(path)(error) {
                refused @ Error::Io { .. } => Err(refused),
                Error::Parquet { source, .. } => Ok(Found::Unreadable(source.to_string())),
                other => Ok(Found::Unreadable(other.what())),
            };
        }
        Err(_) => return Ok(Found::Unreadable("the footer is damaged".into())),
    };
    Ok(Found::File(Footer::of(reader.metadata().file_metadata())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use parquet::errors::Result as ParquetResult;
    use parquet::file::reader::Length;
    use std::io::{self, Empty};

    /// A file whose sectors cannot be read.
    struct BadSectors;

    impl Length for BadSectors {
        fn len(&self) -> u64 {
            1000
        }
    }

    impl ChunkReader for BadSectors {
        type T = Empty;

        fn get_read(&self, _: u64) -> ParquetResult<Empty> {
            Err(io::Error::from_raw_os_error(5).into())
        }

        fn get_bytes(&self, _: u64, _: usize) -> ParquetResult<Bytes> {
            Err(io::Error::from_raw_os_error(5).into())
        }
    }

    #[test]
    fn a_disk_that_refuses_is_an_error_and_no_damage() {
        let refused = footer(Path::new("m.parquet"), BadSectors).unwrap_err();
        assert!(!refused.is_damage() && refused.to_string().starts_with("m.parquet: "), "{refused}");
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read_footer(folder.path()).unwrap(), Found::Unreadable("a folder, not a file".into()));
        assert_eq!(read_footer(&folder.path().join("none")).unwrap(), Found::Missing);
    }
}
