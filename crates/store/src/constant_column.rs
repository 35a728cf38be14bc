//! Columns with the same value in all rows, written without encoding each row.
//!
//! Half of the columns of metrics are constant in a file: the name of the cell, or NULL for a score that does not apply.
//! Such a column is a dictionary of one value and a page of one run, or for NULL the page alone.
//!
//! Source of the format: the Parquet specification, data pages version 1, encodings PLAIN, RLE and RLE_DICTIONARY.

use crate::column_chunk::ColumnChunk;
use crate::frame::Framer;
use crate::levels::Levels;
use arrow_array::{ArrayRef, Float64Array, Int64Array, StringArray};
use arrow_schema::DataType;
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{CompressedPage, Page};
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;
use std::sync::Arc;

/// The value of a row.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Text(Arc<str>),
    Integer(i64),
    Real(f64),
}

impl Value {
    pub fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    /// Whether both have the same bits.
    pub fn is(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::Integer(a), Value::Integer(b)) => a == b,
            (Value::Real(a), Value::Real(b)) => a.to_bits() == b.to_bits(),
            _ => false,
        }
    }

    /// So many rows of a column of this type.
    pub fn array(&self, kind: &DataType, rows: usize) -> ArrayRef {
        match self {
            Value::Null => arrow_array::new_null_array(kind, rows),
            Value::Text(text) => Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, rows))),
            Value::Integer(value) => Arc::new(Int64Array::from(vec![*value; rows])),
            Value::Real(value) => Arc::new(Float64Array::from(vec![*value; rows])),
        }
    }

    /// Its encoding in a dictionary.
    fn plain(&self) -> Option<Vec<u8>> {
        match self {
            Value::Null => None,
            Value::Text(text) => {
                let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
                Some([&length.to_le_bytes(), text.as_bytes()].concat())
            }
            Value::Integer(value) => Some(value.to_le_bytes().into()),
            Value::Real(value) => Some(value.to_le_bytes().into()),
        }
    }

    fn statistics(&self, column: &ColumnDescPtr, rows: u64) -> Statistics {
        use parquet::basic::Type;
        let nulls = Some(if matches!(self, Value::Null) { rows } else { 0 });
        match (self, column.physical_type()) {
            (Value::Text(text), _) => {
                let bytes = || Some(ByteArray::from(text.as_bytes().to_vec()));
                Statistics::byte_array(bytes(), bytes(), None, nulls, false)
            }
            (Value::Integer(value), _) => Statistics::int64(Some(*value), Some(*value), None, nulls, false),
            (Value::Real(value), _) => {
                // The format requires −0 as the minimum and +0 as the maximum of zeros, whose signs readers may ignore.
                let [low, high] = if *value == 0.0 { [-0.0, 0.0] } else { [*value; 2] };
                Statistics::double(Some(low), Some(high), None, nulls, false)
            }
            (Value::Null, Type::INT64) => Statistics::int64(None, None, None, nulls, false),
            (Value::Null, Type::DOUBLE) => Statistics::double(None, None, None, nulls, false),
            (Value::Null, _) => Statistics::byte_array(None, None, None, nulls, false),
        }
    }
}

/// A column of `rows` rows that all hold this value.
pub(crate) fn column(column: ColumnDescPtr, value: &Value, rows: usize) -> Result<ColumnChunk> {
    let failed = |error: std::io::Error| ParquetError::External(error.into());
    let mut framer = Framer::default();
    let mut stored = |bytes: &[u8]| -> Result<Bytes> {
        let mut out = Vec::new();
        let mut frame = framer.parts(bytes.len(), bytes.len(), &mut out).map_err(failed)?;
        frame.raw(bytes).map_err(failed)?;
        let length = frame.finish().map_err(failed)?;
        out.truncate(length);
        Ok(out.into())
    };
    let mut pages = Vec::new();
    let plain = value.plain();
    let is_some = plain.is_some();
    if let Some(plain) = plain {
        let buf = stored(&plain)?;
        let page = Page::DictionaryPage { buf, num_values: 1, encoding: Encoding::PLAIN, is_sorted: false };
        pages.push(CompressedPage::new(page, plain.len()));
    }
    let body = body(&column, is_some, rows);
    let data = Page::DataPage {
        buf: stored(&body)?,
        num_values: run(0, rows).total(),
        encoding: if is_some { Encoding::RLE_DICTIONARY } else { Encoding::PLAIN },
        def_level_encoding: Encoding::RLE,
        rep_level_encoding: Encoding::RLE,
        statistics: None,
    };
    pages.push(CompressedPage::new(data, body.len()));
    let mut encodings = vec![Encoding::PLAIN, Encoding::RLE];
    encodings.extend(is_some.then_some(Encoding::RLE_DICTIONARY));
    let statistics = value.statistics(&column, rows as u64);
    ColumnChunk::new(column, rows as u64, pages, (encodings, Some(statistics)))
}

