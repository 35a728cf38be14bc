//! Integrals of values whose powers leave the range of doubles on the way.

use super::Exponent;
use crate::sum::{Summary, largest};

impl Exponent {
    /// [`Exponent::integrals_and_sum`], also where |g|^{p+1} leaves the range of doubles on the way to |g|^p: where the
    /// sum is beyond 1e±100, values are scaled by a power of two first. Lengths are taken to be no such numbers.
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
        // Even, so that halves of it are whole.
        let power = power & !1;
        let scaled: Vec<f64> = error.iter().map(|g| libm::scalbn(*g, -power)).collect();
        self.integrals_and_sum(at, &scaled, pieces);
        let back = f64::from(power) * self.p();
        let part = libm::exp2(back - back.trunc());
        pieces.iter_mut().for_each(|piece| *piece = libm::scalbn(*piece * part, back as i32));
        Summary::of(pieces)
    }
}
