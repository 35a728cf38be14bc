//! Columns of lists of reals, encoded from flat slices.
//!
//! Weights are nearly all of a run's bytes. Going through Arrow arrays would copy every value twice more and
//! give each an index; here the levels are computed once for the lists of a row group and shared.

use parquet::basic::Type;
use parquet::column::writer::{ColumnCloseResult, get_column_writer, get_typed_column_writer};
use parquet::data_type::DoubleType;
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// Where lists begin and which are empty, as Parquet's levels.
#[derive(Default)]
pub(crate) struct Levels {
    definition: Vec<i16>,
    repetition: Vec<i16>,
}

impl Levels {
    /// The levels of lists that end at these places of the flat values.
    pub fn fill(&mut self, ends: &[usize]) {
        self.definition.clear();
        self.repetition.clear();
        let mut start = 0;
        for end in ends {
            let count = end - start;
            self.repetition.push(0);
            self.definition.push(i16::from(count > 0));
            let rest = self.repetition.len() + count.saturating_sub(1);
            self.repetition.resize(rest, 1);
            self.definition.resize(rest, 1);
            start = *end;
        }
    }
}

/// A column chunk on its own: its bytes and what its footer says.
pub(crate) struct EncodedLists {
    pub bytes: bytes::Bytes,
    pub close: ColumnCloseResult,
}

/// Encodes one column of lists.
pub(crate) fn encode(
    column: ColumnDescPtr,
    properties: WriterPropertiesPtr,
    levels: &Levels,
    values: &[f64],
) -> Result<EncodedLists> {
    if column.physical_type() != Type::DOUBLE || column.max_def_level() != 1 || column.max_rep_level() != 1 {
        return Err(ParquetError::General("a list of reals is expected".into()));
    }
    let mut sink = TrackedWrite::new(Vec::with_capacity(size_of_val(values)));
    let pages = Box::new(SerializedPageWriter::new(&mut sink));
    let mut writer = get_typed_column_writer::<DoubleType>(get_column_writer(column, properties, pages));
    writer.write_batch(values, Some(&levels.definition), Some(&levels.repetition))?;
    let close = writer.close()?;
    Ok(EncodedLists { bytes: sink.into_inner()?.into(), close })
}
