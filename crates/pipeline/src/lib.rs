//! From YAML to a plan to a run.

pub mod spec;

pub mod batch;
pub mod change;
mod columns;
mod error;
mod files;
pub mod generator;
pub mod live;
mod live_record;
mod named;
mod orders;
pub mod overtime;
pub mod pilot;
pub mod plan;
mod rebuild;
pub mod record;
pub mod replay;
pub mod resume;
mod rewrite;
pub mod row;
pub mod run;
pub mod seal;
pub mod shards;
pub mod sizes;
mod sketch;
mod spans;
pub mod stage;
mod stop;
pub mod survey;
mod todo;
mod topology;
pub mod undo;
pub mod verify;

pub use error::Error;
pub use tempered_flow::{Cancel, Meter, Reading};
pub use tempered_store::RunDirectory;
