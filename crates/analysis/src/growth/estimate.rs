//! Estimates with their intervals.

use serde::Serialize;

/// An estimate with its bootstrap interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval.
    pub high: f64,
}

impl Estimate {
    /// The estimate and its interval times `unit`.
    pub(crate) fn times(self, unit: f64) -> Estimate {
        Estimate { value: self.value * unit, low: self.low * unit, high: self.high * unit }
    }
}
