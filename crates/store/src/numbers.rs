//! Numbers in the columns of users' files.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type,
    Float32Type, Float64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, downcast_integer_array};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use arrow_select::take::take;

/// The values of a column, decoded where it is a dictionary.
///
/// # Errors
/// Indices outside the dictionary.
pub(crate) fn plain(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match array.as_any_dictionary_opt() {
        Some(dictionary) => take(dictionary.values(), dictionary.keys(), None),
        None => Ok(array.clone()),
    }
}

/// Integers, and dates and times as integers from 1970 in the units of their type; `None` for all other types. 128 bits
/// hold signed and unsigned integers of 64 bits.
pub(crate) fn whole(array: &ArrayRef) -> Option<Vec<i128>> {
    let wide = |values: &[i64]| values.iter().map(|value| i128::from(*value)).collect();
    downcast_integer_array! {
        array => Some(array.values().iter().map(|value| i128::from(*value)).collect()),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().values();
            Some(days.iter().map(|day| i128::from(*day)).collect())
        }
        DataType::Date64 => Some(wide(array.as_primitive::<Date64Type>().values())),
        DataType::Timestamp(unit, _) => Some(wide(match unit {
            TimeUnit::Second => array.as_primitive::<TimestampSecondType>().values(),
            TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().values(),
            TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().values(),
            TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().values(),
        })),
        _ => None,
    }
}

/// Numbers as doubles, integers rounded to the nearest; `None` for a column of another type.
pub(crate) fn reals(array: &ArrayRef) -> Option<Vec<f64>> {
    if let Some(whole) = whole(array) {
        return Some(whole.into_iter().map(|value| value as f64).collect());
    }
    // A decimal is an integer over a power of ten, so that the division rounds once.
    let over = |values: &mut dyn Iterator<Item = f64>, scale: i8| -> Vec<f64> {
        let power = 10f64.powi(i32::from(scale));
        values.map(|value| value / power).collect()
    };
    Some(match array.data_type() {
        DataType::Float16 => {
            array.as_primitive::<Float16Type>().values().iter().map(|x| x.to_f64()).collect()
        }
        DataType::Float32 => {
            array.as_primitive::<Float32Type>().values().iter().map(|x| f64::from(*x)).collect()
        }
        DataType::Float64 => array.as_primitive::<Float64Type>().values().to_vec(),
        DataType::Decimal32(_, scale) => {
            over(&mut array.as_primitive::<Decimal32Type>().values().iter().map(|x| f64::from(*x)), *scale)
        }
        DataType::Decimal64(_, scale) => {
            over(&mut array.as_primitive::<Decimal64Type>().values().iter().map(|x| *x as f64), *scale)
        }
        DataType::Decimal128(_, scale) => {
            over(&mut array.as_primitive::<Decimal128Type>().values().iter().map(|x| *x as f64), *scale)
        }
        DataType::Decimal256(_, scale) => {
            // Parsed from its decimal digits, since it has no exact conversion.
            let values = array.as_primitive::<Decimal256Type>().values();
            over(&mut values.iter().map(|x| x.to_string().parse().unwrap_or(f64::NAN)), *scale)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{
        Decimal128Array, Decimal256Array, DictionaryArray, Float32Array, Int8Array, StringArray,
        TimestampMillisecondArray, UInt64Array, types::Int8Type,
    };
    use arrow_buffer::i256;
    use std::sync::Arc;

    #[test]
    fn every_kind_of_number_is_read() {
        let of = |array: ArrayRef| (reals(&array), whole(&array));
        let large = u64::MAX;
        let found = of(Arc::new(UInt64Array::from(vec![1, large])));
        assert_eq!(found, (Some(vec![1.0, large as f64]), Some(vec![1, i128::from(large)])));
        assert_eq!(of(Arc::new(Float32Array::from(vec![0.5, -2.0]))), (Some(vec![0.5, -2.0]), None));
        let decimal = Decimal128Array::from(vec![12345, -5]).with_precision_and_scale(10, 2).unwrap();
        assert_eq!(of(Arc::new(decimal)), (Some(vec![123.45, -0.05]), None));
        let wide =
            Decimal256Array::from(vec![i256::from_i128(-12345)]).with_precision_and_scale(40, 2).unwrap();
        assert_eq!(of(Arc::new(wide)), (Some(vec![-123.45]), None));
        let times = TimestampMillisecondArray::from(vec![1_700_000_000_001]);
        assert_eq!(of(Arc::new(times)), (Some(vec![1_700_000_000_001.0]), Some(vec![1_700_000_000_001])));
        assert_eq!(of(Arc::new(StringArray::from(vec!["1"]))), (None, None));
        let dictionary = DictionaryArray::<Int8Type>::new(
            Int8Array::from(vec![1, 0, 1]),
            Arc::new(Int8Array::from(vec![7, 9])),
        );
        let dictionary: ArrayRef = Arc::new(dictionary);
        assert_eq!(whole(&plain(&dictionary).unwrap()), Some(vec![9, 7, 9]));
    }
}
