//! Scoring a predictor.

use super::scorer::Scorer;
use super::{distance, exact, knots_per_gap, smooth};
use crate::predictor::Predictor;
use crate::report::Report;
use crate::sample::Degenerate;
use crate::wide::wide;

/// The result of scoring in addition to the scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scored {
    /// The number of kinks of a piecewise-linear predictor.
    pub kinks: Option<u64>,
    /// Whether every score that applies, and the affine part of a piecewise-linear predictor, is a finite number.
    pub is_finite: bool,
}

impl Scorer {
    /// Appends the scores of a predictor as [`Scorer::finite_scores`] does, and requires that all are finite; returns the
    /// number of kinks.
    ///
    /// # Errors
    /// `Overflow` where a score is not finite; the appended scores must then be discarded.
    /// # Cost
    /// That of [`Scorer`].
    pub fn score(
        &mut self,
        data: (&[f64], &[f64]),
        (predictor, report): (&Predictor, Report),
        reference: Option<&Predictor>,
        out: &mut Vec<Option<f64>>,
    ) -> Result<Option<u64>, Degenerate> {
        let Scored { kinks, is_finite } = self.finite_scores(data, (predictor, report), reference, out);
        if is_finite { Ok(kinks) } else { Err(Degenerate::Overflow) }
    }

    /// Appends the scores of a predictor of the sample (x, y) to `out`, in the order of
    /// [`Criteria::columns`](super::Criteria::columns), `None` where a score does not apply or is not finite.
    ///
    /// Without a `reference` the distances are `None`.
    ///
    /// # Cost
    /// That of [`Scorer`].
    pub fn finite_scores(
        &mut self,
        data: (&[f64], &[f64]),
        (predictor, report): (&Predictor, Report),
        reference: Option<&Predictor>,
        out: &mut Vec<Option<f64>>,
    ) -> Scored {
        let start = out.len();
        let Report { rank, steps, converged } = report;
        out.extend([rank.map(|rank| rank as f64), steps.map(|steps| steps as f64)]);
        out.push(converged.map(|converged| f64::from(u8::from(converged))));
        let (kinks, skip_is_finite) = match predictor {
            Predictor::PiecewiseLinear(knots) => {
                let (kinks, skip_is_finite) = wide(exact::Score { scorer: self, data, knots, out });
                (Some(kinks), skip_is_finite)
            }
            Predictor::Smooth(smooth) => {
                smooth::score(self, data, smooth, out);
                (None, true)
            }
        };
        if self.criteria.distances {
            distance::distances(self, data.0, predictor, reference, out);
        }
        if let Some(within) = self.criteria.knots_within {
            let shares = predictor.knots().map(|knots| knots_per_gap::shares(knots, data, within));
            out.extend(shares.map_or([None; 5], |shares| shares.map(Some)));
        }
        let are_finite = out[start..].iter().flatten().all(|score| score.is_finite());
        if !are_finite {
            out[start..].iter_mut().for_each(|score| *score = score.filter(|score| score.is_finite()));
        }
        Scored { kinks, is_finite: are_finite && skip_is_finite }
    }
}
