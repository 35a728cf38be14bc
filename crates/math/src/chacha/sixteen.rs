//! Sixteen blocks of ChaCha at a time, in registers of 512 bits.
//!
//! AVX-512 rotates words in one instruction, where AVX2 needs two shifts and an or.

use super::state::{BLOCK, Blocks, COLUMNS, CONSTANTS, DIAGONALS, WORDS};
use crate::wide::Kernel;
use pulp::cast;
use pulp::core_arch::x86::Avx512f;
use pulp::x86::V4;
use std::arch::x86_64::__m512i;

/// Blocks computed at a time: a row of sixteen words of 32 bits fills one register of 512 bits.
const BLOCKS: usize = 16;

/// Computes the next sixteen blocks.
pub(super) struct Sixteen<'a> {
    pub registers: V4,
    pub blocks: &'a Blocks,
    pub words: &'a mut [u64; 2 * WORDS],
}

impl Kernel for Sixteen<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Sixteen { registers: V4 { avx512f: simd, .. }, blocks: Blocks { key, stream, next }, words } =
            self;
        let counter: [u64; BLOCKS] = std::array::from_fn(|block| next.wrapping_add(block as u64));
        let all = |word: u32| -> __m512i { cast([word; BLOCKS]) };
        let mut first = [all(0); BLOCK];
        (0..4).for_each(|i| first[i] = all(CONSTANTS[i]));
        (0..8).for_each(|i| first[4 + i] = all(key[i]));
        (first[12], first[13]) = (cast(counter.map(|c| c as u32)), cast(counter.map(|c| (c >> 32) as u32)));
        (first[14], first[15]) = (all(*stream as u32), all((stream >> 32) as u32));

        let mut state = first;
        for _ in 0..4 {
            for words in COLUMNS {
                quarter_round(simd, &mut state, words);
            }
            for words in DIAGONALS {
                quarter_round(simd, &mut state, words);
            }
        }
        for (row, first) in state.iter_mut().zip(first) {
            *row = simd._mm512_add_epi32(*row, first);
        }
        // A 4 × 4 transposition of words within each 128-bit lane: four rows become four consecutive words of one block a
        // lane. It is explicit because the compiler makes gathers and scatters of a loop.
        let (places, _) = words.as_chunks_mut::<2>();
        for (quarter, rows) in state.as_chunks::<4>().0.iter().enumerate() {
            let [a, b, c, d] = *rows;
            let pairs = [
                (simd._mm512_unpacklo_epi32(a, b), simd._mm512_unpacklo_epi32(c, d)),
                (simd._mm512_unpackhi_epi32(a, b), simd._mm512_unpackhi_epi32(c, d)),
            ];
            for (half, (low, high)) in pairs.into_iter().enumerate() {
                let even: [[u64; 2]; 4] = cast(simd._mm512_unpacklo_epi64(low, high));
                let odd: [[u64; 2]; 4] = cast(simd._mm512_unpackhi_epi64(low, high));
                for lane in 0..4 {
                    let block = 4 * lane + 2 * half;
                    places[4 * block + quarter] = even[lane];
                    places[4 * (block + 1) + quarter] = odd[lane];
                }
            }
        }
    }
}

#[inline(always)]
fn quarter_round(simd: Avx512f, state: &mut [__m512i; BLOCK], [a, b, c, d]: [usize; 4]) {
    let [mut row_a, mut row_b, mut row_c, mut row_d] = [state[a], state[b], state[c], state[d]];
    row_a = simd._mm512_add_epi32(row_a, row_b);
    row_d = simd._mm512_rol_epi32::<16>(simd._mm512_xor_si512(row_d, row_a));
    row_c = simd._mm512_add_epi32(row_c, row_d);
    row_b = simd._mm512_rol_epi32::<12>(simd._mm512_xor_si512(row_b, row_c));
    row_a = simd._mm512_add_epi32(row_a, row_b);
    row_d = simd._mm512_rol_epi32::<8>(simd._mm512_xor_si512(row_d, row_a));
    row_c = simd._mm512_add_epi32(row_c, row_d);
    row_b = simd._mm512_rol_epi32::<7>(simd._mm512_xor_si512(row_b, row_c));
    [state[a], state[b], state[c], state[d]] = [row_a, row_b, row_c, row_d];
}
