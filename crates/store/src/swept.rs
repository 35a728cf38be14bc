//! Columns of swept parameters: one for each parameter that distinguishes variants of an estimator, of the parameter's type.

use crate::constant_column::Value;
use crate::row_group::{Column, array};
use arrow_array::{BooleanArray, new_null_array};
use arrow_schema::{DataType, Field};

/// The type of a swept parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParameterKind {
    /// A real number.
    Real,
    /// A whole number.
    Whole,
    /// True or false.
    Flag,
    /// A word, or a list as it is written.
    Text,
}

/// The value of a swept parameter, the same in all rows of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// The estimator has no such parameter, or none that is swept.
    None,
    /// A real number.
    Real(f64),
    /// A whole number.
    Whole(u64),
    /// True or false.
    Flag(bool),
    /// A word, or a list as it is written.
    Text(String),
}

/// The fields of swept parameters, NULL where an estimator has none of the name.
pub(crate) fn fields(swept: &[(String, ParameterKind)]) -> impl Iterator<Item = Field> + '_ {
    swept.iter().map(|(name, kind)| Field::new(name, data_type(*kind), true))
}

fn data_type(kind: ParameterKind) -> DataType {
    match kind {
        ParameterKind::Real => DataType::Float64,
        ParameterKind::Whole => DataType::Int64,
        ParameterKind::Flag => DataType::Boolean,
        ParameterKind::Text => DataType::Utf8,
    }
}

/// The columns of `rows` rows. Booleans have no dictionary in Parquet, and are encoded row by row.
pub(crate) fn columns<'a>(
    swept: &'a [(String, ParameterKind)],
    values: &'a [Parameter],
    rows: usize,
) -> impl Iterator<Item = Column> + 'a {
    let values = values.iter().chain(std::iter::repeat(&Parameter::None));
    swept.iter().zip(values).map(move |((_, kind), value)| match (kind, value) {
        (ParameterKind::Flag, Parameter::Flag(flag)) => array(BooleanArray::from(vec![*flag; rows])),
        (ParameterKind::Flag, _) => Column::Array(new_null_array(&DataType::Boolean, rows)),
        (ParameterKind::Real, Parameter::Real(x)) => Column::Same(Value::Real(*x), rows),
        (ParameterKind::Real, Parameter::Whole(x)) => Column::Same(Value::Real(*x as f64), rows),
        (ParameterKind::Whole, Parameter::Whole(x)) => Column::Same(Value::Integer(x.cast_signed()), rows),
        (ParameterKind::Text, Parameter::Text(text)) => Column::Same(Value::text(text), rows),
        _ => Column::Same(Value::Null, rows),
    })
}
