//! Continuous piecewise-linear predictors, by knots and slope changes.

use super::{Expansion, Form};
use crate::sum::{largest, row, sums_of_rows};
use std::ops::Range;

/// The knots of a continuous piecewise-linear predictor, as a struct of arrays.
///
/// - `x` increases strictly, and every x of the sample is a knot;
/// - `inner` holds, in ascending order, the indices of the knots between data points;
/// - the first `left` and the last `right` knots lie beyond the data; all others that are not inner are data points;
/// - `change` is the slope change at the knot, exactly 0 where there is none;
/// - beyond the outer knots the outer pieces continue, unless `clamp` holds the outer values: a predictor with kinks
///   beyond the data ends in a knot without slope change on that side.
#[derive(Clone, Debug, Default)]
pub struct Knots {
    /// Knot positions.
    pub x: Vec<f64>,
    /// Values of the predictor at the knots.
    pub y: Vec<f64>,
    /// Slope changes at the knots.
    pub change: Vec<f64>,
    /// Indices of the knots between data points.
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

/// Measures of a predictor's size as a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// The norm ∫ √(1 + x²) d|f''|(x) = Σ |c_k| √(1 + τ_k²) over the kinks τ_k with slope changes c_k.
    ///
    /// It is the least ½ Σ (a² + w² + b²) of a two-layer ReLU network that represents the predictor, its
    /// affine part free. Units of y, where x has no unit.
    ///
    /// Source: Boursier & Flammarion, "Penalising the biases in norm regularisation enforces sparsity" (2023).
    pub norm: f64,
    /// The total variation of the slope, Σ |c_k|: the norm with unpenalised biases.
    pub variation: f64,
    /// The number of kinks: knots with a slope change.
    pub kinks: u64,
}

impl Knots {
    /// The indices of the knots from the first to the last data point.
    pub fn hull(&self) -> Range<usize> {
        self.left..self.x.len() - self.right
    }

    /// The number of knots that are data points: the sample's distinct x.
    pub(super) fn points(&self) -> usize {
        self.hull().len() - self.inner.len()
    }

    /// Makes the predictor constant beyond its outer knots, which must be data points.
    pub fn clamp_ends(&mut self) {
        let last = self.x.len() - 1;
        let slope = |i: usize, j: usize| (self.y[j] - self.y[i]) / (self.x[j] - self.x[i]);
        let (left, right) = (slope(0, 1), slope(last - 1, last));
        self.change[0] = left;
        self.change[last] = -right;
        self.first_slope = 0.0;
        self.clamp = true;
    }

    /// Norm, variation and number of kinks.
    ///
    /// # Cost
    /// One pass.
    /// # Accuracy
    /// At most about 130 units of roundoff for any number of knots: terms are positive, and blocks of 1024 are compensated.
    #[inline(always)]
    pub fn size(&self) -> Size {
        let [norm, variation, kinks] = sums_of_rows(&self.x, &self.change, |x, c| {
            let norm = row(|i| c[i].abs() * (1.0 + x[i] * x[i]).sqrt());
            [norm, row(|i| c[i].abs()), row(|i| if c[i] != 0.0 { 1.0 } else { 0.0 })]
        });
        Size { norm, variation, kinks: kinks as u64 }
    }

    /// The affine part of the network Σ c_k (x − τ_k)₊ + slope · x + intercept: (slope, intercept).
    pub fn skip(&self) -> (f64, f64) {
        (self.first_slope, self.y[0] - self.first_slope * self.x[0])
    }

    /// The knots (x, y) that determine the function where x is not much larger than the gaps: kinks and the outer knots.
    ///
    /// Beyond them the outer lines continue; where the function is constant there, a knot further out determines this.
    pub fn carriers(&self) -> impl Iterator<Item = (f64, f64)> {
        let last = self.x.len() - 1;
        self.with_ends(move |k| k == 0 || k == last || self.change[k] != 0.0)
    }

    /// The knots selected by `carries`, and one more on either side where the predictor is constant beyond its ends.
    fn with_ends(&self, carries: impl Fn(usize) -> bool) -> impl Iterator<Item = (f64, f64)> {
        let last = self.x.len() - 1;
        // The distance grows with |x|, so that the position differs from x after rounding.
        let further = |x: f64, side: f64| (x + side * (1.0 + x.abs())).clamp(f64::MIN, f64::MAX);
        let before = self.clamp.then(|| (further(self.x[0], -1.0), self.y[0]));
        let after = self.clamp.then(|| (further(self.x[last], 1.0), self.y[last]));
        let inside = (0..=last).filter(move |k| carries(*k)).map(|k| (self.x[k], self.y[k]));
        before.into_iter().chain(inside).chain(after)
    }

