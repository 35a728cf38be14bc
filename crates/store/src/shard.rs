//! Writing the files of a shard.

use crate::directory::{RunDirectory, remove, sync_folder};
use crate::error::Error;
use crate::list_column::{Buffers, List, Lists, Rows};
use crate::place::{Place, Table};
use crate::row_group::{Column, GroupWriter};
use crate::schema::{Labels, Layout, MetricsChunk, WeightsChunk, metrics_schema, weights_schema};
use arrow::array::{Array, Float64Array, Int64Array, StringArray};
use rayon::prelude::*;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows of a metrics row group: what DuckDB and Polars take at once.
const METRICS_ROWS: usize = 122_880;

/// What the files of one estimator say, and how many networks a row group of weights holds.
#[derive(Clone, Debug)]
pub struct EstimatorFiles {
    /// What all rows have in common.
    pub labels: Labels,
    /// Footer key/values.
    pub footer: Vec<(String, String)>,
    /// Networks a row group; `None` where no weights are stored.
    pub weights: Option<usize>,
}

/// The files of a shard under way. Dropped, it leaves nothing behind.
pub struct ShardWriter {
    estimators: Vec<Estimator>,
}

struct Estimator {
    labels: Labels,
    layout: Layout,
    metrics: Pending,
    weights: Option<(Pending, usize)>,
    rows: MetricsChunk,
    networks: Networks,
}

/// Networks gathered for a row group.
#[derive(Default)]
struct Networks {
    trial: Vec<u64>,
    skip_slope: Vec<f64>,
    skip_intercept: Vec<f64>,
    lists: Lists,
    buffers: Buffers,
    spent: Vec<WeightsChunk>,
}

/// A file under way, and where it will go.
struct Pending {
    writer: Option<GroupWriter>,
    /// The file once it is closed.
    whole: Option<File>,
    staged: PathBuf,
    target: PathBuf,
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.writer = None;
        // What cannot be removed here is removed when the shard is done again.
        let _ = remove(&self.staged);
    }
}

impl ShardWriter {
    /// Starts the files of a shard in the staging folder.
    pub fn begin(
        directory: &RunDirectory,
        index: u32,
        layout: &Layout,
        files: Vec<EstimatorFiles>,
    ) -> Result<ShardWriter, Error> {
        let estimators = files.into_iter().map(|files| Estimator::begin(directory, index, layout, files));
        Ok(ShardWriter { estimators: estimators.collect::<Result<_, _>>()? })
    }

    /// Appends rows, one list of chunks an estimator, in trial order. Estimators and columns are encoded in
    /// parallel on rayon's current pool. Returns chunks of weights that have been written, to be filled again.
    pub fn push_all(
        &mut self,
        metrics: &[Vec<MetricsChunk>],
        weights: Vec<Vec<WeightsChunk>>,
    ) -> Result<Vec<WeightsChunk>, Error> {
        if metrics.len() != self.estimators.len() || weights.len() != self.estimators.len() {
            return Err(Error::Ragged("one list of chunks an estimator is expected"));
        }
        self.estimators.par_iter_mut().zip(metrics.par_iter().zip(weights)).try_for_each(
            |(estimator, (m, w))| {
                m.iter().try_for_each(|chunk| estimator.push_metrics(chunk))?;
                w.into_iter().try_for_each(|chunk| estimator.push_weights(chunk))
            },
        )?;
        Ok(self.estimators.iter_mut().flat_map(|estimator| estimator.networks.spent.drain(..)).collect())
    }

    /// Writes what is left of the rows and the footers, on rayon's current pool.
    pub fn close(mut self) -> Result<ClosedShard, Error> {
        self.estimators.par_iter_mut().try_for_each(Estimator::close)?;
        Ok(ClosedShard { estimators: self.estimators })
    }
}

/// The whole files of a shard, still in the staging folder. Dropped before [`ClosedShard::commit`], they are gone.
pub struct ClosedShard {
    estimators: Vec<Estimator>,
}

