//! The rows of metrics files, a row group at a time: memory does not depend on the size of shards.

use crate::error::Error;
use crate::read::order::in_order;
use crate::read::scan::Shard;
use rayon::prelude::*;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use tempered_store::MetricsFile;

/// The least number of rows of a row group whose columns are decoded in parallel: fewer are decoded before another thread
/// has started.
const LONG: u64 = 20_000;
/// Some columns of consecutive trials.
pub(crate) struct Block {
    /// The numbers of the trials, one a row.
    pub trials: Range<u64>,
    /// Reals, NaN for missing values; `None` for a column that the file does not have.
    pub columns: Vec<Option<Vec<f64>>>,
}

/// A shard's file, open.
pub(crate) struct Opened<'a> {
    shard: &'a Shard,
    file: MetricsFile,
    /// The trials of each row group.
    groups: Vec<Range<u64>>,
}

impl<'a> Opened<'a> {
    /// Opens the file that was listed.
    ///
    /// # Errors
    /// A file that cannot be read, or that has changed since it was listed: a run replaces shards by longer ones.
    pub fn of(shard: &'a Shard) -> Result<Opened<'a>, Error> {
        let file = MetricsFile::open(&shard.path).map_err(Error::read(&shard.path))?;
        let mut next = shard.trials.start;
        let groups: Vec<Range<u64>> = file
            .groups()
            .into_iter()
            .map(|rows| {
                let trials = next..next.saturating_add(rows);
                next = trials.end;
                trials
            })
            .collect();
        if next != shard.trials.end {
            return Err(Error::Changed { path: shard.path.clone() });
        }
        Ok(Opened { shard, file, groups })
    }

    /// The trials of each row group.
    pub fn groups(&self) -> &[Range<u64>] {
        &self.groups
    }

    /// Reads columns of reals. A column without one row a trial is an error.
    pub fn read(&self, group: usize, names: &[&str]) -> Result<Block, Error> {
        let trials = self.groups[group].clone();
        let there: Vec<bool> =
            names.iter().map(|name| self.file.names().any(|column| column == *name)).collect();
        let one = |(name, there): (&&str, &bool)| {
            there.then(|| self.file.reals(group, name).map_err(Error::read(&self.shard.path))).transpose()
        };
        let columns = if trials.end - trials.start < LONG {
            names.iter().zip(&there).map(one).collect::<Result<_, _>>()?
        } else {
            in_order(names.par_iter().zip(&there).map(one))?
        };
        Ok(Block { trials, columns })
    }

    /// [`Opened::read`], with a test that the trial numbers of the rows are those of the footer.
    pub fn numbered(&self, group: usize, names: &[&str]) -> Result<Block, Error> {
        let block = self.read(group, names)?;
        let numbers = self.file.integers(group, "trial").map_err(Error::read(&self.shard.path))?;
        let wrong = block.trials.clone().zip(&numbers).find(|(trial, found)| trial.cast_signed() != **found);
        match wrong {
            Some((trial, found)) => {
                let (found, wanted) = (found.to_string(), format!("{trial} in the row of that number"));
                Err(Error::foreign(&self.shard.path, "column `trial`", Some(&found), &wanted))
            }
            None => Ok(block),
        }
    }

    /// Columns of numbers or flags as reals; `None` for one that the file does not have.
    pub fn numbers(&self, group: usize, names: &[&str]) -> Result<Vec<Option<Vec<f64>>>, Error> {
        let one = |name: &&str| {
            let there = self.file.names().any(|column| column == *name);
            there.then(|| self.file.numbers(group, name).map_err(Error::read(&self.shard.path))).transpose()
        };
        names.iter().map(one).collect()
    }

    /// A column of integers, one a row.
    pub fn integers(&self, group: usize, name: &str) -> Result<Vec<i64>, Error> {
        self.file.integers(group, name).map_err(Error::read(&self.shard.path))
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.shard.path
    }

    /// The status of trials, one word a row.
    pub fn status(&self, group: usize) -> Result<Vec<String>, Error> {
        self.file.words(group, "status").map_err(Error::read(&self.shard.path))
    }
}

/// The row groups of shards, in order.
pub(crate) fn groups(
    shards: &[Shard],
) -> impl Iterator<Item = Result<(Arc<Opened<'_>>, usize), Error>> + Send {
    type Groups<'a> = Box<dyn Iterator<Item = Result<(Arc<Opened<'a>>, usize), Error>> + Send + 'a>;
    shards.iter().flat_map(|shard| -> Groups<'_> {
        match Opened::of(shard).map(Arc::new) {
            Ok(file) => Box::new((0..file.groups.len()).map(move |group| Ok((file.clone(), group)))),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    })
}

/// Calls `each` with the items of an iterator, while another thread of the pool reads the next one.
pub(crate) fn read_ahead<T: Send>(
    mut items: impl Iterator<Item = Result<T, Error>> + Send,
    mut each: impl FnMut(T) -> Result<(), Error> + Send,
) -> Result<(), Error> {
    let mut next = items.next();
    while let Some(item) = next {
        let item = item?;
        let (done, following) = rayon::join(|| each(item), || items.next());
        done?;
        next = following;
    }
    Ok(())
}
