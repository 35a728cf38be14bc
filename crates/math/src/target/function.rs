//! Target functions, and what kinds there are.

/// A target function f*.
///
/// ```
/// use tempered_math::target::{Shape, Target};
///
/// /// The distance from 1/2.
/// struct Valley;
///
/// impl Target for Valley {
///     fn value(&self, x: f64) -> f64 {
///         (x - 0.5).abs()
///     }
///
///     fn shape(&self) -> Shape<'_> {
///         Shape::PiecewiseLinear { knots: &[0.5] }
///     }
/// }
///
/// assert_eq!(Valley.value(0.25), 0.25);
/// ```
pub trait Target: Send + Sync {
    /// f*(x).
    fn value(&self, x: f64) -> f64;

    /// What kind of function it is, which decides how risks are integrated.
    fn shape(&self) -> Shape<'_>;
}

/// The kinds of targets.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'a> {
    /// Zero: the error of f̂ is f̂ itself.
    Zero,
    /// Linear between these knots (increasing; none for a straight line): risks are exact.
    PiecewiseLinear {
        /// Where the slope may change.
        knots: &'a [f64],
    },
    /// amplitude · sin(rate · x): risks by adaptive quadrature.
    Sine {
        /// Half the distance from crest to trough.
        amplitude: f64,
        /// Angle per unit of x.
        rate: f64,
    },
}
