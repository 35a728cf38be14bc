//! Loss and gradient in O(n m): every neuron at every point.
//!
//! The residual at a point is known once all neurons have been evaluated there, and with it the point's contribution to
//! the gradient, so that one pass over the points and memory for one row of neurons suffice.

use super::activation::Activation;
use crate::network::{Decay, Model, Parts, Weights};
use crate::sum::sum_of_pairs;

/// A network in training.
pub(super) struct Dense {
    pub activation: Activation,
    pub weights: Weights,
    pub decay: Decay,
    x: Vec<f64>,
    share: Vec<f64>,
    /// φ and φ' of each neuron at one point.
    value: Vec<f64>,
    slope: Vec<f64>,
    /// For each neuron, Σ p φ, Σ p x φ' and Σ p φ' over the points, with p the residual times the point's share.
    outer: Vec<f64>,
    inner: Vec<f64>,
    bias: Vec<f64>,
    /// Σ p x and Σ p.
    affine: [f64; 2],
}

impl Dense {
    pub fn new(activation: Activation, decay: Decay) -> Dense {
        Dense {
            activation,
            weights: Weights::default(),
            decay,
            x: Vec::new(),
            share: Vec::new(),
            value: Vec::new(),
            slope: Vec::new(),
            outer: Vec::new(),
            inner: Vec::new(),
            bias: Vec::new(),
            affine: [0.0; 2],
        }
    }

    /// Starts training on these data, every point with the share 2/n; the weights have been drawn.
    pub fn begin(&mut self, x: &[f64]) {
        self.x.clear();
        self.x.extend_from_slice(x);
        self.share.clear();
        self.share.resize(x.len(), 2.0 / x.len() as f64);
        let m = self.weights.width;
        for list in [&mut self.value, &mut self.slope, &mut self.outer, &mut self.inner, &mut self.bias] {
            list.clear();
            list.resize(m, 0.0);
        }
    }
}

impl Model for Dense {
    #[inline(always)]
    fn weights(&mut self) -> &mut [f64] {
        &mut self.weights.theta
    }

    #[inline(always)]
    fn share(&mut self) -> &mut [f64] {
        &mut self.share
    }

    #[inline(always)]
    fn predict(&mut self, y: &[f64], all: bool) -> f64 {
        let Dense { activation, weights, x, share, value, slope, outer, inner, bias, affine, .. } = self;
        let m = weights.width;
        let Parts { a, w, b, .. } = weights.parts();
        let (a, w, b) = (&a[..m], &w[..m], &b[..m]);
        let (value, slope) = (&mut value[..m], &mut slope[..m]);
        let (outer, inner, bias) = (&mut outer[..m], &mut inner[..m], &mut bias[..m]);
        outer.fill(0.0);
        inner.fill(0.0);
        bias.fill(0.0);
        *affine = [0.0; 2];
        let (skip_slope, skip_intercept) = weights.affine();
        let (mut loss, mut points) = (0.0, 0);
        for ((x, y), share) in x.iter().zip(y).zip(&*share) {
            if *share == 0.0 && !all {
                continue;
            }
            activation.fill(*x, (w, b), value, slope);
            let residual =
                sum_of_pairs(a, value, |a, value| a * value) + (skip_slope * x + skip_intercept) - y;
            loss += residual * residual;
            points += 1;
            if *share == 0.0 {
                continue;
            }
            let pull = residual * share;
            *affine = [affine[0] + pull * x, affine[1] + pull];
            for j in 0..m {
                let p = pull * slope[j];
                outer[j] += pull * value[j];
                inner[j] += p * x;
                bias[j] += p;
            }
        }
        loss / f64::from(points)
    }

    #[inline(always)]
    fn differentiate(&mut self, gradient: &mut [f64]) {
        let m = self.weights.width;
        let (outer, rest) = gradient.split_at_mut(m);
        let (inner, rest) = rest.split_at_mut(m);
        let (bias, skip) = rest.split_at_mut(m);
        let a = &self.weights.theta[..m];
        outer.copy_from_slice(&self.outer);
        for (out, sums) in [(inner, &self.inner), (bias, &self.bias)] {
            for ((out, a), sum) in out.iter_mut().zip(a).zip(sums) {
                *out = a * sum;
            }
        }
        if !skip.is_empty() {
            skip.copy_from_slice(&self.affine);
        }
        self.weights.decay(self.decay, gradient);
    }

    #[inline(always)]
    fn penalty(&self) -> f64 {
        self.weights.penalty(self.decay)
    }

    #[inline(always)]
    fn follow(&mut self) {}
}
