//! Grouping the rows of metrics, or of checkpoints, into row groups.

use crate::chunk::MetricsChunk;
use crate::constant_column::Value;
use crate::error::Error;
use crate::keys;
use crate::row_group::{Column, OpenGroup, array, integers};
use crate::schema::{Labels, Layout};
use crate::swept;
use crate::target::{EncodedGroup, Target};
use arrow_array::{Float64Array, Int64Array, StringArray};
use arrow_buffer::NullBuffer;

/// Rows that are encoded at a time: an eighth of a row group, whose columns of a few megabytes fit a cache. Pages end at
/// multiples of it, so that they do not depend on the batches in which rows arrive.
const BLOCK_ROWS: usize = 15_360;
/// Blocks of a row group: 122,880 rows, the unit in which DuckDB and Polars read.
const GROUP_BLOCKS: usize = 8;

/// The rows that are not encoded, and their file.
pub(crate) struct MetricsRows {
    target: Target,
    labels: Labels,
    layout: Layout,
    block: Block,
    group: Option<OpenGroup>,
    blocks: usize,
}

/// Rows of a block, column by column.
#[derive(Default)]
struct Block {
    trial: Vec<u64>,
    failure: Vec<Option<&'static str>>,
    kinks: Vec<Option<u64>>,
    checkpoint: Vec<u64>,
    /// One list a score; NaN where there is none.
    scores: Vec<Vec<f64>>,
}

impl MetricsRows {
    pub fn new(target: Target, labels: &Labels, layout: &Layout) -> MetricsRows {
        let block = Block { scores: vec![Vec::new(); layout.scores.len()], ..Block::default() };
        let (labels, layout) = (labels.clone(), layout.clone());
        MetricsRows { target, labels, layout, block, group: None, blocks: 0 }
    }

    /// Appends rows, and to `groups` the row groups that they fill.
    pub fn push(&mut self, chunk: &MetricsChunk, groups: &mut Vec<EncodedGroup>) -> Result<(), Error> {
        if !chunk.is_even(self.layout.scores.len()) {
            return Err(Error::Ragged("metrics"));
        }
        let (count, mut from) = (chunk.trial.len(), 0);
        while from < count {
            let block = &mut self.block;
            let to = count.min(from + BLOCK_ROWS - block.trial.len());
            block.trial.extend_from_slice(&chunk.trial[from..to]);
            block.failure.extend_from_slice(&chunk.failure[from..to]);
            block.kinks.extend_from_slice(&chunk.kinks[from..to]);
            block.checkpoint.extend(chunk.checkpoint.get(from..to).unwrap_or_default());
            let width = self.layout.scores.len();
            let rows = &chunk.scores[from * width..to * width];
            for (place, (column, name)) in block.scores.iter_mut().zip(&self.layout.scores).enumerate() {
                let scores = rows.chunks_exact(width).map(|row| row[place]);
                let mut finite = true;
                column.extend(scores.clone().map(|score| {
                    finite &= score.is_none_or(f64::is_finite);
                    score.unwrap_or(f64::NAN)
                }));
                if !finite {
                    return Err(not_finite(name, &chunk.trial[from..to], scores));
                }
            }
            if block.trial.len() == BLOCK_ROWS {
                self.encode()?;
            }
            if self.blocks == GROUP_BLOCKS {
                self.flush(groups)?;
            }
            from = to;
        }
        Ok(())
    }

    /// Encodes the remaining rows and starts the next row group.
    pub fn flush(&mut self, groups: &mut Vec<EncodedGroup>) -> Result<(), Error> {
        if !self.block.trial.is_empty() {
            self.encode()?;
        }
        if let Some(group) = self.group.take() {
            groups.push(self.target.close(group)?);
        }
        self.blocks = 0;
        Ok(())
    }

    /// Encodes the rows of a block.
    fn encode(&mut self) -> Result<(), Error> {
        let Block { trial, failure, kinks, checkpoint, scores } = &mut self.block;
        let rows = trial.len();
        let Labels { design, target, noise, parameters, .. } = &self.labels;
        let mut columns = keys::columns(self.layout.format, &self.labels, trial);
        if !checkpoint.is_empty() {
            columns.push(integers(checkpoint));
        }
        columns.push(status(failure));
        columns.extend([design, target, noise].map(|label| Column::Same(Value::text(label), rows)));
        let real = |value: &Option<f64>| Column::Same(value.map_or(Value::Null, Value::Real), rows);
        columns.extend(parameters.iter().map(real));
        columns.extend(swept::columns(&self.layout.swept, &self.labels.swept, rows));
        columns.push(if kinks.iter().all(Option::is_none) {
            Column::Same(Value::Null, rows)
        } else {
            array(kinks.iter().map(|kinks| kinks.map(u64::cast_signed)).collect::<Int64Array>())
        });
        columns.extend(scores.iter_mut().map(reals));
        let group = match &mut self.group {
            Some(group) => group,
            none => none.insert(self.target.begin()?),
        };
        self.target.write(group, columns)?;
        self.blocks += 1;
        trial.clear();
        failure.clear();
        kinks.clear();
        checkpoint.clear();
        scores.iter_mut().for_each(Vec::clear);
        Ok(())
    }
}

/// The column `status`.
fn status(failure: &[Option<&'static str>]) -> Column {
    if failure.iter().all(Option::is_none) {
        return Column::Same(Value::text(MetricsChunk::OK), failure.len());
    }
    let words = failure.iter().map(|failure| failure.unwrap_or(MetricsChunk::OK));
    array(StringArray::from_iter_values(words))
}

/// The column of these scores, NaN for missing ones; the list is moved into the column unless it is constant.
fn reals(scores: &mut Vec<f64>) -> Column {
    let first = scores.first().copied().unwrap_or(f64::NAN);
    if scores.iter().all(|score| score.to_bits() == first.to_bits()) {
        return Column::Same(if first.is_nan() { Value::Null } else { Value::Real(first) }, scores.len());
    }
    let some = scores.iter().any(|score| score.is_nan());
    let some = some.then(|| scores.iter().map(|score| !score.is_nan()).collect::<NullBuffer>());
    let next = Vec::with_capacity(scores.len());
    array(Float64Array::new(std::mem::replace(scores, next).into(), some))
}

fn not_finite(column: &str, trials: &[u64], mut scores: impl Iterator<Item = Option<f64>>) -> Error {
    let bad = trials.iter().find_map(|trial| Some((*trial, scores.next()??)).filter(|(_, v)| !v.is_finite()));
    let (trial, value) = bad.unwrap_or((0, f64::NAN));
    Error::NotFinite { column: column.to_string(), trial, value }
}