    /// The values at all knots, not at kinks alone: far from the origin the positions of kinks are rounded, so that the
    /// chord between two kinks misses the data points between them.
    pub fn expansion(&self) -> Expansion {
        let (at, coefficient): (Vec<f64>, Vec<f64>) = self.with_ends(|_| true).unzip();
        Expansion { scale: vec![1.0; at.len()], at, coefficient, ..Expansion::new(Form::Knots) }
    }

    /// The value at x, for any real x.
    ///
    /// # Cost
    /// One binary search.
    /// # Accuracy
    /// A few units of roundoff of the values at the two neighbouring knots, beyond the outer knots also of the outer slope
    /// times the distance; exact at knots.
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

    /// The largest |f̂(x_i) − y_i|, for the labels of the predictor's sample, no two of whose points share an x.
    ///
    /// # Cost
    /// One pass; no evaluations, as data points are knots.
    #[inline(always)]
    pub fn train_error(&self, y: &[f64]) -> f64 {
        let mut worst = [0.0f64; WIDTH];
        let (mut start, mut point) = (self.left, 0);
        for end in self.inner.iter().copied().chain([self.hull().end]) {
            let count = end - start;
            largest_miss(&mut worst, &self.y[start..], &y[point..], count);
            (start, point) = (end + 1, point + count);
        }
        largest(&worst)
    }

    /// The largest vertical distance of an inner knot from the chord of its gap, in units of y.
    ///
    /// Shapes: `x` and `y` are the sample of the predictor.
    ///
    /// # Cost
    /// O(number of inner knots).
    #[inline(always)]
    pub fn depth(&self, x: &[f64], y: &[f64]) -> f64 {
        let mut deepest = [0.0f64; WIDTH];
        for (row, knots) in self.inner.chunks(WIDTH).enumerate() {
            // Numbers are gathered first, so that the arithmetic vectorises; unused lanes have depth 0.
            let [mut x0, mut x1, mut y0, mut y1] = [[0.0; WIDTH], [1.0; WIDTH], [0.0; WIDTH], [0.0; WIDTH]];
            let [mut at, mut value] = [[0.0; WIDTH]; 2];
            for (lane, knot) in knots.iter().enumerate() {
                let i = knot - self.left - (row * WIDTH + lane) - 1;
                let (ends, labels) = (&x[i..i + 2], &y[i..i + 2]);
                (x0[lane], x1[lane], y0[lane], y1[lane]) = (ends[0], ends[1], labels[0], labels[1]);
                (at[lane], value[lane]) = (self.x[*knot], self.y[*knot]);
            }
            for k in 0..WIDTH {
                let chord = y0[k] + (y1[k] - y0[k]) * ((at[k] - x0[k]) / (x1[k] - x0[k]));
                let depth = (value[k] - chord).abs();
                deepest[k] = if depth > deepest[k] { depth } else { deepest[k] };
            }
        }
        largest(&deepest)
    }
}

/// Lanes of the vectorised loops: eight numbers fill two registers of 256 bits.
const WIDTH: usize = 8;

/// Raises each lane of `worst` to the largest |a_i − b_i| over i < count with i = lane mod 8.
///
/// The number of data points between two inner knots is small and random, so that the end of a loop over them would be
/// mispredicted: whole rows of eight are compared, and excess lanes masked. A row that would end beyond the data is
/// compared one by one.
#[inline(always)]
fn largest_miss(worst: &mut [f64; WIDTH], a: &[f64], b: &[f64], count: usize) {
    let mut done = 0;
    loop {
        // A real number, so that the mask is a comparison in the registers of the values.
        let left = (count - done) as i64 as f64;
        let rows = (a[done..].first_chunk::<WIDTH>(), b[done..].first_chunk::<WIDTH>());
        let (Some(a), Some(b)) = rows else {
            for (a, b) in a[done..count].iter().zip(&b[done..count]) {
                let miss = (a - b).abs();
                worst[0] = if miss > worst[0] { miss } else { worst[0] };
            }
            return;
        };
        for lane in 0..WIDTH {
            let miss = (a[lane] - b[lane]).abs();
            let miss = if (lane as f64) < left { miss } else { 0.0 };
            worst[lane] = if miss > worst[lane] { miss } else { worst[lane] };
        }
        done += WIDTH;
        if done >= count {
            return;
        }
    }
}
