//! Files that leave the data tree and are kept.

use crate::directory::{QUARANTINE, RunDirectory};
use crate::error::Error;
use crate::unfinished::unique;
use std::fs;
use std::io::{ErrorKind, Result};
use std::path::Path;

impl RunDirectory {
    /// Moves a damaged file, or what has no place there, out of the data tree.
    pub fn quarantine(&self, path: &Path) -> std::result::Result<(), Error> {
        let folder = self.root().join(QUARANTINE);
        self.disk().create_folders(&folder).map_err(Error::io(&folder))?;
        let relative = path.strip_prefix(self.root()).unwrap_or(path).to_string_lossy().replace('/', "-");
        let target = folder.join(format!("{relative}.{}", unique()));
        match self.carry(path, &target) {
            // Another process found it too.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            moved => moved.map_err(Error::io(path)),
        }
    }

    /// Gives a file another name, on another file system too: there it is copied before it goes.
    pub(crate) fn carry(&self, from: &Path, to: &Path) -> Result<()> {
        match self.disk().rename(from, to) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices && from.is_file() => {
                fs::copy(from, to)?;
                self.disk().remove(from)
            }
            moved => moved,
        }
    }
}
