//! Columns of a CSV file, read as bytes: what stands in other columns may be in any encoding.

use crate::number::Number;
use crate::unusable::Unusable;
use csv::{ByteRecord, Reader};
use std::io::{Chain, Read};

/// Columns that a message names.
const NAMED: usize = 20;
/// Separators that a header shows by itself, with their names.
const SEPARATORS: [(u8, &str); 3] = [(b',', "commas"), (b';', "semicolons"), (b'\t', "tabs")];
/// What some programs put before the first byte of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes of a file with a line break behind them.
type Ended<'b> = Chain<&'b [u8], &'b [u8]>;

/// How a file is read.
pub(crate) struct Csv<'a> {
    /// How messages call it.
    pub place: &'a str,
    /// What separates fields; `None` where the header shows it.
    pub separator: Option<u8>,
}

impl Csv<'_> {
    /// The titles of the columns.
    ///
    /// # Errors
    /// A header that is no line of CSV.
    pub fn titles(&self, bytes: &[u8]) -> Result<Vec<String>, Unusable> {
        Ok(titles(&self.header(&mut self.reader(bytes))?))
    }

    /// For each column, whether some field of it is a number.
    ///
    /// # Errors
    /// A line of another number of fields than the header.
    pub fn are_numeric(&self, bytes: &[u8]) -> Result<Vec<bool>, Unusable> {
        let mut reader = self.reader(bytes);
        let mut numeric = vec![false; self.header(&mut reader)?.len()];
        self.records(&mut reader, numeric.len(), |record, _| {
            for (numeric, field) in numeric.iter_mut().zip(record) {
                *numeric |= parsed(field.trim_ascii()).is_some();
            }
            Ok(())
        })?;
        Ok(numeric)
    }

    /// These columns, one list each.
    ///
    /// # Errors
    /// A column that is not there or there twice, a field that is no number, each with its line.
    pub fn read(&self, bytes: &[u8], names: &[&str]) -> Result<Vec<Vec<Number>>, Unusable> {
        let mut reader = self.reader(bytes);
        let header = self.header(&mut reader)?;
        let separator = self.separator_of(bytes);
        let places = names.iter().map(|name| self.place_of(name, names, &header, separator));
        let places = places.collect::<Result<Vec<usize>, Unusable>>()?;
        let mut columns: Vec<Vec<Number>> = names.iter().map(|_| Vec::new()).collect();
        self.records(&mut reader, header.len(), |record, row| {
            for ((name, at), column) in names.iter().zip(&places).zip(&mut columns) {
                column.push(self.number(name, record.get(*at).unwrap_or_default(), row)?);
            }
            Ok(())
        })?;
        Ok(columns)
    }

    fn separator_of(&self, bytes: &[u8]) -> u8 {
        self.separator.unwrap_or_else(|| shown(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)))
    }

    fn reader<'b>(&self, bytes: &'b [u8]) -> Reader<Ended<'b>> {
        let separator = self.separator_of(bytes);
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        // A quote that is not closed takes in the rest of the file, and at its end the line break that is put there.
        let file = bytes.chain(&b"\n"[..]);
        csv::ReaderBuilder::new().flexible(true).delimiter(separator).from_reader(file)
    }

    fn header(&self, reader: &mut Reader<Ended<'_>>) -> Result<ByteRecord, Unusable> {
        let header = reader.byte_headers().map_err(|error| self.bad(&error))?.clone();
        self.closed(&header, 1)?;
        Ok(header)
    }

    /// Hands on each record with its line; each must have so many fields.
    fn records(
        &self,
        reader: &mut Reader<Ended<'_>>,
        fields: usize,
        mut take: impl FnMut(&ByteRecord, u64) -> Result<(), Unusable>,
    ) -> Result<(), Unusable> {
        for record in reader.byte_records() {
            let record = record.map_err(|error| self.bad(&error))?;
            let row = record.position().map_or(0, csv::Position::line);
            self.closed(&record, row)?;
            if record.len() != fields {
                let found = record.len();
                let what = format!("{found} fields, expected {fields} as in the header");
                return Err(self.wrong(row, &what));
            }
            take(&record, row)?;
        }
        Ok(())
    }

    fn bad(&self, error: &csv::Error) -> Unusable {
        Unusable::Content(format!("{}: {error}", self.place))
    }

    fn closed(&self, record: &ByteRecord, row: u64) -> Result<(), Unusable> {
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
    ) -> Result<usize, Unusable> {
        let titles = titles(header);
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

    fn number(&self, name: &str, field: &[u8], row: u64) -> Result<Number, Unusable> {
        let text = field.trim_ascii();
        if let Some(value) = parsed(text) {
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

    fn wrong(&self, row: u64, what: &str) -> Unusable {
        Unusable::Content(format!("{}:{row}: {what}", self.place))
    }
}

/// The names in a header.
fn titles(header: &ByteRecord) -> Vec<String> {
    header.iter().map(|title| String::from_utf8_lossy(title).trim().to_string()).collect()
}

/// The number that a field is.
fn parsed(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.parse().ok()
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
