//! Row groups: rows are gathered until a group is full, then its columns are encoded side by side.

use crate::encoding::properties;
use crate::error::Error;
use arrow::array::ArrayRef;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::add_encoded_arrow_schema_to_metadata;
use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, compute_leaves};
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

impl GroupWriter {
    /// Starts a file.
    pub fn create(path: &Path, schema: SchemaRef, footer: &[(String, String)]) -> Result<GroupWriter, Error> {
        let mut properties = properties(&schema, footer);
        add_encoded_arrow_schema_to_metadata(&schema, &mut properties);
        let file = BufWriter::new(File::create_new(path).map_err(Error::io(path))?);
        let descriptor = ArrowSchemaConverter::new().convert(&schema).map_err(Error::parquet(path))?;
        let writer = SerializedFileWriter::new(file, descriptor.root_schema_ptr(), Arc::new(properties))
            .map_err(Error::parquet(path))?;
        let factory = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
        Ok(GroupWriter { path: path.to_path_buf(), schema, writer, factory, groups: 0 })
    }

    /// Encodes one row group, its columns in parallel, and appends it. Every column has one leaf.
    pub fn append(&mut self, columns: &[ArrayRef]) -> Result<(), Error> {
        let failed = Error::parquet(&self.path);
        let writers = self.factory.create_column_writers(self.groups).map_err(&failed)?;
        let chunks: Vec<_> = writers
            .into_par_iter()
            .zip(columns.par_iter().zip(self.schema.fields().par_iter()))
            .map(|(mut writer, (array, field))| {
                for leaf in compute_leaves(field, array)? {
                    writer.write(&leaf)?;
                }
                writer.close()
            })
            .collect::<Result<_, _>>()
            .map_err(&failed)?;
        let mut group = self.writer.next_row_group().map_err(&failed)?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group).map_err(&failed)?;
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
