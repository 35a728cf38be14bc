//! The inspection of a file: its checksum, its pages and every value.

use crate::checksum::{Checksum, checksum, read_checksum};
use crate::chunk::MetricsChunk;
use crate::error::Error;
use crate::footer::{Footer, Found, footer};
use crate::format::{Format, Outcome};
use crate::place::{Place, Table};
use crate::regular;
use crate::schema::lists;
use crate::whole_file::{WholeBytes, WholeFile};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::DataType;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::ChunkReader;
use std::io::Cursor;
use std::path::Path;

/// Values of a column that are decoded at a time, in the mean: three lists of these take 24 MB.
const BATCH_VALUES: u64 = 1 << 20;
/// The size up to which a file is read at once.
const SMALL: u64 = 1 << 20;
/// The most rows that are decoded at a time.
const BATCH_ROWS: u64 = 1 << 16;

/// The contents of a file without errors.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// Its footer.
    pub footer: Footer,
    /// Its size.
    pub bytes: u64,
    /// Its checksum.
    pub checksum: String,
    /// Trial numbers, in the order of the rows.
    pub trials: Vec<u64>,
    /// For metrics and checkpoints, the outcome of each row.
    pub outcomes: Vec<Outcome>,
}

/// Reads a whole file and tests for everything that no run writes: a wrong checksum, pages that do not decode, rows of
/// another place or format, values that are not finite, scores of failed trials, networks whose lists differ in length.
///
/// The trials themselves are not compared with those expected, which the caller knows.
///
/// # Errors
/// The first defect ([`Error::is_damage`]), or an error of the disk.
///
/// # Cost
/// The file is read twice, the second time usually from the page cache; about 24 MB of values are held.
pub fn inspect(path: &Path, format: Format, table: Table, place: &Place) -> Result<Inspected, Error> {
    let bytes = std::fs::metadata(path).map_err(Error::io(path))?.len();
    if bytes <= SMALL {
        let whole = Bytes::from(regular::read(path).map_err(Error::io(path))?);
        let sums = checksum(&mut Cursor::new(&whole)).map_err(Error::io(path))?;
        return decode(path, (format, table, place), bytes, sums, || Ok(WholeBytes(whole.clone())));
    }
    let open = || regular::open(path).map(WholeFile).map_err(Error::io(path));
    decode(path, (format, table, place), bytes, read_checksum(path)?, open)
}

/// Decodes and tests a file of this size and checksum.
fn decode<R: ChunkReader + 'static>(
    path: &Path,
    (format, table, place): (Format, Table, &Place),
    bytes: u64,
    Checksum { stored, computed: checksum }: Checksum,
    open: impl Fn() -> Result<R, Error>,
) -> Result<Inspected, Error> {
    match stored {
        None => return Err(Error::NoChecksum { path: path.into() }),
        Some(stored) if stored != checksum => {
            return Err(Error::Checksum { path: path.into(), stored, computed: checksum });
        }
        Some(_) => {}
    }
    let footer = match footer(path, open()?)? {
        Found::File(footer) => footer,
        Found::Missing => return Err(Error::io(path)(std::io::ErrorKind::NotFound.into())),
        Found::Unreadable(why) => return Err(Error::Unreadable { path: path.into(), why }),
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(open()?).map_err(Error::parquet(path))?;
    let rows = batch_rows(reader.metadata());
    let reader = reader.with_batch_size(rows).build();
    let mut seen = Seen { path, format, place, trials: Vec::new(), outcomes: Vec::new() };
    let reader = reader.map_err(Error::parquet(path))?;
    // The columns of a file without rows are tested too.
    seen.batch(table, &RecordBatch::new_empty(reader.schema()))?;
    for batch in reader {
        seen.batch(table, &batch.map_err(Error::arrow(path))?)?;
    }
    let Seen { trials, outcomes, .. } = seen;
    Ok(Inspected { footer, bytes, checksum, trials, outcomes })
}

/// Rows to decode at a time, so that memory does not depend on the length of lists.
pub(crate) fn batch_rows(metadata: &ParquetMetaData) -> usize {
    let longest = metadata.row_groups().iter().map(|group| {
        let values = group.columns().iter().map(|column| column.num_values()).max();
        (values.unwrap_or(0) / group.num_rows().max(1)).cast_unsigned()
    });
    let longest = longest.max().unwrap_or(0).max(1);
    usize::try_from((BATCH_VALUES / longest).clamp(1, BATCH_ROWS)).unwrap_or(1)
}

/// The part of a file that has been read.
struct Seen<'a> {
    path: &'a Path,
    format: Format,
    place: &'a Place,
    trials: Vec<u64>,
    outcomes: Vec<Outcome>,
}

