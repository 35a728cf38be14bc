//! Removing the files of runs from a directory, and no others.

use crate::directory::{QUARANTINE, RECORDS, RunDirectory, STAGING, entries};
use crate::error::Error;
use crate::hold::LOCK;
use crate::place::Table;
use crate::unfinished;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Files of the folder `summary`, without their endings: each is there as `.csv` and `.parquet`.
pub const SUMMARY: [&str; 4] = ["levels", "verdicts", "pairs", "curves"];
/// Pages of single estimators.
const PAGES: &str = "report/estimators";

impl RunDirectory {
    /// Removes the files that runs make, by their names: records, unfinished and former files, data, quarantine, summaries
    /// and the report. All other files stay; returns those that lie in folders that runs make.
    ///
    /// # Errors
    /// Another process holds the directory, in which case nothing is removed; a file cannot be removed.
    pub fn clear(root: &Path) -> Result<Vec<PathBuf>, Error> {
        let directory = RunDirectory::open(root)?;
        directory.alone(|| {
            for file in directory.listing()?.files {
                remove(&root.join(file.place.path(file.table)))?;
            }
            let written = ["summary", "report", PAGES].map(|folder| root.join(folder));
            for folder in directory.unfinished_folders().into_iter().chain(written) {
                directory.clear_unfinished(&folder, &|name| unfinished::has_maker(name))?;
            }
            drop_shown(root)?;
            directory.drop_former()?;
            let quarantine = root.join(QUARANTINE);
            gone(&quarantine, fs::remove_dir_all(&quarantine))?;
            let mut left = Vec::new();
            let made = [STAGING, "summary", "report"];
            for folder in made.into_iter().chain(Table::ALL.map(Table::name)) {
                prune(&root.join(folder), &mut left)?;
            }
            directory.drop_claims()?;
            // Records are removed last, since a directory without them is not recognised as that of a run.
            for (name, path) in entries(&root.join(RECORDS))? {
                if name != LOCK && !path.is_dir() {
                    remove(&path)?;
                }
            }
            left.sort();
            Ok(left)
        })?
    }
}

/// Removes summaries and pages.
fn drop_shown(root: &Path) -> Result<(), Error> {
    for name in SUMMARY.iter().flat_map(|name| [format!("{name}.csv"), format!("{name}.parquet")]) {
        remove(&root.join("summary").join(name))?;
    }
    remove(&root.join("report").join("index.html"))?;
    // Pages have the names of estimators, including those that were removed from the study.
    for (name, path) in entries(&root.join(PAGES))? {
        if name.ends_with(".html") && !path.is_dir() {
            remove(&path)?;
        }
    }
    Ok(())
}

fn gone(path: &Path, removed: std::io::Result<()>) -> Result<(), Error> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(path)(error)),
        _ => Ok(()),
    }
}

fn remove(path: &Path) -> Result<(), Error> {
    gone(path, fs::remove_file(path))
}

/// Removes empty folders, the deepest first, and lists the contents of others. Links to folders stay.
fn prune(folder: &Path, left: &mut Vec<PathBuf>) -> Result<(), Error> {
    let before = left.len();
    for (_, path) in entries(folder)? {
        let kind = fs::symlink_metadata(&path).map_err(Error::io(&path))?;
        if kind.is_dir() { prune(&path, left)? } else { left.push(path) }
    }
    let linked = fs::symlink_metadata(folder).is_ok_and(|folder| folder.is_symlink());
    if left.len() == before && !linked { gone(folder, fs::remove_dir(folder)) } else { Ok(()) }
}
