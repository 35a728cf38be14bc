//! Run directories.

use crate::error::Error;
use crate::place::{Place, Table};
use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

const RECORDS: &str = "_tempered";
const STAGING: &str = "_staging";
const QUARANTINE: &str = "_quarantine";

/// A run directory: records, unfinished files and the data tree, in folders of their own.
#[derive(Clone, Debug)]
pub struct RunDirectory {
    root: PathBuf,
}

/// The finished files of a run, by name alone.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Every file of the data tree.
    pub files: Vec<Listed>,
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
        for folder in [RECORDS, STAGING, Table::Metrics.name(), Table::Weights.name()] {
            let path = root.join(folder);
            fs::create_dir_all(&path).map_err(Error::io(&path))?;
        }
        Ok(RunDirectory { root: root.to_path_buf() })
    }

    /// Opens a run directory.
    ///
    /// # Errors
    /// The folder is not there.
    pub fn open(root: &Path) -> Result<RunDirectory, Error> {
        fs::metadata(root).map_err(Error::io(root))?;
        Ok(RunDirectory { root: root.to_path_buf() })
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
        let folder = self.root.join(RECORDS);
        let staged = folder.join(format!(".{name}.{}.tmp", unique()));
        let path = folder.join(name);
        let write = || {
            let mut file = File::create(&staged)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&staged, &path)
        };
        write().map_err(Error::io(&path))?;
        sync_folder(&folder)
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

    /// Appends a line to a log among the records. Logs hold clocks and hosts; data files never do.
    pub fn append_log(&self, name: &str, line: &str) -> Result<(), Error> {
        let path = self.root.join(RECORDS).join(name);
        let mut options = File::options();
        let file = options.create(true).append(true).open(&path);
        // One write, so that lines of processes that share the directory do not mix.
        file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes())).map_err(Error::io(&path))
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
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// Moves a damaged file out of the data tree.
    pub fn quarantine(&self, path: &Path) -> Result<(), Error> {
        let folder = self.root.join(QUARANTINE);
        fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        let relative = path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().replace('/', "-");
        let target = folder.join(format!("{relative}.{}", unique()));
        match fs::rename(path, &target) {
            // Another process found it too.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            moved => moved.map_err(Error::io(path)),
        }
    }

    /// Removes what runs make: records, unfinished files, data, summaries and reports. Whatever else lies in the
    /// folder stays.
    pub fn clear(root: &Path) -> Result<(), Error> {
        let made = [RECORDS, STAGING, QUARANTINE, Table::Metrics.name(), Table::Weights.name()];
        for folder in made.into_iter().chain(["summary", "report"]) {
            let path = root.join(folder);
            match fs::remove_dir_all(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io(&path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Every finished file, by one walk over names.
    pub fn listing(&self) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        for table in [Table::Metrics, Table::Weights] {
            for (estimator, folder) in keyed(&self.root.join(table.name()), "estimator=")? {
                for (n, folder) in keyed(&folder, "n=")? {
                    let Ok(n) = n.parse() else { continue };
                    for (name, path) in entries(&folder)? {
                        if let Some((cell, index)) = parse(&name) {
                            let bytes = fs::metadata(&path).map_err(Error::io(&path))?.len();
                            let place = Place { estimator: estimator.clone(), n, cell, index };
                            listing.files.push(Listed { table, place, bytes });
                        }
                    }
                }
            }
        }
        listing.files.sort_by(|a, b| (a.table, &a.place).cmp(&(b.table, &b.place)));
        Ok(listing)
    }
}

/// Cell and index of a file name.
fn parse(name: &str) -> Option<(String, u32)> {
    let (cell, index) = name.strip_suffix(".parquet")?.rsplit_once('-')?;
    Some((cell.to_string(), index.parse().ok()?))
}

/// Folders `key=value` below a folder: (value, path).
fn keyed(folder: &Path, key: &str) -> Result<Vec<(String, PathBuf)>, Error> {
    let found = entries(folder)?.into_iter();
    Ok(found.filter_map(|(name, path)| Some((name.strip_prefix(key)?.to_string(), path))).collect())
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

/// Removes a file that another process may have removed first.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io(path)(error)),
        _ => Ok(()),
    }
}

/// Makes the entries of a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::io(folder))
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
