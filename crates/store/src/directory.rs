//! Run directories.

use crate::disk::{Disk, Local};
use crate::error::Error;
use crate::place::{Place, Table, place};
use crate::regular;
use crate::unfinished::{is_abandoned, unique};
use std::collections::{BTreeMap, HashSet};
use std::fs::{self, DirEntry};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) const RECORDS: &str = "_tempered";
pub(crate) const STAGING: &str = "_staging";
pub(crate) const QUARANTINE: &str = "_quarantine";
/// The folder of unfinished files on a file system other than the directory's own; listings skip hidden names.
const HIDDEN_STAGING: &str = ".staging";
/// Bytes of a record that are written at a time.
const RECORD_BUFFER: usize = 1 << 16;

/// A run directory: records, unfinished files and the data tree, in folders of their own.
#[derive(Clone, Debug)]
pub struct RunDirectory {
    root: PathBuf,
    disk: Arc<dyn Disk>,
}

/// The finished files of a run, by name alone.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Every file of the data tree.
    pub files: Vec<Listed>,
    /// Files and folders in the data tree that do not belong there.
    pub strays: Vec<PathBuf>,
}

/// A finished file.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which table it belongs to.
    pub table: Table,
    /// The estimator and shard that it holds.
    pub place: Place,
    /// Its size.
    pub bytes: u64,
}

impl RunDirectory {
    /// Makes the folders of a run directory, or opens one that is there.
    pub fn create(root: &Path) -> Result<RunDirectory, Error> {
        RunDirectory::create_on(Arc::new(Local), root)
    }

    /// [`RunDirectory::create`] on a file system of the caller.
    pub fn create_on(disk: Arc<dyn Disk>, root: &Path) -> Result<RunDirectory, Error> {
        let there = root.is_dir();
        let directory = RunDirectory { root: root.to_path_buf(), disk };
        directory.make_folders()?;
        directory.sync_folder(root)?;
        match root.parent() {
            Some(parent) if !there && parent.is_dir() => directory.sync_folder(parent)?,
            _ => {}
        }
        Ok(directory)
    }

    pub(crate) fn make_folders(&self) -> Result<(), Error> {
        for folder in [RECORDS, STAGING, Table::Metrics.name(), Table::Weights.name()] {
            let path = self.root.join(folder);
            self.disk.create_folders(&path).map_err(Error::io(&path))?;
        }
        Ok(())
    }

    /// Opens a run directory.
    ///
    /// # Errors
    /// The folder is not there.
    pub fn open(root: &Path) -> Result<RunDirectory, Error> {
        fs::metadata(root).map_err(Error::io(root))?;
        Ok(RunDirectory { root: root.to_path_buf(), disk: Arc::new(Local) })
    }

    /// A folder of it that is laid out in the same way.
    pub(crate) fn below(&self, folder: &str) -> RunDirectory {
        RunDirectory { root: self.root.join(folder), disk: self.disk.clone() }
    }

    /// Its path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Path of a metrics file.
    pub fn metrics_path(&self, place: &Place) -> PathBuf {
        self.root.join(place.path(Table::Metrics))
    }

    /// Path of a weights file.
    pub fn weights_path(&self, place: &Place) -> PathBuf {
        self.root.join(place.path(Table::Weights))
    }

    /// Writes a record whole or not at all.
    pub fn write_record(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        self.write_record_with(name, &mut |out| out.write_all(bytes))
    }

    /// [`RunDirectory::write_record`] of the bytes that `write` writes.
    pub fn write_record_with(
        &self,
        name: &str,
        write_all: &mut dyn FnMut(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        let folder = self.root.join(RECORDS);
        self.disk.create_folders(&folder).map_err(Error::io(&folder))?;
        let staged = folder.join(format!(".{name}.{}.tmp", unique()));
        let path = folder.join(name);
        // A folder of this name cannot be replaced by a file.
        if path.is_dir() {
            self.quarantine(&path)?;
        }
        let mut write = || {
            let mut file = BufWriter::with_capacity(RECORD_BUFFER, self.disk.create(&staged)?);
            write_all(&mut file)?;
            let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
            file.sync()?;
            self.disk.rename(&staged, &path)
        };
        write().map_err(|error| {
            // An error of the removal is ignored; the first error is returned.
            let _ = self.remove(&staged);
            Error::io(&path)(error)
        })?;
        self.sync_folder(&folder)
    }

    /// Removes a record; no error where there is none.
    pub fn remove_record(&self, name: &str) -> Result<(), Error> {
        self.remove(&self.root.join(RECORDS).join(name))
    }

    /// Reads a record; `None` where there is none.
    ///
    /// # Errors
    /// The file system refuses, or its name belongs to something other than a file.
    pub fn read_record(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(mut file) = self.open_record(name)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::io(&self.root.join(RECORDS).join(name)))?;
        Ok(Some(bytes))
    }

