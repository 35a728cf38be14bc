//! Stages over bounded channels: a dataflow that knows no mathematics.
//!
//! A stage is one thread, so messages stay in order, or workers on as many threads as a pool has, which put out what is done
//! first. Steps share a stage: the slabs of an item go through all of them on the threads of a pool. End of stream travels down (senders are dropped), a stop
//! travels up (receivers are dropped), and the first error goes sideways into one cell.

mod cancel;
mod credit;
mod flow;
mod meter;
mod pool;
mod stage;
mod steps;
mod verdict;
mod worker;

pub use cancel::Cancel;
pub use credit::{Credit, Credits};
pub use flow::{Closed, Flow, Report};
pub use meter::{Meter, Reading};
pub use pool::{Pool, PoolError};
pub use stage::{Sink, Stage};
pub use steps::{Step, Steps};
pub use verdict::Failure;
