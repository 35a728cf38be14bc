//! Axes whose values are in geometric or arithmetic progression.

use super::limits::POINTS;
use super::read::{Errors, Field};
use super::value::value;
use tempered_math::catalogue::{Kind, Value};

/// `{geometric: {from, to, points}}` or `{linear: {from, to, points}}`.
pub(super) fn progression(field: &Field<'_>, kind: &Kind, errors: &mut Errors) -> Option<Vec<Value>> {
    if !matches!(kind, Kind::Real { .. } | Kind::Whole { .. }) {
        errors.expected(field, &kind.expected());
        return None;
    }
    let (spec, is_geometric) = form(field, errors)?;
    let ends = spec.map(&["from", "to", "points"], errors);
    for (end, name) in ends.iter().zip(["from", "to", "points"]) {
        if end.is_none() {
            errors.push(&spec, format!("lacks `{name}`"));
        }
    }
    let [from, to, points] = &ends[..] else { return None };
    let (from, to) = (from.as_ref()?, to.as_ref()?);
    let (low, high) = (end(from, kind, is_geometric, errors), end(to, kind, is_geometric, errors));
    let points = points.as_ref()?.integer(2, POINTS, errors);
    let (low, high, points) = (low?, high?, points?);
    if low == high {
        errors.push(&spec, format!("goes from {low} to {high}, but `to` must differ"));
        return None;
    }
    let typed = |x: f64| match kind {
        Kind::Whole { .. } => Value::Whole(x.round() as u64),
        _ => Value::Real(x),
    };
    let mut values: Vec<Value> = steps(low, high, points, is_geometric).map(typed).collect();
    values.dedup();
    Some(values)
}

/// What stands under `geometric` or `linear`, and whether it is the former.
fn form<'a>(field: &Field<'a>, errors: &mut Errors) -> Option<(Field<'a>, bool)> {
    let fields = field.map(&["geometric", "linear"], errors);
    match &fields[..] {
        [Some(geometric), None] => Some((geometric.clone(), true)),
        [None, Some(linear)] => Some((linear.clone(), false)),
        [Some(_), Some(linear)] => {
            errors.push(linear, "stands beside `geometric`; leave one of them out");
            None
        }
        _ => {
            errors.push(field, "lacks `geometric` or `linear`");
            None
        }
    }
}

/// The first or last value of a progression.
fn end(field: &Field<'_>, kind: &Kind, is_geometric: bool, errors: &mut Errors) -> Option<f64> {
    let number = value(field, kind, errors).map(|value| match value {
        Value::Whole(x) => x as f64,
        other => other.real(),
    })?;
    let fits = !is_geometric || number > 0.0;
    if !fits {
        errors.expected(field, "a number above 0, since it is where a geometric progression ends");
    }
    fits.then_some(number)
}

/// Equal steps, of the values or of their logarithms, by the exponentials of `libm`: the same everywhere. Inner values are
/// rounded to 12 digits, so that 10⁻³ to 10² in steps of 10 holds 1, and labels stay short.
fn steps(low: f64, high: f64, points: u64, is_geometric: bool) -> impl Iterator<Item = f64> {
    let last = points - 1;
    let log = if is_geometric { libm::log(high / low) } else { 0.0 };
    (0..points).map(move |k| {
        let share = k as f64 / last as f64;
        match k {
            0 => low,
            k if k == last => high,
            _ if is_geometric => rounded(low * libm::exp(log * share)),
            _ => rounded(low + (high - low) * share),
        }
    })
}

fn rounded(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progressions_have_exact_ends_and_round_powers() {
        let values: Vec<f64> = steps(0.001, 100.0, 6, true).collect();
        assert_eq!(values, [0.001, 0.01, 0.1, 1.0, 10.0, 100.0]);
        let values: Vec<f64> = steps(1.0, 0.0, 5, false).collect();
        assert_eq!(values, [1.0, 0.75, 0.5, 0.25, 0.0]);
        let values: Vec<f64> = steps(0.1, 0.7, 3, false).collect();
        assert_eq!(values, [0.1, 0.4, 0.7]);
        assert_eq!(steps(3.0, 11.0, 31, true).count(), 31);
    }
}
