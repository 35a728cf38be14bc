//! Files outside the data tree that are replaced atomically.

use crate::directory::entries;
use crate::unfinished::{is_abandoned, unique};
use std::fs::{self, File};
use std::io::{BufWriter, IntoInnerError, Result};
use std::path::Path;

/// Writes a file under a temporary name in its folder and renames it when it is complete; several processes may do so at
/// the same time. Temporary files of processes that were killed are removed.
///
/// # Errors
/// Those of the system and of `write`; the file is then unchanged.
pub fn write_beside(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<()>) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    // A path without a folder refers to the current one.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for (other, path) in entries(folder).into_iter().flatten() {
        if other.starts_with(&prefix) && is_abandoned(&other) {
            // An error is ignored: another process may have removed the file, and a remaining one does no harm.
            let _ = fs::remove_file(path);
        }
    }
    let unfinished = path.with_file_name(format!("{prefix}{}.tmp", unique()));
    let placed = File::create(&unfinished).map(BufWriter::new).and_then(|mut file| {
        write(&mut file)?;
        file.into_inner().map_err(IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&unfinished, path)
    });
    placed.inspect_err(|_| {
        // The incomplete file is of no use, and its space is needed where the disk is full.
        let _ = fs::remove_file(&unfinished);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Error, Write};

    #[test]
    #[cfg(target_os = "linux")]
    fn what_the_killed_left_is_removed_and_what_others_work_on_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("levels.csv");
        let own = unique();
        let mut parts: Vec<&str> = own.split('-').collect();
        // The number is above the largest process number; process 1 always exists.
        let mut of = |process: &'static str| {
            parts[2] = process;
            parts.join("-")
        };
        let (dead, living) = (of("99999999"), of("1"));
        let left = |name: String| {
            let path = folder.path().join(name);
            fs::write(&path, "half").unwrap();
            path
        };
        let gone = left(format!(".levels.csv.{dead}.tmp"));
        let stays = [
            left(format!(".levels.csv.{living}.tmp")),
            left(format!(".pairs.csv.{dead}.tmp")),
            left(".levels.csv.notes".into()),
        ];
        let refused = write_beside(&path, |file| {
            file.write_all(b"half")?;
            Err(Error::other("refused"))
        });
        assert!(refused.is_err() && !path.exists() && !gone.exists());
        write_beside(&path, |file| file.write_all(b"whole")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert!(stays.iter().all(|path| path.exists()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    }
}
