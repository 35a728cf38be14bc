//! Row groups of one file.

use crate::error::Error;
use crate::place::Table;
use crate::row_group::{Column, EncodedColumn, GroupEncoder, OpenGroup};
use arrow_schema::SchemaRef;
use std::path::PathBuf;

/// A row group on its way to its file.
pub struct EncodedGroup {
    /// Position of the estimator among those of the shard.
    pub(crate) estimator: usize,
    pub(crate) table: Table,
    pub(crate) columns: Vec<EncodedColumn>,
}

/// The file that groups are for.
pub(crate) struct Target {
    estimator: usize,
    table: Table,
    pub path: PathBuf,
    encoder: GroupEncoder,
}

impl Target {
    /// The file of this table and schema of an estimator, at `path` below the run directory.
    pub fn new(estimator: usize, table: Table, path: PathBuf, schema: SchemaRef) -> Result<Target, Error> {
        let encoder = GroupEncoder::new(schema).map_err(Error::parquet(&path))?;
        Ok(Target { estimator, table, path, encoder })
    }

    pub fn begin(&self) -> Result<OpenGroup, Error> {
        self.encoder.begin().map_err(Error::parquet(&self.path))
    }

    pub fn write(&self, group: &mut OpenGroup, block: Vec<Column>) -> Result<(), Error> {
        group.write(block).map_err(Error::parquet(&self.path))
    }

    pub fn close(&self, group: OpenGroup) -> Result<EncodedGroup, Error> {
        let columns = group.close().map_err(Error::parquet(&self.path))?;
        Ok(EncodedGroup { estimator: self.estimator, table: self.table, columns })
    }

    pub fn encode(&self, columns: Vec<Column>) -> Result<EncodedGroup, Error> {
        let columns = self.encoder.encode(columns).map_err(Error::parquet(&self.path))?;
        Ok(EncodedGroup { estimator: self.estimator, table: self.table, columns })
    }
}
