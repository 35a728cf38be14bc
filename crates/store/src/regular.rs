//! Opening files without waiting for what is none.

use std::fs::{self, DirEntry, File};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// Opens a file for reading.
///
/// # Errors
/// Those of the system; [`ErrorKind::InvalidInput`] where something else is there: to open a named pipe waits for its
/// writer, which may never come.
pub(crate) fn open(path: &Path) -> Result<File> {
    if let Some(what) = other(path)? {
        return Err(Error::new(ErrorKind::InvalidInput, format!("{what}, not a file")));
    }
    File::open(path)
}

/// What lies there, where it is no file.
///
/// # Errors
/// Nothing is there, or the system refuses to say.
pub(crate) fn other(path: &Path) -> Result<Option<&'static str>> {
    let kind = fs::metadata(path)?.file_type();
    Ok(if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some("a folder")
    } else {
        Some("a pipe, socket or device")
    })
}

/// Whether a folder is there.
///
/// # Errors
/// The system refuses to say.
pub(crate) fn is_folder(path: &Path) -> Result<bool> {
    Ok(there(path)?.is_some_and(|there| there.is_dir()))
}

/// The size of the file that is there; `None` where there is none.
///
/// # Errors
/// The system refuses to say.
pub(crate) fn size(path: &Path) -> Result<Option<u64>> {
    Ok(there(path)?.filter(fs::Metadata::is_file).map(|there| there.len()))
}

/// The size of the file that an entry of a folder is; `None` where it is none.
///
/// Asks the open folder, which is half the work of a path: listings ask once a file.
///
/// # Errors
/// The system refuses to say.
pub(crate) fn size_of(entry: &DirEntry) -> Result<Option<u64>> {
    // Of a link the entry describes the link alone.
    if entry.file_type()?.is_symlink() {
        return size(&entry.path());
    }
    match entry.metadata() {
        Ok(there) => Ok(Some(there).filter(fs::Metadata::is_file).map(|there| there.len())),
        // Removed since the folder was read.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn there(path: &Path) -> Result<Option<fs::Metadata>> {
    match fs::metadata(path) {
        Ok(there) => Ok(Some(there)),
        Err(error) if error.kind() == ErrorKind::NotFound || is_no_file(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// All bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether there is nothing to read in a file's place: something that is no file, or links that lead nowhere.
pub(crate) fn is_no_file(error: &Error) -> bool {
    // ELOOP has no stable kind.
    error.kind() == ErrorKind::InvalidInput || error.raw_os_error() == Some(40)
}
