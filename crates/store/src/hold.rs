//! Who works in a run directory: runs side by side, or one that starts over, alone.

use crate::directory::{RECORDS, RunDirectory};
use crate::error::Error;
use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Result};
use std::path::Path;

/// The lock among the records. It stays when a directory is cleared: a new one would be another lock.
pub(crate) const LOCK: &str = "lock";

/// As long as this lives, nobody clears the directory. The operating system ends it with the process, however that
/// ends.
#[derive(Debug)]
pub struct Hold {
    /// `None` on file systems without locks.
    _file: Option<File>,
}

fn open(root: &Path) -> Result<File> {
    File::options().create(true).append(true).open(root.join(RECORDS).join(LOCK))
}

/// Whether the file system has no locks, or none left: work goes on without.
fn lockless(error: &std::io::Error) -> bool {
    // ENOLCK has no kind of its own.
    error.kind() == ErrorKind::Unsupported || error.raw_os_error() == Some(37)
}

impl RunDirectory {
    /// Holds the directory against those that would clear it; waits for one that is clearing it now.
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

    /// Does `work` while nobody else holds the directory, nor comes to.
    ///
    /// # Errors
    /// Somebody holds it.
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
