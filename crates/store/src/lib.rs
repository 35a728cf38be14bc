//! The run directory and its Parquet files, and files of columns that users bring.
//!
//! A shard's file exists if and only if it is complete: files are written in `_staging`, closed, synced, and
//! renamed into the data tree, weights before metrics. Bytes depend on the rows alone, not on the chunks in which they
//! arrive or on the number of threads, and every file holds a checksum of them.

mod adopt;
mod beside;
mod checksum;
mod chunk;
mod claims;
mod clear;
mod column_chunk;
mod columns;
mod constant_column;
mod csv_file;
mod directory;
mod disk;
mod encoder;
mod encoding;
mod error;
mod footer;
mod format;
mod former;
mod frame;
mod hold;
mod inspect;
mod keys;
mod levels;
mod list_column;
mod metrics_rows;
mod number;
mod numbers;
mod place;
mod quarantine;
mod read;
mod regular;
mod rewrite;
mod row_group;
mod schema;
mod scratch;
mod shard;
mod streams;
mod swept;
mod table_file;
mod target;
mod unfinished;
mod unusable;
mod user_file;
mod whole_file;

pub use beside::write_beside;
pub use checksum::{CHECKSUM_KEY, Checksum, read_checksum};
pub use chunk::{Inner, MetricsChunk, WeightsChunk};
pub use claims::Claim;
pub use clear::SUMMARY;
pub use columns::MetricsFile;
pub use directory::{DataFolder, Listed, Listing, RunDirectory};
pub use disk::{Disk, Local, Output};
pub use encoder::{Encoded, EstimatorFiles, ShardEncoder};
pub use error::Error;
pub use footer::{Footer, Found, read_footer};
pub use format::{Format, Outcome};
pub use hold::Hold;
pub use inspect::{Inspected, inspect};
pub use list_column::Buffers;
pub use number::Number;
pub use place::{Place, Table, key};
pub use read::{Column, MetricsTable, WeightsRow, read_columns, read_metrics, read_weights_row};
pub use rewrite::rewrite;
pub use schema::{Labels, Layout};
pub use scratch::scratch;
pub use shard::{Placing, ShardWriter};
pub use swept::{Parameter, ParameterKind};
pub use table_file::{TableColumn, TableWriter};
pub use target::EncodedGroup;
pub use unfinished::process_name;
pub use unusable::Unusable;
pub use user_file::UserFile;
