//! Theory of samples with d features: figures that runs must reproduce, each against its formula within Monte Carlo error.
//!
//! Studies run through the program, formulas are computed here on their own. Slow: `make theory-nd`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod diagnostics;
mod evaluation;
mod features;
mod filters;
#[path = "../finished/mod.rs"]
mod finished;
mod formulas;
mod growth;
mod kernel_pipelines;
mod kernels;
mod kin;
mod labels;
mod law;
mod least_squares;
mod local;
mod pipelines;
mod run;
mod spectra;
mod traps;
mod verdicts;