impl Seen<'_> {
    fn batch(&mut self, table: Table, batch: &RecordBatch) -> Result<(), Error> {
        self.keys(batch)?;
        match table {
            Table::Metrics | Table::Checkpoints => self.metrics(batch)?,
            Table::Weights => self.weights(batch)?,
        }
        let trials = self.column(batch, "trial", &DataType::Int64)?.as_primitive::<Int64Type>();
        self.trials.extend(trials.values().iter().map(|trial| trial.cast_unsigned()));
        Ok(())
    }

    /// Tests the columns that identify the place of a row.
    fn keys(&self, batch: &RecordBatch) -> Result<(), Error> {
        self.text(batch, "cell", &self.place.cell)?;
        if !self.format.repeats_keys() {
            let repeated = ["estimator", "n"].into_iter().find(|name| batch.column_by_name(name).is_some());
            return repeated.map_or(Ok(()), |name| {
                Err(self.wrong(name, 0, "there".into(), "no such column: the folder says it"))
            });
        }
        self.text(batch, "estimator", &self.place.estimator)?;
        let expected = self.place.n.cast_signed();
        let column = self.column(batch, "n", &DataType::Int64)?.as_primitive::<Int64Type>();
        match column.iter().position(|value| value != Some(expected)) {
            Some(row) => Err(self.wrong("n", row, column.value(row).to_string(), &expected.to_string())),
            None => Ok(()),
        }
    }

    /// Tests that all rows of a column hold this text.
    fn text(&self, batch: &RecordBatch, name: &str, expected: &str) -> Result<(), Error> {
        let column = self.column(batch, name, &DataType::Utf8)?.as_string::<i32>();
        match column.iter().position(|value| value != Some(expected)) {
            Some(row) => {
                let found = show(column.is_valid(row).then(|| column.value(row)));
                Err(self.wrong(name, row, found, expected))
            }
            None => Ok(()),
        }
    }

    /// Tests that numbers are finite, that a failed trial has no scores after its status and parameters, and that any other
    /// trial has every risk that all predictors have.
    fn metrics(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let status = self.column(batch, "status", &DataType::Utf8)?.as_string::<i32>();
        let outcomes: Vec<Outcome> = status.iter().map(|status| self.format.outcome(status)).collect();
        let kinks = self.column(batch, "kinks", &DataType::Int64)?;
        if let Some(row) =
            (0..outcomes.len()).find(|row| outcomes[*row] == Outcome::Failed && kinks.is_valid(*row))
        {
            return Err(self.wrong("kinks", row, "a count".into(), "NULL: the trial failed"));
        }
        let on_line = batch.column_by_name("hull_low").is_some();
        let scores = batch.schema().index_of("kinks").map_err(Error::arrow(self.path))?;
        // Of whole trials, which have no risks, the metrics that are numbers stay where others are none.
        let has_risks = batch.schema().fields().iter().any(|field| field.name().starts_with("risk_"));
        let is_partial = |row: usize| !has_risks && status.value(row) == MetricsChunk::NOT_FINITE;
        for (index, field) in batch.schema().fields().iter().enumerate() {
            let Some(column) = batch.column(index).as_primitive_opt::<Float64Type>() else { continue };
            let is_risk = field.name().starts_with("risk_") && !may_lack(field.name(), on_line);
            for (row, value) in column.iter().enumerate() {
                let (fine, expected) = match (value, outcomes[row]) {
                    (Some(_), Outcome::Failed) if index > scores && !is_partial(row) => {
                        (false, "NULL: the trial failed")
                    }
                    (None, Outcome::Whole) if is_risk => (false, "a number: the trial did not fail"),
                    (value, _) => (value.is_none_or(f64::is_finite), "a finite number"),
                };
                if !fine {
                    return Err(self.wrong(field.name(), row, show(value), expected));
                }
            }
        }
        self.outcomes.extend(outcomes);
        Ok(())
    }

    /// Tests that numbers are finite and that the three lists of a network have one length.
    fn weights(&self, batch: &RecordBatch) -> Result<(), Error> {
        for name in ["skip_slope", "skip_intercept"] {
            self.finite(name, self.column(batch, name, &DataType::Float64)?, |row| row)?;
        }
        let mut lengths: Option<Vec<usize>> = None;
        for name in lists(&batch.schema()) {
            let lists = batch.column_by_name(name).and_then(|lists| lists.as_list_opt::<i32>());
            let lists =
                lists.ok_or_else(|| self.wrong(name, 0, "something else".into(), "lists of reals"))?;
            let offsets = lists.value_offsets();
            let row = |unit: usize| offsets.partition_point(|end| *end as usize <= unit) - 1;
            self.finite(name, lists.values(), row)?;
            let mine: Vec<usize> = offsets.windows(2).map(|ends| (ends[1] - ends[0]) as usize).collect();
            let first = lengths.get_or_insert_with(|| mine.clone());
            if let Some(row) = (0..mine.len()).find(|row| mine[*row] != first[*row]) {
                let (found, expected) = (format!("{} values", mine[row]), format!("{}", first[row]));
                return Err(self.wrong(name, row, found, &expected));
            }
        }
        Ok(())
    }

    /// Tests that all values are finite; `row` maps the index of a value to its row.
    fn finite(&self, name: &str, values: &ArrayRef, row: impl Fn(usize) -> usize) -> Result<(), Error> {
        let Some(reals) = values.as_primitive_opt::<Float64Type>() else {
            return Err(self.wrong(name, 0, values.data_type().to_string(), "reals"));
        };
        match reals.iter().position(|value| !value.is_some_and(f64::is_finite)) {
            Some(place) => {
                let value = reals.is_valid(place).then(|| reals.value(place));
                Err(self.wrong(name, row(place), show(value), "a finite number"))
            }
            None => Ok(()),
        }
    }

    fn column<'b>(&self, batch: &'b RecordBatch, name: &str, kind: &DataType) -> Result<&'b ArrayRef, Error> {
        match batch.column_by_name(name) {
            Some(column) if column.data_type() == kind => Ok(column),
            Some(column) => Err(self.wrong(name, 0, column.data_type().to_string(), &kind.to_string())),
            None => Err(self.wrong(name, 0, "not there".into(), &kind.to_string())),
        }
    }

    /// The error of a value; `row` counts from the start of the current batch.
    fn wrong(&self, column: &str, row: usize, found: String, expected: &str) -> Error {
        let (path, row) = (self.path.to_path_buf(), (self.trials.len() + row) as u64);
        Error::Value { path, column: column.into(), row, found, expected: expected.into() }
    }
}

fn show(value: Option<impl ToString>) -> String {
    value.map_or("NULL".into(), |value| value.to_string())
}

/// Whether there are predictors without this risk: those that are not linear in y have no parts, others no gradient, and suprema of planes
/// over all of R^d are infinite.
fn may_lack(name: &str, on_line: bool) -> bool {
    match name {
        "risk_variance" | "risk_bias" | "risk_gradient" => true,
        "risk_sup" => !on_line,
        _ => name.starts_with("risk_adversarial_"),
    }
}
