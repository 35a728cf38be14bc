//! Errors.

use std::fmt::{self, Display, Formatter};
use std::process::ExitStatus;

/// Why a worker is of no use any more.
#[derive(Debug)]
pub enum Lost {
    /// It ended.
    Ended(Option<ExitStatus>),
    /// It answered something that is no message, or not what it was asked.
    Garbled(String),
    /// It gave no answer in time, in seconds.
    Late(f64),
}

impl Lost {
    /// Whether the machine ended it rather than what it computed: a kernel without memory sends KILL, and so do people.
    pub fn is_killed(&self) -> bool {
        use std::os::unix::process::ExitStatusExt;
        matches!(self, Lost::Ended(Some(status)) if status.signal() == Some(9))
    }
}

impl Display for Lost {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Lost::Ended(Some(status)) => write!(f, "it ended with {status}"),
            Lost::Ended(None) => f.write_str("it closed its standard output"),
            Lost::Garbled(why) => f.write_str(why),
            Lost::Late(seconds) => write!(f, "it gave no answer for {seconds} s"),
        }
    }
}

/// Why a run cannot go on with a worker.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be started.
    #[error(
        "{program}: cannot be started: {source}; expected a program and its arguments, such as [python, worker.py]"
    )]
    Start {
        /// The command.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// It was started and did not greet as workers do.
    #[error("{program}: did not greet: {why}{said}")]
    Greeting {
        /// The command.
        program: String,
        /// What happened instead.
        why: String,
        /// The end of its standard error, as lines below.
        said: String,
    },
    /// It speaks another version of the protocol, or greets differently each time.
    #[error("{program}: {why}")]
    Other {
        /// The command.
        program: String,
        /// What differs.
        why: String,
    },
    /// It took too long.
    #[error(
        "{program}: no answer to {trials} trials within {seconds} s, so that it was ended; nothing of them is stored{said}"
    )]
    Late {
        /// The command.
        program: String,
        /// How many trials were asked.
        trials: usize,
        /// The time it had.
        seconds: f64,
        /// The end of its standard error.
        said: String,
    },
    /// The machine ended it.
    #[error(
        "{program}: was killed, as a system does that has no memory left; nothing of its trials is stored{said}"
    )]
    Killed {
        /// The command.
        program: String,
        /// The end of its standard error.
        said: String,
    },
    /// It ended in so many trials, one after the other, that this is no matter of single trials.
    #[error("{program}: ended in {count} trials one after the other; in the last one {why}{said}")]
    Crashing {
        /// The command.
        program: String,
        /// How many.
        count: usize,
        /// What happened in the last one.
        why: String,
        /// The end of its standard error.
        said: String,
    },
    /// Threads or a guard could not be started.
    #[error("workers cannot be watched: {0}")]
    Watch(std::io::Error),
}

impl Error {
    /// Whether a run may go on from here another time, as it is: nothing is wrong with the study or the command.
    pub fn is_of_machine(&self) -> bool {
        matches!(self, Error::Late { .. } | Error::Killed { .. } | Error::Crashing { .. } | Error::Watch(_))
    }
}

/// The end of a standard error as lines below a message; empty where it said nothing.
pub(crate) fn below(text: &str) -> String {
    text.lines().fold(String::new(), |all, line| format!("{all}\n  | {line}"))
}
