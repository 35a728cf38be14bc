//! The stream of [`ChaCha8Rng`], eight or sixteen blocks at a time.
//!
//! A register holds the same word of the state of each block, so that words move between lanes only once, when the blocks
//! are written; `rand_chacha` computes four blocks at a time, permutes lanes in each round, and copies its output.
//!
//! Source: Bernstein, "ChaCha, a variant of Salsa20" (2008), with 8 rounds, a counter of 64 bits and a stream of 64 bits.

mod eight;
#[cfg(target_arch = "x86_64")]
mod sixteen;
mod state;

use crate::wide::wide;
use eight::Eight;
use rand_chacha::ChaCha8Rng;
use state::BLOCK;
pub(crate) use state::{Blocks, WORDS};

impl Blocks {
    /// The position of a generator in its stream; `None` where that is inside a block.
    pub fn of(rng: &ChaCha8Rng) -> Option<Blocks> {
        let place = rng.get_word_pos();
        let seed = rng.get_seed();
        let (key, _) = seed.as_chunks::<4>();
        let key = std::array::from_fn(|i| u32::from_le_bytes(key[i]));
        let next = (place / BLOCK as u128) as u64;
        place.is_multiple_of(BLOCK as u128).then(|| Blocks { key, stream: rng.get_stream(), next })
    }

    /// Sets a generator of the same stream to this position minus `bulks` bulks, which were computed but not used.
    pub fn hand_back(&self, bulks: usize, rng: &mut ChaCha8Rng) {
        let next = self.next.wrapping_sub(8 * bulks as u64);
        rng.set_word_pos(u128::from(next) * BLOCK as u128);
    }

    /// Computes the next bulk of eight blocks, or the next two where the machine has AVX-512; returns the number of words.
    #[inline]
    pub fn fill(&mut self, words: &mut [u64; 2 * WORDS]) -> usize {
        #[cfg(target_arch = "x86_64")]
        if let Some(registers) = crate::wide::avx512() {
            registers.vectorize(sixteen::Sixteen { registers, blocks: self, words });
            self.next = self.next.wrapping_add(16);
            return 2 * WORDS;
        }
        let (bulks, _) = words.as_chunks_mut();
        wide(Eight { blocks: self, words: &mut bulks[0] });
        self.next = self.next.wrapping_add(8);
        WORDS
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
                    let mut blocks = Blocks::of(&rng).unwrap();
                    for _ in 0..3 {
                        let (mut words, mut narrow) = ([0; 2 * WORDS], [0; WORDS]);
                        wide(Eight { blocks: &blocks, words: &mut narrow });
                        let made = blocks.fill(&mut words);
                        assert_eq!(words[..WORDS], narrow, "{seed} {stream} {block}");
                        for (bulk, words) in words[..made].chunks(WORDS).enumerate() {
                            blocks.hand_back(made / WORDS - bulk, &mut rng);
                            assert_eq!(rng, twin);
                            for (place, word) in words.iter().enumerate() {
                                assert_eq!(*word, twin.next_u64(), "{seed} {stream} {block} {place}");
                            }
                        }
                    }
                    blocks.hand_back(0, &mut rng);
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
