//! Row groups: rows are gathered until a group is full, then its columns are encoded side by side.

use crate::encoding::properties;
use crate::error::Error;
use crate::list_column::{self, Buffers, EncodedLists, GroupPages, List};
use arrow::array::ArrayRef;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::add_encoded_arrow_schema_to_metadata;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A Parquet file under way.
pub(crate) struct GroupWriter {
    path: PathBuf,
    schema: SchemaRef,
    writer: SerializedFileWriter<BufWriter<File>>,
    factory: ArrowRowGroupWriterFactory,
    groups: usize,
}

/// A column of a row group.
pub(crate) enum Column<'a> {
    Array(ArrayRef),
    Lists(List, &'a GroupPages, &'a Buffers),
}

/// A column once encoded.
enum Encoded<'a> {
    Array(ArrowColumnChunk),
    Lists(EncodedLists, &'a Buffers),
}

impl GroupWriter {
    /// Starts a file.
    pub fn create(path: &Path, schema: SchemaRef, footer: &[(String, String)]) -> Result<GroupWriter, Error> {
        let mut properties = properties(&schema, footer);
        add_encoded_arrow_schema_to_metadata(&schema, &mut properties);
        let file = BufWriter::with_capacity(1 << 20, File::create_new(path).map_err(Error::io(path))?);
        let descriptor = ArrowSchemaConverter::new().convert(&schema).map_err(Error::parquet(path))?;
        let writer = SerializedFileWriter::new(file, descriptor.root_schema_ptr(), Arc::new(properties))
            .map_err(Error::parquet(path))?;
        let factory = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
        Ok(GroupWriter { path: path.to_path_buf(), schema, writer, factory, groups: 0 })
    }

    /// Encodes one row group, its columns in parallel, and appends it. Every column has one leaf.
    pub fn append(&mut self, columns: &[Column<'_>]) -> Result<(), Error> {
        let failed = Error::parquet(&self.path);
        let writers = self.factory.create_column_writers(self.groups).map_err(&failed)?;
        let schema = self.writer.schema_descr();
        let chunks: Vec<Encoded<'_>> = writers
            .into_par_iter()
            .zip(columns.par_iter().zip(self.schema.fields().par_iter()))
            .enumerate()
            .map(|(index, (mut writer, (column, field)))| match column {
                Column::Array(array) => {
                    for leaf in compute_leaves(field, array)? {
                        writer.write(&leaf)?;
                    }
                    Ok(Encoded::Array(writer.close()?))
                }
                Column::Lists(list, pages, buffers) => {
                    let lists = list_column::column(schema.column(index), *list, pages, buffers)?;
                    Ok(Encoded::Lists(lists, buffers))
                }
            })
            .collect::<Result<_, _>>()
            .map_err(&failed)?;
        let mut group = self.writer.next_row_group().map_err(&failed)?;
        for chunk in chunks {
            match chunk {
                Encoded::Array(chunk) => chunk.append_to_row_group(&mut group),
                Encoded::Lists(EncodedLists { bytes, close }, buffers) => {
                    let appended = group.append_column(&bytes, close);
                    buffers.give(bytes);
                    appended
                }
            }
            .map_err(&failed)?;
        }
        group.close().map_err(&failed)?;
        self.groups += 1;
        Ok(())
    }

    /// Writes the footer; the file is whole, but not yet durable.
    pub fn close(self) -> Result<File, Error> {
        let buffer = self.writer.into_inner().map_err(Error::parquet(&self.path))?;
        buffer.into_inner().map_err(|error| Error::io(&self.path)(error.into_error()))
    }
}
