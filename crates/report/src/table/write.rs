//! Tables as files.

use std::path::{Path, PathBuf};

use super::cells::Table;
use crate::{Error, Report};

/// Writes every table as CSV, Markdown and LaTeX into a folder, which is made if need be, and returns the files.
///
/// # Errors
///
/// [`Error::Write`] if a file cannot be written.
pub fn write_tables(report: &Report, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Write { path, source }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut written = Vec::new();
    for table in [Table::verdicts(report), Table::levels(report)] {
        for (extension, text) in [("csv", table.csv()), ("md", table.markdown()), ("tex", table.latex())] {
            let path = folder.join(format!("{}.{extension}", table.name));
            std::fs::write(&path, text).map_err(failed(&path))?;
            written.push(path);
        }
    }
    Ok(written)
}
