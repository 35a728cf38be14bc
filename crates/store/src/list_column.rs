//! Columns of lists of reals, encoded from where they lie.
//!
//! Weights are nearly all of a run's bytes. Going through Arrow arrays and the general column writer would copy every
//! value five times; here the bytes of the values are split straight into the pages, the levels of a page are
//! computed once for its three columns, and pages are compressed in parallel.
//!
//! Source of the format: the Parquet specification, data pages version 1, encodings BYTE_STREAM_SPLIT and RLE.

use crate::schema::{Inner, WeightsChunk};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Units of a page at most, where one row has no more: each of the eight streams then fills one block of zstd, which
/// finds at once that the low bytes of doubles cannot be compressed.
const PAGE_UNITS: usize = 1 << 17;

/// Neighbouring rows of a chunk.
pub(crate) struct Rows {
    pub chunk: Arc<WeightsChunk>,
    pub rows: Range<usize>,
}

/// One of the three lists of a network, in the order of the columns.
#[derive(Clone, Copy)]
pub(crate) enum List {
    Outer,
    Inner,
    Bias,
}

/// The rows of one page.
struct PageRows {
    pieces: Vec<Rows>,
    /// Repetition and definition levels, as they stand in the page.
    levels: Vec<u8>,
    /// Number of levels: units, and one for each row without any.
    count: u32,
    units: usize,
}

/// A column chunk on its own: its bytes and what its footer says.
pub(crate) struct EncodedLists {
    pub bytes: Bytes,
    pub close: ColumnCloseResult,
}

impl Rows {
    fn units(&self) -> Range<usize> {
        self.chunk.start(self.rows.start)..self.chunk.start(self.rows.end)
    }

    fn lengths(&self) -> impl Iterator<Item = usize> {
        self.rows.clone().map(|row| self.chunk.ends[row] - self.chunk.start(row))
    }
}

/// The three lists of a row group under way. A page is encoded as soon as it is full, while its values are still in
/// the cache; where pages end depends on the rows alone.
#[derive(Default)]
pub(crate) struct Lists {
    /// Rows of the page that is not full yet.
    pending: Vec<Rows>,
    units: usize,
    rows: u64,
    pages: Vec<[EncodedPage; 3]>,
}

/// A page of one list, compressed.
struct EncodedPage {
    bytes: Bytes,
    /// Bytes before compression.
    size: usize,
    /// Number of levels.
    count: u32,
}

/// The pages of a whole row group.
pub(crate) struct GroupPages {
    pages: Vec<[EncodedPage; 3]>,
    rows: u64,
}

impl Lists {
    /// Appends rows; pages that are full are encoded in parallel. Chunks that are done with go to `spent`.
    pub fn push(&mut self, new: Rows, buffers: &Buffers, spent: &mut Vec<WeightsChunk>) -> Result<()> {
        let Rows { chunk, rows } = new;
        self.rows += rows.len() as u64;
        let (mut full, mut from) = (Vec::new(), rows.start);
        for row in rows.clone() {
            let length = chunk.ends[row] - chunk.start(row);
            if self.units > 0 && self.units + length > PAGE_UNITS {
                if row > from {
                    self.pending.push(Rows { chunk: chunk.clone(), rows: from..row });
                }
                (from, self.units) = (row, 0);
                full.push(PageRows::new(std::mem::take(&mut self.pending)));
            }
            self.units += length;
        }
        if rows.end > from {
            self.pending.push(Rows { chunk, rows: from..rows.end });
        }
        self.encode(full, buffers, spent)
    }

    /// Encodes what is left; the next row group begins.
    pub fn finish(&mut self, buffers: &Buffers, spent: &mut Vec<WeightsChunk>) -> Result<GroupPages> {
        if !self.pending.is_empty() {
            let rest = PageRows::new(std::mem::take(&mut self.pending));
            self.encode(vec![rest], buffers, spent)?;
        }
        let Lists { pages, rows, .. } = std::mem::take(self);
        Ok(GroupPages { pages, rows })
    }

    fn encode(
        &mut self,
        pages: Vec<PageRows>,
        buffers: &Buffers,
        spent: &mut Vec<WeightsChunk>,
    ) -> Result<()> {
        let encode = |page: &PageRows| -> Result<[EncodedPage; 3]> {
            let (outer, (inner, bias)) = rayon::join(
                || page.encode(List::Outer, buffers),
                || rayon::join(|| page.encode(List::Inner, buffers), || page.encode(List::Bias, buffers)),
            );
            Ok([outer?, inner?, bias?])
        };
        self.pages.extend(pages.par_iter().map(encode).collect::<Result<Vec<_>>>()?);
        // A chunk that reaches into the next page is still held by that.
        let pieces = pages.into_iter().flat_map(|page| page.pieces);
        spent.extend(pieces.filter_map(|piece| Arc::into_inner(piece.chunk)));
        Ok(())
    }
}

