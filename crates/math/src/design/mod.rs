//! Designs: how the x of a sample are placed on [0, 1].

mod grid;
mod jittered_grid;
mod law;
mod uniform;

pub use law::Design;

use crate::catalogue::Entry;

/// Every design, in the order of the documentation.
pub static CATALOGUE: &[Entry<dyn Design>] = &[uniform::ENTRY, grid::ENTRY, jittered_grid::ENTRY];
