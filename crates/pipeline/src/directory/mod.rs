//! A run directory against a plan: what is recorded, what is there, what is to be done, and what counts as damage.
//!
//! `recorded`, `rebuild` and `read` know what decided the numbers that are stored; `change` compares a plan with that, and
//! `record` writes it. `state` and `judge` compare single files by their footers, `survey` counts them, `absent` looks at names alone, `besides` finds those
//! that the plan does not ask for, `todo` lists what a run has to do. `rewrite` and `undo` bring files from one set of
//! columns to another, `check` reads files whole, `seal` vouches for them,
//! `elsewhere` knows files whose last bits are of another processor, `gaps` which shares of a study are missing.

mod absent;
mod besides;
mod change;
pub(crate) mod check;
mod elsewhere;
mod gaps;
mod judge;
mod read;
mod rebuild;
mod record;
mod recorded;
mod rewrite;
pub mod seal;
mod state;
mod survey;
mod todo;
mod undo;

pub(crate) use absent::{absent, lacking};
pub use change::{Change, Difference};
pub(crate) use elsewhere::elsewhere;
pub use gaps::Gaps;
pub(crate) use judge::{complete, placing, whole};
pub(crate) use read::read;
pub use read::warning;
pub(crate) use record::{agree, is_recorded, settle, study_is_whole};
pub(crate) use recorded::{Recorded, STUDY_RECORD, no_record};
pub(crate) use rewrite::{Rewritten, rewrite};
pub(crate) use state::tables;
pub(crate) use survey::even_out;
pub use survey::{Count, Survey, survey};
pub(crate) use todo::{Asked, Rewriting, Shards, Todo};
pub use undo::{Undone, undo};
