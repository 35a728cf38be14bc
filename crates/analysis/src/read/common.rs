//! The trials that two estimators have in common, for any division into files.

use crate::error::Error;
use crate::read::blocks::{Block, Opened};
use crate::read::scan::Shard;
use std::ops::Range;
use std::sync::Arc;

/// Trials that are compared at a time: a column of them takes 8 kB, so that intermediate results stay in the first-level
/// cache.
const CACHED: usize = 1024;

/// Trials that two row groups have in common.
pub(crate) struct Common {
    blocks: [Arc<Block>; 2],
    trials: Range<u64>,
}

/// An iteration over the files of two estimators in one cell, trials ascending.
///
/// Where the files have the same row groups, each step has one row group of either. Memory: at most two row groups of
/// either estimator.
pub(crate) struct Walk<'a> {
    sides: [Side<'a>; 2],
    names: &'a [&'a str],
}

/// The files of one estimator from a trial on.
struct Side<'a> {
    shards: &'a [Shard],
    /// The first file, after it was opened, and the index of its row group.
    open: Option<(Opened<'a>, usize)>,
    /// That row group, after it was read.
    block: Option<Arc<Block>>,
}

impl<'a> Walk<'a> {
    /// Columns of these names, which need not be in every file.
    pub fn new(first: &'a [Shard], second: &'a [Shard], names: &'a [&'a str]) -> Walk<'a> {
        let side = |shards| Side { shards, open: None, block: None };
        Walk { sides: [side(first), side(second)], names }
    }

    fn step(&mut self) -> Result<Option<Common>, Error> {
        let Walk { sides: [a, b], names } = self;
        let mut from = 0;
        loop {
            let (Some(x), Some(y)) = (a.next_from(from)?, b.next_from(from)?) else { return Ok(None) };
            let trials = x.start.max(y.start)..x.end.min(y.end);
            if trials.start >= trials.end {
                from = x.start.max(y.start);
                continue;
            }
            let blocks = [a.read(names)?, b.read(names)?];
            let [Some(first), Some(second)] = blocks else { return Ok(None) };
            // The row group that ends later is kept for the next one of the other estimator.
            a.drop_until(trials.end);
            b.drop_until(trials.end);
            return Ok(Some(Common { blocks: [first, second], trials }));
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Common, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

impl<'a> Side<'a> {
    /// The trials of the first row group that holds one from `from` on. Files before it are not opened.
    fn next_from(&mut self, from: u64) -> Result<Option<Range<u64>>, Error> {
        self.drop_until(from);
        while let Some(shard) = self.shards.first() {
            if self.open.is_none() && shard.trials.start < shard.trials.end {
                self.open = Some((Opened::of(shard)?, 0));
                self.drop_until(from);
            }
            match &self.open {
                Some((file, group)) => return Ok(Some(file.groups()[*group].clone())),
                None => self.shards = self.shards.get(1..).unwrap_or_default(),
            }
        }
        Ok(None)
    }

    /// Drops row groups and files that end at or before a trial.
    fn drop_until(&mut self, end: u64) {
        if let Some((file, group)) = &mut self.open {
            let groups = file.groups();
            while groups.get(*group).is_some_and(|trials| trials.end <= end) {
                (*group, self.block) = (*group + 1, None);
            }
            if *group == groups.len() {
                self.open = None;
                self.shards = self.shards.get(1..).unwrap_or_default();
            }
        }
        if self.open.is_none() {
            let behind = self.shards.iter().take_while(|shard| shard.trials.end <= end).count();
            self.shards = &self.shards[behind..];
        }
    }

    fn read(&mut self, names: &[&str]) -> Result<Option<Arc<Block>>, Error> {
        if let (None, Some((file, group))) = (&self.block, &self.open) {
            self.block = Some(Arc::new(file.numbered(*group, names)?));
        }
        Ok(self.block.clone())
    }
}

impl Common {
    /// Calls `each` with the values of a column for both estimators, in the trials where neither is missing, some trials at
    /// a time.
    pub fn values(&self, column: usize, mut each: impl FnMut(&[f64], &[f64])) {
        let part = |block: &Block| {
            let start = self.trials.start - block.trials.start;
            start as usize..(start + (self.trials.end - self.trials.start)) as usize
        };
        let [a, b] = self.blocks.each_ref().map(|block| {
            let values = block.columns[column].as_ref();
            values.map(|values| &values[part(block)])
        });
        let (Some(a), Some(b)) = (a, b) else { return };
        for (a, b) in a.chunks(CACHED).zip(b.chunks(CACHED)) {
            let both = a.iter().zip(b).filter(|(a, b)| !a.is_nan() && !b.is_nan());
            let (a, b): (Vec<f64>, Vec<f64>) = both.unzip();
            each(&a, &b);
        }
    }
}
