//! Shards: the unit of work.

use std::ops::Range;

/// A range of trials of one cell and a group of its estimators: the unit of work, of files and of resume.
#[derive(Clone, Debug, PartialEq)]
pub struct Shard {
    /// Position of its cell in [`Plan::cells`].
    pub cell: usize,
    /// Position of its group in [`Plan::groups`].
    pub group: usize,
    /// Number within the cell, counted for each estimator.
    pub index: u32,
    /// Its trials.
    pub trials: Range<u64>,
}
