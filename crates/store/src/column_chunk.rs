//! Column chunks assembled from compressed pages.
//!
//! Source of the format: the Parquet specification, data pages version 1.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, PageType};
use parquet::column::page::{CompressedPage, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use std::collections::VecDeque;
use std::io::{self, Read, Write};

/// A column chunk: its bytes and its metadata.
pub(crate) struct ColumnChunk {
    pub bytes: Parts,
    pub close: ColumnCloseResult,
}

impl ColumnChunk {
    /// The chunk of these pages, a dictionary before the data.
    pub fn new(
        column: ColumnDescPtr,
        rows: u64,
        pages: impl IntoIterator<Item = CompressedPage>,
        (encodings, statistics): (Vec<Encoding>, Option<Statistics>),
    ) -> Result<ColumnChunk> {
        let mut sink = TrackedWrite::new(Gathering::default());
        let sizes = put(pages, &mut sink)?;
        let none = || ParquetError::General("a column has a page of data at least".into());
        let metadata = ColumnChunkMetaData::builder(column)
            .set_compression(Compression::ZSTD(Default::default()))
            .set_encodings(encodings)
            .set_total_compressed_size(sizes.compressed)
            .set_total_uncompressed_size(sizes.uncompressed)
            .set_num_values(sizes.values)
            .set_dictionary_page_offset(sizes.dictionary)
            .set_data_page_offset(sizes.data.ok_or_else(none)?);
        let metadata = match statistics {
            Some(statistics) => metadata.set_statistics(statistics),
            None => metadata,
        };
        let close = ColumnCloseResult {
            bytes_written: sink.bytes_written() as u64,
            rows_written: rows,
            metadata: metadata.build()?,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok(ColumnChunk { bytes: sink.into_inner()?.finish(), close })
    }
}

/// Sizes of the pages of a chunk, and where the first of each kind begins.
#[derive(Default)]
struct Sizes {
    values: i64,
    compressed: i64,
    uncompressed: i64,
    dictionary: Option<i64>,
    data: Option<i64>,
}

/// Concatenates pages.
fn put(pages: impl IntoIterator<Item = CompressedPage>, sink: &mut TrackedWrite<Gathering>) -> Result<Sizes> {
    let mut sizes = Sizes::default();
    for page in pages {
        sink.inner_mut().page = page.compressed_page().buffer().clone();
        let spec = SerializedPageWriter::new(sink).write_page(page)?;
        sizes.compressed += spec.compressed_size as i64;
        sizes.uncompressed += spec.uncompressed_size as i64;
        if spec.page_type == PageType::DICTIONARY_PAGE {
            sizes.dictionary = Some(spec.offset as i64);
        } else {
            sizes.values += i64::from(spec.num_values);
            sizes.data.get_or_insert(spec.offset as i64);
        }
    }
    Ok(sizes)
}

/// Consecutive bytes of a file in separate buffers.
#[derive(Clone, Default)]
pub(crate) struct Parts(VecDeque<Bytes>);

/// Collects the parts. Pages are not copied, only the headers between them.
#[derive(Default)]
struct Gathering {
    parts: Parts,
    headers: Vec<u8>,
    /// The page that comes next.
    page: Bytes,
}

impl Gathering {
    fn finish(mut self) -> Parts {
        self.end_headers();
        self.parts
    }

    fn end_headers(&mut self) {
        if !self.headers.is_empty() {
            self.parts.0.push_back(std::mem::take(&mut self.headers).into());
        }
    }
}

impl Write for Gathering {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A short page arrives as a copy that follows its header.
        if bytes.as_ptr_range() == self.page.as_ptr_range() {
            self.end_headers();
            self.parts.0.push_back(std::mem::take(&mut self.page));
        } else {
            self.headers.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Parts {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let Some(first) = self.0.front_mut() else { return Ok(0) };
        let count = first.len().min(to.len());
        to[..count].copy_from_slice(&first.split_to(count));
        if first.is_empty() {
            self.0.pop_front();
        }
        Ok(count)
    }
}

impl Length for Parts {
    fn len(&self) -> u64 {
        self.0.iter().map(|part| part.len() as u64).sum()
    }
}

impl ChunkReader for Parts {
    type T = Parts;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut rest = self.clone();
        io::copy(&mut rest.by_ref().take(start), &mut io::sink())?;
        Ok(rest)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let mut bytes = vec![0; length];
        self.get_read(start)?.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_read_as_if_they_were_one() {
        let all: Vec<u8> = (0..=255).collect();
        let page = Bytes::from(all[100..200].to_vec());
        let mut gathering = Gathering { page: page.clone(), ..Gathering::default() };
        for bytes in [&all[..60], &all[60..100], &page, &all[200..]] {
            gathering.write_all(bytes).unwrap();
        }
        let parts = gathering.finish();
        assert_eq!(parts.0.iter().map(Bytes::len).collect::<Vec<_>>(), [100, 100, 56]);
        assert_eq!(parts.0[1].as_ptr(), page.as_ptr());
        assert_eq!(parts.len(), 256);
        for start in [0, 1, 99, 100, 150, 199, 200, 255, 256] {
            let mut rest = Vec::new();
            parts.get_read(start).unwrap().read_to_end(&mut rest).unwrap();
            assert_eq!(rest, all[start as usize..]);
            assert_eq!(parts.get_bytes(start, rest.len()).unwrap(), rest);
        }
        assert!(parts.get_bytes(200, 57).is_err());
    }
}
