//! Encoding the rows of a shard: gathered into row groups of fixed size, each encoded as soon as it is full.

use crate::chunk::{MetricsChunk, WeightsChunk};
use crate::constant_column::Value;
use crate::error::Error;
use crate::format::Format;
use crate::keys;
use crate::list_column::{Buffers, List, Lists, Rows};
use crate::metrics_rows::MetricsRows;
use crate::place::{Place, Table};
use crate::row_group::{Column, array};
use crate::schema::{Labels, Layout, checkpoints_schema, metrics_schema, weights_schema};
use crate::swept::{self, ParameterKind};
use crate::target::{EncodedGroup, Target};
use arrow_array::Float64Array;
use rayon::prelude::*;
use std::sync::Arc;

/// Labels, footers and layout of the files of one estimator.
#[derive(Clone, Debug)]
pub struct EstimatorFiles {
    /// The values that all rows share.
    pub labels: Labels,
    /// Footer key/values.
    pub footer: Vec<(String, String)>,
    /// Networks a row group; `None` where no weights are stored.
    pub weights: Option<usize>,
    /// Whether there are checkpoints.
    pub checkpoints: bool,
    /// The form of the expansions; `None` where weights are sums of units.
    pub form: Option<&'static str>,
}

impl EstimatorFiles {
    pub(crate) fn place(&self, index: u32) -> Place {
        let Labels { estimator, variant, n, cell, .. } = &self.labels;
        Place { estimator: estimator.clone(), n: *n, cell: cell.clone(), variant: variant.clone(), index }
    }
}

/// The result of a push.
#[derive(Default)]
pub struct Encoded {
    /// Row groups that are full, in the order of their files.
    pub groups: Vec<EncodedGroup>,
    /// Chunks of weights that have been encoded and can be reused.
    pub spent: Vec<WeightsChunk>,
}

/// Encodes the rows of a shard in memory; files are written by [`ShardWriter`](crate::ShardWriter).
pub struct ShardEncoder {
    estimators: Vec<Estimator>,
}

struct Estimator {
    labels: Labels,
    format: Format,
    swept: Vec<(String, ParameterKind)>,
    form: Option<&'static str>,
    metrics: MetricsRows,
    checkpoints: Option<MetricsRows>,
    weights: Option<(Target, usize)>,
    networks: Networks,
    buffers: Arc<Buffers>,
    encoded: Encoded,
}

/// Networks gathered for a row group.
#[derive(Default)]
struct Networks {
    trial: Vec<u64>,
    skip_slope: Vec<f64>,
    skip_intercept: Vec<f64>,
    lists: Lists,
}

impl ShardEncoder {
    /// An encoder for shard `index`. Buffers outlive it, so that their memory is reused while it is in the caches.
    pub fn begin(
        index: u32,
        layout: &Layout,
        files: &[EstimatorFiles],
        buffers: &Arc<Buffers>,
    ) -> Result<ShardEncoder, Error> {
        let begin = |(position, files)| Estimator::begin(position, index, layout, files, buffers);
        Ok(ShardEncoder { estimators: files.iter().enumerate().map(begin).collect::<Result<_, _>>()? })
    }

    /// Appends rows, one list of chunks an estimator, in trial order. Estimators and columns are encoded in
    /// parallel on rayon's current pool.
    pub fn push_all(
        &mut self,
        metrics: &[Vec<MetricsChunk>],
        weights: Vec<Vec<WeightsChunk>>,
    ) -> Result<Encoded, Error> {
        if metrics.len() != self.estimators.len() || weights.len() != self.estimators.len() {
            return Err(Error::Ragged("one list of chunks an estimator is expected"));
        }
        self.estimators.par_iter_mut().zip(metrics.par_iter().zip(weights)).try_for_each(
            |(estimator, (m, w))| {
                m.iter().try_for_each(|chunk| estimator.push_metrics(chunk))?;
                w.into_iter().try_for_each(|chunk| estimator.push_weights(chunk))
            },
        )?;
        Ok(self.take())
    }

    /// Encodes the remaining rows, on rayon's current pool.
    pub fn finish(mut self) -> Result<Encoded, Error> {
        self.estimators.par_iter_mut().try_for_each(Estimator::finish)?;
        Ok(self.take())
    }

