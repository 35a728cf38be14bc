//! The files of a shard: staged, closed, synced, renamed into the data tree.

use crate::directory::RunDirectory;
use crate::disk::Output;
use crate::encoder::EstimatorFiles;
use crate::error::Error;
use crate::place::{Place, Table};
use crate::row_group::GroupWriter;
use crate::schema::{Layout, checkpoints_schema, metrics_schema, weights_schema};
use crate::target::EncodedGroup;
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Writes the files of a shard. When it is dropped before the commit, its unfinished files are removed.
pub struct ShardWriter {
    estimators: Vec<Files>,
}

/// The treatment of a finished file whose place in the data tree may be occupied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placing {
    /// The existing file holds as many rows or more, and stays.
    Keep,
    /// The existing file is replaced.
    Replace,
    /// The existing file is replaced, and kept among the former files.
    ReplaceAndKeepFormer,
}

/// The files of one estimator.
struct Files {
    metrics: Pending,
    weights: Option<Pending>,
    checkpoints: Option<Pending>,
}

/// A file that is being written, and its path in the data tree.
struct Pending {
    writer: Option<GroupWriter>,
    /// The file after it is closed.
    whole: Option<Box<dyn Output>>,
    directory: RunDirectory,
    table: Table,
    staged: PathBuf,
    target: PathBuf,
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.writer = None;
        // An error is ignored: the file is removed when the shard is computed again.
        let _ = self.directory.disk().remove(&self.staged);
    }
}

impl ShardWriter {
    /// Starts the files of a shard in the staging folder.
    pub fn begin(
        directory: &RunDirectory,
        index: u32,
        layout: &Layout,
        files: &[EstimatorFiles],
    ) -> Result<ShardWriter, Error> {
        let places: Vec<Place> = files.iter().map(|files| files.place(index)).collect();
        let tables = |(files, place)| Files::tables(files).into_iter().map(move |table| (place, table));
        directory.clear_staging(files.iter().zip(&places).flat_map(tables))?;
        let estimators = files.iter().map(|files| Files::begin(directory, index, layout, files));
        Ok(ShardWriter { estimators: estimators.collect::<Result<_, _>>()? })
    }

    /// Appends row groups, in the order in which they were encoded.
    pub fn append(&mut self, groups: Vec<EncodedGroup>) -> Result<(), Error> {
        for group in groups {
            let files = &mut self.estimators[group.estimator];
            let file = match group.table {
                Table::Metrics => Some(&mut files.metrics),
                Table::Weights => files.weights.as_mut(),
                Table::Checkpoints => files.checkpoints.as_mut(),
            };
            let writer = file.and_then(|file| file.writer.as_mut());
            writer.ok_or(Error::Ragged("a group is for no open file"))?.append(group.columns)?;
        }
        Ok(())
    }

    /// [`ShardWriter::commit_all`] of one shard.
    ///
    /// # Errors
    /// The file system refuses, or those of `judge`.
    pub fn commit<E: From<Error>>(self, judge: impl Fn(usize, Table) -> Result<Placing, E>) -> Result<(), E> {
        ShardWriter::commit_all(vec![self], |_, estimator, table| judge(estimator, table))
    }

    /// Writes the footers, makes every file durable, and moves the files into the data tree, metrics last. The files of all
    /// these shards are synced in parallel, so that small files wait for the disk once.
    ///
    /// `judge` decides the treatment of a file, from the positions of its shard and estimator and its table, immediately
    /// before the move: another process may have finished the same shard, or more of it.
    ///
    /// # Errors
    /// The file system refuses, or those of `judge`.
    pub fn commit_all<E: From<Error>>(
        mut shards: Vec<ShardWriter>,
        judge: impl Fn(usize, usize, Table) -> Result<Placing, E>,
    ) -> Result<(), E> {
        let (mut metrics, mut others) = (Vec::new(), Vec::new());
        for (shard, writer) in shards.iter_mut().enumerate() {
            for (estimator, files) in writer.estimators.iter_mut().enumerate() {
                let beside = files.weights.iter_mut().chain(&mut files.checkpoints);
                others.extend(beside.map(|file| (shard, estimator, file)));
                metrics.push((shard, estimator, &mut files.metrics));
            }
        }
        others.iter_mut().chain(&mut metrics).try_for_each(|(.., file)| file.close())?;
        let mut all: Vec<&mut Pending> =
            others.iter_mut().chain(&mut metrics).map(|(.., file)| &mut **file).collect();
        side_by_side(&mut all, |file| file.sync())?;
        for files in [others, metrics] {
            let mut folders = BTreeSet::new();
            for (shard, estimator, file) in &files {
                file.publish(|| judge(*shard, *estimator, file.table), &mut folders)?;
            }
            let mut folders: Vec<PathBuf> = folders.into_iter().collect();
            if let Some((_, _, file)) = files.first() {
                side_by_side(&mut folders, |folder| file.directory.sync_folder(folder))?;
            }
        }
        Ok(())
    }
}

