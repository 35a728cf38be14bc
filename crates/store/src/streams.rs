//! The eight byte streams of reals, and which of them are worth compressing.
//!
//! Source of the format: the Parquet specification, encoding BYTE_STREAM_SPLIT.

use wide::u8x16;

/// Streams: one for each byte of a double, the lowest bits of its fraction first.
pub(crate) const STREAMS: usize = 8;
/// The number of values below which compression is cheap for any values.
pub(crate) const FEW: usize = 1 << 14;
/// The number of values whose bytes are counted, in runs of [`RUN`] consecutive ones.
const COUNTED: usize = 1 << 12;
const RUN: usize = 64;
/// A stream repeats if more than one byte in this many is equal to that of the next value. The share is one in thirty for
/// slope changes, one in six for twenty sorted positions, and nearly one for a thousand.
const REPEATING: u32 = 16;
/// One value in 2^8 is tested for copies.
const CHOSEN: u32 = 8;
/// The last byte of the values that are tested. Values of few digits, which end in zeros, are not tested, and count as
/// recurring.
const CHOSEN_BYTE: u8 = 0x5b;
/// Bytes that are compared with [`CHOSEN_BYTE`] at a time.
const LOOKED: usize = 32;

/// The compressibility of the streams of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Texture {
    /// The number of low streams that are noise and not worth compressing.
    pub noise: usize,
    /// Whether bytes of the lowest other stream are often equal to those of the next values, as in sorted lists.
    pub repeats: bool,
}

/// Whether bytes are nearly uniform: Pearson's χ² against the uniform law is below a quarter of their number. For noise it
/// is 255 ± 23. Compression would save at most 2 % of a stream that passes.
fn even(counts: &[u32; 256]) -> bool {
    let count: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    let squares: u64 = counts.iter().map(|count| u64::from(*count).pow(2)).sum();
    // χ² = 256/N Σ c² − N.
    4 * 256 * squares < 5 * count * count
}

/// The eight streams, filled at the same time.
pub(crate) struct Streams<'a> {
    streams: [&'a mut [u8]; STREAMS],
    filled: usize,
}

impl<'a> Streams<'a> {
    /// Streams of one length.
    pub fn new(streams: [&'a mut [u8]; STREAMS]) -> Streams<'a> {
        Streams { streams, filled: 0 }
    }

    pub fn split(&mut self, values: &[f64]) {
        let (sixteens, rest) = values.as_chunks::<16>();
        for sixteen in sixteens {
            for (stream, bytes) in self.streams.iter_mut().zip(transpose(sixteen)) {
                stream[self.filled..self.filled + 16].copy_from_slice(bytes.as_array());
            }
            self.filled += 16;
        }
        for value in rest {
            for (stream, byte) in self.streams.iter_mut().zip(value.to_le_bytes()) {
                stream[self.filled] = byte;
            }
            self.filled += 1;
        }
    }

    /// The compressibility of the streams, from copies among all values and from the bytes of a sample.
    ///
    /// A stream is noise when its bytes are nearly uniform and values do not recur. Whether a value is tested for copies
    /// depends on its bits, so that its copies are tested as well. The test ignores the order of values: the low streams of
    /// an arithmetic progression count as noise, although they could be compressed. Where rows have the length of the stride
    /// between the counted runs, only similar positions in rows are counted. Both cases cost bytes, not values.
    pub fn texture(&self) -> Texture {
        let count = self.filled;
        if count < FEW || self.recur() {
            return Texture { noise: 0, repeats: true };
        }
        let (mut counts, mut again) = ([[0u32; 256]; STREAMS], [0u32; STREAMS]);
        for ((stream, counts), again) in self.streams.iter().zip(&mut counts).zip(&mut again) {
            // Runs of consecutive bytes, since a cache line holds 64 of them.
            for bytes in stream[..count].chunks(count / (COUNTED / RUN)).filter_map(|part| part.get(..RUN)) {
                bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
                *again += bytes.windows(2).map(|two| u32::from(two[0] == two[1])).sum::<u32>();
            }
        }
        let noise = counts.iter().take_while(|counts| even(counts)).count();
        let repeats = again.get(noise).is_some_and(|again| again * REPEATING > COUNTED as u32);
        Texture { noise, repeats }
    }

    /// Whether more than one in eight of the distinct values has copies.
    fn recur(&self) -> bool {
        let low = &self.streams[0][..self.filled];
        let mut seen: Vec<u64> = Vec::with_capacity(low.len() >> (CHOSEN - 1));
        for (block, bytes) in low.chunks(LOOKED).enumerate() {
            // One branch for all of these bytes, which is predicted well.
            if bytes.iter().fold(0, |any, byte| any + u8::from(*byte == CHOSEN_BYTE)) > 0 {
                let chosen = bytes.iter().enumerate().filter(|(_, byte)| **byte == CHOSEN_BYTE);
                seen.extend(chosen.map(|(k, _)| self.bits(block * LOOKED + k)));
            }
        }
        seen.sort_unstable();
        let (mut distinct, mut copied) = (0, 0);
        for copies in seen.chunk_by(u64::eq) {
            distinct += 1;
            copied += usize::from(copies.len() > 1);
        }
        // Few distinct values with many copies may all be among those that are not tested.
        8 * copied > distinct || seen.len() < low.len() >> (CHOSEN + 2)
    }

    /// The bits of one value.
    fn bits(&self, place: usize) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|stream| self.streams[stream][place]))
    }

    pub fn repeat(&mut self, value: f64, count: usize) {
        for (stream, byte) in self.streams.iter_mut().zip(value.to_le_bytes()) {
            stream[self.filled..self.filled + count].fill(byte);
        }
        self.filled += count;
    }
}

