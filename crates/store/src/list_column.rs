//! Columns of lists of reals, encoded without Arrow arrays.
//!
//! Weights are nearly all bytes of a run. Arrow arrays and the general column writer would copy every value five times;
//! here the bytes of the values are split directly into the pages, the levels of a page are computed once for its three
//! columns, and pages are compressed in parallel, as frames that do not compress noise.
//!
//! Source of the format: the Parquet specification, data pages version 1, encodings BYTE_STREAM_SPLIT and RLE.

use crate::chunk::{Inner, WeightsChunk};
use crate::column_chunk::ColumnChunk;
use crate::frame::{self, Framer, Search, front};
use crate::levels::Levels;
use crate::streams::{self, STREAMS, Streams, Texture};
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{CompressedPage, Page};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescPtr;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// The most units of a page, unless a single row has more: each of the eight streams then fills one block of zstd.
const PAGE_UNITS: usize = frame::BLOCK;
/// The usual number of streams of random reals that are noise: all but the two that hold sign, exponent and the first four
/// bits of the fraction.
const MOSTLY_NOISE: usize = 6;
/// Levels are not worth compressing where a page has at least this many bytes for each byte of levels.
const FEW_LEVELS: usize = 32;

/// Consecutive rows of a chunk.
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
    /// Repetition and definition levels in the encoding of the page.
    levels: Vec<u8>,
    /// Number of levels: units, and one for each row without any.
    count: u32,
    units: usize,
}

impl Rows {
    fn units(&self) -> Range<usize> {
        self.chunk.start(self.rows.start)..self.chunk.start(self.rows.end)
    }

    /// The values of one list; `None` where all are 1.
    fn values(&self, list: List) -> Option<&[f64]> {
        let (chunk, units) = (&self.chunk, self.units());
        match (list, &chunk.inner) {
            (List::Outer, _) => Some(&chunk.outer[units]),
            (List::Bias, _) => Some(&chunk.bias[units]),
            (List::Inner, Inner::Given(values)) => Some(&values[units]),
            (List::Inner, Inner::Ones) => None,
        }
    }

    fn lengths(&self) -> impl Iterator<Item = usize> {
        self.rows.clone().map(|row| self.chunk.ends[row] - self.chunk.start(row))
    }
}

/// The three lists of the current row group. A page is encoded as soon as it is full, while its values are in the cache;
/// the ends of pages depend on the rows alone.
#[derive(Default)]
pub(crate) struct Lists {
    /// Rows of the incomplete page.
    pending: Vec<Rows>,
    units: usize,
    rows: u64,
    pages: Vec<[EncodedPage; 3]>,
}

/// A frame at the start of a buffer.
#[derive(Clone)]
struct PageFrame {
    memory: Arc<Vec<u8>>,
    length: usize,
    /// Whether the memory belongs to the pool of buffers, to which it returns without being cleared.
    lent: bool,
}

impl AsRef<[u8]> for PageFrame {
    fn as_ref(&self) -> &[u8] {
        &self.memory[..self.length]
    }
}

/// A page of one list, compressed.
struct EncodedPage {
    frame: PageFrame,
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
    /// Appends rows; full pages are encoded in parallel. Chunks that are no longer needed are moved to `spent`.
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

    /// Encodes the remaining rows and starts the next row group.
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
        // A chunk that extends into the next page is still referenced there.
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

    /// Bytes of a page before compression.
    fn size(&self) -> usize {
        self.levels.len() + 8 * self.units
    }

    /// The page of one list.
    fn encode(&self, list: List, buffers: &Buffers) -> Result<EncodedPage> {
        let mut scratch = buffers.scratch.take();
        let frame = self.compress(list, &mut scratch, buffers);
        let frame = frame.map_err(|error| ParquetError::External(error.into()))?;
        buffers.scratch.give(scratch);
        Ok(EncodedPage { frame, size: self.size(), count: self.count })
    }

    fn compress(&self, list: List, scratch: &mut Scratch, buffers: &Buffers) -> std::io::Result<PageFrame> {
        let Scratch { page, framer } = scratch;
        let values: Vec<_> = self.pieces.iter().map(|piece| piece.values(list)).collect();
        // The encoding of a page depends on its values, not on their representation in memory.
        if values.iter().copied().flatten().flatten().all(|value| *value == 1.0)
            && Framer::takes_parts(self.size())
        {
            return self.ones(framer);
        }
        // Only one part of a frame may be compressed, which is the levels where they are many.
        let few = FEW_LEVELS * self.levels.len() <= self.size() && self.units <= PAGE_UNITS;
        let mut memory = buffers.pages.take();
        let parts = if few && self.units >= streams::FEW && !matches!(list, List::Inner) {
            self.split_off(&values, page, framer, &mut memory)?
        } else {
            None
        };
        let length = match parts {
            Some(length) => length,
            None => self.whole(&values, page, framer, &mut memory)?,
        };
        Ok(PageFrame { memory: Arc::new(memory), length, lent: true })
    }

    /// Levels and eight runs, as a small frame in separate memory.
    fn ones(&self, framer: &mut Framer) -> std::io::Result<PageFrame> {
        let mut memory = Vec::new();
        let mut frame = framer.parts(self.size(), self.levels.len(), &mut memory)?;
        frame.packed(&self.levels, Search::Near)?;
        1.0f64.to_le_bytes().into_iter().try_for_each(|byte| frame.run(byte, self.units))?;
        let length = frame.finish()?;
        Ok(PageFrame { memory: Arc::new(memory), length, lent: false })
    }

