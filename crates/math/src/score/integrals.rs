//! Integrals of powers of an error over intervals, by quadrature.

use crate::risk::{
    Estimate, Exponent, QUADRATURE_TOLERANCE, Risk, estimate_powers, integrate_each, integrate_powers,
};
use crate::sum::sum;

/// Values of an error on a piece, at several points.
pub(super) type PieceValues<'a> = dyn FnMut(usize, &[f64], &mut [f64]) + 'a;

/// How exponents share the subdivision of pieces.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Depth {
    /// Each exponent has its own, so that its integral does not depend on the others.
    #[default]
    Each,
    /// All exponents have the finest that any of them requires.
    Joint,
}

/// ∫ |g|^p over each interval, for each exponent among the risks.
#[derive(Default)]
pub(super) struct Integrals {
    pub depth: Depth,
    exponents: Vec<Exponent>,
    pieces: Vec<Vec<f64>>,
    /// Error estimates of the pieces, and their sums.
    misses: Vec<Vec<f64>>,
    errors: Vec<f64>,
    /// Whether the error estimate of a single rule over the piece is valid for exponents that are not even.
    clean: Vec<bool>,
    /// Means of the pieces.
    scales: Vec<f64>,
    estimates: Vec<Estimate>,
    /// The exponents whose integral over the current piece is not accurate enough.
    open: Vec<bool>,
}

impl Integrals {
    /// Integrates over every interval between neighbouring points `at`.
    pub fn fill(&mut self, at: &[f64], risks: &[Risk], error: &mut PieceValues<'_>) {
        self.exponents.clear();
        self.exponents.extend(risks.iter().filter_map(|risk| match risk {
            Risk::Lp(exponent) => Some(exponent),
            _ => None,
        }));
        let exponents = self.exponents.len();
        for rows in [&mut self.pieces, &mut self.misses] {
            rows.resize_with(exponents.max(rows.len()), Vec::new);
            rows.iter_mut().for_each(Vec::clear);
        }
        self.errors.clear();
        self.clean.clear();
        self.scales.clear();
        self.estimates.resize(exponents, Estimate::default());
        let count = at.len() - 1;
        // One rule on every piece gives the mean of all pieces, to which tolerances refer: neither the sum nor the largest
        // gap is below the mean, so that errors relative to it suffice for both.
        for k in 0..count {
            let mut values = |x: &[f64], out: &mut [f64]| error(k, x, out);
            let ends = (at[k], at[k + 1]);
            self.clean.push(estimate_powers(&mut values, ends, &self.exponents, &mut self.estimates));
            for (e, estimate) in self.estimates.iter().enumerate() {
                self.pieces[e].push(estimate.value);
                self.misses[e].push(estimate.error);
            }
        }
        self.scales.extend(self.pieces[..exponents].iter().map(|pieces| sum(pieces) / count as f64));
        for k in 0..count {
            self.find_open(k);
            if self.open.contains(&true) {
                let mut values = |x: &[f64], out: &mut [f64]| error(k, x, out);
                let ends = (at[k], at[k + 1]);
                let Integrals { exponents, scales, open, estimates, .. } = self;
                match self.depth {
                    Depth::Each => integrate_each(&mut values, ends, (exponents, open), scales, estimates),
                    Depth::Joint => integrate_powers(&mut values, ends, exponents, scales, estimates),
                }
                for (e, Estimate { value, error }) in self.estimates.iter().enumerate() {
                    if self.open[e] {
                        self.pieces[e][k] = *value;
                        self.misses[e][k] = *error;
                    }
                }
            }
        }
        self.errors.extend(self.misses[..exponents].iter().map(|misses| sum(misses)));
    }

    /// Finds the exponents for which one rule over piece k is not accurate enough.
    fn find_open(&mut self, k: usize) {
        let Integrals { exponents, pieces, misses, scales, clean, open, .. } = self;
        open.clear();
        open.extend(exponents.iter().enumerate().map(|(e, exponent)| {
            let close = misses[e][k] <= QUADRATURE_TOLERANCE * pieces[e][k].max(scales[e]);
            !(close && (clean[k] || exponent.is_even()))
        }));
        if self.depth == Depth::Joint && open.contains(&true) {
            open.fill(true);
        }
    }

    /// The integrals of one exponent.
    pub fn pieces(&self, exponent: usize) -> &[f64] {
        &self.pieces[exponent]
    }

    /// The largest relative error estimate of an integral over all intervals.
    pub fn error(&self) -> f64 {
        let shares = self
            .pieces
            .iter()
            .zip(&self.errors)
            .map(|(pieces, error)| (sum(pieces), *error))
            // An integral that overflowed is not finite as a score itself.
            .filter(|(integral, _)| integral.is_finite())
            .map(|(integral, error)| if error == 0.0 { 0.0 } else { error / integral });
        shares.fold(0.0, f64::max)
    }
}
