//! Lists of counts: sample sizes, checkpoint steps.

use super::limits::POINTS;
use super::mark::Yaml;
use super::read::{Errors, Field, distinct};

/// Whole numbers within these bounds, listed or in geometric progression.
pub(super) fn counts(field: &Field<'_>, (low, high): (u64, u64), errors: &mut Errors) -> Option<Vec<u64>> {
    if let Yaml::Map(_) = &field.node.value {
        let fields = field.map(&["geometric"], errors);
        let Some(spec) = fields[0].as_ref() else {
            errors.push(field, "lacks `geometric`");
            return None;
        };
        let fields = spec.map(&["from", "to", "points"], errors);
        let mut part = |position: usize, name: &str, low: u64, high: u64| match &fields[position] {
            Some(field) => field.integer(low, high, errors),
            None => {
                errors.push(spec, format!("lacks `{name}`"));
                None
            }
        };
        let (from, to) = (part(0, "from", low.max(1), high), part(1, "to", low, high));
        let points = part(2, "points", 2, POINTS);
        let (from, to, points) = (from?, to?, points?);
        if from >= to {
            errors.push(spec, format!("goes from {from} to {to}, but `to` must be larger"));
            return None;
        }
        let ratio = geometric(from, to);
        let level = |k: u64| (from as f64 * ratio(k as f64 / (points - 1) as f64)).round() as u64;
        let mut levels: Vec<u64> = (0..points).map(level).collect();
        levels.dedup();
        return Some(levels);
    }
    let items = field.items(errors);
    let levels: Vec<Option<u64>> = items.iter().map(|item| item.integer(low, high, errors)).collect();
    distinct(&items, &levels, errors);
    let levels: Option<Vec<u64>> = levels.into_iter().collect();
    levels.filter(|levels| !levels.is_empty())
}

/// s ↦ (to/from)^s, the same on every platform: sample sizes are part of what a study is.
fn geometric(from: u64, to: u64) -> impl Fn(f64) -> f64 {
    let log = libm::log(to as f64 / from as f64);
    move |share| libm::exp(log * share)
}
