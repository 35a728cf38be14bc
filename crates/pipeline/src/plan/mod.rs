//! The plan of a study: cells, shards, what decides their numbers, and where their files lie.

mod cell;
mod columns;
mod files;
mod identity;
mod json;
mod keys;
mod layout;
mod named;
mod shard;
mod tables;
mod widen;
mod workers;

pub use cell::Cell;
pub(crate) use columns::{COLUMNS, TEMPLATE, extends, is_constant, join};
pub use files::place;
pub(crate) use files::{files, layout};
pub(crate) use keys::{
    CELL_KEY, ESTIMATOR_KEY, HASH_KEY, Identity, Numbers, PROCESSOR_KEY, SIZE_KEY, TRIALS_KEY, VARIANT_KEY,
    VERSION_KEY, bare, decides, trials,
};
pub use layout::Plan;
pub(crate) use named::{cell, estimator, variant};
pub use shard::Shard;
pub(crate) use tables::{Contents, add_content};
pub use workers::{Complaint, Workers};
