//! Writing a page.

use crate::exit::Failure;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempered_report::Report;
use tempered_store::write_beside;

/// Writes the page to a file and makes the folder above it.
pub(super) fn write(report: &Report, file: &Path) -> Result<PathBuf, Failure> {
    let text = tempered_report::page(report)?;
    let failed = |source| Failure::File { place: file.display().to_string(), source };
    if file.file_name().is_none() {
        let wrong = format!("--out {}: expected the name of a file, such as report.html", file.display());
        return Err(Failure::Usage(wrong));
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    write_beside(file, |out| out.write_all(text.as_bytes())).map_err(failed)?;
    Ok(file.to_path_buf())
}
