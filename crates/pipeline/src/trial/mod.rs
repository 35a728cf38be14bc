//! One trial: its sample, what comes of a fit to it, and the row and the weights that are stored.
//!
//! Runs, replays, verification and pilots share it.

mod compute;
mod judge;
mod samples;
mod weights;

pub use compute::{Trial, compute};
pub use judge::{Judge, Row};
pub use samples::{Laws, Samples};
pub use weights::push_weights;
