//! Figures as files.

use std::path::{Path, PathBuf};

use super::gallery::figures;
use crate::{Error, Report};

/// Writes every figure as SVG and as PNG into a folder, which is made if need be, and returns the files in order.
///
/// # Errors
///
/// [`Error::Write`] if a file cannot be written, [`Error::Raster`] if a figure cannot be turned into pixels.
pub fn write_figures(report: &Report, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Write { path, source }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut written = Vec::new();
    for figure in figures(report) {
        let files = [("svg", figure.svg().into_bytes()), ("png", figure.png()?)];
        for (extension, bytes) in files {
            let path = folder.join(format!("{}.{extension}", figure.name));
            std::fs::write(&path, bytes).map_err(failed(&path))?;
            written.push(path);
        }
    }
    Ok(written)
}
