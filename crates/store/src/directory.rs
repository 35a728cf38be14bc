//! Run directories.

use crate::disk::{Disk, Local};
use crate::error::Error;
use crate::hold::LOCK;
use crate::place::{Place, Table};
use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

pub(crate) const RECORDS: &str = "_tempered";
const STAGING: &str = "_staging";
const QUARANTINE: &str = "_quarantine";
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
    /// What lies in the data tree and has no place there.
    pub strays: Vec<PathBuf>,
}

/// A finished file.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which table it belongs to.
    pub table: Table,
    /// What it holds.
    pub place: Place,
    /// Its size.
    pub bytes: u64,
}

impl RunDirectory {
    /// Makes the folders of a run directory, or opens one that is there.
    pub fn create(root: &Path) -> Result<RunDirectory, Error> {
        RunDirectory::create_on(Arc::new(Local), root)
    }

    /// The same on a file system of the caller's.
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

    /// Where it lies.
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

    /// The same of what `write` writes, piece by piece.
    pub fn write_record_with(
        &self,
        name: &str,
        write_all: &mut dyn FnMut(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        let folder = self.root.join(RECORDS);
        let staged = folder.join(format!(".{name}.{}.tmp", unique()));
        let path = folder.join(name);
        let mut write = || {
            let mut file = BufWriter::with_capacity(RECORD_BUFFER, self.disk.create(&staged)?);
            write_all(&mut file)?;
            let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
            file.sync()?;
            self.disk.rename(&staged, &path)
        };
        write().map_err(|error| {
            // The error that is told is the first one.
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
    pub fn read_record(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.root.join(RECORDS).join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(&path)(error)),
        }
    }

    /// Appends to a record that can be made again: it is not synced.
    pub fn append_record(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.root.join(RECORDS).join(name);
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
        names.sort();
        Ok(names)
    }

    /// A fresh path for an unfinished file; other processes never choose the same.
    pub(crate) fn staging_path(&self, place: &Place, table: Table) -> PathBuf {
        self.root.join(STAGING).join(format!("{}.{}.tmp", place.staging_name(table), unique()))
    }

    /// Removes what runs that no longer live left unfinished for this place.
    pub(crate) fn clear_staging(&self, place: &Place, table: Table) -> Result<(), Error> {
        let prefix = place.staging_name(table) + ".";
        for (name, path) in entries(&self.root.join(STAGING))? {
            if name.starts_with(&prefix) && !alive(&name[prefix.len()..]) {
                self.remove(&path)?;
            }
        }
        Ok(())
    }

    pub(crate) fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// Removes a file that another process may have removed first.
    fn remove(&self, path: &Path) -> Result<(), Error> {
        match self.disk.remove(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io(path)(error)),
            _ => Ok(()),
        }
    }

    fn sync_folder(&self, folder: &Path) -> Result<(), Error> {
        self.disk.sync_folder(folder).map_err(Error::io(folder))
    }

    /// Moves a damaged file, or what has no place there, out of the data tree.
    pub fn quarantine(&self, path: &Path) -> Result<(), Error> {
        let folder = self.root.join(QUARANTINE);
        self.disk.create_folders(&folder).map_err(Error::io(&folder))?;
        let relative = path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().replace('/', "-");
        let target = folder.join(format!("{relative}.{}", unique()));
        match self.disk.rename(path, &target) {
            // Another process found it too.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            moved => moved.map_err(Error::io(path)),
        }
    }

    /// Removes what runs make: records, unfinished files, data, summaries and reports. Whatever else lies in the
    /// folder stays.
    ///
    /// # Errors
    /// Another process holds the directory; nothing is removed then.
    pub fn clear(root: &Path) -> Result<(), Error> {
        RunDirectory::open(root)?.alone(|| {
            let gone = |path: &Path, removed: std::io::Result<()>| match removed {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io(path)(error)),
                _ => Ok(()),
            };
            // Records last: what has none is not taken for a run's.
            let made = [STAGING, QUARANTINE, "summary", "report"];
            for folder in made.into_iter().chain(Table::ALL.map(Table::name)) {
                let path = root.join(folder);
                gone(&path, fs::remove_dir_all(&path))?;
            }
            for (name, path) in entries(&root.join(RECORDS))? {
                if name != LOCK {
                    gone(&path, fs::remove_file(&path))?;
                }
            }
            Ok(())
        })?
    }

    /// Every finished file, by one walk over names.
    pub fn listing(&self) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        for table in Table::ALL {
            let strays = &mut listing.strays;
            for (estimator, folder) in keyed(&self.root.join(table.name()), "estimator=", strays)? {
                for (n, folder) in keyed(&folder, "n=", strays)? {
                    for (name, path) in entries(&folder)? {
                        let place = place(&estimator, &n, &name);
                        let place = place.filter(|place| self.root.join(place.path(table)) == path);
                        let Some(place) = place.filter(|_| path.is_file()) else {
                            strays.push(path);
                            continue;
                        };
                        let bytes = fs::metadata(&path).map_err(Error::io(&path))?.len();
                        listing.files.push(Listed { table, place, bytes });
                    }
                }
            }
        }
        listing.files.sort_by(|a, b| (a.table, &a.place).cmp(&(b.table, &b.place)));
        listing.strays.sort();
        Ok(listing)
    }
}

/// What a file of this name holds. Other spellings of the same place give the same answer.
fn place(estimator: &str, n: &str, name: &str) -> Option<Place> {
    let (cell, index) = name.strip_suffix(".parquet")?.rsplit_once('-')?;
    let (n, index) = (n.parse().ok()?, index.parse().ok()?);
    Some(Place { estimator: estimator.into(), n, cell: cell.into(), index })
}

/// Folders `key=value` below a folder: (value, path). All else is stray.
fn keyed(folder: &Path, key: &str, strays: &mut Vec<PathBuf>) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut found = Vec::new();
    for (name, path) in entries(folder)? {
        match name.strip_prefix(key) {
            Some(value) if path.is_dir() => found.push((value.to_string(), path)),
            _ => strays.push(path),
        }
    }
    Ok(found)
}

/// Names and paths in a folder; none where the folder is not there.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let read = match fs::read_dir(folder) {
        Ok(read) => read,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io(folder)(error)),
    };
    let mut found = Vec::new();
    for entry in read {
        let entry = entry.map_err(Error::io(folder))?;
        found.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    Ok(found)
}

/// Whether the process that made a staging file, whose number and token its ending starts with, is running. A process
/// of this one's number and another token is gone: numbers come again, in containers at every start.
fn alive(ending: &str) -> bool {
    let mut parts = ending.split(['-', '.']);
    let (process, token) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if process == std::process::id().to_string() {
        return token == *TOKEN;
    }
    // Threads have folders there too; a process leads its own group.
    let status = fs::read_to_string(Path::new("/proc").join(process).join("status"));
    status.is_ok_and(|status| status.lines().any(|line| line == format!("Tgid:\t{process}")))
}

/// Tells this process from others of the same number, on other machines or at other times.
static TOKEN: LazyLock<String> = LazyLock::new(|| {
    let random = RandomState::new().build_hasher().finish();
    format!("{:08x}", random >> 32)
});

/// Different for every call of every process: number, token, count.
fn unique() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}-{}", std::process::id(), *TOKEN, COUNTER.fetch_add(1, Ordering::Relaxed))
}
