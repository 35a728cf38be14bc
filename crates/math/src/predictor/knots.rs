//! Predictors: continuous piecewise-linear functions with their knots and slope changes.

use crate::sum::sums_of_pairs;
use std::ops::Range;

/// The knots of many predictors, one row a trial, as a struct of arrays.
///
/// - within a row `x` increases strictly, and the row holds every data point of its sample as a knot;
/// - `inner` holds, in ascending order, the positions of the knots between data points;
/// - the first `left` and the last `right` knots lie beyond the data; all others that are not inner are data points;
/// - `change` is the slope change at the knot, exactly 0 where the predictor passes straight through;
/// - beyond the outer knots the slopes of the outer pieces continue, unless `clamp` holds the outer values: a predictor
///   that bends beyond the data ends in a knot without slope change on that side.
#[derive(Clone, Debug, Default)]
pub struct Knots {
    /// Knot positions.
    pub x: Vec<f64>,
    /// Values of the predictor at the knots.
    pub y: Vec<f64>,
    /// Slope changes at the knots.
    pub change: Vec<f64>,
    /// Positions of the knots between data points.
    pub inner: Vec<usize>,
    /// The number of knots left of the data.
    pub left: usize,
    /// The number of knots right of the data.
    pub right: usize,
    /// Slope left of the first knot.
    pub first_slope: f64,
    /// Whether the predictor is constant beyond the outer knots.
    pub clamp: bool,
}

/// How large a predictor is, as a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// The norm ∫ √(1 + x²) d|f''|(x) = Σ |c_k| √(1 + τ_k²) over the kinks τ_k with slope changes c_k.
    ///
    /// It is the least ½ Σ (a² + w² + b²) of a two-layer ReLU network that represents the predictor, its
    /// affine part free.
    ///
    /// Source: Boursier & Flammarion, "Penalising the biases in norm regularisation enforces sparsity" (2023).
    pub norm: f64,
    /// The total variation of the slope, Σ |c_k|: the norm with unpenalised biases.
    pub variation: f64,
    /// The number of kinks: knots with a slope change.
    pub kinks: u64,
}

impl Knots {
    /// The positions of the knots from the first to the last data point.
    pub fn hull(&self) -> Range<usize> {
        self.left..self.x.len() - self.right
    }

    /// Makes the predictor constant beyond its outer knots, which are data points.
    pub fn clamp_ends(&mut self) {
        let last = self.x.len() - 1;
        let slope = |i: usize, j: usize| (self.y[j] - self.y[i]) / (self.x[j] - self.x[i]);
        let (left, right) = (slope(0, 1), slope(last - 1, last));
        self.change[0] = left;
        self.change[last] = -right;
        self.first_slope = 0.0;
        self.clamp = true;
    }

    /// Norm, variation and number of kinks, in one pass.
    #[inline(always)]
    pub fn size(&self) -> Size {
        let [norm, variation, kinks] = sums_of_pairs(&self.x, &self.change, |x, c| {
            let c = c.abs();
            [c * (1.0 + x * x).sqrt(), c, if c != 0.0 { 1.0 } else { 0.0 }]
        });
        Size { norm, variation, kinks: kinks as u64 }
    }

    /// The affine part of the network Σ c_k (x − τ_k)₊ + slope · x + intercept: (slope, intercept).
    pub fn skip(&self) -> (f64, f64) {
        (self.first_slope, self.y[0] - self.first_slope * self.x[0])
    }

    /// The value at x, which may be anywhere on the line.
    ///
    /// # Cost
    /// One binary search.
    pub fn value(&self, x: f64) -> f64 {
        let last = self.x.len() - 1;
        if self.clamp && x <= self.x[0] {
            return self.y[0];
        }
        if self.clamp && x >= self.x[last] {
            return self.y[last];
        }
        let k = self.x.partition_point(|knot| *knot <= x).clamp(1, last);
        let (x0, x1, y0, y1) = (self.x[k - 1], self.x[k], self.y[k - 1], self.y[k]);
        let slope = (y1 - y0) / (x1 - x0);
        if x - x0 <= x1 - x { y0 + slope * (x - x0) } else { y1 - slope * (x1 - x) }
    }

    /// The largest |f̂(x_i) − y_i|, for the labels of the sample the predictor was fitted to.
    #[inline(always)]
    pub fn train_error(&self, y: &[f64]) -> f64 {
        let (mut worst, mut start, mut point) = (0.0f64, self.left, 0);
        for end in self.inner.iter().copied().chain([self.hull().end]) {
            let count = end - start;
            for (value, y) in self.y[start..end].iter().zip(&y[point..point + count]) {
                let miss = (value - y).abs();
                worst = if miss > worst { miss } else { worst };
            }
            (start, point) = (end + 1, point + count);
        }
        worst
    }

    /// The largest distance of an inner knot from the chord of its gap, in units of y.
    ///
    /// Shapes: the sample the predictor was fitted to.
    #[inline(always)]
    pub fn depth(&self, x: &[f64], y: &[f64]) -> f64 {
        let mut deepest = 0.0f64;
        for (before, knot) in self.inner.iter().enumerate() {
            let i = knot - self.left - before - 1;
            let chord = y[i] + (y[i + 1] - y[i]) * ((self.x[*knot] - x[i]) / (x[i + 1] - x[i]));
            let depth = (self.y[*knot] - chord).abs();
            deepest = if depth > deepest { depth } else { deepest };
        }
        deepest
    }
}
