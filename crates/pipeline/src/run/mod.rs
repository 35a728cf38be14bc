//! A run: what is there, the topology, the ending.

pub mod batch;
pub mod buffers;
mod claims;
mod ending;
mod execute;
mod joined;
mod orders;
mod outcome;
mod programs;
mod publish;
mod remote;
mod settings;
pub mod sizes;
pub mod stage;
mod stop;
mod survey;
mod topology;
mod watchdog;

pub use claims::{Claims, InDirectory, Lots, Round, open_claims};
pub use execute::run;
pub use outcome::{Ending, Outcome, Watch};
pub use publish::Publisher;
pub(crate) use remote::MANIFEST;
pub use remote::run_published;
pub use settings::Settings;
pub(crate) use survey::begin;
pub use watchdog::{Late, TrialLimit};