impl ClosedShard {
    /// Makes every file durable, then renames weights and after them metrics into the data tree. It waits for the
    /// disk: not for a thread of a pool.
    pub fn commit(self) -> Result<(), Error> {
        let weights = || self.estimators.iter().filter_map(|estimator| Some(&estimator.weights.as_ref()?.0));
        let metrics = || self.estimators.iter().map(|estimator| &estimator.metrics);
        weights().chain(metrics()).try_for_each(Pending::sync)?;
        weights().chain(metrics()).try_for_each(Pending::publish)
    }
}

impl Estimator {
    fn begin(
        directory: &RunDirectory,
        index: u32,
        layout: &Layout,
        files: EstimatorFiles,
    ) -> Result<Estimator, Error> {
        let EstimatorFiles { labels, footer, weights } = files;
        let place =
            Place { estimator: labels.estimator.clone(), n: labels.n, cell: labels.cell.clone(), index };
        let open = |table, schema| -> Result<Pending, Error> {
            directory.clear_staging(&place, table)?;
            let (staged, target) =
                (directory.staging_path(&place, table), directory.root().join(place.path(table)));
            let writer = Some(GroupWriter::create(&staged, schema, &footer)?);
            Ok(Pending { writer, whole: None, staged, target })
        };
        let rows = MetricsChunk { scores: vec![Vec::new(); layout.scores.len()], ..MetricsChunk::default() };
        Ok(Estimator {
            metrics: open(Table::Metrics, metrics_schema(layout))?,
            weights: match weights {
                Some(group) => Some((open(Table::Weights, weights_schema())?, group.max(1))),
                None => None,
            },
            labels,
            layout: layout.clone(),
            rows,
            networks: Networks::default(),
        })
    }

    fn push_metrics(&mut self, chunk: &MetricsChunk) -> Result<(), Error> {
        let count = chunk.trial.len();
        let even = chunk.status.len() == count
            && chunk.kinks.len() == count
            && chunk.scores.len() == self.layout.scores.len()
            && chunk.scores.iter().all(|column| column.len() == count);
        if !even {
            return Err(Error::Ragged("metrics"));
        }
        let mut from = 0;
        while from < count {
            let to = count.min(from + METRICS_ROWS - self.rows.trial.len());
            self.rows.trial.extend_from_slice(&chunk.trial[from..to]);
            self.rows.status.extend_from_slice(&chunk.status[from..to]);
            self.rows.kinks.extend_from_slice(&chunk.kinks[from..to]);
            for (mine, theirs) in self.rows.scores.iter_mut().zip(&chunk.scores) {
                mine.extend_from_slice(&theirs[from..to]);
            }
            if self.rows.trial.len() == METRICS_ROWS {
                self.flush_metrics()?;
            }
            from = to;
        }
        Ok(())
    }

    fn flush_metrics(&mut self) -> Result<(), Error> {
        let (rows, labels) = (&self.rows, &self.labels);
        let count = rows.trial.len();
        let ok: Vec<bool> = rows.status.iter().map(|status| *status == "ok").collect();
        let mut columns = keys(labels, &rows.trial);
        columns.push(array(StringArray::from_iter_values(&rows.status)));
        for text in [&labels.design, &labels.target, &labels.noise] {
            columns.push(constant(text, count));
        }
        for value in &labels.parameters {
            columns.push(array(Float64Array::from(vec![*value; count])));
        }
        let kinks = rows.kinks.iter().zip(&ok).map(|(kinks, ok)| ok.then_some(kinks.cast_signed()));
        columns.push(array(kinks.collect::<Int64Array>()));
        for (name, scores) in self.layout.scores.iter().zip(&rows.scores) {
            let bad = scores.iter().zip(&ok).position(|(score, ok)| *ok && !score.is_finite());
            if let Some(row) = bad {
                return Err(Error::NotFinite {
                    column: name.clone(),
                    trial: rows.trial[row],
                    value: scores[row],
                });
            }
            let values = scores.iter().zip(&ok).map(|(score, ok)| ok.then_some(*score));
            columns.push(array(values.collect::<Float64Array>()));
        }
        self.metrics.append(&columns)?;
        let rows = &mut self.rows;
        rows.trial.clear();
        rows.status.clear();
        rows.kinks.clear();
        rows.scores.iter_mut().for_each(Vec::clear);
        Ok(())
    }

