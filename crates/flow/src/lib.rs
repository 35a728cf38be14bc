//! A dataflow of stages over bounded channels, independent of what the items are.
//!
//! A stage is one thread, which keeps items in order, or workers on the threads of a pool, which send results in the order
//! in which they are finished. Steps share a stage: a thread of a pool applies all of them to a slab of an item. The end of
//! the stream propagates downstream (senders are dropped), a stop propagates upstream (receivers are dropped), and the
//! first error is stored in one shared cell.

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
