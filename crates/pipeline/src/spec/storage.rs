//! What stands under `store`: which networks are kept, and how large shards are.

use super::limits::{LARGEST_SHARD, SHARD_POINTS, TRIALS};
use super::mark::Yaml;
use super::read::{Errors, Field, word};
use super::weights::Weights;

/// What stands under `store`.
pub(super) struct Storage {
    pub weights: Weights,
    pub shard_points: u64,
    pub shard_trials: Option<u64>,
}

/// Of trials that programs compute there are no networks.
pub(super) fn store(field: Option<&Field<'_>>, is_whole: bool, errors: &mut Errors) -> Option<Storage> {
    let keys = ["weights", "shard_points", "shard_trials"];
    let fields = field.map_or(vec![None; keys.len()], |field| field.map(&keys, errors));
    let weights = match &fields[0] {
        None => Some(if is_whole { Weights::None } else { Weights::All }),
        Some(field) if is_whole && field.node.text() != Some("none") => {
            errors.push(field, "asks for predictors, but whole trials have metrics alone; leave it out");
            None
        }
        Some(field) if matches!(field.node.value, Yaml::Map(_)) => {
            let every = field.map(&["every"], errors);
            if every[0].is_none() {
                errors.push(field, "lacks `every`");
            }
            every[0].as_ref().and_then(|k| k.integer(1, TRIALS, errors)).map(Weights::Every)
        }
        Some(field) => word(field, &["all", "none"], errors).map(|word| match word {
            0 => Weights::All,
            _ => Weights::None,
        }),
    };
    let points =
        fields[1].as_ref().map_or(Some(SHARD_POINTS), |field| field.integer(1, LARGEST_SHARD, errors));
    let trials =
        fields[2].as_ref().map_or(Some(None), |field| field.integer(1, LARGEST_SHARD, errors).map(Some));
    Some(Storage { weights: weights?, shard_points: points?, shard_trials: trials? })
}
