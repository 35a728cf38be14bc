//! A table of a few thousand rows as one Parquet file, for summaries.

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::io::Write;
use std::sync::Arc;

/// The values of a column, none where a row has none.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Words.
    Text(Vec<Option<String>>),
    /// Integers.
    Integers(Vec<Option<i64>>),
    /// Reals.
    Reals(Vec<Option<f64>>),
    /// Truth values.
    Truths(Vec<Option<bool>>),
}

impl Values {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Values::Text(values) => values.len(),
            Values::Integers(values) => values.len(),
            Values::Reals(values) => values.len(),
            Values::Truths(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn array(&self) -> ArrayRef {
        match self {
            Values::Text(values) => Arc::new(StringArray::from_iter(values)),
            Values::Integers(values) => Arc::new(Int64Array::from(values.clone())),
            Values::Reals(values) => Arc::new(Float64Array::from(values.clone())),
            Values::Truths(values) => Arc::new(BooleanArray::from(values.clone())),
        }
    }

    fn kind(&self) -> DataType {
        match self {
            Values::Text(_) => DataType::Utf8,
            Values::Integers(_) => DataType::Int64,
            Values::Reals(_) => DataType::Float64,
            Values::Truths(_) => DataType::Boolean,
        }
    }
}

/// Rows of a row group, as in the files of a run: what readers take at once.
const GROUP_ROWS: usize = 122_880;

/// Writes named columns, with key/values in the footer, on the thread that calls it.
///
/// # Errors
/// Columns of different lengths, or a place that refuses to be written to.
pub fn write_table(
    out: impl Write + Send,
    footer: &[(String, String)],
    columns: &[(String, Values)],
) -> std::io::Result<()> {
    written(out, footer, columns).map_err(|error| match error {
        ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(refused) => *refused,
            Err(other) => std::io::Error::other(other),
        },
        other => std::io::Error::other(other),
    })
}

fn written(out: impl Write + Send, footer: &[(String, String)], columns: &[(String, Values)]) -> Result<()> {
    let fields: Vec<Field> =
        columns.iter().map(|(name, values)| Field::new(name, values.kind(), true)).collect();
    let arrays = columns.iter().map(|(_, values)| values.array()).collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), arrays)?;
    let pairs = footer.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(pairs))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build();
    let mut writer = ArrowWriter::try_new(out, schema, Some(properties))?;
    writer.write(&batch)?;
    writer.close().map(drop)
}
