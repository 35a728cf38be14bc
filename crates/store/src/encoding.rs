//! The encodings of columns.

use arrow_schema::{DataType, Schema};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

/// Reals are encoded byte by byte (BYTE_STREAM_SPLIT), integers as packed differences, strings by dictionary and truth
/// values as bits, all compressed by zstd at level 1; constant columns are encoded by [`crate::constant_column`].
///
/// Random reals do not repeat, so that a dictionary would only add bytes; splitting their bytes groups the exponents, which
/// zstd compresses.
pub(crate) fn properties(schema: &Schema, footer: &[(String, String)]) -> WriterProperties {
    let level = ZstdLevel::try_new(1).unwrap_or_default();
    let pairs = footer.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
    let column = |name: &str| schema.index_of(name).ok().and_then(|index| i32::try_from(index).ok());
    let sorting = ["cell", "trial"].into_iter().filter_map(column);
    let sorting =
        sorting.map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: false });
    let mut builder = WriterProperties::builder()
        .set_created_by("tempered".into())
        .set_compression(Compression::ZSTD(level))
        .set_key_value_metadata(Some(pairs))
        .set_sorting_columns(Some(sorting.collect()))
        .set_max_row_group_row_count(None)
        .set_dictionary_enabled(false)
        // Lists and constants have no page indexes, and readers require those of all columns or of none.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_write_batch_size(16_384);
    for field in schema.fields() {
        let name = field.name().clone();
        let path = match field.data_type() {
            DataType::List(child) => ColumnPath::new(vec![name, "list".into(), child.name().clone()]),
            _ => ColumnPath::new(vec![name]),
        };
        builder = match field.data_type() {
            DataType::List(_) => builder
                .set_column_statistics_enabled(path.clone(), EnabledStatistics::None)
                .set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT),
            DataType::Utf8 => builder.set_column_dictionary_enabled(path, true),
            DataType::Boolean => builder.set_column_encoding(path, Encoding::PLAIN),
            DataType::Int64 => builder.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
            _ => builder.set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT),
        };
    }
    builder.build()
}
