//! How far numbers depend on where they are computed.

use super::{Space, Study, is_program};
use std::fmt;

/// What must be equal for two computers to give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reproducibility {
    /// Nothing: loops, exponentials and sums are the same everywhere.
    Bits,
    /// The model of the processor: products and factors of matrices come from a library that fits them to registers and caches.
    Processor,
}

impl fmt::Display for Reproducibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reproducibility::Bits => "bits",
            Reproducibility::Processor => "same processor",
        })
    }
}

impl Study {
    /// How far its numbers depend on where they are computed; samples never do.
    pub fn reproducibility(&self) -> Reproducibility {
        match self.space() {
            // A program may use any library.
            Space::Line if self.estimators.iter().any(|one| is_program(one.rule.sample())) => {
                Reproducibility::Processor
            }
            Space::Line => Reproducibility::Bits,
            Space::Features | Space::Program => Reproducibility::Processor,
        }
    }
}
