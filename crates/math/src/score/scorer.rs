//! The scorer of one target, and its buffers.

use super::criteria::Criteria;
use super::difference::Merger;
use super::integrals::{Depth, Integrals};
use super::intervals::Intervals;
use crate::target::Target;

/// Computes the scores of predictors against one target.
///
/// Columns: the numerical rank of the linear system solved; steps of training, and whether a stopping rule ended it (1)
/// or the limit on steps (0); the ends of the hull; norm; variation of the slope; the largest vertical distance of a kink
/// from the chord of its gap; the largest training error; the largest relative error estimate of a risk, 0 where risks
/// have closed forms; each risk; for each R_p the largest contribution of a single gap between neighbouring data points;
/// on the unit interval, for each R_p, the contribution from outside the hull of the data; with `distances`, for each
/// risk, the same functional of (f̂, f̂_ref), f̂_ref the reference predictor of the sample; with `knots_within`, the
/// shares of gaps with 0, 1, 2, 3 and more knots.
///
/// Predictors that are not piecewise linear have no norm, variation, depth or knots; rank, steps and convergence are
/// those of the fit's [`Report`](crate::estimator::Report).
///
/// No score depends on the other risks among the criteria, except `quadrature_error`, which is the maximum over all risks.
///
/// Cost: one pass over the knots a risk; by quadrature, 17 or more evaluations a piece.
/// Accuracy: ≤ 1e-12 relative for piecewise-linear predictors and targets; for others
/// [`crate::risk::QUADRATURE_TOLERANCE`], or `quadrature_error` where that is larger.
pub struct Scorer {
    pub(super) criteria: Criteria,
    pub(super) target: Box<dyn Target>,
    pub(super) scratch: Scratch,
}

/// Buffers, reused from trial to trial.
#[derive(Default)]
pub(super) struct Scratch {
    pub merger: Merger,
    pub intervals: Intervals,
    pub integrals: Integrals,
    pub pieces: Vec<f64>,
    pub gaps: Vec<f64>,
    pub edges: Vec<f64>,
}

impl Scorer {
    /// The scorer with these criteria and this target.
    pub fn new(criteria: Criteria, target: Box<dyn Target>) -> Scorer {
        Scorer { criteria, target, scratch: Scratch::default() }
    }

    /// The scorer with a common subdivision of pieces for all risks, the finest that any of them requires: a risk then
    /// depends on the others, within [`crate::risk::QUADRATURE_TOLERANCE`].
    pub fn with_joint_quadrature(mut self) -> Scorer {
        self.scratch.integrals.depth = Depth::Joint;
        self
    }
}
