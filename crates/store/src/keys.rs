//! The key columns, with which all tables begin.

use crate::constant_column::Value;
use crate::format::Format;
use crate::row_group::{Column, integers};
use crate::schema::Labels;

/// The key columns of these trials.
pub(crate) fn columns(format: Format, labels: &Labels, trials: &[u64]) -> Vec<Column> {
    let same = |value| Column::Same(value, trials.len());
    let mut columns = Vec::new();
    if format.repeats_keys() {
        columns.extend([Value::text(&labels.estimator), Value::Integer(labels.n.cast_signed())].map(same));
    }
    columns.extend([same(Value::text(&labels.cell)), integers(trials)]);
    columns
}
