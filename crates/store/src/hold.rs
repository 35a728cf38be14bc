//! Locks of a run directory: shared by runs, exclusive for a process that clears it.

use crate::directory::{RECORDS, RunDirectory};
use crate::error::Error;
use crate::regular;
use crate::unfinished;
use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Result};
use std::path::Path;

/// The lock file among the records. It stays when a directory is cleared, since a new file would be another lock.
pub(crate) const LOCK: &str = "lock";

/// A shared lock: while it exists, no process clears the directory. The operating system releases it when the process
/// ends, also when it is killed.
#[derive(Debug)]
pub struct Hold {
    /// `None` on file systems without locks.
    _file: Option<File>,
}

fn open(root: &Path) -> Result<File> {
    let path = root.join(RECORDS).join(LOCK);
    if let Ok(Some(what)) = regular::other(&path) {
        return Err(std::io::Error::new(ErrorKind::InvalidInput, format!("{what}, not a file; remove it")));
    }
    File::options().create(true).append(true).open(path)
}

/// Whether the file system has no locks, or none left, in which case work continues without a lock.
fn lockless(error: &std::io::Error) -> bool {
    // ENOLCK (37) has no `ErrorKind`.
    error.kind() == ErrorKind::Unsupported || error.raw_os_error() == Some(37)
}

impl RunDirectory {
    /// Starts work in the directory: takes the shared lock, and waits for a process that is clearing the directory.
    ///
    /// Where no other process holds it, unfinished files of processes of this boot are removed and `settle` writes the
    /// records of this work. Otherwise `agree` compares the records: all processes that hold a directory must work on the
    /// same study. It compares them again after `settle`, since an exclusive lock cannot be downgraded atomically.
    ///
    /// # Errors
    /// The lock cannot be opened, or those of `settle` and `agree`.
    pub fn begin<E: From<Error>>(
        &self,
        settle: impl FnOnce() -> std::result::Result<(), E>,
        agree: impl FnOnce() -> std::result::Result<(), E>,
    ) -> std::result::Result<Hold, E> {
        let path = self.root().join(RECORDS).join(LOCK);
        let file = open(self.root()).map_err(Error::io(&path))?;
        match file.try_lock() {
            Ok(()) => {
                self.make_folders()?;
                for folder in self.unfinished_folders() {
                    self.clear_unfinished(&folder, &unfinished::is_of_this_boot)?;
                }
                settle()?;
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) if lockless(&error) => {
                self.make_folders()?;
                settle()?;
                return Ok(Hold { _file: None });
            }
            Err(TryLockError::Error(error)) => return Err(Error::io(&path)(error).into()),
        }
        file.lock_shared().map_err(Error::io(&path))?;
        // Whoever cleared it took the folders along.
        self.make_folders()?;
        agree()?;
        Ok(Hold { _file: Some(file) })
    }

    /// Takes the shared lock; waits for a process that is clearing the directory.
    ///
    /// # Errors
    /// The lock cannot be opened.
    pub fn hold(&self) -> std::result::Result<Hold, Error> {
        let held = open(self.root()).and_then(|file| file.lock_shared().map(|()| file));
        match held {
            Ok(file) => {
                // Whoever cleared it took the folders along.
                self.make_folders()?;
                Ok(Hold { _file: Some(file) })
            }
            Err(error) if lockless(&error) => Ok(Hold { _file: None }),
            Err(error) => Err(Error::io(&self.root().join(RECORDS).join(LOCK))(error)),
        }
    }

    /// Does `work` under the exclusive lock.
    ///
    /// # Errors
    /// Another process holds the directory.
    pub fn alone<T>(&self, work: impl FnOnce() -> T) -> std::result::Result<T, Error> {
        let root = self.root();
        let lock = open(root).map_err(Error::io(&root.join(RECORDS).join(LOCK)))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(Error::Busy { path: root.to_path_buf() }),
            Err(TryLockError::Error(error)) if !lockless(&error) => return Err(Error::io(root)(error)),
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let done = work();
        drop(lock);
        Ok(done)
    }
}