impl Files {
    /// The tables of an estimator.
    fn tables(files: &EstimatorFiles) -> Vec<Table> {
        let weights = files.weights.is_some().then_some(Table::Weights);
        let checkpoints = files.checkpoints.then_some(Table::Checkpoints);
        [Some(Table::Metrics), weights, checkpoints].into_iter().flatten().collect()
    }

    fn begin(
        directory: &RunDirectory,
        index: u32,
        layout: &Layout,
        files: &EstimatorFiles,
    ) -> Result<Files, Error> {
        let place = files.place(index);
        let open = |table, schema| -> Result<Pending, Error> {
            let (staged, target) =
                (directory.staging_path(&place, table), directory.root().join(place.path(table)));
            let disk = directory.disk();
            let writer = Some(GroupWriter::create(disk.as_ref(), &staged, &schema, &files.footer)?);
            Ok(Pending { writer, whole: None, directory: directory.clone(), table, staged, target })
        };
        let metrics = open(Table::Metrics, metrics_schema(layout))?;
        let schema = || weights_schema(layout, files.form.is_some());
        let weights = files.weights.map(|_| open(Table::Weights, schema())).transpose()?;
        let checkpoints = if files.checkpoints {
            Some(open(Table::Checkpoints, checkpoints_schema(layout))?)
        } else {
            None
        };
        Ok(Files { metrics, weights, checkpoints })
    }
}

impl Pending {
    fn close(&mut self) -> Result<(), Error> {
        if let Some(writer) = self.writer.take() {
            self.whole = Some(writer.close()?);
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.whole.as_mut().map_or(Ok(()), |file| file.sync()).map_err(Error::io(&self.staged))
    }

    /// Moves the closed file to its place as `judge` decides; the move is durable once the noted folders are synced.
    fn publish<E: From<Error>>(
        &self,
        judge: impl Fn() -> Result<Placing, E>,
        folders: &mut BTreeSet<PathBuf>,
    ) -> Result<(), E> {
        match judge()? {
            Placing::Keep => return Ok(()),
            Placing::Replace => {}
            Placing::ReplaceAndKeepFormer => self.directory.keep_former(&self.target)?,
        }
        let disk = self.directory.disk();
        let folder = self.target.parent().unwrap_or(Path::new("."));
        let created = !folder.is_dir();
        disk.create_folders(folder).map_err(Error::io(folder))?;
        match disk.rename(&self.staged, &self.target) {
            // Another process that removed the unfinished file may have finished the same one.
            Err(error) if error.kind() == ErrorKind::NotFound && judge()? == Placing::Keep => {}
            moved => moved.map_err(Error::io(&self.target))?,
        }
        let above = if created { 2 } else { 0 };
        folders.extend(folder.ancestors().take(1 + above).map(Path::to_path_buf));
        Ok(())
    }
}

/// Threads that wait for the disk at the same time: more gained little on the disks that were measured.
const WAITING: usize = 8;

/// Applies a function that waits for the disk to every item, on up to [`WAITING`] threads; returns the first error in the
/// order of the items. Where no thread can be started, the calling thread does all.
fn side_by_side<T: Send>(
    items: &mut [T],
    work: impl Fn(&mut T) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let more = items.len().min(WAITING) - usize::from(!items.is_empty());
    let queue = Mutex::new(items.iter_mut().enumerate());
    let failed = Mutex::new(BTreeMap::new());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let take = || {
        while let Some((place, item)) = next() {
            if let Err(error) = work(item) {
                failed.lock().unwrap_or_else(PoisonError::into_inner).insert(place, error);
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..more {
            if std::thread::Builder::new().spawn_scoped(scope, take).is_err() {
                break;
            }
        }
        take();
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    failed.into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn every_item_is_done_and_the_first_error_is_told() {
        for count in [0, 1, 2, 7, 100] {
            let mut items: Vec<usize> = (0..count).collect();
            let calls = AtomicUsize::new(0);
            let add = |item: &mut usize| {
                calls.fetch_add(1, Ordering::Relaxed);
                *item += 1;
                Ok(())
            };
            side_by_side(&mut items, add).unwrap();
            assert_eq!((items, calls.into_inner()), ((1..=count).collect(), count));
        }
        let mut items: Vec<usize> = (0..100).collect();
        let fail = |item: &mut usize| match *item {
            // The later one is met first.
            3 => {
                std::thread::sleep(std::time::Duration::from_millis(20));
                Err(Error::Ragged("three"))
            }
            4 => Err(Error::Ragged("four")),
            _ => Ok(()),
        };
        assert!(matches!(side_by_side(&mut items, fail), Err(Error::Ragged("three"))));
    }
}
