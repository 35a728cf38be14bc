//! The steps and stages of a run. Each is a struct with one `run`; none sees a channel or another stage.

mod aggregate;
mod encode;
mod evaluate;
mod gather;
mod generate;
mod store;
mod train;

pub use aggregate::{Aggregate, Shared};
pub use encode::{Encode, Encoded};
pub use evaluate::{Evaluate, Evaluated, Rows};
pub use gather::Gather;
pub use generate::Generate;
pub use store::{Receipt, Store};
pub use train::{Bench, Train};
