//! Frames of zstd assembled from blocks: incompressible bytes are stored as raw blocks, constants as runs, and only the
//! rest is compressed.
//!
//! frame = magic · descriptor · content size · blocks, block = last + 2 kind + 8 size in three bytes, then its content.
//! A compressed block may refer to offsets and tables of compressed blocks before it, hence at most one part of a frame is
//! compressed; raw blocks and runs define neither.
//!
//! Source of the format: RFC 8878, sections 3.1.1.1 and 3.1.1.2.

use std::io::{Error, Result};
use zstd::bulk::Compressor;
use zstd::zstd_safe::{CParameter, ParamSwitch, compress_bound};

/// The level of zstd: higher ones do not compress doubles better.
const LEVEL: i32 = 1;
/// The least length of a repeat that is encoded as a reference: shorter repeats in a stream of exponents are chance, and a
/// reference costs more than entropy coding of the bytes.
const LEAST_MATCH: u32 = 7;
/// The size of the table of positions in the search for repeats, as a power of 2: 4 kilobytes are cleared in negligible
/// time.
const NEAR: u32 = 10;
/// Where few bytes repeat, two neighbouring positions in this many are searched for repeats; all bytes are entropy-coded.
const SELDOM: u32 = 1000;
/// The most bytes of a block, by the format.
pub(crate) const BLOCK: usize = 1 << 17;
/// The most bytes of content of a frame of parts. Such a frame is a single segment, which is its own window, and decoders
/// should support windows of this size (section 3.1.1.1.2).
const FRAME: usize = 1 << 23;
/// A bound on the bytes of the headers of a dozen parts and of the frame.
const PARTS: usize = 64;
/// Bytes of the header of a block.
const HEAD: usize = 3;
const MAGIC: [u8; 4] = 0xfd2f_b528_u32.to_le_bytes();
/// Frame header descriptor: a single segment, whose size is given in four bytes.
const DESCRIPTOR: u8 = 0b1010_0000;

/// Writes frames.
#[derive(Default)]
pub(crate) struct Framer {
    /// One compressor for each kind of search, created when it is first used, since its tables must be cleared.
    compressors: [Option<Compressor<'static>>; 3],
    packed: Vec<u8>,
}

/// A frame that is being written.
pub(crate) struct Frame<'a> {
    framer: &'a mut Framer,
    out: &'a mut [u8],
    /// The position of the next byte.
    end: usize,
    /// The start of the last block.
    last: Option<usize>,
    /// The remaining bytes of content.
    left: usize,
    packed: bool,
}

/// The search for repeats.
#[derive(Clone, Copy)]
pub(crate) enum Search {
    /// For data that repeat at any distance.
    Wide,
    /// For data that repeat at short distances.
    Near,
    /// For data that hardly repeat.
    Seldom,
}

/// The kinds of blocks.
#[derive(Clone, Copy)]
enum Kind {
    Raw = 0,
    Run = 1,
}

impl Search {
    fn compressor(self) -> Result<Compressor<'static>> {
        let mut zstd = Compressor::new(LEVEL)?;
        zstd.set_parameter(CParameter::MinMatch(LEAST_MATCH))?;
        if !matches!(self, Search::Wide) {
            zstd.set_parameter(CParameter::HashLog(NEAR))?;
        }
        if matches!(self, Search::Seldom) {
            zstd.set_parameter(CParameter::TargetLength(SELDOM))?;
            // By default these settings would store bytes without entropy coding.
            zstd.set_parameter(CParameter::LiteralCompressionMode(ParamSwitch::Enable))?;
        }
        Ok(zstd)
    }
}

impl Framer {
    fn compressor(&mut self, search: Search) -> Result<&mut Compressor<'static>> {
        match &mut self.compressors[search as usize] {
            Some(made) => Ok(made),
            none => Ok(none.insert(search.compressor()?)),
        }
    }

    /// Whether a frame of parts may have `content` bytes.
    pub fn takes_parts(content: usize) -> bool {
        (1..=FRAME).contains(&content)
    }

    /// Writes a frame of these bytes, all compressed, to the start of `out`, which grows as needed; returns its length.
    pub fn whole(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<usize> {
        self.compressor(Search::Wide)?.compress_to_buffer(bytes, front(out, compress_bound(bytes.len())))
    }

    /// Starts a frame of `content` bytes, given part by part, at the start of `out`, which grows as needed; `kept` of them
    /// are stored or compressed, the others are in runs. At most one part may be compressed.
    pub fn parts<'a>(&'a mut self, content: usize, kept: usize, out: &'a mut Vec<u8>) -> Result<Frame<'a>> {
        let size = u32::try_from(content).ok().filter(|_| Framer::takes_parts(content));
        let size = size.ok_or_else(|| Error::other("a frame of parts is too large"))?;
        let runs = content.div_ceil(BLOCK) * (HEAD + 1);
        let out = front(out, compress_bound(kept) + runs + PARTS);
        let mut frame = Frame { framer: self, out, end: 0, last: None, left: content, packed: false };
        frame.put(&MAGIC)?;
        frame.put(&[DESCRIPTOR])?;
        frame.put(&size.to_le_bytes())?;
        Ok(frame)
    }
}

