//! Rows of metrics, or of checkpoints, gathered for a row group.

use crate::encoder::{EncodedGroup, Target, array, constant, keys};
use crate::error::Error;
use crate::row_group::Column;
use crate::schema::{Labels, Layout, MetricsChunk};
use arrow::array::{Float64Array, Int64Array, StringArray};

/// Rows of a row group: what DuckDB and Polars take at once.
const GROUP: usize = 122_880;

/// The rows that are not encoded yet, and the file they are for.
pub(crate) struct MetricsRows {
    target: Target,
    rows: MetricsChunk,
}

impl MetricsRows {
    pub fn new(target: Target, layout: &Layout) -> MetricsRows {
        let rows = MetricsChunk { scores: vec![Vec::new(); layout.scores.len()], ..MetricsChunk::default() };
        MetricsRows { target, rows }
    }

    /// Appends rows, and to `groups` the row groups that they fill.
    pub fn push(
        &mut self,
        chunk: &MetricsChunk,
        (labels, layout): (&Labels, &Layout),
        groups: &mut Vec<EncodedGroup>,
    ) -> Result<(), Error> {
        if !chunk.is_even(layout) {
            return Err(Error::Ragged("metrics"));
        }
        let (count, mut from) = (chunk.trial.len(), 0);
        while from < count {
            let rows = &mut self.rows;
            let to = count.min(from + GROUP - rows.trial.len());
            rows.trial.extend_from_slice(&chunk.trial[from..to]);
            rows.status.extend_from_slice(&chunk.status[from..to]);
            rows.kinks.extend_from_slice(&chunk.kinks[from..to]);
            rows.checkpoint.extend(chunk.checkpoint.get(from..to).unwrap_or_default());
            for (mine, theirs) in rows.scores.iter_mut().zip(&chunk.scores) {
                mine.extend_from_slice(&theirs[from..to]);
            }
            if rows.trial.len() == GROUP {
                self.flush((labels, layout), groups)?;
            }
            from = to;
        }
        Ok(())
    }

    /// Encodes what is left.
    pub fn flush(
        &mut self,
        (labels, layout): (&Labels, &Layout),
        groups: &mut Vec<EncodedGroup>,
    ) -> Result<(), Error> {
        let rows = &mut self.rows;
        let count = rows.trial.len();
        if count == 0 {
            return Ok(());
        }
        let mut columns = keys(labels, &rows.trial);
        if !rows.checkpoint.is_empty() {
            columns.push(integers(&rows.checkpoint));
        }
        columns.push(array(StringArray::from_iter_values(&rows.status)));
        for text in [&labels.design, &labels.target, &labels.noise] {
            columns.push(constant(text, count));
        }
        for value in &labels.parameters {
            columns.push(array(Float64Array::from(vec![*value; count])));
        }
        let kinks = rows.kinks.iter().map(|kinks| kinks.map(u64::cast_signed));
        columns.push(array(kinks.collect::<Int64Array>()));
        for (name, scores) in layout.scores.iter().zip(&rows.scores) {
            let bad = rows.trial.iter().zip(scores).find_map(|(trial, score)| {
                score.filter(|score| !score.is_finite()).map(|value| (*trial, value))
            });
            if let Some((trial, value)) = bad {
                return Err(Error::NotFinite { column: name.clone(), trial, value });
            }
            columns.push(array(scores.iter().copied().collect::<Float64Array>()));
        }
        groups.push(self.target.encode(columns)?);
        self.rows.clear(layout.scores.len());
        Ok(())
    }
}

fn integers(values: &[u64]) -> Column {
    array(values.iter().map(|value| Some(value.cast_signed())).collect::<Int64Array>())
}
