//! From YAML to a plan to a run.
//!
//! ```text
//! spec → plan → trial, live → directory → run → merge, pull, verify
//! ```
//!
//! A module uses those to the left of it, and none to the right. `error`, `generator` and `at_once` are words that all of
//! them use.

mod at_once;
mod error;
pub mod generator;

pub mod spec;

pub mod plan;

pub mod live;
pub mod trial;

pub mod directory;

pub mod run;

pub mod merge;
pub mod pilot;
pub mod pull;
pub mod rehearsal;
pub mod replay;
pub mod verify;

pub use error::Error;
pub use tempered_flow::{Cancel, Meter, Reading};
pub use tempered_store::RunDirectory;
