//! Files that take their place whole, outside the data tree.

use crate::directory::entries;
use crate::unfinished::{is_abandoned, unique};
use std::fs::{self, File};
use std::io::{BufWriter, IntoInnerError, Result};
use std::path::Path;

/// Writes a file beside its place and gives it its name when it is complete; several may do so at the same time. What
/// processes that were killed left there unfinished is removed.
///
/// # Errors
/// Those of the system and of `write`; the place is as before then.
pub fn write_beside(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<()>) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    // A file without a folder before it lies in the current one.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for (other, path) in entries(folder).into_iter().flatten() {
        if other.starts_with(&prefix) && is_abandoned(&other) {
            // Somebody else may have removed it first; it is in nobody's way.
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
        // On a full disk the rest of it is wanted elsewhere, and nobody would look for it here.
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
        // No process has a number beyond the largest there can be; process 1 lives.
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
