//! The stream of [`ChaCha8Rng`], eight blocks side by side.
//!
//! A register holds one word of the state of eight blocks, so that nothing is moved between the lanes of a register
//! before the end; `rand_chacha` works on four blocks, turns rows within registers, and copies what it made.
//!
//! Source: Bernstein, "ChaCha, a variant of Salsa20" (2008), with 8 rounds, a counter of 64 bits and a stream of 64 bits.

use crate::wide::{Kernel, wide};
use rand_chacha::ChaCha8Rng;

/// Blocks made at a time.
const BLOCKS: usize = 8;
/// Words of 32 bits in a block.
const BLOCK: usize = 16;
/// Words of 64 bits made at a time.
pub(crate) const WORDS: usize = BLOCKS * BLOCK / 2;
/// The first four words of every state, "expand 32-byte k".
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// One word of the state in each block.
type Row = [u32; BLOCKS];

/// A place in a stream, at the start of a block.
pub(crate) struct Blocks {
    key: [u32; 8],
    stream: u64,
    next: u64,
}

impl Blocks {
    /// The place of a generator; `None` where that is inside a block.
    pub fn of(rng: &ChaCha8Rng) -> Option<Blocks> {
        let place = rng.get_word_pos();
        let seed = rng.get_seed();
        let (key, _) = seed.as_chunks::<4>();
        let key = std::array::from_fn(|i| u32::from_le_bytes(key[i]));
        let next = (place / BLOCK as u128) as u64;
        place.is_multiple_of(BLOCK as u128).then(|| Blocks { key, stream: rng.get_stream(), next })
    }

    /// Puts a generator of the same stream at this place.
    pub fn hand_back(&self, rng: &mut ChaCha8Rng) {
        rng.set_word_pos(u128::from(self.next) * BLOCK as u128);
    }

    /// Makes the next eight blocks.
    #[inline]
    pub fn fill(&mut self, words: &mut [u64; WORDS]) {
        wide(Next { blocks: self, words });
        self.next = self.next.wrapping_add(BLOCKS as u64);
    }
}

/// [`Blocks::fill`] as a kernel.
struct Next<'a> {
    blocks: &'a Blocks,
    words: &'a mut [u64; WORDS],
}

impl Kernel for Next<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Next { blocks: Blocks { key, stream, next }, words } = self;
        let counter: [u64; BLOCKS] = std::array::from_fn(|block| next.wrapping_add(block as u64));
        let mut first = [[0; BLOCKS]; BLOCK];
        (0..4).for_each(|i| first[i] = [CONSTANTS[i]; BLOCKS]);
        (0..8).for_each(|i| first[4 + i] = [key[i]; BLOCKS]);
        (first[12], first[13]) = (counter.map(|counter| counter as u32), counter.map(|c| (c >> 32) as u32));
        (first[14], first[15]) = ([*stream as u32; BLOCKS], [(stream >> 32) as u32; BLOCKS]);

        let mut state = first;
        for _ in 0..4 {
            for (a, b, c, d) in [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)] {
                quarter_round(&mut state, a, b, c, d);
            }
            for (a, b, c, d) in [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)] {
                quarter_round(&mut state, a, b, c, d);
            }
        }
        for (row, first) in state.iter_mut().zip(&first) {
            add(row, first);
        }
        let mut pairs = [[0; BLOCKS]; BLOCK / 2];
        for (pair, rows) in pairs.iter_mut().zip(state.as_chunks::<2>().0) {
            for block in 0..BLOCKS {
                pair[block] = u64::from(rows[0][block]) | u64::from(rows[1][block]) << 32;
            }
        }
        for (block, words) in words.as_chunks_mut::<{ BLOCK / 2 }>().0.iter_mut().enumerate() {
            for (word, pair) in words.iter_mut().zip(&pairs) {
                *word = pair[block];
            }
        }
    }
}

#[inline(always)]
fn quarter_round(state: &mut [Row; BLOCK], a: usize, b: usize, c: usize, d: usize) {
    let [mut row_a, mut row_b, mut row_c, mut row_d] = [state[a], state[b], state[c], state[d]];
    add(&mut row_a, &row_b);
    turn::<16>(&mut row_d, &row_a);
    add(&mut row_c, &row_d);
    turn::<12>(&mut row_b, &row_c);
    add(&mut row_a, &row_b);
    turn::<8>(&mut row_d, &row_a);
    add(&mut row_c, &row_d);
    turn::<7>(&mut row_b, &row_c);
    [state[a], state[b], state[c], state[d]] = [row_a, row_b, row_c, row_d];
}

#[inline(always)]
fn add(to: &mut Row, from: &Row) {
    for lane in 0..BLOCKS {
        to[lane] = to[lane].wrapping_add(from[lane]);
    }
}

/// Exclusive or, then a rotation to the left.
#[inline(always)]
fn turn<const BITS: u32>(to: &mut Row, with: &Row) {
    for lane in 0..BLOCKS {
        to[lane] = (to[lane] ^ with[lane]).rotate_left(BITS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    #[test]
    fn every_word_is_that_of_the_generator() {
        let carry = u128::from(u32::MAX) - 3;
        for seed in 0..200u64 {
            for stream in [0, 1, 77, 1 << 32, u64::MAX - seed] {
                for block in [0, 1, 5, 1000, carry, carry << 32 | 0xffff_ffff, u128::from(u64::MAX) - 2] {
                    let mut twin = ChaCha8Rng::seed_from_u64(seed);
                    twin.set_stream(stream);
                    twin.set_word_pos(block * BLOCK as u128);
                    let mut rng = twin.clone();
                    let (mut blocks, mut words) = (Blocks::of(&rng).unwrap(), [0; WORDS]);
                    for _ in 0..3 {
                        blocks.fill(&mut words);
                        for (place, word) in words.iter().enumerate() {
                            assert_eq!(*word, twin.next_u64(), "{seed} {stream} {block} {place}");
                        }
                    }
                    blocks.hand_back(&mut rng);
                    assert_eq!(rng, twin);
                    assert_eq!(rng.next_u64(), twin.next_u64());
                }
            }
        }
    }

    #[test]
    fn places_inside_a_block_are_left_to_the_generator() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..100 {
            let inside = !rng.get_word_pos().is_multiple_of(BLOCK as u128);
            assert_eq!(Blocks::of(&rng).is_none(), inside);
            rng.next_u32();
        }
    }
}
