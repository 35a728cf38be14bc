//! The shards whose files are not there, by names alone: what a process that joins others looks at first.

use super::todo::Shards;
use crate::error::Error;
use crate::plan::{Plan, place};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use tempered_store::{Place, RunDirectory, Table};

/// Shards with the estimators that have no metrics file in their place. What lies in a place is not looked at.
///
/// # Errors
/// The folders cannot be listed.
///
/// # Cost
/// A listing, and some hundred nanoseconds a shard: of a hundred thousand, tenths of a second. Memory: eight bytes a file.
pub(crate) fn absent(plan: &Plan, directory: &RunDirectory) -> Result<Shards, Error> {
    let mut there = HashSet::new();
    directory.walk(
        &mut |file| {
            if file.table == Table::Metrics {
                there.insert(number(&file.place));
            }
        },
        &mut |_| {},
    )?;
    Ok(lacking(plan, |place| there.contains(&number(place))))
}

/// Shards with the estimators whose places do not have files.
pub(crate) fn lacking(plan: &Plan, has: impl Fn(&Place) -> bool) -> Shards {
    let mut lists: BTreeMap<Vec<usize>, Arc<[usize]>> = BTreeMap::new();
    let mut shards = Shards::new();
    for shard in plan.shards() {
        let is_lacking = |estimator: &usize| !has(&place(plan, *estimator, &shard));
        let lacking: Vec<usize> = plan.estimators(&shard).iter().copied().filter(is_lacking).collect();
        if !lacking.is_empty() {
            // A million shards have a few such lists.
            let list = lists.entry(lacking).or_insert_with_key(|list| list.as_slice().into());
            shards.push((shard, list.clone()));
        }
    }
    shards
}

/// A number for a place. Two places of one number would hide one another here; before a run ends, all footers are looked at.
fn number(place: &Place) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&place.estimator, place.n, &place.cell, &place.variant, place.index).hash(&mut hasher);
    hasher.finish()
}
