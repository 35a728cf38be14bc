//! Columns of a CSV file, read as bytes: what stands in other columns may be in any encoding.

use super::number::Number;
use crate::exit::Failure;
use csv::ByteRecord;
use std::io::Read;

/// Columns that a message names.
const NAMED: usize = 20;
/// Separators that a header shows by itself, with their names.
const SEPARATORS: [(u8, &str); 3] = [(b',', "commas"), (b';', "semicolons"), (b'\t', "tabs")];
/// What some programs put before the first byte of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How a file is read.
pub(super) struct Csv<'a> {
    /// How messages call it.
    pub place: &'a str,
    /// What separates fields; `None` where the header shows it.
    pub separator: Option<u8>,
}

impl Csv<'_> {
    /// These columns, one list each.
    ///
    /// # Errors
    /// A column that is not there or there twice, a field that is no number, each with its line.
    pub fn read(&self, bytes: &[u8], names: &[&str]) -> Result<Vec<Vec<Number>>, Failure> {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let separator = self.separator.unwrap_or_else(|| shown(bytes));
        let bad = |error: csv::Error| Failure::Data(format!("{}: {error}", self.place));
        // A quote that is not closed takes in the rest of the file, and at its end the line break that is put there.
        let file = bytes.chain(&b"\n"[..]);
        let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(separator).from_reader(file);
        let header = reader.byte_headers().map_err(bad)?.clone();
        self.closed(&header, 1)?;
        let places = names.iter().map(|name| self.place_of(name, names, &header, separator));
        let places = places.collect::<Result<Vec<usize>, Failure>>()?;
        let mut columns: Vec<Vec<Number>> = names.iter().map(|_| Vec::new()).collect();
        for record in reader.byte_records() {
            let record = record.map_err(bad)?;
            let row = record.position().map_or(0, csv::Position::line);
            self.closed(&record, row)?;
            if record.len() != header.len() {
                let (found, expected) = (record.len(), header.len());
                let what = format!("{found} fields, expected {expected} as in the header");
                return Err(self.wrong(row, &what));
            }
            for ((name, at), column) in names.iter().zip(&places).zip(&mut columns) {
                column.push(self.number(name, record.get(*at).unwrap_or_default(), row)?);
            }
        }
        Ok(columns)
    }

    fn closed(&self, record: &ByteRecord, row: u64) -> Result<(), Failure> {
        if record.iter().any(|field| field.contains(&b'\n')) {
            let what = "a field goes over the end of its line, expected every quote to be closed";
            return Err(self.wrong(row, what));
        }
        Ok(())
    }

    /// Where the column of this name is: as it is written, or else in any case.
    fn place_of(
        &self,
        name: &str,
        names: &[&str],
        header: &ByteRecord,
        separator: u8,
    ) -> Result<usize, Failure> {
        let titles: Vec<String> =
            header.iter().map(|title| String::from_utf8_lossy(title).trim().to_string()).collect();
        let at = |same: &dyn Fn(&str) -> bool| -> Vec<usize> {
            (0..titles.len()).filter(|place| same(&titles[*place])).collect()
        };
        let exact = at(&|title| title == name);
        let found =
            if exact.is_empty() { at(&|title| title.to_lowercase() == name.to_lowercase()) } else { exact };
        let what = match found[..] {
            [place] => return Ok(place),
            [] => format!("no column `{name}`: expected a header with {}", names.join(" and ")),
            _ => format!("{} columns `{name}`: expected each once", found.len()),
        };
        let named: Vec<&str> = titles.iter().take(NAMED).map(String::as_str).collect();
        let known =
            SEPARATORS.iter().find(|(byte, _)| *byte == separator).map(|(_, name)| (*name).to_string());
        let known = known.unwrap_or_else(|| format!("`{}`", char::from(separator)));
        Err(self.wrong(1, &format!("{what}, found {} (separated by {known})", named.join(", "))))
    }

    fn number(&self, name: &str, field: &[u8], row: u64) -> Result<Number, Failure> {
        let text = field.trim_ascii();
        let parsed = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
        if let Some(value) = parsed {
            let whole = std::str::from_utf8(text).ok().and_then(|text| text.parse::<i128>().ok());
            return Ok(Number { row, value, whole });
        }
        let shown = String::from_utf8_lossy(text);
        let point = shown.replace(',', ".");
        if shown.matches(',').count() == 1 && point.parse::<f64>().is_ok() {
            let what = format!("column `{name}` is {shown:?}, expected a decimal point as in {point}");
            return Err(self.wrong(row, &what));
        }
        Err(self.wrong(row, &format!("column `{name}` is {shown:?}, expected a number")))
    }

    fn wrong(&self, row: u64, what: &str) -> Failure {
        Failure::Data(format!("{}:{row}: {what}", self.place))
    }
}

/// The separator that the header has most often; a comma where it has none.
fn shown(bytes: &[u8]) -> u8 {
    let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| header.iter().filter(|byte| **byte == separator).count();
    let mut best = SEPARATORS[0].0;
    for (separator, _) in SEPARATORS {
        if count(separator) > count(best) {
            best = separator;
        }
    }
    best
}
