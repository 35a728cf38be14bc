//! Rewriting finished files when constant columns are added or removed: rows are read and encoded as by a run that computes
//! them.

use crate::chunk::{Inner, MetricsChunk, WeightsChunk};
use crate::directory::RunDirectory;
use crate::encoder::{EstimatorFiles, ShardEncoder};
use crate::error::Error;
use crate::inspect::batch_rows;
use crate::list_column::Buffers;
use crate::place::{Place, Table};
use crate::read::{builder, column, guarded, no_column};
use crate::schema::{Layout, lists};
use crate::shard::ShardWriter;
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_schema::DataType;
use std::path::{Path, PathBuf};
use std::slice::from_ref;
use std::sync::Arc;

/// A reader of the rows of a file.
struct Rows<'a> {
    path: PathBuf,
    layout: &'a Layout,
    words: &'a [&'static str],
}

/// Encodes the rows of the files at `from` as those of shard `index` with other footers, labels and columns; existing files
/// stay until the writer commits. `words` are the possible states of trials. Bytes are those of a run that computes these
/// rows: they pass through the same encoder, which divides them by number alone, and reals keep all their bits.
///
/// The files must have passed [`inspect`](crate::inspect).
///
/// # Errors
/// The disk refuses, or the files have scores, states or types other than those of the layout.
///
/// # Cost
/// Decodes and encodes every value, on rayon's current pool; as much is held of a file as a row group and a batch of
/// rows take.
pub fn rewrite(
    directory: &RunDirectory,
    from: &Place,
    (layout, files, index): (&Layout, &EstimatorFiles, u32),
    words: &[&'static str],
    buffers: &Arc<Buffers>,
) -> Result<ShardWriter, Error> {
    let mut encoder = ShardEncoder::begin(index, layout, from_ref(files), buffers)?;
    let mut writer = ShardWriter::begin(directory, index, layout, from_ref(files))?;
    let rows = |table| Rows { path: directory.root().join(from.path(table)), layout, words };
    let mut push = |metrics: MetricsChunk, weights: WeightsChunk| {
        let encoded = encoder.push_all(&[vec![metrics]], vec![vec![weights]])?;
        writer.append(encoded.groups)
    };
    // An encoder with checkpoints needs a chunk of them, which may be empty, with each chunk of metrics.
    let none = || files.checkpoints.then(Box::<MetricsChunk>::default);
    rows(Table::Metrics).each(|rows, batch| {
        let metrics = MetricsChunk { checkpoints: none(), ..rows.metrics(batch)? };
        push(metrics, WeightsChunk::default())
    })?;
    if files.checkpoints {
        rows(Table::Checkpoints).each(|rows, batch| {
            let checkpoints = Some(Box::new(rows.metrics(batch)?));
            push(MetricsChunk { checkpoints, ..MetricsChunk::default() }, WeightsChunk::default())
        })?;
    }
    if files.weights.is_some() {
        rows(Table::Weights).each(|rows, batch| {
            let empty = MetricsChunk { checkpoints: none(), ..MetricsChunk::default() };
            push(empty, weights(&rows.path, batch)?)
        })?;
    }
    writer.append(encoder.finish()?.groups)?;
    Ok(writer)
}

impl Rows<'_> {
    /// Passes the rows of the file to `next` in order.
    fn each(&self, mut next: impl FnMut(&Rows<'_>, &RecordBatch) -> Result<(), Error>) -> Result<(), Error> {
        guarded(&self.path, || {
            let builder = builder(&self.path)?;
            let rows = batch_rows(builder.metadata());
            for batch in builder.with_batch_size(rows).build().map_err(Error::parquet(&self.path))? {
                next(self, &batch.map_err(Error::arrow(&self.path))?)?;
            }
            Ok(())
        })
    }

    /// Rows of metrics or checkpoints.
    fn metrics(&self, batch: &RecordBatch) -> Result<MetricsChunk, Error> {
        let path = &self.path;
        let (rows, width) = (batch.num_rows(), self.layout.scores.len());
        let mut scores = vec![None; rows * width];
        for (place, name) in self.layout.scores.iter().enumerate() {
            let values = column(path, batch, name, &DataType::Float64)?;
            let values = values.as_primitive::<Float64Type>().iter();
            scores
                .iter_mut()
                .skip(place)
                .step_by(width)
                .zip(values)
                .for_each(|(score, value)| *score = value);
        }
        let kinks = column(path, batch, "kinks", &DataType::Int64)?;
        let has_steps = batch.column_by_name("checkpoint").is_some();
        Ok(MetricsChunk {
            trial: naturals(path, batch, "trial")?,
            failure: self.failures(batch)?,
            kinks: kinks.as_primitive::<Int64Type>().iter().map(|k| k.map(i64::cast_unsigned)).collect(),
            scores,
            checkpoint: if has_steps { naturals(path, batch, "checkpoint")? } else { Vec::new() },
            checkpoints: None,
        })
    }

    fn failures(&self, batch: &RecordBatch) -> Result<Vec<Option<&'static str>>, Error> {
        let status = column(&self.path, batch, "status", &DataType::Utf8)?;
        let known = |(row, word): (usize, Option<&str>)| match word {
            Some(MetricsChunk::OK) => Ok(None),
            word => {
                let failure = self.words.iter().find(|known| word == Some(**known)).copied();
                failure.map(Some).ok_or_else(|| Error::Value {
                    path: self.path.clone(),
                    column: "status".into(),
                    row: row as u64,
                    found: word.unwrap_or("NULL").into(),
                    expected: format!("{} or one of {}", MetricsChunk::OK, self.words.join(", ")),
                })
            }
        };
        status.as_string::<i32>().iter().enumerate().map(known).collect()
    }
}

