//! Sample sizes.

use super::check::distinct;
use super::limits::LARGEST_N;
use super::mark::Yaml;
use super::read::{Errors, Field};

/// Whole numbers of at least two, listed or in geometric progression.
pub(super) fn sizes(field: &Field<'_>, errors: &mut Errors) -> Option<Vec<u64>> {
    if let Yaml::Map(_) = &field.node.value {
        let fields = field.map(&["geometric"], errors);
        let spec = fields[0].as_ref()?;
        let fields = spec.map(&["from", "to", "points"], errors);
        let mut part = |position: usize, name: &str, low: u64, high: u64| match &fields[position] {
            Some(field) => field.integer(low, high, errors),
            None => {
                errors.push(spec, format!("lacks `{name}`"));
                None
            }
        };
        let (from, to) = (part(0, "from", 2, LARGEST_N), part(1, "to", 2, LARGEST_N));
        let points = part(2, "points", 2, 1000);
        let (from, to, points) = (from?, to?, points?);
        if from >= to {
            errors.push(spec, format!("goes from {from} to {to}, but `to` must be larger"));
            return None;
        }
        let ratio = geometric(from, to);
        let level = |k: u64| (from as f64 * ratio(k as f64 / (points - 1) as f64)).round() as u64;
        let mut sizes: Vec<u64> = (0..points).map(level).collect();
        sizes.dedup();
        return Some(sizes);
    }
    let items = field.items(errors);
    let sizes: Vec<Option<u64>> = items.iter().map(|item| item.integer(2, LARGEST_N, errors)).collect();
    distinct(&items, &sizes, errors);
    let sizes: Option<Vec<u64>> = sizes.into_iter().collect();
    sizes.filter(|sizes| !sizes.is_empty())
}

/// s ↦ (to/from)^s.
fn geometric(from: u64, to: u64) -> impl Fn(f64) -> f64 {
    let log = (to as f64 / from as f64).ln();
    move |share| (log * share).exp()
}
