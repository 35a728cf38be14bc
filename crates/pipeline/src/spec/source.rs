//! Where studies come from.

use std::path::Path;

/// The file of a study: how messages call it, and the folder that paths in it count from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its path, or what it is instead.
    pub name: &'a str,
    /// The folder; empty for the current one.
    pub folder: &'a Path,
}

impl<'a> From<&'a str> for Source<'a> {
    /// The file at this path.
    fn from(name: &'a str) -> Source<'a> {
        Source { name, folder: Path::new(name).parent().unwrap_or(Path::new("")) }
    }
}

impl<'a> From<&'a String> for Source<'a> {
    fn from(name: &'a String) -> Source<'a> {
        name.as_str().into()
    }
}
