//! Scores: what is stored of a predictor.

mod criteria;
mod difference;
mod distance;
mod exact;
mod knots_per_gap;
mod smooth;

pub use criteria::{Criteria, FIRST_RISK, is_score};

use crate::estimator::Report;
use crate::predictor::Predictor;
use crate::sample::Degenerate;
use crate::target::Target;
use crate::wide::wide;
use smooth::Depth;

/// Computes the scores of predictors against one target.
///
/// Columns: the numerical rank of the linear system solved; steps of training, and whether a stopping rule ended it (1)
/// or their limit (0); the hull's ends; norm; variation of the slope; the largest depth of a kink away from the chord of
/// its gap; the largest training error; the largest error estimate of a risk, relative to it, 0 where risks are exact;
/// each risk; for each R_p the largest contribution of a single gap between neighbouring data points; on the unit
/// interval, for each R_p, what lies outside the hull of the data; where asked for, for each risk, the same functional
/// of (f̂, f̂_ref), f̂_ref the reference predictor of the sample, and the shares of gaps with 0, 1, 2, 3 and more knots.
///
/// Predictors that are not piecewise linear have no norm, variation, depth or knots; rank, steps and convergence are
/// those of the fit's [`Report`].
///
/// No score depends on which risks are asked for beside its own, apart from `quadrature_error`, which is about all of
/// them.
///
/// Cost: one pass over the knots a risk; by quadrature, 17 or more evaluations a piece.
/// Accuracy: ≤ 1e-12 relative for piecewise-linear predictors and targets, [`crate::risk::QUADRATURE_TOLERANCE`] for
/// others as long as `quadrature_error` says so.
pub struct Scorer {
    criteria: Criteria,
    target: Box<dyn Target>,
    scratch: Scratch,
}

/// What scoring says beside the scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scored {
    /// The number of kinks of a piecewise-linear predictor.
    pub kinks: Option<u64>,
    /// Whether every score that applies, and the affine part of a piecewise-linear predictor, is a finite number.
    pub is_finite: bool,
}

/// Buffers, kept from trial to trial.
#[derive(Default)]
struct Scratch {
    merger: difference::Merger,
    intervals: smooth::Intervals,
    integrals: smooth::Integrals,
    pieces: Vec<f64>,
    gaps: Vec<f64>,
    edges: Vec<f64>,
}

impl Scorer {
    /// A scorer by these criteria.
    pub fn new(criteria: Criteria, target: Box<dyn Target>) -> Scorer {
        Scorer { criteria, target, scratch: Scratch::default() }
    }

    /// The same with quadrature that goes, for every risk, as deep as any of the risks asks for: what is known of one
    /// then depends on the others, within [`crate::risk::QUADRATURE_TOLERANCE`].
    pub fn with_joint_quadrature(mut self) -> Scorer {
        self.scratch.integrals.depth = Depth::Joint;
        self
    }

    /// Appends the scores of a predictor like [`Scorer::finite_scores`], provided that all are finite numbers; returns
    /// the number of kinks.
    ///
    /// # Errors
    /// `Overflow` where a score is no finite number; what was appended is then of no use.
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

    /// Appends the scores of a predictor, fitted to the sample (x, y), to `out`, in the order of
    /// [`Criteria::columns`], `None` where a score does not apply or is no finite number. Without a `reference` there
    /// are no distances.
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
