//! Reading back what was written, and the user's own Parquet files.

use crate::error::Error;
use crate::regular;
use crate::whole_file::WholeFile;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

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

/// One stored network.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightsRow {
    /// Slope of the affine part.
    pub skip_slope: f64,
    /// Intercept of the affine part.
    pub skip_intercept: f64,
    /// Outer weights.
    pub outer: Vec<f64>,
    /// Inner weights.
    pub inner: Vec<f64>,
    /// Biases.
    pub bias: Vec<f64>,
}

fn builder(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<WholeFile>, Error> {
    let file = regular::open(path).map_err(Error::io(path))?;
    ParquetRecordBatchReaderBuilder::try_new(WholeFile(file)).map_err(Error::parquet(path))
}

/// What a reader says of a file; where the Parquet library panics, as it does on some damaged files, that it is damaged.
fn guarded<T>(path: &Path, read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
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
        values.map(|values| values.values().to_vec()).ok_or_else(|| no_column(path, name, &batch))
    };
    Ok(Some(WeightsRow {
        skip_slope: real("skip_slope")?,
        skip_intercept: real("skip_intercept")?,
        outer: list("outer")?,
        inner: list("inner")?,
        bias: list("bias")?,
    }))
}

/// Reads two columns of numbers from a user's Parquet file.
pub fn read_xy(path: &Path, x: &str, y: &str) -> Result<(Vec<f64>, Vec<f64>), Error> {
    guarded(path, || xy(path, x, y))
}

fn xy(path: &Path, x: &str, y: &str) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    let builder = builder(path)?;
    let empty = RecordBatch::new_empty(builder.schema().clone());
    for name in [x, y] {
        if empty.column_by_name(name).is_none() {
            return Err(no_column(path, name, &empty));
        }
    }
    let declared = builder.metadata().file_metadata().num_rows();
    for batch in builder.build().map_err(Error::parquet(path))? {
        let batch = batch.map_err(Error::arrow(path))?;
        for (name, values) in [(x, &mut xs), (y, &mut ys)] {
            let array = column(path, &batch, name, &DataType::Float64)?;
            for value in array.as_primitive::<Float64Type>() {
                let row = values.len() + 1;
                let null = || Error::Null { path: path.to_path_buf(), column: name.into(), row };
                values.push(value.ok_or_else(null)?);
            }
        }
    }
    if i64::try_from(xs.len()) != Ok(declared) {
        return Err(Error::Rows { path: path.to_path_buf(), found: xs.len(), declared });
    }
    Ok((xs, ys))
}

/// A column, cast to the type wanted.
fn column(path: &Path, batch: &RecordBatch, name: &str, kind: &DataType) -> Result<ArrayRef, Error> {
    let array = batch.column_by_name(name).ok_or_else(|| no_column(path, name, batch))?;
    if !array.data_type().is_numeric() && array.data_type() != kind {
        let found = array.data_type().to_string();
        return Err(Error::NotNumbers { path: path.to_path_buf(), column: name.into(), found });
    }
    cast(array, kind).map_err(Error::arrow(path))
}

fn no_column(path: &Path, column: &str, batch: &RecordBatch) -> Error {
    let schema = batch.schema();
    let found: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    Error::NoColumn { path: path.to_path_buf(), column: column.into(), found: found.join(", ") }
}
