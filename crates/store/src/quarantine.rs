//! The quarantine: files that are moved out of the data tree and kept.

use crate::directory::{QUARANTINE, RunDirectory};
use crate::error::Error;
use crate::unfinished::unique;
use std::fs;
use std::io::{ErrorKind, Result};
use std::path::Path;

impl RunDirectory {
    /// Moves a damaged file, or one that does not belong there, out of the data tree.
    pub fn quarantine(&self, path: &Path) -> std::result::Result<(), Error> {
        let folder = self.root().join(QUARANTINE);
        self.disk().create_folders(&folder).map_err(Error::io(&folder))?;
        let relative = path.strip_prefix(self.root()).unwrap_or(path).to_string_lossy().replace('/', "-");
        let target = folder.join(format!("{relative}.{}", unique()));
        match self.carry(path, &target) {
            // Another process has moved it.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            moved => moved.map_err(Error::io(path)),
        }
    }

    /// Renames a file; to another file system it is copied and then removed.
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
