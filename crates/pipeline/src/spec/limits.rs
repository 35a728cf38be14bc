//! Limits of studies, and what stands where a study is silent.

/// Sample points a shard: about a second of work, weights of a few hundred megabytes at most.
pub(super) const SHARD_POINTS: u64 = 1 << 24;
/// Levels shown where a study names none.
pub(super) const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
/// Points a trial at most: the network of a trial is a page of a file, and pages have less than 2³¹ bytes.
pub(super) const LARGEST_N: u64 = 1 << 27;
/// Trials a cell may have: each is known by its number, and a double still tells such numbers apart.
pub(super) const TRIALS: u64 = 1 << 48;
/// The latest step that can be a checkpoint.
pub(super) const LAST_CHECKPOINT: u64 = 1 << 48;
/// Cells a study may have.
pub(super) const CELLS: u128 = 1_000_000;
/// Estimators a study may have, every variant counted: each thread keeps one of each.
pub(super) const ESTIMATORS: usize = 10_000;
/// Risks a study may have: each is a few columns.
pub(super) const RISKS: usize = 100;
/// Files of one table that a study may have.
pub(super) const FILES: u128 = 100_000_000;
/// Shards a cell may have: file names number them with six digits.
pub(super) const SHARDS: u64 = 1_000_000;
/// Values of an axis at most: a cell or an estimator each.
pub(super) const POINTS: u64 = 1000;
/// Characters of a name at most: names are parts of file names, which have 255 bytes on most file systems.
pub(super) const NAME: usize = 64;
/// Sample points and trials that a shard may be asked to hold at most, far more than one ever does.
pub(super) const LARGEST_SHARD: u64 = 1 << 40;
