//! Names and values by which footers and records state what decides the numbers.

use std::collections::BTreeMap;
use std::ops::Range;
use tempered_store::Footer;

/// Footer key of what a cell is.
pub(crate) const CELL_KEY: &str = "tempered.cell";
/// Footer key of what an estimator is.
pub(crate) const ESTIMATOR_KEY: &str = "tempered.estimator";
/// Footer key of the swept parameters that tell an estimator from others of its name.
pub(crate) const VARIANT_KEY: &str = "tempered.variant";
/// Footer key of the version that wrote a file.
pub(crate) const VERSION_KEY: &str = "tempered.version";
/// Footer key of the hash of what decides the numbers.
pub(crate) const HASH_KEY: &str = "tempered.plan";
/// Footer key of the range of trials in a file, `from..to` without `to`.
pub(crate) const TRIALS_KEY: &str = "tempered.trials";
/// Footer key of how the trials of the file's estimator are cut in its cell, since generator 4: the trials of a full shard, and
/// since generator 5 those of the first and of the largest, where these differ.
pub(crate) const SIZE_KEY: &str = "tempered.shard_size";
/// Footer key of the processor whose model decides the last bits of a file's numbers; none where they are the same on all.
pub(crate) const PROCESSOR_KEY: &str = "tempered.processor";
/// What decides the numbers of one estimator: names and values.
pub(crate) type Identity = BTreeMap<String, String>;
/// The same for all estimators of a directory, by label.
pub(crate) type Numbers = BTreeMap<String, Identity>;

/// A footer key without the program's name.
pub(crate) fn bare(key: &str) -> &str {
    key.strip_prefix("tempered.").unwrap_or(key)
}

/// Whether a footer key tells what decides the numbers, apart from checksums, last bits and what others write.
pub(crate) fn decides(key: &str) -> bool {
    key.starts_with("tempered.") && ![tempered_store::CHECKSUM_KEY, PROCESSOR_KEY].contains(&key)
}

/// The range of trials that a file says it holds.
pub(crate) fn trials(footer: &Footer) -> Option<Range<u64>> {
    let (from, to) = footer.get(TRIALS_KEY)?.split_once("..")?;
    Some(from.parse().ok()?..to.parse().ok()?)
}
