//! Kernels as functions of a squared distance.

use super::arc::angle;
use crate::exponential::exp;

/// k as a function of s² ≥ 0, the squared distance of embedded points, in arithmetic that vectorises.
pub(super) trait Profile: Copy {
    /// The value at s².
    fn of(self, square: f64) -> f64;
}

/// e^{−s}.
#[derive(Clone, Copy)]
pub(super) struct Laplace;

impl Profile for Laplace {
    #[inline(always)]
    fn of(self, square: f64) -> f64 {
        exp(-square.sqrt())
    }
}

/// e^{−s²/2}.
#[derive(Clone, Copy)]
pub(super) struct Gaussian;

impl Profile for Gaussian {
    #[inline(always)]
    fn of(self, square: f64) -> f64 {
        exp(-0.5 * square)
    }
}

/// (1 + z) e^{−z}, z = √3 s.
#[derive(Clone, Copy)]
pub(super) struct ThreeHalves;

impl Profile for ThreeHalves {
    #[inline(always)]
    fn of(self, square: f64) -> f64 {
        let z = (3.0 * square).sqrt();
        polynomial_decay(1.0 + z, z)
    }
}

/// (1 + z + z²/3) e^{−z}, z = √5 s.
#[derive(Clone, Copy)]
pub(super) struct TwoAndAHalf;

impl Profile for TwoAndAHalf {
    #[inline(always)]
    fn of(self, square: f64) -> f64 {
        let z = (5.0 * square).sqrt();
        polynomial_decay(1.0 + z + (5.0 / 3.0) * square, z)
    }
}

/// A factor times e^{−z}; 0 where z is so large that the factor may be infinite.
#[inline(always)]
fn polynomial_decay(factor: f64, z: f64) -> f64 {
    // e^{−708} is the least value that `exp` has above 0.
    if z > 708.0 { 0.0 } else { factor * exp(-z) }
}

/// (sin a + 2 (π − a) cos a)/π for the angle a between unit vectors at distance s.
#[derive(Clone, Copy)]
pub(super) struct Tangent;

impl Profile for Tangent {
    #[inline(always)]
    fn of(self, square: f64) -> f64 {
        let (rest, sine, cosine) = angle(square);
        (sine + 2.0 * rest * cosine) * std::f64::consts::FRAC_1_PI
    }
}

/// (sin a + (π − a) cos a)/π for the angle a between unit vectors at distance s.
#[derive(Clone, Copy)]
pub(super) struct ArcCosine;

impl Profile for ArcCosine {
    #[inline(always)]
    fn of(self, square: f64) -> f64 {
        let (rest, sine, cosine) = angle(square);
        (sine + rest * cosine) * std::f64::consts::FRAC_1_PI
    }
}

/// A smooth kernel and height · e^{−rate · s} beside it.
#[derive(Clone, Copy)]
pub(super) struct Spiky<P> {
    pub smooth: P,
    pub height: f64,
    pub rate: f64,
}

impl<P: Profile> Profile for Spiky<P> {
    #[inline(always)]
    fn of(self, square: f64) -> f64 {
        self.smooth.of(square) + self.height * exp(-self.rate * square.sqrt())
    }
}
