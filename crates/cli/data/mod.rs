//! The user's own data: columns of a CSV or Parquet file.

mod ties;

use crate::args::Ties;
use crate::exit::Failure;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use tempered_store::{Number, UserFile};

/// A file of data, or standard input.
pub struct Source<'a> {
    path: &'a Path,
    separator: Option<u8>,
}

impl<'a> Source<'a> {
    /// The source that this path names, `-` for standard input.
    ///
    /// # Errors
    /// A separator that is no single character of ASCII.
    pub fn new(path: &'a Path, separator: Option<&str>) -> Result<Source<'a>, Failure> {
        let separator = match separator {
            None => None,
            Some("tab" | "\\t") => Some(b'\t'),
            Some(text) => match text.as_bytes() {
                [byte] if byte.is_ascii() && !b"\n\r\"".contains(byte) => Some(*byte),
                _ => {
                    let what = format!("--separator is {text:?}, expected one character or tab");
                    return Err(Failure::Usage(what));
                }
            },
        };
        Ok(Source { path, separator })
    }

    /// Whether it is standard input.
    pub fn is_stdin(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    /// How messages call it.
    pub fn place(&self) -> String {
        if self.is_stdin() { "standard input".into() } else { self.path.display().to_string() }
    }

    /// The points in order of x, each x once unless the estimator takes ties.
    ///
    /// # Errors
    /// What is no number or stands there twice, with its line or row.
    pub fn sample(
        &self,
        (x, y): (&str, &str),
        (ties, takes_ties): (Ties, bool),
    ) -> Result<(Vec<f64>, Vec<f64>), Failure> {
        let file = self.file()?;
        let mut columns = file.read(&[x, y])?;
        for (name, column) in [x, y].iter().zip(&columns) {
            finite(&file, name, column)?;
        }
        let (y, x) = (columns.pop().unwrap_or_default(), columns.pop().unwrap_or_default());
        let mut points: Vec<(Number, f64)> = x.into_iter().zip(y.iter().map(|y| y.value)).collect();
        points.sort_by(|a, b| a.0.value.total_cmp(&b.0.value).then(a.0.row.cmp(&b.0.row)));
        ties::settle(points, (ties, takes_ties), |row| file.unit(row), &|row| file.at(row))
    }

    /// One column, in the order of the rows.
    ///
    /// # Errors
    /// What is no finite number, with its line or row.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, Failure> {
        let file = self.file()?;
        let column = file.read(&[name])?.pop().unwrap_or_default();
        finite(&file, name, &column)?;
        Ok(column.into_iter().map(|number| number.value).collect())
    }

    fn file(&self) -> Result<UserFile, Failure> {
        let (place, mut bytes) = (self.place(), Vec::new());
        // A pipe of the shell, `<(…)`, has a path too.
        let read = match self.is_stdin() {
            true => std::io::stdin().lock().read_to_end(&mut bytes),
            false => File::open(self.path).and_then(|mut file| file.read_to_end(&mut bytes)),
        };
        read.map_err(|source| Failure::File { place: place.clone(), source })?;
        Ok(UserFile::new(place, bytes, self.separator))
    }
}

/// One column whose numbers are finite.
fn finite(file: &UserFile, name: &str, column: &[Number]) -> Result<(), Failure> {
    let Some(Number { row, value, .. }) = column.iter().find(|number| !number.value.is_finite()) else {
        return Ok(());
    };
    let what = format!("column `{name}` is {value}, expected a finite number");
    Err(Failure::Data(format!("{}: {what}", file.at(*row))))
}