impl PageRows {
    fn new(pieces: Vec<Rows>) -> PageRows {
        let (mut repetition, mut definition) = (Levels::new(), Levels::new());
        let mut units = 0;
        for length in pieces.iter().flat_map(Rows::lengths) {
            units += length;
            repetition.push(0, 1);
            repetition.push(1, length.saturating_sub(1));
            definition.push(u8::from(length > 0), length.max(1));
        }
        let count = definition.total();
        let levels = [repetition.finish(), definition.finish()].concat();
        PageRows { pieces, levels, count, units }
    }

    /// The page of one list.
    fn encode(&self, list: List, buffers: &Buffers) -> Result<EncodedPage> {
        let (levels, size) = (self.levels.len(), self.levels.len() + 8 * self.units);
        let mut scratch = buffers.scratch.take();
        scratch.page.resize(size.max(scratch.page.len()), 0);
        let page = &mut scratch.page[..size];
        page[..levels].copy_from_slice(&self.levels);
        let mut streams = Streams { bytes: &mut page[levels..], units: self.units, filled: 0 };
        for piece in &self.pieces {
            let units = piece.units();
            match (list, &piece.chunk.inner) {
                (List::Outer, _) => streams.split(&piece.chunk.outer[units]),
                (List::Bias, _) => streams.split(&piece.chunk.bias[units]),
                (List::Inner, Inner::Given(values)) => streams.split(&values[units]),
                (List::Inner, Inner::Ones) => streams.repeat(1.0, units.len()),
            }
        }
        let failed = |error: std::io::Error| ParquetError::External(error.into());
        let zstd = match &mut scratch.zstd {
            Some(zstd) => zstd,
            none => none.insert(compressor().map_err(failed)?),
        };
        let mut compressed = buffers.bytes.take();
        compressed.reserve(zstd::zstd_safe::compress_bound(size).saturating_sub(compressed.len()));
        zstd.compress_to_buffer(page, &mut compressed).map_err(failed)?;
        buffers.scratch.give(scratch);
        Ok(EncodedPage { bytes: compressed.into(), size, count: self.count })
    }
}

/// zstd's level: higher ones gain nothing on doubles.
const LEVEL: i32 = 1;
/// Bytes that must repeat to be worth a reference: shorter repeats in a stream of exponents are chance, and what they
/// say costs more than the bytes by their frequencies.
const LEAST_MATCH: u32 = 7;

fn compressor() -> std::io::Result<zstd::bulk::Compressor<'static>> {
    let mut zstd = zstd::bulk::Compressor::new(LEVEL)?;
    zstd.set_parameter(zstd::zstd_safe::CParameter::MinMatch(LEAST_MATCH))?;
    Ok(zstd)
}

/// Buffers that encoding goes through again and again: fresh memory would cost more than the arithmetic.
#[derive(Default)]
pub struct Buffers {
    bytes: Spare<Vec<u8>>,
    scratch: Spare<Scratch>,
}

#[derive(Default)]
struct Scratch {
    page: Vec<u8>,
    zstd: Option<zstd::bulk::Compressor<'static>>,
}

#[derive(Default)]
struct Spare<T>(Mutex<Vec<T>>);

