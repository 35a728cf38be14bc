//! Tables of results as Parquet files, with few rows and columns of plain types.

use crate::error::Error;
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// A column of such a table, each value of which may be missing.
#[derive(Clone, Debug, PartialEq)]
pub enum TableColumn {
    /// Text.
    Text(Vec<Option<String>>),
    /// Whole numbers.
    Whole(Vec<Option<i64>>),
    /// Real numbers.
    Real(Vec<Option<f64>>),
    /// Truth values.
    Truth(Vec<Option<bool>>),
}

impl TableColumn {
    fn kind(&self) -> DataType {
        match self {
            TableColumn::Text(_) => DataType::Utf8,
            TableColumn::Whole(_) => DataType::Int64,
            TableColumn::Real(_) => DataType::Float64,
            TableColumn::Truth(_) => DataType::Boolean,
        }
    }

    fn array(self) -> ArrayRef {
        match self {
            TableColumn::Text(values) => Arc::new(StringArray::from(values)),
            TableColumn::Whole(values) => Arc::new(Int64Array::from(values)),
            TableColumn::Real(values) => Arc::new(Float64Array::from(values)),
            TableColumn::Truth(values) => Arc::new(BooleanArray::from(values)),
        }
    }
}

/// Writes a table; each call of [`TableWriter::append`] writes a row group.
pub struct TableWriter<W: Write + Send> {
    path: std::path::PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<W>,
}

impl<W: Write + Send> TableWriter<W> {
    /// Starts a table with the columns of these rows, of which there may be none; `path` is named in errors.
    ///
    /// # Errors
    /// What takes the bytes refuses.
    pub fn begin(path: &Path, out: W, rows: &[(String, TableColumn)]) -> Result<TableWriter<W>, Error> {
        let field = |(name, column): &(String, TableColumn)| Field::new(name, column.kind(), true);
        let schema: SchemaRef = Arc::new(Schema::new(rows.iter().map(field).collect::<Vec<_>>()));
        // Level 3 is the default of zstd: these files are small, and written once.
        let level = ZstdLevel::try_new(3).map_err(Error::parquet(path))?;
        let properties = WriterProperties::builder()
            .set_created_by("tempered".into())
            .set_compression(Compression::ZSTD(level))
            .build();
        let writer =
            ArrowWriter::try_new(out, schema.clone(), Some(properties)).map_err(Error::parquet(path))?;
        Ok(TableWriter { path: path.to_owned(), schema, writer })
    }

    /// Appends rows.
    ///
    /// # Errors
    /// Columns are not those of the table or differ in length; what takes the bytes refuses.
    pub fn append(&mut self, rows: Vec<(String, TableColumn)>) -> Result<(), Error> {
        let columns = rows.into_iter().map(|(_, column)| column.array()).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), columns).map_err(Error::arrow(&self.path))?;
        self.writer.write(&batch).map_err(Error::parquet(&self.path))?;
        self.writer.flush().map_err(Error::parquet(&self.path))
    }

    /// Writes the footer.
    ///
    /// # Errors
    /// What takes the bytes refuses.
    pub fn finish(self) -> Result<(), Error> {
        self.writer.close().map(drop).map_err(Error::parquet(&self.path))
    }
}