    /// Opens a record, as [`RunDirectory::read_record`] does, to be read piece by piece.
    pub fn open_record(&self, name: &str) -> Result<Option<fs::File>, Error> {
        let path = self.root.join(RECORDS).join(name);
        match regular::open(&path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(&path)(error)),
        }
    }

    /// Appends to a record that can be recomputed, so that it is not synced.
    pub fn append_record(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.root.join(RECORDS).join(name);
        if let Ok(Some(what)) = regular::other(&path) {
            let source = std::io::Error::new(std::io::ErrorKind::InvalidInput, format!("{what}, not a file"));
            return Err(Error::io(&path)(source));
        }
        // One write, so that lines of processes that share the directory do not mix.
        self.disk.append(&path, bytes).map_err(Error::io(&path))
    }

    /// Appends a line to a log among the records. Logs hold clocks and hosts; data files never do.
    pub fn append_log(&self, name: &str, line: &str) -> Result<(), Error> {
        self.append_record(name, format!("{line}\n").as_bytes())
    }

    /// Names of the records.
    pub fn records(&self) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> =
            entries(&self.root.join(RECORDS))?.into_iter().map(|(name, _)| name).collect();
        names.retain(|name| !is_hidden(name));
        names.sort();
        Ok(names)
    }

    /// A path for an unfinished file that no other process or call uses.
    pub(crate) fn staging_path(&self, place: &Place, table: Table) -> PathBuf {
        self.staging(&place.path(table)).join(format!("{}.{}.tmp", place.staging_name(table), unique()))
    }

    /// The folder of unfinished files for this path below the directory. It is on the same file system as the path, since a
    /// rename is atomic only within one; tables, or parts of them, may be links to another disk.
    fn staging(&self, path: &Path) -> PathBuf {
        let target = self.root.join(path);
        let home = self.root.join(STAGING);
        let Some(own) = device(&home) else { return home };
        let mut there = target.ancestors().skip(1).filter_map(|folder| Some((folder, device(folder)?)));
        match there.next() {
            Some((folder, other)) if other != own => {
                let highest = there.take_while(|(_, device)| *device == other).last();
                highest.map_or(folder, |(folder, _)| folder).join(HIDDEN_STAGING)
            }
            _ => home,
        }
    }

    /// Removes the unfinished files of ended processes for these places; each folder is listed once for all places.
    pub(crate) fn clear_staging<'p>(
        &self,
        places: impl Iterator<Item = (&'p Place, Table)>,
    ) -> Result<(), Error> {
        let mut stems: BTreeMap<PathBuf, HashSet<String>> = BTreeMap::new();
        for (place, table) in places {
            let folder = self.staging(&place.path(table));
            stems.entry(folder).or_default().insert(place.staging_name(table));
        }
        for (folder, stems) in stems {
            if folder != self.root.join(STAGING) {
                self.disk.create_folders(&folder).map_err(Error::io(&folder))?;
            }
            let is_ours = |name: &str| {
                let stem = name.strip_suffix(".tmp").and_then(|name| name.rsplit_once('.'));
                stem.is_some_and(|(stem, _)| stems.contains(stem))
            };
            self.clear_unfinished(&folder, &|name| is_ours(name) && is_abandoned(name))?;
        }
        Ok(())
    }

    /// Removes the unfinished files in a folder whose names are `gone`.
    pub(crate) fn clear_unfinished(&self, folder: &Path, gone: &dyn Fn(&str) -> bool) -> Result<(), Error> {
        for (name, path) in entries(folder)? {
            if gone(&name) {
                self.remove(&path)?;
            }
        }
        Ok(())
    }

    /// The folders in which unfinished files may lie.
    pub(crate) fn unfinished_folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.root.join(STAGING), self.root.join(RECORDS)];
        folders.extend(Table::ALL.map(|table| self.root.join(table.name()).join(HIDDEN_STAGING)));
        folders
    }

    pub(crate) fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// Removes a file that another process may have removed first.
    pub(crate) fn remove(&self, path: &Path) -> Result<(), Error> {
        match self.disk.remove(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io(path)(error)),
            _ => Ok(()),
        }
    }

    pub(crate) fn sync_folder(&self, folder: &Path) -> Result<(), Error> {
        self.disk.sync_folder(folder).map_err(Error::io(folder))
    }

    /// Every finished file, by one walk over names.
    pub fn listing(&self) -> Result<Listing, Error> {
        let Listing { mut files, mut strays } = Listing::default();
        self.walk(&mut |file| files.push(file), &mut |path| strays.push(path))?;
        files.sort_by(|a, b| (a.table, &a.place).cmp(&(b.table, &b.place)));
        strays.sort();
        Ok(Listing { files, strays })
    }

    /// [`RunDirectory::listing`] one by one, in no order: a study may have millions of files.
    pub fn walk(&self, file: &mut dyn FnMut(Listed), stray: &mut dyn FnMut(PathBuf)) -> Result<(), Error> {
        self.folders(stray)?.iter().try_for_each(|folder| folder.walk(file, stray))
    }

    /// The folders of the data tree in the order of the names of their files; what lies beside them is a stray.
    pub fn folders(&self, stray: &mut dyn FnMut(PathBuf)) -> Result<Vec<DataFolder>, Error> {
        let mut folders = Vec::new();
        for table in Table::ALL {
            for (estimator, above) in keyed(&self.root.join(table.name()), "estimator=", stray)? {
                let same = keyed(&above, "n=", stray)?.into_iter();
                folders.extend(same.map(|(n, path)| DataFolder {
                    table,
                    estimator: estimator.clone(),
                    n,
                    path,
                }));
            }
        }
        folders.sort_by_cached_key(DataFolder::name);
        Ok(folders)
    }
}

