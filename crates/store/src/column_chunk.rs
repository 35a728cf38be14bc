//! Column chunks put together from pages that are compressed already.
//!
//! Source of the format: the Parquet specification, data pages version 1.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, PageType};
use parquet::column::page::{CompressedPage, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// A column chunk on its own: its bytes and what its footer says.
pub(crate) struct ColumnChunk {
    pub bytes: Bytes,
    pub close: ColumnCloseResult,
}

impl ColumnChunk {
    /// The chunk of these pages, a dictionary before the data, in `memory`, which is empty.
    pub fn new(
        column: ColumnDescPtr,
        rows: u64,
        pages: impl IntoIterator<Item = CompressedPage>,
        (encodings, statistics): (Vec<Encoding>, Option<Statistics>),
        memory: Vec<u8>,
    ) -> Result<ColumnChunk> {
        let mut sink = TrackedWrite::new(memory);
        let mut writer = SerializedPageWriter::new(&mut sink);
        let (mut values, mut compressed, mut uncompressed) = (0i64, 0i64, 0i64);
        let (mut dictionary, mut data) = (None, None);
        for page in pages {
            let spec = writer.write_page(page)?;
            compressed += spec.compressed_size as i64;
            uncompressed += spec.uncompressed_size as i64;
            if spec.page_type == PageType::DICTIONARY_PAGE {
                dictionary = Some(spec.offset as i64);
            } else {
                values += i64::from(spec.num_values);
                data.get_or_insert(spec.offset as i64);
            }
        }
        writer.close()?;
        let data =
            data.ok_or_else(|| ParquetError::General("a column has a page of data at least".into()))?;
        let mut metadata = ColumnChunkMetaData::builder(column)
            .set_compression(Compression::ZSTD(Default::default()))
            .set_encodings(encodings)
            .set_total_compressed_size(compressed)
            .set_total_uncompressed_size(uncompressed)
            .set_num_values(values)
            .set_dictionary_page_offset(dictionary)
            .set_data_page_offset(data);
        if let Some(statistics) = statistics {
            metadata = metadata.set_statistics(statistics);
        }
        let close = ColumnCloseResult {
            bytes_written: sink.bytes_written() as u64,
            rows_written: rows,
            metadata: metadata.build()?,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok(ColumnChunk { bytes: sink.into_inner()?.into(), close })
    }
}
