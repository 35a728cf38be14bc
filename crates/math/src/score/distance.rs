//! Distances between two predictors of one sample.

use super::integrals::PieceValues;
use super::scorer::Scorer;
use super::supremum::supremum;
use crate::predictor::{Knots, Predictor};
use crate::risk::Risk;
use crate::sum::{largest, sum};
use crate::target::{Shape, Target};

/// A piecewise-linear predictor as the target.
struct Reference<'a>(&'a Knots);

impl Target for Reference<'_> {
    fn value(&self, x: f64) -> f64 {
        self.0.value(x)
    }

    fn shape(&self) -> Shape<'_> {
        Shape::PiecewiseLinear { knots: &self.0.x }
    }
}

/// Appends, for each risk, the same functional of the predictor and its reference; `None` without one.
///
/// Cost and accuracy: those of risks; closed forms where both are piecewise linear, else quadrature.
pub(super) fn distances(
    scorer: &mut Scorer,
    x: &[f64],
    predictor: &Predictor,
    reference: Option<&Predictor>,
    out: &mut Vec<Option<f64>>,
) {
    let Scorer { criteria, scratch, .. } = scorer;
    match (predictor, reference) {
        (_, None) => out.extend(criteria.risks.iter().map(|_| None)),
        (Predictor::PiecewiseLinear(knots), Some(Predictor::PiecewiseLinear(reference))) => {
            let difference = scratch.merger.difference(knots, &Reference(reference), criteria.domain);
            for risk in &criteria.risks {
                out.push(match risk {
                    Risk::Sup => Some(largest(difference.error)),
                    Risk::Lp(exponent) => {
                        let (at, error) = (difference.cuts.at, difference.error);
                        Some(exponent.integrals_of_any_size(at, error, &mut scratch.pieces).sum)
                    }
                    _ => None,
                });
            }
        }
        (predictor, Some(reference)) => {
            let breaks = predictor.breaks().iter().chain(reference.breaks()).copied();
            let cuts = scratch.intervals.cut(x, breaks, criteria.domain);
            let mut error = |_: usize, x: &[f64], out: &mut [f64]| {
                x.iter().zip(out).for_each(|(x, out)| *out = predictor.value(*x) - reference.value(*x));
            };
            let error: &mut PieceValues<'_> = &mut error;
            scratch.integrals.fill(cuts.at, &criteria.risks, error);
            let mut integrals = 0..;
            for risk in &criteria.risks {
                out.push(match risk {
                    Risk::Sup => Some(supremum(cuts.at, error)),
                    Risk::Lp(_) => Some(sum(scratch.integrals.pieces(integrals.next().unwrap_or(0)))),
                    _ => None,
                });
            }
        }
    }
}
