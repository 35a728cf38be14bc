//! Folders for files of one process.

use crate::directory::entries;
use crate::error::Error;
use crate::unfinished::{is_abandoned, unique};
use std::fs;
use std::path::{Path, PathBuf};

/// What names of such folders begin with.
const SCRATCH: &str = "tempered-scratch";

/// A new folder below `base` for files of this process alone. Those that ended processes of this machine left there are removed.
///
/// # Errors
/// The folder cannot be made.
pub fn scratch(base: &Path) -> Result<PathBuf, Error> {
    for (name, path) in entries(base)? {
        if name.starts_with(SCRATCH) && is_abandoned(&name) {
            // Another process may remove it at the same time; what stays is room on a disk.
            let _ = fs::remove_dir_all(path);
        }
    }
    let folder = base.join(format!("{SCRATCH}.{}.tmp", unique()));
    fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_ended_processes_are_removed_and_no_others() {
        let base = tempfile::tempdir().unwrap();
        let own = scratch(base.path()).unwrap();
        let of = |process: &str| {
            let name = own.file_name().unwrap().to_str().unwrap();
            base.path().join(name.replace(&format!("-{}-", std::process::id()), &format!("-{process}-")))
        };
        let (dead, alive) = (of("99999999"), of("1"));
        for folder in [&dead, &alive, &base.path().join("notes")] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("file"), "").unwrap();
        }
        let other = scratch(base.path()).unwrap();
        assert!(other != own && !dead.exists());
        assert!(own.is_dir() && alive.is_dir() && base.path().join("notes").is_dir());
    }
}
