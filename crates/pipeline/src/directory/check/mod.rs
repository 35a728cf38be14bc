//! What counts as damage: files that no run leaves behind.

mod file;
mod finding;
mod place;

pub(crate) use file::Checked;
pub use finding::{Fault, Finding, Remedy};
pub(crate) use place::{Files, faults_of};