/// Definition levels, and dictionary indices, of `rows` rows.
fn body(column: &ColumnDescPtr, is_some: bool, rows: usize) -> Vec<u8> {
    let mut body = Vec::new();
    if column.max_def_level() > 0 {
        body.extend(run(u8::from(is_some), rows).finish());
    }
    if is_some {
        // Dictionary indices have one bit each.
        body.push(1);
        body.extend(run(0, rows).finish_without_length());
    }
    body
}

fn run(value: u8, count: usize) -> Levels {
    let mut levels = Levels::new();
    levels.push(value, count);
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row_group::{Column, GroupEncoder, GroupWriter};
    use crate::{Disk, Local};
    use arrow_array::{Array, RecordBatch};
    use arrow_schema::{Field, Schema, SchemaRef};
    use arrow_select::concat::concat_batches;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    fn schema() -> SchemaRef {
        let field = |name: &str, kind: &DataType, nulls| Field::new(name, kind.clone(), nulls);
        let fields = [DataType::Utf8, DataType::Int64, DataType::Float64];
        let both = fields.iter().flat_map(|kind| {
            [field(&format!("{kind}"), kind, false), field(&format!("{kind} or NULL"), kind, true)]
        });
        Arc::new(Schema::new(both.collect::<Vec<_>>()))
    }

    /// Writes blocks, one row group, and reads them back.
    fn through_a_file(blocks: Vec<Vec<Column>>) -> RecordBatch {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("constants.parquet");
        let (schema, local): (_, &dyn Disk) = (schema(), &Local);
        let mut group = GroupEncoder::new(schema.clone()).unwrap().begin().unwrap();
        blocks.into_iter().for_each(|block| group.write(block).unwrap());
        let mut file = GroupWriter::create(local, &path, &schema, &[]).unwrap();
        file.append(group.close().unwrap()).unwrap();
        drop(file.close().unwrap());
        let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(&path).unwrap()).unwrap();
        let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
        concat_batches(&schema, &batches).unwrap()
    }

    /// Blocks in which every column holds one value, with their rows.
    fn values(text: &str, integer: i64, real: f64, null: bool) -> Vec<Value> {
        let [a, b, c] = [Value::text(text), Value::Integer(integer), Value::Real(real)];
        let or_null = |value: &Value| if null { Value::Null } else { value.clone() };
        vec![a.clone(), or_null(&a), b.clone(), or_null(&b), c.clone(), or_null(&c)]
    }

    #[test]
    fn rows_come_back_whether_they_agree_or_not() {
        let (one, other) = (values("one", -7, 0.0, true), values("two", 1 << 40, -0.0, false));
        let none = values("", 0, 1.5, true);
        let cases: [&[(&Vec<Value>, usize)]; 5] = [
            &[(&one, 1)],
            &[(&other, 70_000)],
            &[(&one, 300), (&one, 20)],
            &[(&one, 300), (&other, 1), (&other, 5000)],
            &[(&none, 64), (&other, 64), (&none, 7)],
        ];
        for case in cases {
            let block = |(values, rows): &(&Vec<Value>, usize)| {
                values.iter().map(|value| Column::Same(value.clone(), *rows)).collect::<Vec<_>>()
            };
            let read = through_a_file(case.iter().map(block).collect());
            let schema = schema();
            for (place, field) in schema.fields().iter().enumerate() {
                let parts: Vec<ArrayRef> =
                    case.iter().map(|(v, rows)| v[place].array(field.data_type(), *rows)).collect();
                let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
                let expected = arrow_select::concat::concat(&parts).unwrap();
                assert_eq!(read.column(place).to_data(), expected.to_data(), "{field} {}", expected.len());
            }
        }
    }

    #[test]
    fn zeros_of_both_signs_are_two_values() {
        assert!(!Value::Real(0.0).is(&Value::Real(-0.0)) && Value::Null.is(&Value::Null));
        assert!(!Value::Null.is(&Value::Real(0.0)) && Value::text("a").is(&Value::text("a")));
    }
}
