//! Parameters whose names users choose, where names of catalogues are constants.

use super::{Entry, Invalid, Kind, Value};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// The same name for as long as the program runs.
///
/// Choices know their parameters by constants of catalogues. Names of a user's own parameters are few and short, and each is
/// kept once.
///
/// ```
/// use tempered_math::catalogue::lasting;
///
/// let alpha = String::from("alpha");
/// assert!(std::ptr::eq(lasting(&alpha), lasting("alpha")));
/// ```
pub fn lasting(name: &str) -> &'static str {
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(kept);
    kept
}

/// The arguments of an entry that takes parameters of any names, in the order of the names; none for other entries.
pub(super) fn open<T: ?Sized>(
    entry: &Entry<T>,
    given: &[(&str, Value)],
) -> Result<Vec<(&'static str, Value)>, Invalid> {
    let own = (entry.parameters)();
    if own.iter().all(|parameter| parameter.kind != Kind::Open) {
        return Ok(Vec::new());
    }
    let others = given.iter().filter(|(name, _)| own.iter().all(|parameter| parameter.name != *name));
    let mut others: Vec<(&'static str, Value)> =
        others.map(|(name, value)| (lasting(name), value.clone().unsigned_zero())).collect();
    others.sort_by_key(|(name, _)| *name);
    let is_taken = |value: &Value| match value {
        Value::Real(x) => x.is_finite(),
        Value::Text(text) => !text.is_empty(),
        Value::Whole(_) | Value::Flag(_) => true,
        _ => false,
    };
    match others.iter().find(|(_, value)| !is_taken(value)) {
        Some((name, _)) => {
            Err(Invalid { parameter: name, expected: "must be a finite number, a truth value or a text" })
        }
        None => Ok(others),
    }
}
