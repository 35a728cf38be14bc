//! The user's own data: columns of a CSV or Parquet file.

mod csv_file;
mod number;
mod ties;

use crate::args::Ties;
use crate::exit::Failure;
use csv_file::Csv;
use number::Number;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What every Parquet file begins with.
const PARQUET: &[u8; 4] = b"PAR1";

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
        let (mut columns, format) = self.read(&[x, y])?;
        let place = |row| format.at(&self.place(), row);
        for (name, column) in [x, y].iter().zip(&columns) {
            if let Some(Number { row, value, .. }) = column.iter().find(|number| !number.value.is_finite()) {
                let what = format!("column `{name}` is {value}, expected a finite number");
                return Err(Failure::Data(format!("{}: {what}", place(*row))));
            }
        }
        let (y, x) = (columns.pop().unwrap_or_default(), columns.pop().unwrap_or_default());
        let mut points: Vec<(Number, f64)> = x.into_iter().zip(y.iter().map(|y| y.value)).collect();
        points.sort_by(|a, b| a.0.value.total_cmp(&b.0.value).then(a.0.row.cmp(&b.0.row)));
        ties::settle(points, (ties, takes_ties), |row| format.unit(row), &place)
    }

    /// One column, in the order of the rows.
    ///
    /// # Errors
    /// What is no finite number, with its line or row.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, Failure> {
        let (mut columns, format) = self.read(&[name])?;
        let column = columns.pop().unwrap_or_default();
        if let Some(Number { row, value, .. }) = column.iter().find(|number| !number.value.is_finite()) {
            let what = format!("column `{name}` is {value}, expected a finite number");
            return Err(Failure::Data(format!("{}: {what}", format.at(&self.place(), *row))));
        }
        Ok(column.into_iter().map(|number| number.value).collect())
    }

    fn read(&self, names: &[&str]) -> Result<(Vec<Vec<Number>>, Format), Failure> {
        let place = self.place();
        let refused = |source| Failure::File { place: place.clone(), source };
        let mut bytes = Vec::new();
        if self.is_stdin() {
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(refused)?;
            if bytes.starts_with(PARQUET) {
                let what = "Parquet is read from its end: give it as a file";
                return Err(Failure::Data(format!("{place}: {what}")));
            }
        } else {
            let mut file = File::open(self.path).map_err(refused)?;
            file.by_ref().take(PARQUET.len() as u64).read_to_end(&mut bytes).map_err(refused)?;
            if bytes.starts_with(PARQUET) {
                return Ok((self.parquet(names)?, Format::Parquet));
            }
            file.read_to_end(&mut bytes).map_err(refused)?;
        }
        if bytes.trim_ascii().is_empty() {
            let what = format!("nothing is in it, expected a header with {}", names.join(" and "));
            return Err(Failure::Data(format!("{place}: {what}")));
        }
        let csv = Csv { place: &place, separator: self.separator };
        Ok((csv.read(&bytes, names)?, Format::Csv))
    }

    fn parquet(&self, names: &[&str]) -> Result<Vec<Vec<Number>>, Failure> {
        let columns = tempered_store::read_columns(self.path, names).map_err(|error| match error {
            tempered_store::Error::Io { .. } => error.into(),
            content => Failure::Data(content.to_string()),
        })?;
        let column = |column: tempered_store::Column| {
            let tempered_store::Column { values, whole } = column;
            let number = |(k, value)| {
                let whole = whole.as_ref().and_then(|whole| whole.get(k).copied());
                Number { row: k as u64 + 1, value, whole }
            };
            values.into_iter().enumerate().map(number).collect()
        };
        Ok(columns.into_iter().map(column).collect())
    }
}

/// How rows are counted.
#[derive(Clone, Copy)]
enum Format {
    Csv,
    Parquet,
}

impl Format {
    /// The place of a row, as messages begin.
    fn at(self, place: &str, row: u64) -> String {
        match self {
            Format::Csv => format!("{place}:{row}"),
            Format::Parquet => format!("{place}: row {row}"),
        }
    }

    /// A row in the middle of a message.
    fn unit(self, row: u64) -> String {
        match self {
            Format::Csv => format!("line {row}"),
            Format::Parquet => format!("row {row}"),
        }
    }
}