    /// The whole page compressed.
    fn whole(
        &self,
        values: &[Option<&[f64]>],
        page: &mut Vec<u8>,
        framer: &mut Framer,
        out: &mut Vec<u8>,
    ) -> std::io::Result<usize> {
        let page = front(page, self.size());
        let (levels, bytes) = page.split_at_mut(self.levels.len());
        levels.copy_from_slice(&self.levels);
        let mut streams = bytes.chunks_exact_mut(self.units.max(1));
        self.split(values, Streams::new(std::array::from_fn(|_| streams.next().unwrap_or_default())));
        framer.whole(page, out)
    }

    /// Levels and noise streams without compression, the other streams compressed; `None` where no stream is noise.
    fn split_off(
        &self,
        values: &[Option<&[f64]>],
        page: &mut Vec<u8>,
        framer: &mut Framer,
        out: &mut Vec<u8>,
    ) -> std::io::Result<Option<usize>> {
        // The noise streams are known only after splitting, so that streams are first written to their usual positions.
        let mut low = MOSTLY_NOISE;
        while low > 0 {
            let high = front(page, (STREAMS - low) * self.units);
            let mut frame = framer.parts(self.size(), self.size(), out)?;
            frame.raw(&self.levels)?;
            let mut streams: [&mut [u8]; STREAMS] = frame.blocks(low, self.units)?;
            let rest = high.chunks_exact_mut(self.units.max(1));
            streams[low..].iter_mut().zip(rest).for_each(|(stream, bytes)| *stream = bytes);
            let Texture { noise, repeats } = self.split(values, Streams::new(streams)).texture();
            if noise == low {
                frame.packed(high, if repeats { Search::Near } else { Search::Seldom })?;
                return frame.finish().map(Some);
            }
            low = noise;
        }
        Ok(None)
    }

    fn split<'a>(&self, values: &[Option<&[f64]>], mut streams: Streams<'a>) -> Streams<'a> {
        for (piece, values) in self.pieces.iter().zip(values) {
            match values {
                Some(values) => streams.split(values),
                None => streams.repeat(1.0, piece.units().len()),
            }
        }
        streams
    }
}

/// Buffers that are reused in encoding: new memory would cost more than the arithmetic.
#[derive(Default)]
pub struct Buffers {
    pages: Spare<Vec<u8>>,
    scratch: Spare<Scratch>,
}

#[derive(Default)]
struct Scratch {
    page: Vec<u8>,
    framer: Framer,
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
    /// Takes back the buffers of the pages of a written group. Other memory is not added, since the pool would grow without
    /// bound.
    pub(crate) fn give_pages(&self, group: GroupPages) {
        let frames = group.pages.into_iter().flatten().map(|page| page.frame);
        let lent = frames.filter(|frame| frame.lent).filter_map(|frame| Arc::into_inner(frame.memory));
        lent.for_each(|memory| self.pages.give(memory));
    }
}

/// Assembles the pages of one list into a column.
pub(crate) fn column(column: ColumnDescPtr, list: List, group: &GroupPages) -> Result<ColumnChunk> {
    let pages = group.pages.iter().map(|pages| &pages[list as usize]);
    let pages = pages.map(|page| {
        let data = Page::DataPage {
            buf: Bytes::from_owner(page.frame.clone()),
            num_values: page.count,
            encoding: Encoding::BYTE_STREAM_SPLIT,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        CompressedPage::new(data, page.size)
    });
    let encodings = vec![Encoding::RLE, Encoding::BYTE_STREAM_SPLIT];
    ColumnChunk::new(column, group.rows, pages, (encodings, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;
    use crate::schema::{Layout, weights_schema};
    use parquet::arrow::ArrowSchemaConverter;
    use std::io::Read;

    #[test]
    fn memory_of_pages_comes_back() {
        let (parameters, swept, scores) = (Vec::new(), Vec::new(), Vec::new());
        let layout = Layout { format: Format::Four, parameters, swept, scores };
        let schema = ArrowSchemaConverter::new().convert(&weights_schema(&layout, false)).unwrap();
        let outer = schema.columns().iter().find(|column| column.path().parts()[0] == "outer").unwrap();
        let chunk = Arc::new(WeightsChunk {
            outer: (0..300_000).map(|k| f64::from(k).sin()).collect(),
            bias: vec![0.5; 300_000],
            ends: vec![100_000, 200_000, 300_000],
            ..WeightsChunk::default()
        });
        let (buffers, mut spent, mut lists) = (Buffers::default(), Vec::new(), Lists::default());
        let spare = || buffers.pages.0.lock().unwrap().len();
        lists.push(Rows { chunk, rows: 0..3 }, &buffers, &mut spent).unwrap();
        let group = lists.finish(&buffers, &mut spent).unwrap();
        let lent = group.pages.iter().flatten().filter(|page| page.frame.lent).count();
        let mut chunk = column(outer.clone(), List::Outer, &group).unwrap();
        let mut bytes = Vec::new();
        chunk.bytes.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len() as u64, chunk.close.bytes_written);
        assert_eq!((spent.len(), spare()), (1, 0));
        drop(chunk);
        buffers.give_pages(group);
        assert!(lent > 0 && spare() == lent);
    }
}