/// A folder of the files of one table, estimator and n.
#[derive(Clone, Debug)]
pub struct DataFolder {
    table: Table,
    estimator: String,
    n: String,
    path: PathBuf,
}

impl DataFolder {
    /// What names of its files begin with, in a listing of the run directory.
    fn name(&self) -> String {
        format!("{}/estimator={}/n={}/", self.table.name(), self.estimator, self.n)
    }

    /// Its finished files one by one, in no order.
    pub fn walk(&self, file: &mut dyn FnMut(Listed), stray: &mut dyn FnMut(PathBuf)) -> Result<(), Error> {
        let DataFolder { table, estimator, n, path: folder } = self;
        for entry in read(folder)? {
            let entry = entry.map_err(Error::io(folder))?;
            let (name, path) = named(&entry);
            if is_hidden(&name) {
                continue;
            }
            let bytes = regular::size_of(&entry).map_err(Error::io(&path))?;
            // Another spelling of the same number does not name a place.
            let place = place(estimator, n, &name)
                .filter(|place| place.n.to_string() == *n && place.file_name() == name);
            match place.zip(bytes) {
                Some((place, bytes)) => file(Listed { table: *table, place, bytes }),
                None => stray(path),
            }
        }
        Ok(())
    }
}

/// Folders `key=value` below a folder, as (value, path); everything else is a stray.
fn keyed(folder: &Path, key: &str, stray: &mut dyn FnMut(PathBuf)) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut found = Vec::new();
    for (name, path) in entries(folder)? {
        if is_hidden(&name) {
            continue;
        }
        match name.strip_prefix(key) {
            Some(value) if regular::is_folder(&path).map_err(Error::io(&path))? => {
                found.push((value.to_string(), path))
            }
            _ => stray(path),
        }
    }
    Ok(found)
}

/// Names and paths in a folder; none where the folder is not there.
pub(crate) fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    read(folder)?.map(|entry| Ok(named(&entry.map_err(Error::io(folder))?))).collect()
}

/// The entries of a folder; none where the folder is not there.
fn read(folder: &Path) -> Result<impl Iterator<Item = std::io::Result<DirEntry>>, Error> {
    match fs::read_dir(folder) {
        Ok(read) => Ok(Some(read).into_iter().flatten()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None.into_iter().flatten()),
        Err(error) => Err(Error::io(folder)(error)),
    }
}

fn named(entry: &DirEntry) -> (String, PathBuf) {
    (entry.file_name().to_string_lossy().into_owned(), entry.path())
}

/// The device a file or folder lies on; `None` where it is not there, or devices have no numbers.
#[cfg(unix)]
fn device(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| metadata.dev())
}

/// The device a file or folder lies on; `None` where it is not there, or devices have no numbers.
#[cfg(not(unix))]
fn device(_: &Path) -> Option<u64> {
    None
}

/// Files that operating systems create (`.nfs…`, `.DS_Store`, `._…`), and unfinished ones.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || ["Thumbs.db", "desktop.ini"].contains(&name)
}
