//! Confidence levels of intervals.

use libm::erfc;

use crate::sample::quantile::quantile;

/// The share of studies whose interval covers the true value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Confidence(pub f64);

impl Confidence {
    /// The number of standard errors on either side that hold a normal variable with this confidence.
    pub fn errors(self) -> f64 {
        standard_errors(self.0)
    }

    /// The ends of the central part of ascending replicates.
    pub fn ends(self, ascending: &[f64]) -> Option<(f64, f64)> {
        let tail = (1.0 - self.0) / 2.0;
        Some((quantile(ascending, tail)?, quantile(ascending, 1.0 - tail)?))
    }
}

/// The number of standard errors on either side that hold a normal variable with this confidence.
///
/// Accuracy: 1e-9, by bisection of erfc(z/√2) = 1 − confidence.
pub(crate) fn standard_errors(confidence: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    while high - low > 1e-10 {
        let middle = (low + high) / 2.0;
        if erfc(middle * std::f64::consts::FRAC_1_SQRT_2) > 1.0 - confidence {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_errors_are_the_textbook_s() {
        for (confidence, errors) in [(0.95, 1.959_963_985), (0.9973, 2.999_976_993), (0.5, 0.674_489_750)] {
            assert!((standard_errors(confidence) - errors).abs() < 1e-8, "{confidence}");
        }
    }
}
