//! The seal: what lay in the data tree when a study was complete.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use tempered_store::{CHECKSUM_KEY, DataFolder, Found, Listed, RunDirectory, read_checksum, read_footer};

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
/// without a checksum, of a version before there were any, is read whole. Memory: the names in one folder.
pub fn seal(directory: &RunDirectory) -> Result<(), Error> {
    if directory.records()?.iter().any(|name| name == RECORD) {
        return Ok(());
    }
    let folders = directory.folders(&mut |_| {})?;
    let mut files = folders.iter().flat_map(|folder| {
        let (files, failed) = match in_order(folder) {
            Ok(files) => (files, None),
            Err(error) => (Vec::new(), Some(Err(error))),
        };
        failed.into_iter().chain(files.into_iter().map(|file| sealed(directory, file)))
    });
    let mut failed = None;
    let written = directory.write_record_with(RECORD, &mut |out| {
        let sound = files.by_ref().map_while(|file| file.map_err(|error| failed = Some(error)).ok());
        write(out, sound.flatten())?;
        // A seal that lacks files is none.
        if failed.is_some() { Err(std::io::ErrorKind::InvalidData.into()) } else { Ok(()) }
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(written?),
    }
}

/// The files of a folder with their sizes, by name.
fn in_order(folder: &DataFolder) -> Result<Vec<(String, u64)>, Error> {
    let mut files = Vec::new();
    folder.walk(&mut |file| files.push((name(&file), file.bytes)), &mut |_| {})?;
    files.sort();
    Ok(files)
}

/// What the seal says of a file; nothing of one that is beyond what the study asks for, and damaged.
fn sealed(directory: &RunDirectory, (name, bytes): (String, u64)) -> Result<Option<(String, Sealed)>, Error> {
    let path = directory.root().join(&name);
    let checksum = match read_footer(&path)? {
        Found::File(footer) => footer.get(CHECKSUM_KEY).map(str::to_string),
        Found::Missing | Found::Unreadable(_) => return Ok(None),
    };
    let checksum = checksum.map_or_else(|| read_checksum(&path).map(|sum| sum.computed), Ok)?;
    Ok(Some((name, Sealed { bytes, checksum })))
}

/// Writes a seal file by file: a study of a million cells has millions, and its seal hundreds of megabytes.
fn write(out: &mut dyn Write, files: impl Iterator<Item = (String, Sealed)>) -> std::io::Result<()> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"{");
    out.write_all(b"{\"files\": {")?;
    for (place, (name, sealed)) in files.enumerate() {
        let entry = format!("{}:{}", serde_json::to_string(&name)?, serde_json::to_string(&sealed)?);
        let comma = if place > 0 { "," } else { "" };
        hasher.update(comma.as_bytes()).update(entry.as_bytes());
        write!(out, "{comma}\n{entry}")?;
    }
    hasher.update(b"}");
    writeln!(out, "\n}}, \"checksum\": \"{}\"}}", hasher.finalize().to_hex())
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
    let mut hasher = blake3::Hasher::new();
    serde_json::to_writer(&mut hasher, files)?;
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Folder by folder, names come in the order in which they would be sorted at once.
    #[test]
    fn files_are_sealed_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::create(folder.path()).unwrap();
        for label in ["a", "a-b", "a b", "a=", "b"] {
            for (table, n) in [("weights", 7), ("metrics", 10), ("metrics", 9), ("metrics", 1)] {
                let path = folder.path().join(format!("{table}/estimator={label}/n={n}"));
                std::fs::create_dir_all(&path).unwrap();
                for name in
                    ["8badf00d8badf00d-000001", "8badf00d8badf00d-00c0ffee00c0ffee-000000", "0-000000"]
                {
                    std::fs::write(path.join(format!("{name}.parquet")), "").unwrap();
                }
            }
        }
        let mut sorted: Vec<String> = directory.listing().unwrap().files.iter().map(name).collect();
        sorted.sort();
        let folders = directory.folders(&mut |_| {}).unwrap();
        let found = folders.iter().flat_map(|folder| in_order(folder).unwrap());
        assert_eq!(found.map(|(name, _)| name).collect::<Vec<_>>(), sorted);
        assert_eq!(sorted.len(), 60);
    }

    /// What is written file by file is a seal as serde reads it, and its checksum that of its files.
    #[test]
    fn seals_written_file_by_file_read_back() {
        let name = |k: u64| format!("metrics/estimator=a/n={k}/\"é-000000.parquet");
        let sealed = |k: u64| Sealed { bytes: k << 40, checksum: format!("{k:064x}") };
        for count in [0, 1, 3] {
            let mut bytes = Vec::new();
            write(&mut bytes, (0..count).map(|k| (name(k), sealed(k)))).unwrap();
            let seal: Seal = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(seal.files, (0..count).map(|k| (name(k), sealed(k))).collect());
            assert_eq!(seal.checksum, sum(&seal.files).unwrap());
            // As seals were written before: what is read is the same.
            let pretty: Seal = serde_json::from_slice(&serde_json::to_vec_pretty(&seal).unwrap()).unwrap();
            assert_eq!(pretty, seal);
        }
    }
}
