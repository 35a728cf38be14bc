//! Integrals of values whose powers overflow or underflow in intermediate results.

use super::Exponent;
use crate::sum::{Summary, largest};

impl Exponent {
    /// [`Exponent::integrals`], also where |g|^{p+1} overflows or underflows although |g|^p does not; returns their sum and
    /// the largest.
    ///
    /// Where the sum is outside [1e-100, 1e100], values are scaled by a power of two first. As p + 1 ≤ 2p, |g|^{p+1} is
    /// between 1e-200 and 1e200 where |g|^p is between 1e-100 and 1e100. The lengths of pieces are assumed to be of ordinary
    /// size.
    #[inline(always)]
    pub fn integrals_of_any_size(&self, at: &[f64], error: &[f64], pieces: &mut Vec<f64>) -> Summary {
        let summary = self.integrals_and_sum(at, error, pieces);
        if (1e-100..=1e100).contains(&summary.sum) {
            summary
        } else {
            self.integrals_scaled(at, error, pieces)
        }
    }

    #[cold]
    fn integrals_scaled(&self, at: &[f64], error: &[f64], pieces: &mut Vec<f64>) -> Summary {
        let (_, power) = libm::frexp(largest(error));
        // Even, so that half of the exponent, which p = k + ½ needs, is an integer.
        let power = power & !1;
        let scaled: Vec<f64> = error.iter().map(|g| libm::scalbn(*g, -power)).collect();
        self.integrals_and_sum(at, &scaled, pieces);
        let back = f64::from(power) * self.p();
        let part = libm::exp2(back - back.trunc());
        pieces.iter_mut().for_each(|piece| *piece = libm::scalbn(*piece * part, back as i32));
        Summary::of(pieces)
    }
}
