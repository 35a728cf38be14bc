//! Diagnostics: what is wrong, where, and what was expected.

use std::fmt;
use std::sync::Arc;

/// Errors that are shown of one file.
const SHOWN: usize = 100;

/// A position in a file, from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, or the flag an edit came from.
    pub file: Arc<str>,
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub at: Location,
    /// Path of the field, such as `generate.noise[1].normal.sd`; empty for the whole file.
    pub field: String,
    /// What is wrong and what was expected.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// Everything that is wrong with a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    /// In order of position.
    pub diagnostics: Vec<Diagnostic>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.field.is_empty() { "" } else { " " };
        writeln!(f, "error: {}{space}{}", self.field, self.message)?;
        write!(f, "  --> {}:{}:{}", self.at.file, self.at.line, self.at.column)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.diagnostics.iter().take(SHOWN).enumerate() {
            write!(f, "{}{diagnostic}", if i == 0 { "" } else { "\n\n" })?;
        }
        match self.diagnostics.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n\n… and {more} more errors"),
        }
    }
}

impl std::error::Error for SpecError {}
