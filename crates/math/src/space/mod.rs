//! Samples with d features: designs, targets, estimators and risks on R^d.
//!
//! Points are rows; d is a coordinate of the data, given beside a design rather than in it.

mod dense;
pub mod design;
pub mod estimator;
mod kernel;
mod length;
mod points;
mod predictor;
mod processor;
pub mod risk;
pub mod rows;
mod sample;
pub mod target;
pub mod theory;

pub use length::{apart, length};
pub use points::Points;
pub use predictor::{Function, KernelSum, Layout, Predictor, ReluUnits, Values};
pub use processor::processor;
pub use sample::Sample;