    fn push_weights(&mut self, chunk: WeightsChunk) -> Result<(), Error> {
        if !chunk.is_even() {
            return Err(Error::Ragged("weights"));
        }
        let (chunk, mut from) = (Arc::new(chunk), 0);
        while from < chunk.trial.len() {
            let Some((file, group)) = &self.weights else { return Ok(()) };
            let Networks { trial, skip_slope, skip_intercept, lists, buffers, spent } = &mut self.networks;
            let to = chunk.trial.len().min(from + group - trial.len());
            trial.extend_from_slice(&chunk.trial[from..to]);
            skip_slope.extend_from_slice(&chunk.skip_slope[from..to]);
            skip_intercept.extend_from_slice(&chunk.skip_intercept[from..to]);
            let rows = Rows { chunk: chunk.clone(), rows: from..to };
            lists.push(rows, buffers, spent).map_err(Error::parquet(&file.staged))?;
            if trial.len() == *group {
                self.flush_weights()?;
            }
            from = to;
        }
        self.networks.spent.extend(Arc::into_inner(chunk));
        Ok(())
    }

    fn flush_weights(&mut self) -> Result<(), Error> {
        let Some((file, _)) = &mut self.weights else { return Ok(()) };
        let Networks { trial, skip_slope, skip_intercept, lists, buffers, spent } = &mut self.networks;
        let pages = lists.finish(buffers, spent).map_err(Error::parquet(&file.staged))?;
        let mut columns = keys(&self.labels, trial);
        columns.push(array(Float64Array::from(std::mem::take(skip_slope))));
        columns.push(array(Float64Array::from(std::mem::take(skip_intercept))));
        columns
            .extend([List::Outer, List::Inner, List::Bias].map(|list| Column::Lists(list, &pages, buffers)));
        file.append(&columns)?;
        drop(columns);
        buffers.give_pages(pages);
        trial.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<(), Error> {
        if !self.rows.trial.is_empty() {
            self.flush_metrics()?;
        }
        if !self.networks.trial.is_empty() {
            self.flush_weights()?;
        }
        if let Some((weights, _)) = &mut self.weights {
            weights.close()?;
        }
        self.metrics.close()
    }
}

impl Pending {
    fn append(&mut self, columns: &[Column<'_>]) -> Result<(), Error> {
        self.writer.as_mut().map_or(Err(Error::Ragged("the file is closed")), |writer| writer.append(columns))
    }

    fn close(&mut self) -> Result<(), Error> {
        if let Some(writer) = self.writer.take() {
            self.whole = Some(writer.close()?);
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), Error> {
        self.whole.as_ref().map_or(Ok(()), File::sync_all).map_err(Error::io(&self.staged))
    }

    /// Moves the closed file to its place; durable when this returns.
    fn publish(&self) -> Result<(), Error> {
        let folder = self.target.parent().unwrap_or(Path::new("."));
        let created = !folder.is_dir();
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        fs::rename(&self.staged, &self.target).map_err(Error::io(&self.target))?;
        sync_folder(folder)?;
        if created {
            folder.ancestors().skip(1).take(2).try_for_each(sync_folder)?;
        }
        Ok(())
    }
}

fn keys(labels: &Labels, trials: &[u64]) -> Vec<Column<'static>> {
    let count = trials.len();
    vec![
        constant(&labels.estimator, count),
        array(Int64Array::from(vec![labels.n.cast_signed(); count])),
        constant(&labels.cell, count),
        array(trials.iter().map(|trial| Some(trial.cast_signed())).collect::<Int64Array>()),
    ]
}

fn constant(text: &str, count: usize) -> Column<'static> {
    array(StringArray::from_iter_values(std::iter::repeat_n(text, count)))
}

fn array(values: impl Array + 'static) -> Column<'static> {
    Column::Array(Arc::new(values))
}
