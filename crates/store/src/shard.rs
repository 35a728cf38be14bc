//! The files of a shard: staged, closed, synced, renamed into the data tree.

use crate::directory::RunDirectory;
use crate::disk::Output;
use crate::encoder::{EncodedGroup, EstimatorFiles};
use crate::error::Error;
use crate::place::Table;
use crate::row_group::GroupWriter;
use crate::schema::{Layout, checkpoints_schema, metrics_schema, weights_schema};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The files of a shard under way. Dropped, it leaves nothing behind. All it does is wait for the disk.
pub struct ShardWriter {
    estimators: Vec<Files>,
}

/// What becomes of a finished file whose place in the data tree may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placing {
    /// What is there says as much or more: it stays.
    Keep,
    /// It takes the place.
    Replace,
    /// It takes the place, and what is there is kept among the former files.
    ReplaceAndKeepFormer,
}

/// The files of one estimator.
struct Files {
    metrics: Pending,
    weights: Option<Pending>,
    checkpoints: Option<Pending>,
}

/// A file under way, and where it will go.
struct Pending {
    writer: Option<GroupWriter>,
    /// The file once it is closed.
    whole: Option<Box<dyn Output>>,
    directory: RunDirectory,
    table: Table,
    staged: PathBuf,
    target: PathBuf,
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.writer = None;
        // What cannot be removed here is removed when the shard is done again.
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

    /// Writes the footers, makes every file durable, then moves all others and after them metrics into the data tree.
    ///
    /// `judge` says what becomes of a file, by the position of its estimator and its table, at the last moment: others may
    /// have finished the same shard meanwhile, or more of it.
    ///
    /// # Errors
    /// The file system refuses, or those of `judge`.
    pub fn commit<E: From<Error>>(
        mut self,
        judge: impl Fn(usize, Table) -> Result<Placing, E>,
    ) -> Result<(), E> {
        fn all(estimators: &mut [Files]) -> impl Iterator<Item = (usize, &mut Pending)> {
            let (others, metrics): (Vec<_>, Vec<_>) = estimators
                .iter_mut()
                .enumerate()
                .map(|(e, Files { metrics, weights, checkpoints })| {
                    ([weights, checkpoints].map(|file| file.as_mut().map(|file| (e, file))), (e, metrics))
                })
                .unzip();
            others.into_iter().flatten().flatten().chain(metrics)
        }
        all(&mut self.estimators).try_for_each(|(_, file)| file.close())?;
        all(&mut self.estimators).try_for_each(|(_, file)| file.sync())?;
        all(&mut self.estimators)
            .try_for_each(|(estimator, file)| file.publish(|| judge(estimator, file.table)))
    }
}

impl Files {
    fn begin(
        directory: &RunDirectory,
        index: u32,
        layout: &Layout,
        files: &EstimatorFiles,
    ) -> Result<Files, Error> {
        let place = files.place(index);
        let open = |table, schema| -> Result<Pending, Error> {
            directory.clear_staging(&place, table)?;
            let (staged, target) =
                (directory.staging_path(&place, table), directory.root().join(place.path(table)));
            let disk = directory.disk();
            let writer = Some(GroupWriter::create(disk.as_ref(), &staged, &schema, &files.footer)?);
            Ok(Pending { writer, whole: None, directory: directory.clone(), table, staged, target })
        };
        let metrics = open(Table::Metrics, metrics_schema(layout))?;
        let schema = || weights_schema(layout.format, files.form.is_some());
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

    /// Moves the closed file to its place, as `judge` says; durable when this returns.
    fn publish<E: From<Error>>(&self, judge: impl Fn() -> Result<Placing, E>) -> Result<(), E> {
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
            // Whoever removed the unfinished file may have finished one of its own.
            Err(error) if error.kind() == ErrorKind::NotFound && judge()? == Placing::Keep => {}
            moved => moved.map_err(Error::io(&self.target))?,
        }
        let above = if created { 2 } else { 0 };
        folder.ancestors().take(1 + above).try_for_each(|folder| self.directory.sync_folder(folder))?;
        Ok(())
    }
}
