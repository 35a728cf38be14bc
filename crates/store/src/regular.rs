//! Opening regular files only, since opening a named pipe may wait for ever.

use std::fs::{self, DirEntry, File};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// Opens a file for reading.
///
/// # Errors
/// Those of the system; [`ErrorKind::InvalidInput`] where the path is not a regular file: opening a named pipe would wait
/// for a writer.
pub(crate) fn open(path: &Path) -> Result<File> {
    if let Some(what) = other(path)? {
        return Err(Error::new(ErrorKind::InvalidInput, format!("{what}, not a file")));
    }
    File::open(path)
}

/// The kind of a path that is not a regular file; `None` for a regular file.
///
/// # Errors
/// The path does not exist, or the system refuses.
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

/// Whether the path is a folder.
///
/// # Errors
/// The system refuses.
pub(crate) fn is_folder(path: &Path) -> Result<bool> {
    Ok(there(path)?.is_some_and(|there| there.is_dir()))
}

/// The size of a file; `None` where there is none.
///
/// # Errors
/// The system refuses.
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

/// Whether the error means that there is no readable file at the path: not a regular file, or a loop of links.
pub(crate) fn is_no_file(error: &Error) -> bool {
    // ELOOP (40) has no stable `ErrorKind`.
    error.kind() == ErrorKind::InvalidInput || error.raw_os_error() == Some(40)
}
