//! Row groups: rows are gathered until a group is full, then its columns are encoded side by side.

use crate::encoding::properties;
use crate::error::Error;
use crate::list_column::{self, EncodedLists, Levels};
use arrow::array::ArrayRef;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::add_encoded_arrow_schema_to_metadata;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;
use std::fs::File;
use std::io::{BufWriter, Write};
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
    Lists(&'a Levels, &'a [f64]),
}

/// A column once encoded.
enum Encoded {
    Array(ArrowColumnChunk),
    Lists(EncodedLists),
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
        let (schema, properties) = (self.writer.schema_descr(), self.writer.properties());
        let chunks: Vec<Encoded> = writers
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
                Column::Lists(levels, values) => {
                    let lists =
                        list_column::encode(schema.column(index), properties.clone(), levels, values)?;
                    Ok(Encoded::Lists(lists))
                }
            })
            .collect::<Result<_, _>>()
            .map_err(&failed)?;
        let mut group = self.writer.next_row_group().map_err(&failed)?;
        for chunk in chunks {
            match chunk {
                Encoded::Array(chunk) => chunk.append_to_row_group(&mut group),
                Encoded::Lists(EncodedLists { bytes, close }) => group.append_column(&bytes, close),
            }
            .map_err(&failed)?;
        }
        group.close().map_err(&failed)?;
        self.groups += 1;
        Ok(())
    }

    /// Writes the footer and makes the file durable; returns its size.
    pub fn close(self) -> Result<u64, Error> {
        let failed = Error::parquet(&self.path);
        let mut buffer = self.writer.into_inner().map_err(failed)?;
        let finish = || {
            buffer.flush()?;
            let file = buffer.get_ref();
            file.sync_all()?;
            Ok(file.metadata()?.len())
        };
        let finish: Result<u64, std::io::Error> = {
            let mut finish = finish;
            finish()
        };
        finish.map_err(Error::io(&self.path))
    }
}
