//! The weights θ of a two-layer network in one list: a, w, b, and the affine part where it has one.

use super::Decay;
use crate::sum::sum_of_pairs;

/// θ of f(x) = Σ_j a_j φ(w_j x + b_j) + a_0 x + b_0, in the order a, w, b, (a_0, b_0).
#[derive(Default)]
pub(crate) struct Weights {
    /// θ.
    pub theta: Vec<f64>,
    /// m, the number of neurons.
    pub width: usize,
}

/// θ, or a gradient, by parts.
pub(crate) struct Parts<'a> {
    pub a: &'a [f64],
    pub w: &'a [f64],
    pub b: &'a [f64],
    /// a_0 and b_0; empty without an affine part.
    pub skip: &'a [f64],
}

/// [`Parts`], mutable.
pub(crate) struct PartsMut<'a> {
    pub a: &'a mut [f64],
    pub w: &'a mut [f64],
    pub b: &'a mut [f64],
    pub skip: &'a mut [f64],
}

/// The length of θ.
pub(crate) fn length(width: usize, skip: bool) -> usize {
    3 * width + if skip { 2 } else { 0 }
}

/// The parts of θ or a gradient of `width` neurons.
#[inline(always)]
pub(crate) fn parts(theta: &[f64], width: usize) -> Parts<'_> {
    let (a, rest) = theta.split_at(width);
    let (w, rest) = rest.split_at(width);
    let (b, skip) = rest.split_at(width);
    Parts { a, w, b, skip }
}

/// The mutable parts of θ or a gradient of `width` neurons.
#[inline(always)]
pub(crate) fn parts_mut(theta: &mut [f64], width: usize) -> PartsMut<'_> {
    let (a, rest) = theta.split_at_mut(width);
    let (w, rest) = rest.split_at_mut(width);
    let (b, skip) = rest.split_at_mut(width);
    PartsMut { a, w, b, skip }
}

impl Weights {
    /// The parts of θ.
    #[inline(always)]
    pub fn parts(&self) -> Parts<'_> {
        parts(&self.theta, self.width)
    }

    /// a_0 and b_0, zero without an affine part.
    #[inline(always)]
    pub fn affine(&self) -> (f64, f64) {
        if let [slope, intercept] = self.theta[3 * self.width..] { (slope, intercept) } else { (0.0, 0.0) }
    }

    /// (λ/2) ‖θ‖², without the affine part.
    #[inline(always)]
    pub fn penalty(&self, decay: Decay) -> f64 {
        let Parts { a, w, b, .. } = self.parts();
        let square = |part: &[f64]| sum_of_pairs(part, part, |p, q| p * q);
        0.5 * (decay.weights * (square(a) + square(w)) + decay.biases * square(b))
    }

    /// Adds the gradient of the penalty.
    #[inline(always)]
    pub fn decay(&self, decay: Decay, gradient: &mut [f64]) {
        let m = self.width;
        for (g, theta) in gradient[..2 * m].iter_mut().zip(&self.theta) {
            *g += decay.weights * theta;
        }
        for (g, theta) in gradient[2 * m..3 * m].iter_mut().zip(&self.theta[2 * m..]) {
            *g += decay.biases * theta;
        }
    }
}
