//! The programs of a plan: workers at rest, and what they said of trials that failed.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use tempered_process::Pool;

/// Complaints that are kept: a log needs to know what goes wrong, not how often.
const KEPT: usize = 100;

/// What a program said of a trial that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Complaint {
    /// The estimator, and the cell.
    pub content: String,
    /// The trial.
    pub trial: u64,
    /// The word of its status.
    pub status: &'static str,
    /// What it said.
    pub text: String,
}

/// Workers by program, and complaints in the order in which they came.
#[derive(Debug, Default)]
pub struct Workers {
    /// Workers at rest.
    pub pool: Pool,
    complaints: Mutex<Vec<Complaint>>,
    checked: Mutex<BTreeSet<String>>,
}

impl Workers {
    /// Checks something of this name the first time that it is asked for.
    ///
    /// # Errors
    /// Those of the check.
    pub fn once(&self, name: &str, check: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if !checked.contains(name) {
            check()?;
            checked.insert(name.to_owned());
        }
        Ok(())
    }

    /// Keeps a complaint, as long as there is room.
    pub fn complain(&self, complaint: Complaint) {
        let mut kept = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(complaint);
        }
    }

    /// The complaints so far, which are forgotten then.
    pub fn complaints(&self) -> Vec<Complaint> {
        std::mem::take(&mut *self.complaints.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
