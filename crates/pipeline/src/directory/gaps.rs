//! Which shares of a study are not done.

use super::judge::whole;
use crate::error::Error;
use crate::plan::Plan;
use std::collections::BTreeSet;
use tempered_store::RunDirectory;

/// What is missing of a study that is done in shares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Shards of the study.
    pub shards: u64,
    /// Those whose files are missing, too short or damaged.
    pub missing: u64,
    /// Shares K that such shards belong to, where there are so many shares.
    pub shares: BTreeSet<u64>,
}

impl Gaps {
    /// Looks at the footers of every shard, for `of` shares.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn new(plan: &Plan, directory: &RunDirectory, of: u64) -> Result<Gaps, Error> {
        let mut gaps = Gaps::default();
        for shard in plan.shards() {
            if !whole(plan, directory, &shard, plan.estimators(&shard))? {
                gaps.missing += 1;
                gaps.shares.insert(gaps.shards % of.max(1) + 1);
            }
            gaps.shards += 1;
        }
        Ok(gaps)
    }

    /// The shares as ranges, as `--array` of Slurm takes them: `2,5-7`.
    ///
    /// ```
    /// use tempered_pipeline::directory::Gaps;
    ///
    /// let gaps = Gaps { shards: 20, missing: 4, shares: [2, 5, 6, 7].into() };
    /// assert_eq!(gaps.ranges(), "2,5-7");
    /// ```
    pub fn ranges(&self) -> String {
        let shares: Vec<u64> = self.shares.iter().copied().collect();
        let ranges = shares.chunk_by(|one, next| one + 1 == *next).map(|range| match range {
            [first, .., last] => format!("{first}-{last}"),
            [one] => one.to_string(),
            [] => String::new(),
        });
        ranges.collect::<Vec<_>>().join(",")
    }
}
