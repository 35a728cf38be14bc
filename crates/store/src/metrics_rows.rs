//! Rows of metrics, or of checkpoints, on their way into row groups.

use crate::encoder::{EncodedGroup, Target, constant, integers, same};
use crate::error::Error;
use crate::row_group::OpenGroup;
use crate::schema::{Labels, Layout, MetricsChunk};
use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
use arrow::buffer::NullBuffer;
use std::sync::Arc;

/// Rows that are encoded at a time: a few megabytes of columns, within a cache. Pages end at multiples of it, whatever
/// the size of the batches that rows come in.
const BLOCK_ROWS: usize = 15_360;
/// Blocks of a row group: 122,880 rows, what DuckDB and Polars take at once.
const GROUP_BLOCKS: usize = 8;

/// The rows that are not encoded yet, and the file they are for.
pub(crate) struct MetricsRows {
    target: Target,
    labels: Labels,
    layout: Layout,
    rows: MetricsChunk,
    /// Columns in which all rows of the file agree: those of the first block, of which later ones take the front.
    constants: Option<Constants>,
    group: Option<OpenGroup>,
    blocks: usize,
}

struct Constants {
    estimator: ArrayRef,
    n: ArrayRef,
    cell: ArrayRef,
    labels: [ArrayRef; 3],
    parameters: Vec<ArrayRef>,
    ok: ArrayRef,
}

impl MetricsRows {
    pub fn new(target: Target, labels: &Labels, layout: &Layout) -> MetricsRows {
        let rows = MetricsChunk { scores: vec![Vec::new(); layout.scores.len()], ..MetricsChunk::default() };
        let (labels, layout) = (labels.clone(), layout.clone());
        MetricsRows { target, labels, layout, rows, constants: None, group: None, blocks: 0 }
    }

    /// Appends rows, and to `groups` the row groups that they fill.
    pub fn push(&mut self, chunk: &MetricsChunk, groups: &mut Vec<EncodedGroup>) -> Result<(), Error> {
        if !chunk.is_even(&self.layout) {
            return Err(Error::Ragged("metrics"));
        }
        let (count, mut from) = (chunk.trial.len(), 0);
        while from < count {
            let rows = &mut self.rows;
            let to = count.min(from + BLOCK_ROWS - rows.trial.len());
            rows.trial.extend_from_slice(&chunk.trial[from..to]);
            rows.status.extend_from_slice(&chunk.status[from..to]);
            rows.kinks.extend_from_slice(&chunk.kinks[from..to]);
            rows.checkpoint.extend(chunk.checkpoint.get(from..to).unwrap_or_default());
            for (mine, theirs) in rows.scores.iter_mut().zip(&chunk.scores) {
                mine.extend_from_slice(&theirs[from..to]);
            }
            if rows.trial.len() == BLOCK_ROWS {
                self.encode()?;
            }
            if self.blocks == GROUP_BLOCKS {
                self.flush(groups)?;
            }
            from = to;
        }
        Ok(())
    }

    /// Encodes what is left; the next row group begins.
    pub fn flush(&mut self, groups: &mut Vec<EncodedGroup>) -> Result<(), Error> {
        if !self.rows.trial.is_empty() {
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
        let (rows, count) = (&self.rows, self.rows.trial.len());
        let constants = self.constants.get_or_insert_with(|| Constants::new(&self.labels, count));
        let some = |array: &ArrayRef| array.slice(0, count);
        let mut columns = vec![some(&constants.estimator), some(&constants.n), some(&constants.cell)];
        columns.push(Arc::new(integers(&rows.trial)));
        if !rows.checkpoint.is_empty() {
            columns.push(Arc::new(integers(&rows.checkpoint)));
        }
        columns.push(match rows.status.iter().all(|status| *status == OK) {
            true => some(&constants.ok),
            false => Arc::new(StringArray::from_iter_values(&rows.status)),
        });
        columns.extend(constants.labels.iter().chain(&constants.parameters).map(some));
        let kinks = rows.kinks.iter().map(|kinks| kinks.map(u64::cast_signed));
        columns.push(Arc::new(kinks.collect::<Int64Array>()));
        for (name, scores) in self.layout.scores.iter().zip(&rows.scores) {
            columns.push(reals(name, &rows.trial, scores)?);
        }
        let group = match &mut self.group {
            Some(group) => group,
            none => none.insert(self.target.begin()?),
        };
        self.target.write(group, &columns)?;
        self.blocks += 1;
        self.rows.clear(self.layout.scores.len());
        Ok(())
    }
}

/// Status of a trial that did not fail.
const OK: &str = "ok";

impl Constants {
    fn new(labels: &Labels, count: usize) -> Constants {
        let Labels { estimator, n, cell, design, target, noise, parameters } = labels;
        let text = |text: &str| constant(text, count);
        let real = |value: &Option<f64>| Arc::new(Float64Array::from(vec![*value; count])) as ArrayRef;
        Constants {
            estimator: text(estimator),
            n: Arc::new(same(*n, count)),
            cell: text(cell),
            labels: [text(design), text(target), text(noise)],
            parameters: parameters.iter().map(real).collect(),
            ok: text(OK),
        }
    }
}

/// A column of scores.
fn reals(name: &str, trials: &[u64], scores: &[Option<f64>]) -> Result<ArrayRef, Error> {
    let values: Vec<f64> = scores.iter().map(|score| score.unwrap_or(0.0)).collect();
    if let Some((trial, value)) = trials.iter().zip(&values).find(|(_, value)| !value.is_finite()) {
        return Err(Error::NotFinite { column: name.to_string(), trial: *trial, value: *value });
    }
    let some = NullBuffer::from_iter(scores.iter().map(Option::is_some));
    Ok(Arc::new(Float64Array::new(values.into(), Some(some).filter(|some| some.null_count() > 0))))
}
