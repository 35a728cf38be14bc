//! The state of ChaCha, and a position in its stream.

/// Words of 32 bits in a block.
pub(super) const BLOCK: usize = 16;

/// Words of 64 bits in a bulk: eight blocks of eight.
pub(crate) const WORDS: usize = 64;

/// The first four words of every state, "expand 32-byte k".
pub(super) const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// The words of each quarter round, in a round over columns and in one over diagonals. They are two lists because the
/// compiler unrolls a loop over four quarter rounds, but not one over eight.
pub(super) const COLUMNS: [[usize; 4]; 4] = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]];
pub(super) const DIAGONALS: [[usize; 4]; 4] = [[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]];

/// A position in a stream, at the start of block `next`.
pub(crate) struct Blocks {
    pub(super) key: [u32; 8],
    pub(super) stream: u64,
    pub(super) next: u64,
}
