//! Former files: the files before the columns of a directory changed, kept until their replacements are accepted.

use crate::directory::RunDirectory;
use crate::error::Error;
use crate::place::{Place, Table};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// The folder of these files, laid out as the run directory itself.
pub(crate) const FORMER: &str = "_former";

impl RunDirectory {
    /// The files and records from before the last change of the columns; there may be none.
    pub fn former(&self) -> RunDirectory {
        self.below(FORMER)
    }

    /// Gives a file of the data tree a second name among the former files before it is replaced. An existing former file
    /// stays, as it is the older one.
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn keep_former(&self, path: &Path) -> Result<(), Error> {
        let kept = self.former().root().join(path.strip_prefix(self.root()).unwrap_or(path));
        if kept.exists() {
            return Ok(());
        }
        let folder = kept.parent().unwrap_or(self.root());
        self.disk().create_folders(folder).map_err(Error::io(folder))?;
        self.disk().link(path, &kept).map_err(Error::io(&kept))?;
        self.sync_folder(folder)
    }

    /// Moves a former file back to its place in the data tree; returns whether there was one.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn restore(&self, place: &Place, table: Table) -> Result<bool, Error> {
        let path = place.path(table);
        let (kept, target) = (self.former().root().join(&path), self.root().join(&path));
        if !kept.is_file() {
            return Ok(false);
        }
        let folder = target.parent().unwrap_or(self.root());
        self.disk().create_folders(folder).map_err(Error::io(folder))?;
        self.carry(&kept, &target).map_err(Error::io(&kept))?;
        self.sync_folder(folder)?;
        Ok(true)
    }

    /// Moves the files of a place, whose rows are also in another place, to the former files. Metrics are moved first, since
    /// their file marks the place as complete. An existing former file stays, as it is the older one, and the file is moved
    /// to quarantine.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn set_aside(&self, place: &Place) -> Result<(), Error> {
        for table in Table::ALL {
            let path = place.path(table);
            let (from, kept) = (self.root().join(&path), self.former().root().join(&path));
            if !from.is_file() {
                continue;
            }
            if kept.exists() {
                self.quarantine(&from)?;
                continue;
            }
            let folder = kept.parent().unwrap_or(self.root());
            self.disk().create_folders(folder).map_err(Error::io(folder))?;
            match self.carry(&from, &kept) {
                // Another process has moved it.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                moved => moved.map_err(Error::io(&from))?,
            }
            self.sync_folder(folder)?;
            self.sync_folder(from.parent().unwrap_or(self.root()))?;
        }
        Ok(())
    }

    /// Removes the former files and records.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn drop_former(&self) -> Result<(), Error> {
        let folder = self.former().root().to_path_buf();
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(&folder)(error)),
            _ => Ok(()),
        }
    }
}
