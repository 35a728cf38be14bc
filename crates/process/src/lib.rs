//! Workers: programs in any language that answer batches of trials over their standard streams.
//!
//! A worker is started once, greets, and then answers one request after the other: safetensors messages on its standard input and
//! output. Standard error is its log, whose end goes into errors. A deadline stands over every answer; a worker that ends or
//! answers nonsense is started again, and its batch is asked once more trial by trial, so that one trial is lost and not a batch.
//!
//! Messages are safetensors rather than Arrow IPC: all trials of a batch share their shapes, so that a batch is a few dense arrays,
//! and a reader takes a dozen lines in a language that has no library for it.

mod alarm;
mod answer;
mod batch;
mod error;
mod frame;
mod greeting;
mod guard;
mod pool;
mod program;
mod request;
mod tail;
mod worker;

pub use answer::Answer;
pub use batch::{Failure, Part};
pub use error::{Error, Lost};
pub use greeting::{Answers, Greeting, PROTOCOL, Reproducible};
pub use pool::Pool;
pub use program::Program;
pub use request::Request;
pub use worker::Worker;
