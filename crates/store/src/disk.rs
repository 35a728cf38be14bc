//! The operations of the store on a file system.
//!
//! Everything the store writes, renames or removes goes through a [`Disk`], so that tests can let any step fail.
//! Reading goes through `std::fs`.

use std::fmt::Debug;
use std::fs::{self, File};
use std::io::{ErrorKind, Result, Write};
use std::path::Path;

/// Operations that change files.
///
/// ```
/// use std::path::Path;
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
/// use tempered_store::{Disk, Local, Output, RunDirectory};
///
/// /// Counts how often folders are made durable.
/// #[derive(Debug, Default)]
/// struct Counting(AtomicU64);
///
/// impl Disk for Counting {
///     fn create_folders(&self, path: &Path) -> std::io::Result<()> {
///         Local.create_folders(path)
///     }
///     fn create(&self, path: &Path) -> std::io::Result<Box<dyn Output>> {
///         Local.create(path)
///     }
///     fn append(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
///         Local.append(path, bytes)
///     }
///     fn rename(&self, from: &Path, to: &Path) -> std::io::Result<()> {
///         Local.rename(from, to)
///     }
///     fn link(&self, from: &Path, to: &Path) -> std::io::Result<()> {
///         Local.link(from, to)
///     }
///     fn remove(&self, path: &Path) -> std::io::Result<()> {
///         Local.remove(path)
///     }
///     fn sync_folder(&self, path: &Path) -> std::io::Result<()> {
///         self.0.fetch_add(1, Relaxed);
///         Local.sync_folder(path)
///     }
/// }
///
/// let (folder, disk) = (tempfile::tempdir().unwrap(), Arc::new(Counting::default()));
/// let directory = RunDirectory::create_on(disk.clone(), folder.path()).unwrap();
/// let before = disk.0.load(Relaxed);
/// directory.write_record("note.txt", b"durable once written").unwrap();
/// assert!(disk.0.load(Relaxed) > before);
/// assert_eq!(directory.read_record("note.txt").unwrap().unwrap(), b"durable once written");
/// ```
pub trait Disk: Debug + Send + Sync {
    /// Makes a folder and those above it; no error where they are there.
    fn create_folders(&self, path: &Path) -> Result<()>;
    /// Creates a file; an error where it exists.
    fn create(&self, path: &Path) -> Result<Box<dyn Output>>;
    /// Writes `bytes` at the end of a file in one piece; makes the file where there is none.
    fn append(&self, path: &Path, bytes: &[u8]) -> Result<()>;
    /// Renames a file atomically; a file of the new name is replaced.
    fn rename(&self, from: &Path, to: &Path) -> Result<()>;
    /// Gives a file a second name atomically; no error where the name exists. The file is copied where the file system has
    /// no hard links.
    fn link(&self, from: &Path, to: &Path) -> Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> Result<()>;
    /// Makes the entries of a folder durable.
    fn sync_folder(&self, path: &Path) -> Result<()>;
}

/// A file being written.
///
/// ```
/// use std::io::Write;
/// use tempered_store::{Disk, Local, Output};
///
/// let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("rows");
/// let mut file: Box<dyn Output> = Local.create(&path).unwrap();
/// file.write_all(b"1\n2\n").unwrap();
/// file.sync().unwrap();
/// assert!(Local.create(&path).is_err(), "files are written once");
/// ```
pub trait Output: Write + Send + Sync {
    /// Makes what was written durable.
    fn sync(&mut self) -> Result<()>;
}

/// The file system of this machine.
#[derive(Debug)]
pub struct Local;

impl Disk for Local {
    fn create_folders(&self, path: &Path) -> Result<()> {
        fs::create_dir_all(path)
    }

    fn create(&self, path: &Path) -> Result<Box<dyn Output>> {
        Ok(Box::new(File::create_new(path)?))
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        File::options().create(true).append(true).open(path)?.write_all(bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        fs::rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> Result<()> {
        match fs::hard_link(from, to) {
            // Another process created the name.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(error),
            Err(_) => {
                // The copy is renamed when it is complete.
                let unfinished = to.with_extension("tmp");
                fs::copy(from, &unfinished)?;
                File::open(&unfinished)?.sync_all()?;
                fs::rename(&unfinished, to)
            }
            Ok(()) => Ok(()),
        }
    }

    fn remove(&self, path: &Path) -> Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, path: &Path) -> Result<()> {
        File::open(path)?.sync_all()
    }
}

impl Output for File {
    fn sync(&mut self) -> Result<()> {
        self.sync_all()
    }
}
