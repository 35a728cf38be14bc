//! Row groups: columns are encoded in parallel in memory, and appended to a file.

use crate::checksum::{self, Summed};
use crate::constant_column::{self, Value};
use crate::disk::{Disk, Output};
use crate::encoding::properties;
use crate::error::Error;
use crate::list_column::{self, Buffers, GroupPages, List};
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_schema::{FieldRef, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::add_encoded_arrow_schema_to_metadata;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A column of a row group.
pub(crate) enum Column {
    Array(ArrayRef),
    /// A value so many times.
    Same(Value, usize),
    Lists(List, Arc<GroupPages>, Arc<Buffers>),
}

/// A column of whole numbers.
pub(crate) fn integers(values: &[u64]) -> Column {
    array(Int64Array::from_iter_values(values.iter().map(|value| value.cast_signed())))
}

/// A column of these values.
pub(crate) fn array(values: impl Array + 'static) -> Column {
    Column::Array(Arc::new(values))
}

/// A column once encoded.
pub(crate) enum EncodedColumn {
    Array(Box<ArrowColumnChunk>),
    /// A value so many times.
    Same(Value, usize),
    /// Pages that are assembled to a column when the file is written.
    Lists(List, Arc<GroupPages>, Arc<Buffers>),
}

/// Encodes row groups of one schema.
pub(crate) struct GroupEncoder {
    schema: SchemaRef,
    factory: ArrowRowGroupWriterFactory,
}

impl GroupEncoder {
    pub fn new(schema: SchemaRef) -> Result<GroupEncoder> {
        // The factory needs a file writer for schema and properties, which here writes nowhere.
        let writer = writer(std::io::sink(), &schema, &[])?;
        Ok(GroupEncoder { factory: ArrowRowGroupWriterFactory::new(&writer, schema.clone()), schema })
    }

    /// Begins a row group of arrays.
    pub fn begin(&self) -> Result<OpenGroup> {
        let column = |writer| OpenColumn { writer, blocks: Vec::new(), same: None };
        let columns = self.factory.create_column_writers(0)?.into_iter().map(column).collect();
        Ok(OpenGroup { columns, schema: self.schema.clone() })
    }

    /// Encodes a whole row group, its columns in parallel. Every column must have one leaf.
    pub fn encode(&self, columns: Vec<Column>) -> Result<Vec<EncodedColumn>> {
        let writers = self.factory.create_column_writers(0)?;
        writers
            .into_par_iter()
            .zip(columns.into_par_iter().zip(self.schema.fields().par_iter()))
            .map(|(mut writer, (column, field))| match column {
                Column::Array(array) => {
                    write(&mut writer, field, &array)?;
                    Ok(EncodedColumn::Array(Box::new(writer.close()?)))
                }
                Column::Same(value, rows) => Ok(EncodedColumn::Same(value, rows)),
                Column::Lists(list, pages, buffers) => Ok(EncodedColumn::Lists(list, pages, buffers)),
            })
            .collect()
    }
}

/// An incomplete row group, whose full pages are encoded.
pub(crate) struct OpenGroup {
    columns: Vec<OpenColumn>,
    schema: SchemaRef,
}

/// A column of an incomplete row group.
struct OpenColumn {
    writer: ArrowColumnWriter,
    /// As long as all rows are equal, their value and the number of rows of each block.
    same: Option<Value>,
    blocks: Vec<usize>,
}

impl OpenColumn {
    fn write(&mut self, field: &FieldRef, block: Column) -> Result<()> {
        let array = match block {
            Column::Array(array) => array,
            Column::Same(value, rows) => {
                let goes_on = self.same.as_ref().is_some_and(|same| same.is(&value));
                if goes_on || self.blocks.is_empty() {
                    self.blocks.push(rows);
                    self.same = Some(value);
                    return Ok(());
                }
                value.array(field.data_type(), rows)
            }
            Column::Lists(..) => return Err(ParquetError::General("lists are not written by blocks".into())),
        };
        if let Some(value) = self.same.take() {
            for rows in &self.blocks {
                write(&mut self.writer, field, &value.array(field.data_type(), *rows))?;
            }
        }
        self.blocks.push(array.len());
        write(&mut self.writer, field, &array)
    }

    fn close(self) -> Result<EncodedColumn> {
        match self.same {
            Some(value) => Ok(EncodedColumn::Same(value, self.blocks.into_iter().sum())),
            None => Ok(EncodedColumn::Array(Box::new(self.writer.close()?))),
        }
    }
}

impl OpenGroup {
    /// Appends a block of rows, columns in parallel. The ends of pages depend on the sizes of blocks.
    pub fn write(&mut self, block: Vec<Column>) -> Result<()> {
        if block.len() != self.columns.len() {
            let message = format!("{} columns for {}", block.len(), self.columns.len());
            return Err(ParquetError::General(message));
        }
        let columns = self.columns.par_iter_mut().zip(block).zip(self.schema.fields().par_iter());
        columns.try_for_each(|((column, block), field)| column.write(field, block))
    }

    /// The encoded columns, finished in parallel.
    pub fn close(self) -> Result<Vec<EncodedColumn>> {
        self.columns.into_par_iter().map(OpenColumn::close).collect()
    }
}

fn write(writer: &mut ArrowColumnWriter, field: &FieldRef, array: &ArrayRef) -> Result<()> {
    compute_leaves(field, array)?.iter().try_for_each(|leaf| writer.write(leaf))
}

/// A Parquet file that is being written.
pub(crate) struct GroupWriter {
    path: PathBuf,
    writer: SerializedFileWriter<Summed>,
}

impl GroupWriter {
    /// Starts a file.
    pub fn create(
        disk: &dyn Disk,
        path: &Path,
        schema: &SchemaRef,
        footer: &[(String, String)],
    ) -> Result<GroupWriter, Error> {
        let file = Summed::new(disk.create(path).map_err(Error::io(path))?);
        let footer = [footer, &[checksum::blank()]].concat();
        let writer = writer(file, schema, &footer).map_err(Error::parquet(path))?;
        Ok(GroupWriter { path: path.to_path_buf(), writer })
    }

    /// Appends a row group.
    pub fn append(&mut self, columns: Vec<EncodedColumn>) -> Result<(), Error> {
        self.put(columns).map_err(Error::parquet(&self.path))
    }

    fn put(&mut self, columns: Vec<EncodedColumn>) -> Result<()> {
        let schema = self.writer.schema_descr().columns().to_vec();
        let mut group = self.writer.next_row_group()?;
        for (descriptor, column) in schema.into_iter().zip(columns) {
            match column {
                EncodedColumn::Array(chunk) => chunk.append_to_row_group(&mut group)?,
                EncodedColumn::Same(value, rows) => {
                    let column = constant_column::column(descriptor, &value, rows)?;
                    group.append_column(&column.bytes, column.close)?;
                }
                EncodedColumn::Lists(list, pages, buffers) => {
                    let column = list_column::column(descriptor, list, &pages)?;
                    group.append_column(&column.bytes, column.close)?;
                    // The column references the memory of the pages, which is returned below.
                    drop(column.bytes);
                    // The last list of the group has been written.
                    if let Some(pages) = Arc::into_inner(pages) {
                        buffers.give_pages(pages);
                    }
                }
            }
        }
        group.close().map(drop)
    }

    /// Writes the footer; the file is then complete, but not durable.
    pub fn close(mut self) -> Result<Box<dyn Output>, Error> {
        self.writer.flush().map_err(Error::io(&self.path))?;
        self.writer.inner_mut().hold_footer();
        let file = self.writer.into_inner().map_err(Error::parquet(&self.path))?;
        file.finish().map_err(Error::io(&self.path))
    }
}

fn writer<W: Write + Send>(
    file: W,
    schema: &SchemaRef,
    footer: &[(String, String)],
) -> Result<SerializedFileWriter<W>> {
    let mut properties = properties(schema, footer);
    add_encoded_arrow_schema_to_metadata(schema, &mut properties);
    let descriptor = ArrowSchemaConverter::new().convert(schema)?;
    SerializedFileWriter::new(file, descriptor.root_schema_ptr(), Arc::new(properties))
}
