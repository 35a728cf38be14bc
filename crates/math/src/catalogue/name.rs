//! Names that users choose, where names of catalogues are constants.

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
