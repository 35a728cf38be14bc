//! Columns of the summary's files.

use polars_core::prelude::*;

/// A table: named columns of one length.
pub(crate) type Table = Vec<Column>;

/// A name, or a suffix of one, and the function that returns its values.
pub(crate) type Named<T, V> = (&'static str, fn(&T) -> V);

pub(crate) fn text(name: &str, values: impl Iterator<Item = Option<String>>) -> Column {
    Column::new(name.into(), values.collect::<Vec<_>>())
}

pub(crate) fn integers(name: &str, values: impl Iterator<Item = u64>) -> Column {
    Column::new(name.into(), values.map(|value| i64::try_from(value).ok()).collect::<Vec<_>>())
}

pub(crate) fn reals(name: &str, values: impl Iterator<Item = Option<f64>>) -> Column {
    Column::new(name.into(), values.collect::<Vec<_>>())
}

pub(crate) fn truths(name: &str, values: impl Iterator<Item = Option<bool>>) -> Column {
    Column::new(name.into(), values.collect::<Vec<_>>())
}
