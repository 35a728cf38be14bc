//! Laws, samples, predictors, estimators and exact risks.
//!
//! Pure functions over slices: no input or output, threads, clocks or global state.

pub mod catalogue;
mod chacha;
pub mod design;
pub mod estimator;
mod exponential;
mod network;
pub mod noise;
pub mod predictor;
mod report;
pub mod risk;
pub mod sample;
pub mod score;
pub mod seed;
pub mod space;
mod sum;
pub mod target;
pub mod theory;
mod ties;
mod wide;
mod ziggurat;

pub use rand_chacha::ChaCha8Rng;
