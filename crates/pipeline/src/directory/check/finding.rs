//! Findings: what is wrong with which file, and what helps.

use std::path::PathBuf;

/// Something that no run leaves behind.
#[derive(Debug)]
pub struct Finding {
    /// Where, below the run directory.
    pub path: PathBuf,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Something in the data tree that is no data file.
    #[error("no run writes a file of this name here")]
    Stray,
    /// Bytes, pages or values that no run writes.
    #[error("{}", .0.what())]
    Damaged(tempered_store::Error),
    /// A file of another study, cell or shard.
    #[error("does not belong here: {key} is {found}, expected {expected}")]
    Foreign {
        /// A key of the footer.
        key: String,
        /// What the footer says.
        found: String,
        /// What the records or the file's name say.
        expected: String,
    },
    /// Rows that are not one a trial, or one a trial and checkpoint.
    #[error("row {row} is of {found}, expected {expected}")]
    Trial {
        /// Which row, from 0.
        row: u64,
        /// The trial that is there, or nothing.
        found: String,
        /// The trial that should be, or nothing.
        expected: String,
    },
    /// Metrics without weights.
    #[error("is not there, though the metrics are")]
    NoWeights,
    /// Metrics without the checkpoints that lead to them.
    #[error("is not there, though the metrics are")]
    NoCheckpoints,
    /// A network the study does not want, or none where it wants one.
    #[error("trial {trial}: {}", if *.stored { "a network that should not be stored" } else { "its network is not stored" })]
    Network {
        /// The first such trial.
        trial: u64,
        /// Whether it is there.
        stored: bool,
    },
    /// Another file than the one that was sealed.
    #[error("is not the file that was sealed when the study was complete")]
    Changed,
    /// A file that came later.
    #[error("was not there when the study was sealed")]
    Added,
    /// A file that has gone since.
    #[error("was there when the study was sealed, and is gone")]
    Lost,
    /// The seal itself.
    #[error("the seal is not as it was written")]
    Seal,
    /// The recorded study.
    #[error("the study is not as a run wrote it")]
    Study,
    /// A stored row that its seed does not give.
    #[error(
        "trial {trial} is not what its seed gives; this program computes other numbers, or they were changed"
    )]
    Differs {
        /// Which trial.
        trial: u64,
    },
}

/// What helps against a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Moving the file to quarantine; it is computed again if the study asks for it.
    Quarantine,
    /// Computing it.
    Compute,
    /// Removing the record; it is made again.
    Remove,
    /// Running the study: nobody else knows what it is.
    Rerun,
}

impl Fault {
    pub(super) fn trial(row: usize, found: Option<u64>, expected: Option<u64>) -> Fault {
        let show = |trial: Option<u64>| trial.map_or("no trial".into(), |trial| format!("trial {trial}"));
        Fault::Trial { row: row as u64, found: show(found), expected: show(expected) }
    }

    /// What helps.
    pub fn remedy(&self) -> Remedy {
        match self {
            Fault::NoWeights | Fault::NoCheckpoints | Fault::Lost => Remedy::Compute,
            Fault::Study => Remedy::Rerun,
            Fault::Seal => Remedy::Remove,
            _ => Remedy::Quarantine,
        }
    }

    /// One word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Fault::Stray => "stray",
            Fault::Damaged(_) => "damaged",
            Fault::Foreign { .. } => "foreign",
            Fault::Trial { .. } => "trial",
            Fault::NoWeights => "no_weights",
            Fault::NoCheckpoints => "no_checkpoints",
            Fault::Network { .. } => "network",
            Fault::Changed => "changed",
            Fault::Added => "added",
            Fault::Lost => "lost",
            Fault::Seal => "seal",
            Fault::Study => "study",
            Fault::Differs { .. } => "differs",
        }
    }

    /// What to do, as a sentence.
    pub fn advice(&self) -> &'static str {
        match self {
            Fault::Stray | Fault::Added => "move it elsewhere; --repair moves it to _quarantine",
            Fault::NoWeights | Fault::NoCheckpoints | Fault::Lost => "--repair computes it again",
            Fault::Seal => "--repair seals what is there again",
            Fault::Study => "restore it, or run your study file with --out: that records it again",
            Fault::Differs { .. } => {
                "find out which first: --repair moves the file to _quarantine and computes it with this program"
            }
            _ => "--repair moves it to _quarantine and computes it again",
        }
    }
}
