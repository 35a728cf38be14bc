//! The seal: what lay in the data tree when a study was complete.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tempered_store::{CHECKSUM_KEY, Found, Listed, RunDirectory, read_checksum, read_footer};

/// Name of the record.
pub const RECORD: &str = "sealed.json";

/// Every data file of a complete study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// BLAKE3 of `files` as JSON without spaces: a seal that was changed is no witness.
    checksum: String,
    /// By path below the run directory.
    pub files: BTreeMap<String, Sealed>,
}

/// A data file when it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Its size.
    pub bytes: u64,
    /// Its checksum, as in its footer.
    pub checksum: String,
}

/// Name of a data file in the seal.
pub(crate) fn name(file: &Listed) -> String {
    file.place.path(file.table).to_string_lossy().into_owned()
}

/// Seals a directory that is not sealed yet. The record holds no clock: equal files have equal seals.
///
/// Cost: a listing and a footer a file; pages are not read, since files were summed while they were written. Only a file
/// without a checksum, of a version before there were any, is read whole.
pub fn seal(directory: &RunDirectory) -> Result<(), Error> {
    if directory.read_record(RECORD)?.is_some() {
        return Ok(());
    }
    let mut files = BTreeMap::new();
    for file in directory.listing()?.files {
        let path = directory.root().join(file.place.path(file.table));
        let checksum = match read_footer(&path)? {
            Found::File(footer) => footer.get(CHECKSUM_KEY).map(str::to_string),
            // Beyond what the study asks for, and damaged: nothing to vouch for.
            Found::Missing | Found::Unreadable(_) => continue,
        };
        let checksum = checksum.map_or_else(|| read_checksum(&path).map(|sum| sum.computed), Ok)?;
        files.insert(name(&file), Sealed { bytes: file.bytes, checksum });
    }
    let seal = Seal { checksum: sum(&files)?, files };
    Ok(directory.write_record(RECORD, &serde_json::to_vec_pretty(&seal)?)?)
}

/// The seal of a directory; `None` where there is none, [`Error::Seal`] where it is not as it was written.
pub fn read(directory: &RunDirectory) -> Result<Option<Seal>, Error> {
    let Some(bytes) = directory.read_record(RECORD)? else { return Ok(None) };
    match serde_json::from_slice::<Seal>(&bytes) {
        Ok(seal) if seal.checksum == sum(&seal.files)? => Ok(Some(seal)),
        _ => Err(Error::Seal { path: directory.root().join("_tempered").join(RECORD) }),
    }
}

fn sum(files: &BTreeMap<String, Sealed>) -> Result<String, Error> {
    Ok(blake3::hash(&serde_json::to_vec(files)?).to_hex().to_string())
}
