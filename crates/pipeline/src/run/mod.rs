//! A run: what is there, the topology, the ending.

pub mod batch;
mod ending;
mod execute;
mod orders;
mod outcome;
mod overtime;
mod settings;
pub mod shelf;
pub mod sizes;
pub mod stage;
mod stop;
mod survey;
mod topology;

pub use execute::run;
pub use outcome::{Ending, Outcome, Watch};
pub use overtime::{Late, TrialLimit};
pub use settings::Settings;
