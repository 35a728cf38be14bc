//! Functions that are analytic between breakpoints, but not linear there.

use super::miss::worst_miss;
use super::{Expansion, Form, Nodes, Units};
use std::fmt;

/// The pieces of a function that is analytic between its breakpoints.
///
/// ```
/// use tempered_math::predictor::{Expansion, Form, Pieces, Smooth, Units};
///
/// /// The parabola x².
/// struct Parabola;
///
/// impl Pieces for Parabola {
///     fn values(&self, _: usize, x: &[f64], out: &mut [f64]) {
///         out.iter_mut().zip(x).for_each(|(out, x)| *out = x * x);
///     }
///
///     fn units(&self) -> Units {
///         Units::default()
///     }
///
///     fn expansion(&self) -> Expansion {
///         let mut powers = Expansion::new(Form::Powers);
///         powers.coefficient = vec![0.0, 0.0, 1.0];
///         powers.scale = vec![1.0; 3];
///         powers.at = vec![0.0; 3];
///         powers
///     }
/// }
///
/// let predictor = Smooth { breaks: Vec::new(), pieces: Box::new(Parabola) };
/// assert_eq!(predictor.value(3.0), 9.0);
/// assert!(predictor.pieces.has_finite_expansion());
/// ```
pub trait Pieces: Send + Sync {
    /// Overwrites `out` with the values of piece `piece` at the points `x`.
    ///
    /// Piece k is between breakpoints k − 1 and k; piece 0 extends to −∞ and the last one to +∞. Points may be
    /// ends of the piece: there the value is the limit from within the piece.
    ///
    /// Shapes: `out` is as long as `x`.
    fn values(&self, piece: usize, x: &[f64], out: &mut [f64]);

    /// The function as a sum of units, with the φ that its estimator documents.
    fn units(&self) -> Units;

    /// The function in the basis of its estimator's form.
    fn expansion(&self) -> Expansion;

    /// Whether all numbers of the expansion are finite.
    ///
    /// # Cost
    /// That of the expansion; implementations with a bound on the numbers test that first.
    fn has_finite_expansion(&self) -> bool {
        self.expansion().is_finite()
    }

    /// The nodes, where the function is known there alone.
    fn nodes(&self) -> Option<&Nodes> {
        None
    }
}

/// A predictor with breakpoints.
///
/// - `breaks` increase strictly, and `pieces` is analytic between any two neighbours.
pub struct Smooth {
    /// Where the pieces meet.
    pub breaks: Vec<f64>,
    /// The function.
    pub pieces: Box<dyn Pieces>,
}

/// Zero everywhere.
struct Zero;

impl Pieces for Zero {
    fn values(&self, _: usize, _: &[f64], out: &mut [f64]) {
        out.fill(0.0);
    }

    fn units(&self) -> Units {
        Units::default()
    }

    fn expansion(&self) -> Expansion {
        let mut expansion = Expansion::new(Form::Powers);
        expansion.push(0.0, 1.0, &[0.0]);
        expansion
    }
}

impl Default for Smooth {
    fn default() -> Smooth {
        Smooth { breaks: Vec::new(), pieces: Box::new(Zero) }
    }
}

impl fmt::Debug for Smooth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smooth").field("breaks", &self.breaks).finish_non_exhaustive()
    }
}

impl Smooth {
    /// The piece that holds x; at a breakpoint the one on its right.
    pub fn piece(&self, x: f64) -> usize {
        self.breaks.partition_point(|at| *at <= x)
    }

    /// The value at x; at a breakpoint the limit from the right.
    ///
    /// # Cost
    /// One binary search, and one evaluation of a piece.
    pub fn value(&self, x: f64) -> f64 {
        let mut value = [0.0];
        self.pieces.values(self.piece(x), &[x], &mut value);
        value[0]
    }

    /// The largest |f̂(x_i) − y_i|; NaN where one is NaN.
    ///
    /// # Cost
    /// One evaluation a point.
    pub fn train_error(&self, x: &[f64], y: &[f64]) -> f64 {
        worst_miss(x, y, |x| self.value(x))
    }
}
