//! Depots: where the workers of a study publish finished files, and find those of others.
//!
//! A depot holds objects by name. What makes it one is that an object appears whole or not at all, and that of many who create
//! the same name one succeeds. [`Folder`] is one on a file system, [`Bucket`] one on an object store, [`Memory`] one for tests;
//! the tests of this crate are a contract that all of them keep, also where answers are lost, come twice, or come late.

#[cfg(feature = "buckets")]
mod bucket;
mod depot;
mod error;
mod folder;
mod memory;
mod open;

#[cfg(feature = "buckets")]
pub use bucket::Bucket;
pub use depot::{Depot, Object};
pub use error::Error;
pub use folder::Folder;
pub use memory::Memory;
pub use open::{is_url, open};
