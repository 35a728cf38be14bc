//! Verifying a run directory: is everything there, and is it what the study says?
//!
//! Every byte is read. What no run writes is a finding; a shard that is not done yet is none.

mod recompute;
mod repair;
mod whole;

pub use crate::directory::check::{Fault, Finding, Remedy};
pub use recompute::Draw;
pub use repair::repair;
pub use whole::{Verified, verify};
