//! A run: what is there, the topology, the ending.

pub mod batch;
pub mod buffers;
mod ending;
mod execute;
mod orders;
mod outcome;
mod programs;
mod settings;
pub mod sizes;
pub mod stage;
mod stop;
mod survey;
mod topology;
mod watchdog;

pub use execute::run;
pub use outcome::{Ending, Outcome, Watch};
pub use settings::Settings;
pub use watchdog::{Late, TrialLimit};