impl Frame<'_> {
    /// Appends bytes without compression.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        bytes.chunks(BLOCK).try_for_each(|block| {
            self.head(Kind::Raw, block.len())?;
            self.put(block)
        })
    }

    /// Appends a run: a byte `count` times.
    pub fn run(&mut self, byte: u8, count: usize) -> Result<()> {
        (0..count).step_by(BLOCK).try_for_each(|start| {
            self.head(Kind::Run, BLOCK.min(count - start))?;
            self.put(&[byte])
        })
    }

    /// Appends `count` blocks of `size` bytes, at most [`BLOCK`], and returns their contents to be overwritten.
    pub fn blocks<const N: usize>(&mut self, count: usize, size: usize) -> Result<[&mut [u8]; N]> {
        debug_assert!(count <= N && size <= BLOCK);
        let start = self.end;
        for _ in 0..count {
            self.head(Kind::Raw, size)?;
            self.room(size)?;
        }
        let mut blocks: [&mut [u8]; N] = std::array::from_fn(|_| Default::default());
        let filled = self.out[start..self.end].chunks_exact_mut(HEAD + size);
        blocks.iter_mut().zip(filled).for_each(|(block, bytes)| *block = &mut bytes[HEAD..]);
        Ok(blocks)
    }

    /// Appends compressed bytes. An error where the frame has a compressed part already, to which blocks could refer.
    pub fn packed(&mut self, bytes: &[u8], search: Search) -> Result<()> {
        if std::mem::replace(&mut self.packed, true) {
            return Err(Error::other("a frame has one packed part at most"));
        }
        let mut packed = std::mem::take(&mut self.framer.packed);
        let room = front(&mut packed, compress_bound(bytes.len()));
        let length = self.framer.compressor(search)?.compress_to_buffer(bytes, room)?;
        let frame = &packed[..length];
        let (mut place, mut end) = (header(frame), false);
        while !end {
            let cut = || Error::other("blocks of a frame end in mid-air");
            let head = frame.get(place..place + HEAD).ok_or_else(cut)?;
            let word = u32::from_le_bytes([head[0], head[1], head[2], 0]);
            let run = word >> 1 & 3 == Kind::Run as u32;
            let size = HEAD + if run { 1 } else { (word >> 3) as usize };
            self.last = Some(self.end);
            self.put(&[head[0] & !1])?;
            self.put(frame.get(place + 1..place + size).ok_or_else(cut)?)?;
            (place, end) = (place + size, word & 1 == 1);
        }
        self.framer.packed = packed;
        self.left = self.left.wrapping_sub(bytes.len());
        Ok(())
    }

    /// Marks the last block; returns the frame's length. An error where the parts do not add up to the content.
    pub fn finish(self) -> Result<usize> {
        match self.last {
            Some(last) if self.left == 0 => {
                self.out[last] |= 1;
                Ok(self.end)
            }
            _ => Err(Error::other("a frame's parts are not what was announced")),
        }
    }

    /// Starts a block of `count` bytes of content.
    fn head(&mut self, kind: Kind, count: usize) -> Result<()> {
        self.last = Some(self.end);
        let word = (kind as u32) << 1 | (count as u32) << 3;
        // Excess content wraps around, which `finish` detects.
        self.left = self.left.wrapping_sub(count);
        self.put(&word.to_le_bytes()[..HEAD])
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.room(bytes.len())?.copy_from_slice(bytes);
        Ok(())
    }

    /// The next bytes of the frame.
    fn room(&mut self, count: usize) -> Result<&mut [u8]> {
        let start = self.end;
        let room = self.out.get_mut(start..start + count);
        self.end += count;
        room.ok_or_else(|| Error::other("a frame's parts are more than was announced"))
    }
}

/// The first `count` bytes of memory that grows and never shrinks.
pub(crate) fn front(memory: &mut Vec<u8>, count: usize) -> &mut [u8] {
    memory.resize(count.max(memory.len()), 0);
    &mut memory[..count]
}

