//! The predictor of a network whose activation is not piecewise linear.

use super::activation::Activation;
use crate::network::{FARTHEST, Parts, Weights, same};
use crate::predictor::{Expansion, Pieces, Smooth, Units};
use crate::sum::sum_of_pairs;
use crate::wide::{Kernel, wide};

/// f(x) = Σ_j a_j φ(w_j x + b_j) + a_0 x + b_0.
///
/// φ is continuous, so that the value at a breakpoint is the limit from either side.
struct Curve {
    activation: Activation,
    weights: Weights,
}

/// Writes the predictor. Its breakpoints are the x at which the argument of a neuron with a_j ≠ 0 is a z where φ is not
/// analytic.
///
/// Cost: O(m log m), and O(m) an evaluation.
pub(super) fn write(weights: &Weights, activation: Activation, smooth: &mut Smooth) {
    let Parts { a, w, b, .. } = weights.parts();
    smooth.breaks.clear();
    for corner in activation.corners() {
        let breaks = a.iter().zip(w.iter().zip(b)).filter(|(a, _)| **a != 0.0);
        smooth.breaks.extend(breaks.map(|(_, (w, b))| (corner - b) / w));
    }
    // Neurons with w = 0 have no breakpoint.
    smooth.breaks.retain(|at| at.abs() <= FARTHEST);
    smooth.breaks.sort_unstable_by(f64::total_cmp);
    smooth.breaks.dedup_by(|next, before| same(*next, *before));
    let weights = Weights { theta: weights.theta.clone(), width: weights.width };
    smooth.pieces = Box::new(Curve { activation, weights });
}

impl Pieces for Curve {
    fn values(&self, _: usize, x: &[f64], out: &mut [f64]) {
        wide(Evaluate { curve: self, x, out });
    }

    fn units(&self) -> Units {
        let Parts { a, w, b, .. } = self.weights.parts();
        let (skip_slope, skip_intercept) = self.weights.affine();
        Units { skip_slope, skip_intercept, outer: a.to_vec(), inner: w.to_vec(), bias: b.to_vec() }
    }

    fn expansion(&self) -> Expansion {
        let Parts { a, w, b, .. } = self.weights.parts();
        let mut neurons = Expansion::new(self.activation.form());
        (neurons.skip_slope, neurons.skip_intercept) = self.weights.affine();
        for ((a, w), b) in a.iter().zip(w).zip(b) {
            let at = -b / w;
            if *w != 0.0 && at.abs() <= FARTHEST {
                neurons.push(at, *w, &[*a]);
                continue;
            }
            // A neuron whose kink is at infinity counts as the constant φ(b).
            let (mut value, mut unused) = ([0.0], [0.0]);
            self.activation.fill(0.0, (&[*w], &[*b]), &mut value, &mut unused);
            neurons.skip_intercept += a * value[0];
        }
        neurons
    }
}

/// Evaluation at several points, as a kernel.
struct Evaluate<'a> {
    curve: &'a Curve,
    x: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for Evaluate<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Curve { activation, weights } = self.curve;
        let Parts { a, w, b, .. } = weights.parts();
        let (slope, intercept) = weights.affine();
        let (mut value, mut unused) = (vec![0.0; weights.width], vec![0.0; weights.width]);
        for (x, out) in self.x.iter().zip(self.out) {
            activation.fill(*x, (w, b), &mut value, &mut unused);
            *out = sum_of_pairs(a, &value, |a, value| a * value) + (slope * x + intercept);
        }
    }
}
