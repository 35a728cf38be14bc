//! Predictors: the functions f̂ that estimators make of samples.

mod form;
mod knots;
mod miss;
pub(crate) mod reach;
mod smooth;
mod units;

pub(crate) use form::length;
pub use form::{Expansion, Form};
pub use knots::{Knots, Size};
pub use smooth::{Pieces, Smooth};
pub use units::Units;

use miss::worst_miss;

/// A predictor f̂ of one sample.
#[derive(Debug)]
pub enum Predictor {
    /// Continuous, linear between knots: risks are exact.
    PiecewiseLinear(Knots),
    /// Analytic between breakpoints: risks by quadrature.
    Smooth(Smooth),
}

impl Default for Predictor {
    fn default() -> Predictor {
        Predictor::PiecewiseLinear(Knots::default())
    }
}

impl Predictor {
    /// Makes it piecewise linear, and hands out the knots to overwrite.
    pub fn piecewise_linear(&mut self) -> &mut Knots {
        if let Predictor::Smooth(_) = self {
            *self = Predictor::default();
        }
        match self {
            Predictor::PiecewiseLinear(knots) => knots,
            Predictor::Smooth(_) => unreachable!("made piecewise linear above"),
        }
    }

    /// Makes it smooth between breakpoints, and hands out the function to overwrite.
    pub fn smooth(&mut self) -> &mut Smooth {
        if let Predictor::PiecewiseLinear(_) = self {
            *self = Predictor::Smooth(Smooth::default());
        }
        match self {
            Predictor::Smooth(smooth) => smooth,
            Predictor::PiecewiseLinear(_) => unreachable!("made smooth above"),
        }
    }

    /// The knots of a piecewise-linear predictor.
    pub fn knots(&self) -> Option<&Knots> {
        match self {
            Predictor::PiecewiseLinear(knots) => Some(knots),
            Predictor::Smooth(_) => None,
        }
    }

    /// The points between which it is analytic.
    pub fn breaks(&self) -> &[f64] {
        match self {
            Predictor::PiecewiseLinear(knots) => &knots.x,
            Predictor::Smooth(smooth) => &smooth.breaks,
        }
    }

    /// The value at x, which may be anywhere on the line.
    ///
    /// # Cost
    /// One binary search, and one evaluation of a piece.
    pub fn value(&self, x: f64) -> f64 {
        match self {
            Predictor::PiecewiseLinear(knots) => knots.value(x),
            Predictor::Smooth(smooth) => smooth.value(x),
        }
    }

    /// The coefficients of f̂ in a basis that doubles carry.
    pub fn expansion(&self) -> Expansion {
        match self {
            Predictor::PiecewiseLinear(knots) => knots.expansion(),
            Predictor::Smooth(smooth) => smooth.pieces.expansion(),
        }
    }

    /// The largest |f̂(x_i) − y_i|, for the sample it was fitted to.
    pub fn train_error(&self, x: &[f64], y: &[f64]) -> f64 {
        match self {
            Predictor::PiecewiseLinear(knots) if knots.points() == y.len() => knots.train_error(y),
            // Knots are distinct: points that share an x have one between them.
            Predictor::PiecewiseLinear(_) => worst_miss(x, y, |x| self.value(x)),
            Predictor::Smooth(smooth) => smooth.train_error(x, y),
        }
    }
}