/// Length of a frame's header.
fn header(frame: &[u8]) -> usize {
    let descriptor = frame.get(4).copied().unwrap_or(0);
    let one_segment = descriptor >> 5 & 1;
    let size = match descriptor >> 6 {
        0 => usize::from(one_segment),
        power => 1 << power,
    };
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    5 + usize::from(1 - one_segment) + dictionary + size
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    /// Bytes without any pattern.
    fn noise(count: usize) -> Vec<u8> {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        (0..count).map(|_| next()).collect()
    }

    /// A part of a frame in a test.
    enum Part<'a> {
        Raw(&'a [u8]),
        Run(u8, usize),
        Packed(&'a [u8]),
        Blocks(&'a [u8], usize),
    }

    #[test]
    fn parts_are_read_back() {
        let text: Vec<u8> = (0..300_000).map(|k| (k % 1009 * k / 7 % 23) as u8).collect();
        let (noise, mut framer) = (noise(400_000), Framer::default());
        let cases: [&[Part<'_>]; 9] = [
            &[Part::Raw(&noise[..1])],
            &[Part::Run(7, 3)],
            &[Part::Packed(&text[..1])],
            &[Part::Packed(&text), Part::Raw(&noise), Part::Run(0, 262_144), Part::Run(9, 1)],
            &[Part::Raw(&noise[..BLOCK]), Part::Raw(&noise[..BLOCK + 1]), Part::Packed(&text)],
            &[Part::Raw(&[]), Part::Packed(&noise), Part::Run(1, 0), Part::Raw(&[])],
            &[Part::Run(5, 200), Part::Packed(&[]), Part::Raw(&noise[..5])],
            &[Part::Raw(&text[..500]), Part::Packed(&text[..700]), Part::Run(3, 40)],
            &[Part::Raw(&noise[..99]), Part::Blocks(&noise, BLOCK), Part::Packed(&text[..70_000])],
        ];
        let mut out = vec![1; 10];
        let searches = [Search::Near, Search::Seldom];
        for (parts, search) in cases.into_iter().flat_map(|parts| searches.map(|search| (parts, search))) {
            let mut expected = Vec::new();
            for part in parts {
                match part {
                    Part::Raw(bytes) | Part::Packed(bytes) => expected.extend_from_slice(bytes),
                    Part::Run(byte, count) => expected.resize(expected.len() + count, *byte),
                    Part::Blocks(bytes, size) => expected.extend(bytes.chunks_exact(*size).flatten()),
                }
            }
            let runs = parts.iter().map(|part| if let Part::Run(_, count) = part { *count } else { 0 });
            let kept = expected.len() - runs.sum::<usize>();
            let mut frame = framer.parts(expected.len(), kept, &mut out).unwrap();
            for part in parts {
                match part {
                    Part::Raw(bytes) => frame.raw(bytes).unwrap(),
                    Part::Packed(bytes) => frame.packed(bytes, search).unwrap(),
                    Part::Run(byte, count) => frame.run(*byte, *count).unwrap(),
                    Part::Blocks(bytes, size) => {
                        let blocks: [_; 4] = frame.blocks(bytes.len() / size, *size).unwrap();
                        let filled = blocks.into_iter().zip(bytes.chunks_exact(*size));
                        filled.for_each(|(block, bytes)| block.copy_from_slice(bytes));
                    }
                }
            }
            let length = frame.finish().unwrap();
            let frame = &out[..length];
            let whole = zstd::bulk::decompress(frame, expected.len()).unwrap();
            assert!(whole == expected);
            let (mut stream, mut read) = (zstd::Decoder::new(frame).unwrap(), Vec::new());
            stream.read_to_end(&mut read).unwrap();
            assert!(read == expected);
            assert_eq!(zstd::zstd_safe::get_frame_content_size(frame).unwrap(), Some(expected.len() as u64));
        }
    }

    /// Bytes that do not repeat, each with four bits of information: coding them by their frequencies halves them.
    #[test]
    fn bytes_are_coded_by_their_frequencies_however_they_are_searched() {
        let (mut framer, mut out) = (Framer::default(), Vec::new());
        let halves: Vec<u8> = noise(200_000).iter().map(|byte| byte & 0x0f).collect();
        for search in [Search::Wide, Search::Near, Search::Seldom] {
            let mut frame = framer.parts(halves.len(), halves.len(), &mut out).unwrap();
            frame.packed(&halves, search).unwrap();
            let length = frame.finish().unwrap();
            assert!(100 * length < 55 * halves.len(), "{length} bytes");
        }
    }

    #[test]
    fn parts_that_are_not_what_was_announced_are_refused() {
        let (mut framer, mut out) = (Framer::default(), Vec::new());
        for announced in [2, 4] {
            let mut frame = framer.parts(announced, announced, &mut out).unwrap();
            frame.raw(&[1, 2, 3]).unwrap();
            assert!(frame.finish().is_err());
        }
        let mut frame = framer.parts(2, 2, &mut out).unwrap();
        frame.packed(&[1], Search::Near).unwrap();
        assert!(frame.packed(&[1], Search::Seldom).is_err());
        assert!(framer.parts(0, 0, &mut out).is_err() && framer.parts(FRAME + 1, 1, &mut out).is_err());
    }
}
