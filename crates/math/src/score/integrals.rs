//! Integrals of powers of an error over intervals, by quadrature.

use crate::risk::{
    Estimate, Exponent, QUADRATURE_TOLERANCE, Risk, estimate_powers, integrate_each, integrate_powers,
};
use crate::sum::sum;

/// Values of an error on a piece, at several points.
pub(super) type PieceValues<'a> = dyn FnMut(usize, &[f64], &mut [f64]) + 'a;

/// How deep quadrature goes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Depth {
    /// For each exponent as deep as it asks for, so that its integral does not depend on the others.
    #[default]
    Each,
    /// For all exponents as deep as any of them asks for.
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
    /// Whether a single rule sees all there is of a piece, for exponents that are not even.
    clean: Vec<bool>,
    /// Means of the pieces.
    scales: Vec<f64>,
    estimates: Vec<Estimate>,
    /// The exponents whose integral over a piece is not known well enough.
    open: Vec<bool>,
}

impl Integrals {
    /// Integrates over every interval between neighbouring points `at`.
    pub fn fill(&mut self, at: &[f64], risks: &[Risk], error: &mut PieceValues<'_>) {
        self.exponents.clear();
        self.exponents.extend(risks.iter().filter_map(|risk| match risk {
            Risk::Lp(exponent) => Some(exponent),
            Risk::Sup => None,
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
        // One rule everywhere tells how large the whole is, and what is small beside it: the largest gap is no less than
        // the mean of all pieces, so what is known to a tolerance of that mean is known well enough.
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

    /// Finds the exponents for which one rule over piece k was not enough.
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

    /// The largest error estimate of an integral over all intervals, relative to it.
    pub fn error(&self) -> f64 {
        let shares = self
            .pieces
            .iter()
            .zip(&self.errors)
            .map(|(pieces, error)| (sum(pieces), *error))
            // An integral that overflowed says so by itself.
            .filter(|(integral, _)| integral.is_finite())
            .map(|(integral, error)| if error == 0.0 { 0.0 } else { error / integral });
        shares.fold(0.0, f64::max)
    }
}
