//! The trait of target functions, and their shapes.

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

    /// The shape of the function, which decides how risks are integrated.
    fn shape(&self) -> Shape<'_>;
}

/// The shapes of targets.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'a> {
    /// Zero: the error of f̂ is f̂.
    Zero,
    /// Linear between these knots (increasing; none for a straight line): risks of piecewise-linear f̂ have closed forms.
    PiecewiseLinear {
        /// Where the slope may change.
        knots: &'a [f64],
    },
    /// amplitude · sin(rate · x): risks by adaptive quadrature.
    Sine {
        /// The largest value.
        amplitude: f64,
        /// Angle per unit of x.
        rate: f64,
    },
    /// Analytic on the unit interval: risks by adaptive quadrature.
    Analytic {
        /// Increasing places within it, between which the function turns a few times at most.
        cuts: &'a [f64],
    },
}
