//! Reading back what was written, and the user's own Parquet files.

use crate::error::Error;
use crate::numbers::{plain, reals, whole};
use crate::regular;
use crate::schema::lists;
use crate::whole_file::{WholeBytes, WholeFile};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::ChunkReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// A metrics file.
#[derive(Clone, Debug, Default)]
pub struct MetricsTable {
    /// Trial numbers.
    pub trial: Vec<u64>,
    /// "ok", or why the trial failed.
    pub status: Vec<String>,
    /// Numbers of kinks.
    pub kinks: Vec<Option<u64>>,
    /// Names of the score columns.
    pub names: Vec<String>,
    /// One list a score column.
    pub scores: Vec<Vec<Option<f64>>>,
}

/// One stored predictor: units, or entries of the form that its file states.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightsRow {
    /// Slope of the affine part.
    pub skip_slope: f64,
    /// Intercept of the affine part.
    pub skip_intercept: f64,
    /// Outer weights, or coefficients.
    pub outer: Vec<f64>,
    /// Inner weights, or scales.
    pub inner: Vec<f64>,
    /// Biases, or places.
    pub bias: Vec<f64>,
}

pub(crate) fn builder(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<WholeFile>, Error> {
    let file = regular::open(path).map_err(Error::io(path))?;
    ParquetRecordBatchReaderBuilder::try_new(WholeFile(file)).map_err(Error::parquet(path))
}

fn builder_of(path: &Path, bytes: &Bytes) -> Result<ParquetRecordBatchReaderBuilder<WholeBytes>, Error> {
    ParquetRecordBatchReaderBuilder::try_new(WholeBytes(bytes.clone())).map_err(Error::parquet(path))
}

/// The result of a reader; a panic of the Parquet library, which occurs on some damaged files, becomes an error.
pub(crate) fn guarded<T>(path: &Path, read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let damaged = |_| Err(Error::Damaged { path: path.to_path_buf() });
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(damaged)
}

/// Reads a metrics file.
pub fn read_metrics(path: &Path) -> Result<MetricsTable, Error> {
    guarded(path, || metrics(path))
}

fn metrics(path: &Path) -> Result<MetricsTable, Error> {
    let builder = builder(path)?;
    let schema = builder.schema().clone();
    let after_kinks = schema.index_of("kinks").map_err(Error::arrow(path))? + 1;
    let names: Vec<String> =
        schema.fields()[after_kinks..].iter().map(|field| field.name().clone()).collect();
    let mut table = MetricsTable { scores: vec![Vec::new(); names.len()], names, ..MetricsTable::default() };
    for batch in builder.build().map_err(Error::parquet(path))? {
        let batch = batch.map_err(Error::arrow(path))?;
        let integers = |name| column(path, &batch, name, &DataType::Int64);
        let trial = integers("trial")?;
        table.trial.extend(trial.as_primitive::<Int64Type>().values().iter().map(|t| t.cast_unsigned()));
        let kinks = integers("kinks")?;
        table.kinks.extend(kinks.as_primitive::<Int64Type>().iter().map(|k| k.map(i64::cast_unsigned)));
        let status = column(path, &batch, "status", &DataType::Utf8)?;
        table.status.extend(status.as_string::<i32>().iter().map(|s| s.unwrap_or_default().to_string()));
        for (name, scores) in table.names.iter().zip(&mut table.scores) {
            scores
                .extend(column(path, &batch, name, &DataType::Float64)?.as_primitive::<Float64Type>().iter());
        }
    }
    Ok(table)
}

/// Reads the network of one trial; `None` where it is not stored. Only its row group is decoded in full.
pub fn read_weights_row(path: &Path, trial: u64) -> Result<Option<WeightsRow>, Error> {
    guarded(path, || weights_row(path, trial))
}

fn weights_row(path: &Path, trial: u64) -> Result<Option<WeightsRow>, Error> {
    let trials = builder(path)?;
    let mask = ProjectionMask::columns(trials.parquet_schema(), ["trial"]);
    let mut before = 0;
    let mut found = None;
    for batch in trials.with_projection(mask).build().map_err(Error::parquet(path))? {
        let batch = batch.map_err(Error::arrow(path))?;
        let column = column(path, &batch, "trial", &DataType::Int64)?;
        let place =
            column.as_primitive::<Int64Type>().values().iter().position(|t| t.cast_unsigned() == trial);
        if let Some(row) = place {
            found = Some(before + row);
            break;
        }
        before += batch.num_rows();
    }
    let Some(row) = found else { return Ok(None) };
    let mut reader = builder(path)?.with_offset(row).with_limit(1).build().map_err(Error::parquet(path))?;
    let Some(batch) = reader.next() else { return Ok(None) };
    let batch = batch.map_err(Error::arrow(path))?;
    let real = |name| -> Result<f64, Error> {
        Ok(column(path, &batch, name, &DataType::Float64)?.as_primitive::<Float64Type>().value(0))
    };
    let list = |name: &str| -> Result<Vec<f64>, Error> {
        let lists = batch.column_by_name(name).and_then(|array| array.as_list_opt::<i32>().cloned());
        let values = lists.map(|lists| lists.value(0));
        let values = values.as_ref().and_then(|values| values.as_primitive_opt::<Float64Type>());
        values.map(|values| values.values().to_vec()).ok_or_else(|| no_column(path, name, &[name], &batch))
    };
    let [outer, inner, bias] = lists(&batch.schema());
    Ok(Some(WeightsRow {
        skip_slope: real("skip_slope")?,
        skip_intercept: real("skip_intercept")?,
        outer: list(outer)?,
        inner: list(inner)?,
        bias: list(bias)?,
    }))
}

/// A column of numbers from a user's file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    /// One value a row.
    pub values: Vec<f64>,
    /// The values as integers, where they are integers: above 2^53 two of them may become the same double.
    pub whole: Option<Vec<i128>>,
}

