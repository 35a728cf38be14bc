//! The first failure of a flow.

use std::any::Any;
use std::sync::{Mutex, PoisonError};

/// The reason why a flow did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum Failure<E> {
    /// A stage or step returned an error.
    #[error("stage {stage} failed")]
    Stage {
        /// Which stage.
        stage: &'static str,
        /// Its error.
        source: E,
    },
    /// A stage or step panicked.
    #[error("stage {stage} panicked: {message}")]
    Panicked {
        /// Which stage.
        stage: &'static str,
        /// The message of the panic.
        message: String,
    },
    /// The thread of a stage could not be started.
    #[error("cannot start the thread of stage {stage}: {source}")]
    Thread {
        /// Which stage.
        stage: &'static str,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The flow was aborted from outside.
    #[error("aborted")]
    Aborted,
}

/// The cell that holds the first failure.
pub(crate) struct Verdict<E>(Mutex<Option<Failure<E>>>);

impl<E> Verdict<E> {
    pub(crate) fn new() -> Verdict<E> {
        Verdict(Mutex::new(None))
    }

    /// Stores the failure if it is the first.
    pub(crate) fn set(&self, failure: Failure<E>) {
        let mut cell = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cell.get_or_insert(failure);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    pub(crate) fn into_result(self) -> Result<(), Failure<E>> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}

/// The message of a panic.
pub(crate) fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_string());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}