/// The bytes of 16 values, stream by stream.
///
/// The position of a byte is a number of seven bits, four for its value and three for its stream. Interleaving the two
/// halves of the bytes rotates these bits by one; after four times those of the stream are the highest.
#[inline(always)]
fn transpose(values: &[f64; 16]) -> [u8x16; STREAMS] {
    let mut rows: [u8x16; STREAMS] = bytemuck::cast(values.map(f64::to_le_bytes));
    for _ in 0..4 {
        rows = std::array::from_fn(|k| {
            let (left, right) = (rows[k / 2], rows[k / 2 + STREAMS / 2]);
            if k % 2 == 0 { u8x16::unpack_low(left, right) } else { u8x16::unpack_high(left, right) }
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uniform on [0, 1], by Weyl's sequence.
    fn spread(count: usize) -> Vec<f64> {
        (1..=count)
            .map(|k| (k as f64 * 0.618_033_988_749_894_9).fract() * (k as f64).sqrt().fract())
            .collect()
    }

    fn texture(values: &[f64]) -> Texture {
        let mut bytes = vec![0; 8 * values.len()];
        let mut chunks = bytes.chunks_exact_mut(values.len());
        let mut streams = Streams::new(std::array::from_fn(|_| chunks.next().unwrap()));
        streams.split(values);
        streams.texture()
    }

    #[test]
    fn noise_is_told_from_what_repeats() {
        let values = spread(100_000);
        let found = texture(&values);
        assert!((5..8).contains(&found.noise) && !found.repeats, "{found:?}");
        let mut sorted = values.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let ordered = texture(&sorted);
        assert!(ordered.repeats && (4..=found.noise).contains(&ordered.noise), "{ordered:?}");
        let noise = |values: &[f64]| texture(values).noise;
        assert_eq!(noise(&values[..FEW - 1]), 0);
        // The same thousand values a hundred times, in any order; one value; values of few digits.
        let again: Vec<f64> = (0..100_000).map(|k| values[k * 7919 % 1000]).collect();
        assert_eq!(noise(&again), 0);
        assert_eq!(noise(&vec![1.5; 100_000]), 0);
        assert_eq!(noise(&(0..100_000).map(f64::from).collect::<Vec<_>>()), 0);
        // Half of the fraction is zero.
        let short: Vec<f64> = values.iter().map(|value| f64::from(*value as f32)).collect();
        assert_eq!(noise(&short), 0);
    }

    #[test]
    fn noise_may_fill_the_high_streams_too() {
        // SplitMix64.
        let mix = |k: u64, shift: u32, factor: u64| (k ^ (k >> shift)).wrapping_mul(factor);
        let random = |k: u64| {
            let k = mix(k.wrapping_mul(0x9e37_79b9_7f4a_7c15), 30, 0xbf58_476d_1ce4_e5b9);
            mix(k, 27, 0x94d0_49bb_1331_11eb) ^ k >> 31
        };
        let values = |bits: fn(u64) -> u64| -> Vec<f64> {
            (1..=100_000).map(|k| f64::from_bits(bits(random(k)))).collect()
        };
        assert_eq!(texture(&values(|bits| bits)), Texture { noise: 8, repeats: false });
        assert_eq!(texture(&values(|bits| bits >> 8 | 0x3f << 56)), Texture { noise: 7, repeats: true });
    }

    #[test]
    fn streams_hold_the_bytes_of_the_values() {
        let values = spread(100);
        let mut bytes = vec![0; 8 * 110];
        let mut chunks = bytes.chunks_exact_mut(110);
        let mut streams = Streams::new(std::array::from_fn(|_| chunks.next().unwrap()));
        streams.split(&values[..53]);
        streams.repeat(-2.5, 10);
        streams.split(&values[53..]);
        let all: Vec<f64> = [&values[..53], &[-2.5; 10], &values[53..]].concat();
        for (stream, bytes) in bytes.chunks_exact(110).enumerate() {
            assert!(bytes.iter().zip(&all).all(|(byte, value)| *byte == value.to_le_bytes()[stream]));
        }
    }
}
