//! Eight blocks of ChaCha at a time, in portable loops that the compiler vectorises for registers of any width.

use super::state::{BLOCK, Blocks, COLUMNS, CONSTANTS, DIAGONALS, WORDS};
use crate::wide::Kernel;

/// Blocks computed at a time: a row of eight words of 32 bits fills one register of 256 bits.
const BLOCKS: usize = 8;

/// One word of the state in each block.
type Row = [u32; BLOCKS];

/// Computes the next eight blocks.
pub(super) struct Eight<'a> {
    pub blocks: &'a Blocks,
    pub words: &'a mut [u64; WORDS],
}

impl Kernel for Eight<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Eight { blocks: Blocks { key, stream, next }, words } = self;
        let counter: [u64; BLOCKS] = std::array::from_fn(|block| next.wrapping_add(block as u64));
        let mut first = [[0; BLOCKS]; BLOCK];
        (0..4).for_each(|i| first[i] = [CONSTANTS[i]; BLOCKS]);
        (0..8).for_each(|i| first[4 + i] = [key[i]; BLOCKS]);
        (first[12], first[13]) = (counter.map(|counter| counter as u32), counter.map(|c| (c >> 32) as u32));
        (first[14], first[15]) = ([*stream as u32; BLOCKS], [(stream >> 32) as u32; BLOCKS]);

        let mut state = first;
        for _ in 0..4 {
            for words in COLUMNS {
                quarter_round(&mut state, words);
            }
            for words in DIAGONALS {
                quarter_round(&mut state, words);
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
fn quarter_round(state: &mut [Row; BLOCK], [a, b, c, d]: [usize; 4]) {
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
