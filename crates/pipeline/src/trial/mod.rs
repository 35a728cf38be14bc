//! One trial: its sample, what comes of a fit to it, and the row and the weights that are stored.
//!
//! Runs, replays, verification and pilots share it.

mod answers;
mod compute;
mod diagnosis;
mod estimator;
mod features;
mod generated;
mod judge;
mod law;
mod places;
mod program;
mod provoke;
mod rows;
mod samples;
mod shared;
mod space;
mod weights;

pub use answers::Answered;
pub use compute::{Trial, compute};
pub use estimator::Estimator;
pub use judge::{Data, Judge, Row};
pub use program::Program;
pub use provoke::Provoked;
pub use samples::{Laws, Samples};
pub(crate) use shared::Shared;
pub use space::{Fitted, Predictor, Report};
pub(crate) use space::{TrainingSet, TrainingSets};
pub use weights::push_weights;