    fn take(&mut self) -> Encoded {
        let mut all = Encoded::default();
        for estimator in &mut self.estimators {
            all.groups.append(&mut estimator.encoded.groups);
            all.spent.append(&mut estimator.encoded.spent);
        }
        all
    }
}

impl Estimator {
    fn begin(
        position: usize,
        index: u32,
        layout: &Layout,
        files: &EstimatorFiles,
        buffers: &Arc<Buffers>,
    ) -> Result<Estimator, Error> {
        let (place, labels) = (files.place(index), &files.labels);
        let target = |table: Table, schema| Target::new(position, table, place.path(table), schema);
        Ok(Estimator {
            metrics: MetricsRows::new(target(Table::Metrics, metrics_schema(layout))?, labels, layout),
            checkpoints: if files.checkpoints {
                let target = target(Table::Checkpoints, checkpoints_schema(layout))?;
                Some(MetricsRows::new(target, labels, layout))
            } else {
                None
            },
            weights: match files.weights {
                Some(group) => {
                    let schema = weights_schema(layout, files.form.is_some());
                    Some((target(Table::Weights, schema)?, group.max(1)))
                }
                None => None,
            },
            labels: labels.clone(),
            format: layout.format,
            swept: layout.swept.clone(),
            form: files.form,
            networks: Networks::default(),
            buffers: buffers.clone(),
            encoded: Encoded::default(),
        })
    }

    fn push_metrics(&mut self, chunk: &MetricsChunk) -> Result<(), Error> {
        let Estimator { metrics, checkpoints, encoded, .. } = self;
        metrics.push(chunk, &mut encoded.groups)?;
        match (checkpoints, &chunk.checkpoints) {
            (Some(rows), Some(chunk)) => rows.push(chunk, &mut encoded.groups),
            (None, None) => Ok(()),
            _ => Err(Error::Ragged("checkpoints")),
        }
    }

    fn push_weights(&mut self, chunk: WeightsChunk) -> Result<(), Error> {
        if !chunk.is_even() {
            return Err(Error::Ragged("weights"));
        }
        let (chunk, mut from) = (Arc::new(chunk), 0);
        while from < chunk.trial.len() {
            let Some((target, group)) = &self.weights else { return Ok(()) };
            let Networks { trial, skip_slope, skip_intercept, lists } = &mut self.networks;
            let to = chunk.trial.len().min(from + group - trial.len());
            trial.extend_from_slice(&chunk.trial[from..to]);
            skip_slope.extend_from_slice(&chunk.skip_slope[from..to]);
            skip_intercept.extend_from_slice(&chunk.skip_intercept[from..to]);
            let rows = Rows { chunk: chunk.clone(), rows: from..to };
            lists.push(rows, &self.buffers, &mut self.encoded.spent).map_err(Error::parquet(&target.path))?;
            if trial.len() == *group {
                self.flush_weights()?;
            }
            from = to;
        }
        self.encoded.spent.extend(Arc::into_inner(chunk));
        Ok(())
    }

    fn flush_weights(&mut self) -> Result<(), Error> {
        let Some((target, _)) = &self.weights else { return Ok(()) };
        let Networks { trial, skip_slope, skip_intercept, lists } = &mut self.networks;
        let pages = lists.finish(&self.buffers, &mut self.encoded.spent);
        let pages = Arc::new(pages.map_err(Error::parquet(&target.path))?);
        let mut columns = keys::columns(self.format, &self.labels, trial);
        columns.extend(swept::columns(&self.swept, &self.labels.swept, trial.len()));
        columns.extend(self.form.map(|form| Column::Same(Value::text(form), trial.len())));
        columns.push(array(Float64Array::from(std::mem::take(skip_slope))));
        columns.push(array(Float64Array::from(std::mem::take(skip_intercept))));
        let lists = [List::Outer, List::Inner, List::Bias];
        columns.extend(lists.map(|list| Column::Lists(list, pages.clone(), self.buffers.clone())));
        drop(pages);
        self.encoded.groups.push(target.encode(columns)?);
        trial.clear();
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Error> {
        let Estimator { metrics, checkpoints, encoded, .. } = self;
        for rows in checkpoints.iter_mut().chain([metrics]) {
            rows.flush(&mut encoded.groups)?;
        }
        if !self.networks.trial.is_empty() {
            self.flush_weights()?;
        }
        Ok(())
    }
}
