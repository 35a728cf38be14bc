//! Claims: files that say which work of a study a process has begun.
//!
//! Processes on many hosts share work by them. A claim is a hint, no lock: whoever has one may have ended long ago, and what
//! is done is decided by the data tree alone, so that no clocks of hosts have to be compared and nothing has to be renewed.

use crate::directory::{RECORDS, RunDirectory, entries};
use crate::error::Error;
use crate::regular;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;
use std::time::SystemTime;

/// The folder of claims among the records.
const FOLDER: &str = "claims";
/// Bytes that are read of what a claim says: a host, a process and a time take a hundred.
const MOST: u64 = 1 << 12;

/// A claim as it lies in a directory.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Which work it is for.
    pub name: String,
    /// What its maker said of itself.
    pub says: String,
    /// When it was made, by the clock of the file system.
    pub made: Option<SystemTime>,
}

impl RunDirectory {
    /// Makes the claim of this name; false where there is one already.
    ///
    /// The file is created, or not, in one step, on network file systems too. It is not synced: a claim that is lost costs work done
    /// twice.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn claim(&self, name: &str, says: &str) -> Result<bool, Error> {
        let path = self.claims_folder().join(name);
        let created = match self.disk().create(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let folder = self.claims_folder();
                self.disk().create_folders(&folder).map_err(Error::io(&folder))?;
                self.disk().create(&path)
            }
            created => created,
        };
        match created.and_then(|mut file| file.write_all(says.as_bytes())) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(Error::io(&path)(error)),
        }
    }

    /// Names of all claims, in no order.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn claimed(&self) -> Result<Vec<String>, Error> {
        Ok(entries(&self.claims_folder())?.into_iter().map(|(name, _)| name).collect())
    }

    /// All claims with what they say, in the order of their names. One that is removed meanwhile is left out.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn claims(&self) -> Result<Vec<Claim>, Error> {
        let mut claims = Vec::new();
        for (name, path) in entries(&self.claims_folder())? {
            let Ok(file) = regular::open(&path) else { continue };
            let made = file.metadata().and_then(|file| file.modified()).ok();
            let mut bytes = Vec::new();
            // What cannot be read says nothing; the claim is there all the same.
            let _ = file.take(MOST).read_to_end(&mut bytes);
            claims.push(Claim { name, says: String::from_utf8_lossy(&bytes).into_owned(), made });
        }
        claims.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(claims)
    }

    /// Removes all claims, of which nobody has use where all work is done.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn drop_claims(&self) -> Result<(), Error> {
        let folder = self.claims_folder();
        for (_, path) in entries(&folder)? {
            self.remove(&path)?;
        }
        match fs::remove_dir(&folder) {
            // Others may do the same, or make a claim at this moment.
            Err(error) if ![ErrorKind::NotFound, ErrorKind::DirectoryNotEmpty].contains(&error.kind()) => {
                Err(Error::io(&folder)(error))
            }
            _ => Ok(()),
        }
    }

    fn claims_folder(&self) -> PathBuf {
        self.root().join(RECORDS).join(FOLDER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_made_once_and_tells_of_its_maker() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::create(folder.path()).unwrap();
        assert!(directory.claimed().unwrap().is_empty());
        assert!(directory.claim("a.1", "host a").unwrap());
        assert!(!directory.claim("a.1", "host b").unwrap());
        assert!(directory.claim("a.2", "").unwrap());
        let claims = directory.claims().unwrap();
        let told: Vec<_> = claims.iter().map(|claim| (&*claim.name, &*claim.says)).collect();
        assert_eq!(told, [("a.1", "host a"), ("a.2", "")]);
        assert!(claims.iter().all(|claim| claim.made.is_some()));
        directory.drop_claims().unwrap();
        directory.drop_claims().unwrap();
        assert!(directory.claims().unwrap().is_empty() && directory.claim("a.1", "").unwrap());
    }

    #[test]
    fn one_of_many_makes_a_claim() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::create(folder.path()).unwrap();
        let take = || (0..50).filter(|k| directory.claim(&format!("lot-{k}"), "").unwrap()).count();
        let won: usize = std::thread::scope(|scope| {
            let all: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
            all.into_iter().map(|one| one.join().unwrap()).sum()
        });
        assert_eq!((won, directory.claimed().unwrap().len()), (50, 50));
    }
}
