//! The state of a stream.

/// Words of 32 bits in a block.
pub(super) const BLOCK: usize = 16;

/// Words of 64 bits in a bulk of eight blocks.
pub(crate) const WORDS: usize = 64;

/// The first four words of every state, "expand 32-byte k".
pub(super) const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// The words of each quarter round: of a round over columns, and of one over diagonals. Loops over one of these are
/// unrolled, a loop over both is not.
pub(super) const COLUMNS: [[usize; 4]; 4] = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]];
pub(super) const DIAGONALS: [[usize; 4]; 4] = [[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]];

/// A place in a stream, at the start of a block.
pub(crate) struct Blocks {
    pub(super) key: [u32; 8],
    pub(super) stream: u64,
    pub(super) next: u64,
}
