//! Points that share an x.

use crate::args::Ties;
use crate::exit::Failure;
use tempered_store::Number;

/// The points of a sample in order of x.
///
/// # Errors
/// Whole numbers that are one double; points that share an x, where neither the estimator takes them nor their means are
/// asked for.
pub(super) fn settle(
    points: Vec<(Number, f64)>,
    (ties, takes_ties): (Ties, bool),
    unit: impl Fn(u64) -> String,
    place: &impl Fn(u64) -> String,
) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    let mut distinct: Vec<(f64, Vec<f64>)> = Vec::with_capacity(points.len());
    for (k, (number, y)) in points.iter().enumerate() {
        let before = k.checked_sub(1).map(|before| points[before].0);
        let Some(before) = before.filter(|before| before.value == number.value) else {
            distinct.push((number.value, vec![*y]));
            continue;
        };
        let (first, second) = (before.row.min(number.row), before.row.max(number.row));
        if let (Some(one), Some(other)) = (before.whole, number.whole)
            && one != other
        {
            let what = format!(
                "x = {other} and {one} in {} are one double-precision number; subtract an offset from x first",
                unit(before.row)
            );
            return Err(Failure::Data(format!("{}: {what}", place(number.row))));
        }
        if !takes_ties && ties == Ties::Error {
            let what = format!(
                "x = {} stands in {} already, expected each x once (--ties mean takes the mean of their y)",
                before.value,
                unit(first)
            );
            return Err(Failure::Data(format!("{}: {what}", place(second))));
        }
        if let Some((_, values)) = distinct.last_mut() {
            values.push(*y);
        }
    }
    if takes_ties && ties == Ties::Error {
        return Ok(points.into_iter().map(|(x, y)| (x.value, y)).unzip());
    }
    Ok(distinct.into_iter().map(|(x, values)| (x, mean(&values))).unzip())
}

/// The mean, as the first value and the mean of the differences from it, so that large labels keep their digits.
fn mean(values: &[f64]) -> f64 {
    let first = values[0];
    first + values.iter().map(|value| (value - first) / values.len() as f64).sum::<f64>()
}