/// A column of whole numbers.
fn naturals(path: &Path, batch: &RecordBatch, name: &str) -> Result<Vec<u64>, Error> {
    let values = column(path, batch, name, &DataType::Int64)?;
    Ok(values.as_primitive::<Int64Type>().values().iter().map(|value| value.cast_unsigned()).collect())
}

/// Rows of weights.
fn weights(path: &Path, batch: &RecordBatch) -> Result<WeightsChunk, Error> {
    let real = |name| -> Result<Vec<f64>, Error> {
        Ok(column(path, batch, name, &DataType::Float64)?.as_primitive::<Float64Type>().values().to_vec())
    };
    // Lengths of the rows, and all their values one after the other.
    let list = |name: &str| -> Result<(Vec<i32>, Vec<f64>), Error> {
        let lists = batch.column_by_name(name).and_then(|array| array.as_list_opt::<i32>());
        let lists = lists.ok_or_else(|| no_column(path, name, &[name], batch))?;
        let (offsets, values) = (lists.value_offsets(), lists.values().as_primitive_opt::<Float64Type>());
        let values = values.ok_or_else(|| no_column(path, name, &[name], batch))?;
        let (first, last) = (offsets[0] as usize, offsets[offsets.len() - 1] as usize);
        let ends = offsets[1..].iter().map(|end| end - offsets[0]).collect();
        Ok((ends, values.values()[first..last].to_vec()))
    };
    let [outer, inner, bias] = lists(&batch.schema());
    let ((ends, outer), (inner_ends, inner), (bias_ends, bias)) = (list(outer)?, list(inner)?, list(bias)?);
    if inner_ends != ends || bias_ends != ends {
        return Err(Error::Ragged("the lists of a network"));
    }
    Ok(WeightsChunk {
        trial: naturals(path, batch, "trial")?,
        skip_slope: real("skip_slope")?,
        skip_intercept: real("skip_intercept")?,
        ends: ends.into_iter().map(|end| end as usize).collect(),
        outer,
        // Given values and ones are encoded alike where the values are equal.
        inner: Inner::Given(inner),
        bias,
    })
}
