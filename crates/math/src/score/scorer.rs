//! The scorer of one target, and its buffers.

use super::criteria::Criteria;
use super::difference::Merger;
use super::integrals::{Depth, Integrals};
use super::intervals::Intervals;
use crate::target::Target;

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
/// those of the fit's [`Report`](crate::estimator::Report).
///
/// No score depends on which risks are asked for beside its own, apart from `quadrature_error`, which is about all of
/// them.
///
/// Cost: one pass over the knots a risk; by quadrature, 17 or more evaluations a piece.
/// Accuracy: ≤ 1e-12 relative for piecewise-linear predictors and targets, [`crate::risk::QUADRATURE_TOLERANCE`] for
/// others as long as `quadrature_error` says so.
pub struct Scorer {
    pub(super) criteria: Criteria,
    pub(super) target: Box<dyn Target>,
    pub(super) scratch: Scratch,
}

/// Buffers, kept from trial to trial.
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
}
