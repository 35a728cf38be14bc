//! Taking over finished files of another directory, or from elsewhere.

use crate::directory::RunDirectory;
use crate::error::Error;
use crate::place::{Place, Table};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

impl RunDirectory {
    /// Copies finished files of another directory into their places, as a run would put them there: staged, synced and renamed, those of
    /// the table that marks shards as complete last. A file that is there is replaced.
    ///
    /// # Errors
    /// A file cannot be read, or the disk refuses; what was copied until then stays.
    ///
    /// # Cost
    /// Reads and writes every byte, and syncs every file.
    pub fn adopt(&self, from: &RunDirectory, files: &[(Place, Table)]) -> Result<(), Error> {
        let is_mark = |(_, table): &&(Place, Table)| *table == Table::Metrics;
        let (marks, others): (Vec<_>, Vec<_>) = files.iter().partition(is_mark);
        for files in [others, marks] {
            let mut folders = BTreeSet::new();
            for (place, table) in files {
                let source = from.root().join(place.path(*table));
                let copy = |out: &mut dyn Write| io::copy(&mut File::open(&source)?, out).map(drop);
                folders.extend(self.take_over(place, *table, &copy)?);
            }
            folders.iter().try_for_each(|folder| self.sync_folder(folder))?;
        }
        Ok(())
    }

    /// Puts finished bytes into a place, as [`RunDirectory::adopt`] does. Whoever puts several tables there puts metrics last.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn adopt_bytes(&self, place: &Place, table: Table, bytes: &[u8]) -> Result<(), Error> {
        let folders = self.take_over(place, table, &|out| out.write_all(bytes))?;
        folders.iter().try_for_each(|folder| self.sync_folder(folder))
    }

    /// Writes a file and moves it to its place, which is durable once the folders that are returned are synced.
    fn take_over(
        &self,
        place: &Place,
        table: Table,
        write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
    ) -> Result<BTreeSet<PathBuf>, Error> {
        let target = self.root().join(place.path(table));
        let staged = self.staging_path(place, table);
        let folder = target.parent().unwrap_or(Path::new("."));
        let created = !folder.is_dir();
        self.disk().create_folders(folder).map_err(Error::io(folder))?;
        let move_there = || {
            let mut out = self.disk().create(&staged)?;
            write(&mut out)?;
            out.sync()?;
            self.disk().rename(&staged, &target)
        };
        move_there().map_err(|error| {
            // An error of the removal is ignored; the first error is returned.
            let _ = self.disk().remove(&staged);
            Error::io(&target)(error)
        })?;
        let above = if created { 2 } else { 0 };
        Ok(folder.ancestors().take(1 + above).map(Path::to_path_buf).collect())
    }
}