/// Reads columns of numbers from a user's Parquet file, named in any case: integers, reals, decimals, dictionaries of
/// them, and dates and timestamps, which count from 1970 in the units of their type.
///
/// # Errors
/// A column that does not exist, has another type or a missing value; a damaged file.
pub fn read_columns(path: &Path, names: &[&str]) -> Result<Vec<Column>, Error> {
    guarded(path, || columns(path, builder(path)?, names))
}

/// [`read_columns`] of the bytes of a file.
pub(crate) fn columns_of(path: &Path, bytes: &Bytes, names: &[&str]) -> Result<Vec<Column>, Error> {
    guarded(path, || columns(path, builder_of(path, bytes)?, names))
}

/// The names of the columns of a Parquet file, and whether they hold numbers: integers, reals, decimals, or a dictionary of them.
pub(crate) fn titles_of(path: &Path, bytes: &Bytes) -> Result<Vec<(String, bool)>, Error> {
    let is_numeric = |kind: &DataType| kind.is_numeric();
    let title = |field: &Arc<Field>| {
        let numeric = match field.data_type() {
            DataType::Dictionary(_, values) => is_numeric(values),
            kind => is_numeric(kind),
        };
        (field.name().clone(), numeric)
    };
    guarded(path, || Ok(builder_of(path, bytes)?.schema().fields().iter().map(title).collect()))
}

fn columns<T: ChunkReader + 'static>(
    path: &Path,
    builder: ParquetRecordBatchReaderBuilder<T>,
    names: &[&str],
) -> Result<Vec<Column>, Error> {
    let schema = builder.schema().clone();
    let empty = RecordBatch::new_empty(schema.clone());
    let places = names.iter().map(|name| {
        let fields = || schema.fields().iter().map(|field| field.name());
        let exact = fields().position(|field| field == name);
        let lower = name.to_lowercase();
        let mut alike =
            (0..schema.fields().len()).filter(|k| schema.field(*k).name().to_lowercase() == lower);
        let only = (alike.next(), alike.next());
        exact
            .or(if let (place, None) = only { place } else { None })
            .ok_or_else(|| no_column(path, name, names, &empty))
    });
    let places = places.collect::<Result<Vec<usize>, Error>>()?;
    let declared = builder.metadata().file_metadata().num_rows();
    let mask = ProjectionMask::roots(builder.parquet_schema(), places.iter().copied());
    let mut all: Vec<Column> = names.iter().map(|_| Column::default()).collect();
    let reader = builder.with_projection(mask).build().map_err(Error::parquet(path))?;
    for batch in reader {
        let batch = batch.map_err(Error::arrow(path))?;
        for (place, column) in places.iter().zip(&mut all) {
            column.extend(path, &batch, schema.field(*place).name())?;
        }
    }
    let found = all.first().map_or(0, |column| column.values.len());
    if i64::try_from(found) != Ok(declared) {
        return Err(Error::Rows { path: path.to_path_buf(), found, declared });
    }
    Ok(all)
}

impl Column {
    fn extend(&mut self, path: &Path, batch: &RecordBatch, name: &str) -> Result<(), Error> {
        let mut array =
            batch.column_by_name(name).ok_or_else(|| no_column(path, name, &[name], batch))?.clone();
        array = plain(&array).map_err(Error::arrow(path))?;
        let not_numbers = || {
            let found = array.data_type().to_string();
            Error::NotNumbers { path: path.to_path_buf(), column: name.into(), found }
        };
        let (whole, reals) = (whole(&array), reals(&array).ok_or_else(not_numbers)?);
        if let Some(row) = (0..array.len()).find(|row| array.is_null(*row)) {
            let row = self.values.len() + row + 1;
            return Err(Error::Null { path: path.to_path_buf(), column: name.into(), row });
        }
        if let Some(whole) = whole {
            self.whole.get_or_insert_default().extend(whole);
        }
        self.values.extend(reals);
        Ok(())
    }
}

/// A column, which must have the type that the writer gives it.
pub(crate) fn column(
    path: &Path,
    batch: &RecordBatch,
    name: &str,
    kind: &DataType,
) -> Result<ArrayRef, Error> {
    let array = batch.column_by_name(name).ok_or_else(|| no_column(path, name, &[name], batch))?;
    if array.data_type() != kind {
        let found = array.data_type().to_string();
        return Err(Error::NotNumbers { path: path.to_path_buf(), column: name.into(), found });
    }
    Ok(array.clone())
}

pub(crate) fn no_column(path: &Path, column: &str, expected: &[&str], batch: &RecordBatch) -> Error {
    let schema = batch.schema();
    let found: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    Error::NoColumn {
        path: path.to_path_buf(),
        column: column.into(),
        expected: expected.join(" and "),
        found: found.join(", "),
    }
}