impl<T: Default> Spare<T> {
    fn take(&self) -> T {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give(&self, buffer: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}

impl Buffers {
    /// Takes back the pages of a group that has been written.
    pub(crate) fn give_pages(&self, group: GroupPages) {
        group.pages.into_iter().flatten().for_each(|page| self.give(page.bytes));
    }

    /// Takes back bytes that nobody else holds any more.
    pub(crate) fn give(&self, mut bytes: Bytes) {
        // Emptied first: a vector made of bytes begins with a copy of them.
        bytes.truncate(0);
        self.bytes.give(Vec::from(bytes));
    }
}

/// Puts the pages of one list together to a column.
pub(crate) fn column(
    column: ColumnDescPtr,
    list: List,
    group: &GroupPages,
    buffers: &Buffers,
) -> Result<EncodedLists> {
    let mut sink = TrackedWrite::new(buffers.bytes.take());
    let (mut values, mut compressed, mut uncompressed) = (0i64, 0i64, 0i64);
    let mut writer = SerializedPageWriter::new(&mut sink);
    for page in group.pages.iter().map(|pages| &pages[list as usize]) {
        let data = Page::DataPage {
            buf: page.bytes.clone(),
            num_values: page.count,
            encoding: Encoding::BYTE_STREAM_SPLIT,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let spec = writer.write_page(CompressedPage::new(data, page.size))?;
        values += i64::from(spec.num_values);
        compressed += spec.compressed_size as i64;
        uncompressed += spec.uncompressed_size as i64;
    }
    writer.close()?;
    let metadata = ColumnChunkMetaData::builder(column)
        .set_compression(Compression::ZSTD(Default::default()))
        .set_encodings(vec![Encoding::RLE, Encoding::BYTE_STREAM_SPLIT])
        .set_total_compressed_size(compressed)
        .set_total_uncompressed_size(uncompressed)
        .set_num_values(values)
        .set_data_page_offset(0)
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: sink.bytes_written() as u64,
        rows_written: group.rows,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok(EncodedLists { bytes: sink.into_inner()?.into(), close })
}

/// Levels of at most 1 as runs: Parquet's RLE, preceded by its length.
struct Levels {
    bytes: Vec<u8>,
    value: u8,
    run: usize,
    total: usize,
}

impl Levels {
    fn new() -> Levels {
        Levels { bytes: vec![0; 4], value: 0, run: 0, total: 0 }
    }

    fn push(&mut self, value: u8, count: usize) {
        if value != self.value && count > 0 {
            self.flush();
            self.value = value;
        }
        self.run += count;
        self.total += count;
    }

    /// A run is its length, doubled, as a number of seven bits a byte, then the value.
    fn flush(&mut self) {
        if self.run > 0 {
            let mut header = self.run << 1;
            while header >= 0x80 {
                self.bytes.push((header & 0x7f) as u8 | 0x80);
                header >>= 7;
            }
            self.bytes.extend([header as u8, self.value]);
        }
        self.run = 0;
    }

    fn total(&self) -> u32 {
        u32::try_from(self.total).unwrap_or(u32::MAX)
    }

    fn finish(mut self) -> Vec<u8> {
        self.flush();
        let length = u32::try_from(self.bytes.len() - 4).unwrap_or(u32::MAX);
        self.bytes[..4].copy_from_slice(&length.to_le_bytes());
        self.bytes
    }
}

/// The eight streams of BYTE_STREAM_SPLIT, one for each byte of a double, being filled side by side.
struct Streams<'a> {
    bytes: &'a mut [u8],
    units: usize,
    filled: usize,
}

impl Streams<'_> {
    fn split(&mut self, values: &[f64]) {
        let (eights, rest) = values.as_chunks::<8>();
        for eight in eights {
            for (stream, bytes) in transpose(eight.map(f64::to_bits)).iter().enumerate() {
                let place = stream * self.units + self.filled;
                self.bytes[place..place + 8].copy_from_slice(&bytes.to_le_bytes());
            }
            self.filled += 8;
        }
        for value in rest {
            for (stream, byte) in value.to_le_bytes().iter().enumerate() {
                self.bytes[stream * self.units + self.filled] = *byte;
            }
            self.filled += 1;
        }
    }

    fn repeat(&mut self, value: f64, count: usize) {
        for (stream, byte) in value.to_le_bytes().iter().enumerate() {
            let place = stream * self.units + self.filled;
            self.bytes[place..place + count].fill(*byte);
        }
        self.filled += count;
    }
}

/// The transpose of eight rows of eight bytes: halves, quarters and eighths change places.
#[inline(always)]
fn transpose(mut rows: [u64; 8]) -> [u64; 8] {
    for (step, shift, mask) in
        [(4, 32, 0x0000_0000_ffff_ffff), (2, 16, 0x0000_ffff_0000_ffff), (1, 8, 0x00ff_00ff_00ff_00ff)]
    {
        for i in (0..8).filter(|i| i & step == 0) {
            let swap = ((rows[i] >> shift) ^ rows[i + step]) & mask;
            rows[i + step] ^= swap;
            rows[i] ^= swap << shift;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposes_bytes() {
        let rows: [u64; 8] =
            std::array::from_fn(|i| u64::from_le_bytes(std::array::from_fn(|j| (8 * i + j) as u8)));
        let columns = transpose(rows).map(u64::to_le_bytes);
        for (i, column) in columns.iter().enumerate() {
            for (j, byte) in column.iter().enumerate() {
                assert_eq!(usize::from(*byte), 8 * j + i);
            }
        }
    }

    #[test]
    fn long_runs_take_few_bytes() {
        let mut levels = Levels::new();
        for (value, count) in [(0, 1), (1, 5), (1, 0), (1, 200), (0, 1), (0, 1)] {
            levels.push(value, count);
        }
        assert_eq!(levels.total(), 208);
        assert_eq!(levels.finish(), [7, 0, 0, 0, 2, 0, 0x9a, 0x03, 1, 4, 0]);
    }
}
