//! Predictors: the functions f̂ that estimators fit to samples.

mod form;
mod joined;
mod knots;
mod miss;
mod nodes;
pub(crate) mod reach;
mod smooth;
mod units;

pub(crate) use form::length;
pub use form::{Expansion, Form};
pub use knots::{Knots, Size};
pub use nodes::Nodes;
pub use smooth::{Pieces, Smooth};
pub use units::Units;

use miss::worst_miss;

/// A predictor f̂ of one sample.
#[derive(Debug)]
pub enum Predictor {
    /// Continuous and linear between knots: risks have closed forms for piecewise-linear targets.
    PiecewiseLinear(Knots),
    /// Analytic between breakpoints: risks are computed by quadrature.
    Smooth(Smooth),
}

impl Default for Predictor {
    fn default() -> Predictor {
        Predictor::PiecewiseLinear(Knots::default())
    }
}

impl Predictor {
    /// Makes the predictor piecewise linear, and returns its knots to be overwritten.
    pub fn piecewise_linear(&mut self) -> &mut Knots {
        if let Predictor::Smooth(_) = self {
            *self = Predictor::default();
        }
        match self {
            Predictor::PiecewiseLinear(knots) => knots,
            Predictor::Smooth(_) => unreachable!("made piecewise linear above"),
        }
    }

    /// Makes the predictor smooth between breakpoints, and returns the function to be overwritten.
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

    /// The points between which the predictor is analytic: knots or breakpoints.
    pub fn breaks(&self) -> &[f64] {
        match self {
            Predictor::PiecewiseLinear(knots) => &knots.x,
            Predictor::Smooth(smooth) => &smooth.breaks,
        }
    }

    /// The value at x, for any real x.
    ///
    /// # Cost
    /// One binary search, and one evaluation of a piece.
    /// # Accuracy
    /// That of [`Knots::value`], or that of the estimator's pieces.
    pub fn value(&self, x: f64) -> f64 {
        match self {
            Predictor::PiecewiseLinear(knots) => knots.value(x),
            Predictor::Smooth(smooth) => smooth.value(x),
        }
    }

    /// The coefficients of f̂ in the basis of its estimator's [`Form`].
    pub fn expansion(&self) -> Expansion {
        match self {
            Predictor::PiecewiseLinear(knots) => knots.expansion(),
            Predictor::Smooth(smooth) => smooth.pieces.expansion(),
        }
    }

    /// The largest |f̂(x_i) − y_i|, for the predictor's sample.
    ///
    /// # Cost
    /// One pass over knots; one evaluation a point for smooth predictors and for samples whose points share an x.
    pub fn train_error(&self, x: &[f64], y: &[f64]) -> f64 {
        match self {
            Predictor::PiecewiseLinear(knots) if knots.points() == y.len() => knots.train_error(y),
            // Points that share an x share a knot, so that knots and labels cannot be compared one to one.
            Predictor::PiecewiseLinear(_) => worst_miss(x, y, |x| self.value(x)),
            Predictor::Smooth(smooth) => smooth.train_error(x, y),
        }
    }
}
