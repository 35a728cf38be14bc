//! The classes of a risk.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The limit of a risk as n grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It tends to 0.
    Benign,
    /// It tends to a finite positive limit.
    Tempered,
    /// It grows without bound.
    Catastrophic,
    /// The data do not decide.
    Undecided,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Benign => "benign",
            Verdict::Tempered => "tempered",
            Verdict::Catastrophic => "catastrophic",
            Verdict::Undecided => "undecided",
        })
    }
}
