//! The difference f̂ − f* of piecewise-linear functions on a domain, at the merged knots of both.

use crate::predictor::Knots;
use crate::risk::Domain;
use crate::sum::{largest, sum};
use crate::target::{Shape, Target};
use std::ops::Range;

/// Buffers for differences.
#[derive(Default)]
pub(super) struct Merger {
    at: Vec<f64>,
    error: Vec<f64>,
    joints: Vec<usize>,
}

/// A domain split into pieces.
///
/// - `at` increases strictly; its ends are the ends of the domain;
/// - `hull` is the range of pieces between the outermost data points;
/// - `joints` are the indices, within the hull, of the points that are not data points.
#[derive(Clone)]
pub(super) struct Cuts<'a> {
    pub at: &'a [f64],
    pub joints: &'a [usize],
    pub hull: Range<usize>,
}

/// A continuous function that is linear between its knots.
///
/// - `error` is f̂ − f* at the cuts, or f̂ alone where f* is not piecewise linear.
pub(super) struct Difference<'a> {
    pub cuts: Cuts<'a>,
    pub error: &'a [f64],
}

impl Cuts<'_> {
    /// The largest sum of the pieces of one gap between neighbouring data points, given the largest piece.
    ///
    /// Gaps of one piece are covered by the largest piece, so that only gaps with joints are summed.
    #[inline(always)]
    pub fn largest_gap(&self, pieces: &[f64], largest_piece: f64) -> f64 {
        let all = self.hull == (0..pieces.len());
        let mut most = if all { largest_piece } else { largest(&pieces[self.hull.clone()]) };
        let (mut before, mut part) = (usize::MAX, 0.0);
        for joint in self.joints {
            if joint - 1 != before {
                part = pieces[joint - 1];
            }
            part += pieces[*joint];
            most = if part > most { part } else { most };
            before = *joint;
        }
        most
    }

    /// The sum of the pieces outside the hull.
    #[inline(always)]
    pub fn outside(&self, pieces: &[f64]) -> f64 {
        sum(&pieces[..self.hull.start]) + sum(&pieces[self.hull.end..])
    }
}

impl Merger {
    /// f̂ − f* on this domain. Nothing is copied where the pieces are those of f̂.
    pub fn difference<'a>(
        &'a mut self,
        knots: &'a Knots,
        target: &dyn Target,
        domain: Domain,
    ) -> Difference<'a> {
        let shape = target.shape();
        let ends = knots.hull();
        let corners = match shape {
            Shape::PiecewiseLinear { knots } => Some(knots),
            Shape::Analytic { cuts } => Some(cuts),
            Shape::Zero | Shape::Sine { .. } => None,
        };
        if domain == Domain::Hull && corners.is_none() && ends == (0..knots.x.len()) {
            let cuts = Cuts { at: &knots.x, joints: &knots.inner, hull: 0..ends.end - 1 };
            return Difference { cuts, error: &knots.y };
        }
        let (low, high) = domain.ends(&knots.x[ends.clone()]);
        let hull = self.merge(knots, corners.unwrap_or(&[]), low, high);
        if matches!(shape, Shape::PiecewiseLinear { .. }) {
            self.error.iter_mut().zip(&self.at).for_each(|(error, x)| *error -= target.value(*x));
        }
        Difference { cuts: Cuts { at: &self.at, joints: &self.joints, hull }, error: &self.error }
    }

    /// Lists f̂ at its knots, at the corners of f*, and at both ends of the domain; returns the range of the hull's pieces.
    fn merge(&mut self, knots: &Knots, corners: &[f64], low: f64, high: f64) -> Range<usize> {
        self.at.clear();
        self.error.clear();
        self.joints.clear();
        let ends = knots.hull();
        let start = knots.x[..ends.start].partition_point(|t| *t <= low);
        let stop = ends.end + knots.x[ends.end..].partition_point(|t| *t < high);
        let mut corners = corners.iter().copied().skip_while(|t| *t <= low).peekable();
        let mut inner = knots.inner.iter().copied().peekable();
        if low < knots.x[start] {
            self.push(low, knots.value(low));
        }
        let (mut first, mut end) = (0, 0);
        for (k, (x, y)) in (start..stop).zip(knots.x[start..stop].iter().zip(&knots.y[start..stop])) {
            while let Some(t) = corners.next_if(|t| t < x) {
                if k > ends.start && k < ends.end {
                    self.joints.push(self.at.len());
                }
                self.push(t, knots.value(t));
            }
            corners.next_if_eq(x);
            if k == ends.start {
                first = self.at.len();
            }
            if k + 1 == ends.end {
                end = self.at.len();
            }
            if inner.next_if_eq(&k).is_some() {
                self.joints.push(self.at.len());
            }
            self.push(*x, *y);
        }
        if high > knots.x[stop - 1] {
            while let Some(t) = corners.next_if(|t| *t < high) {
                self.push(t, knots.value(t));
            }
            self.push(high, knots.value(high));
        }
        first..end
    }

    fn push(&mut self, x: f64, y: f64) {
        self.at.push(x);
        self.error.push(y);
    }
}
