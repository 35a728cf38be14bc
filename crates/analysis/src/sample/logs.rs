//! Logarithms of samples.

use libm::log;

use crate::sample::moments::{Mean, Moments};

/// A variance below this share of the squared mean counts as the rounding error of a constant.
const ROUNDING: f64 = 1e-13;

/// The logarithms of the positive finite values of a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Logs(Moments);

impl Logs {
    /// Adds values. Values that are not positive have no logarithm and are left out.
    pub fn extend(&mut self, values: &[f64]) {
        let positive = values.iter().filter(|value| **value > 0.0 && value.is_finite());
        self.0.extend(&positive.map(|value| log(*value)).collect::<Vec<_>>());
    }

    /// Their number.
    pub fn count(&self) -> f64 {
        self.0.count()
    }

    /// Their mean.
    pub fn mean(&self) -> Option<Mean> {
        self.0.mean()
    }

    /// Their standard deviation; `None` where they do not vary.
    pub fn deviation(&self) -> Option<f64> {
        let (mean, variance) = (self.0.mean()?.value, self.0.variance()?);
        (variance > ROUNDING * (mean * mean + variance)).then(|| variance.sqrt())
    }
}
