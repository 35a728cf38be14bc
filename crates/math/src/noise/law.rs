//! Laws of noise.

use rand_chacha::ChaCha8Rng;

/// A law of independent noise, symmetric unless it depends on the point.
///
/// ```
/// use rand_chacha::ChaCha8Rng;
/// use tempered_math::noise::Noise;
///
/// /// Labels without noise.
/// struct Silence;
///
/// impl Noise for Silence {
///     fn fill(&self, _: &mut ChaCha8Rng, out: &mut [f64]) {
///         out.fill(0.0);
///     }
///
///     fn absolute_moment(&self, _: f64) -> f64 {
///         0.0
///     }
/// }
///
/// let noise: Box<dyn Noise> = Box::new(Silence);
/// assert_eq!(noise.absolute_moment(2.0), 0.0);
/// ```
pub trait Noise: Send + Sync {
    /// Overwrites `out` with independent draws. Random numbers come from `rng` alone. Cost: O(`out.len()`).
    fn fill(&self, rng: &mut ChaCha8Rng, out: &mut [f64]);

    /// E|ε|^p; infinite where the moment does not exist, not a number where it depends on the point. Units of y^p.
    fn absolute_moment(&self, p: f64) -> f64;

    /// Marks the labels that are wrong rather than noisy, of those that [`Noise::fill`] draws from an equal generator; false where
    /// the law knows none, and then `out` stays as it is.
    fn wrong(&self, _rng: &mut ChaCha8Rng, _out: &mut [bool]) -> bool {
        false
    }

    /// What ε is at a point, where it depends on that.
    fn local(&self) -> Option<&dyn Local> {
        None
    }
}

/// Noise whose law depends on x or on f*(x). Of the line x is one number.
///
/// ```
/// use tempered_math::catalogue::{Choice, Value};
/// use tempered_math::noise::CATALOGUE;
///
/// let entry = CATALOGUE.iter().find(|entry| entry.name == "zeroed").unwrap();
/// let zeroed = Choice::new(entry, &[("share", Value::Real(0.25))]).unwrap().build(CATALOGUE).unwrap();
/// let local = zeroed.local().unwrap();
/// // A label that is lost is 0: ε = −f*(x).
/// assert_eq!((local.at(1.0, &[0.5], 3.0), local.at(0.0, &[0.5], 3.0)), (-3.0, 0.0));
/// assert_eq!((local.mean(&[0.5], 3.0), local.variance(&[0.5], 3.0)), (-0.75, 0.1875 * 9.0));
/// ```
pub trait Local {
    /// ε at a point, from one of the numbers that [`Noise::fill`] draws and from f*(x).
    fn at(&self, draw: f64, x: &[f64], label: f64) -> f64;

    /// E ε there. Units of y.
    fn mean(&self, x: &[f64], label: f64) -> f64;

    /// Var ε there. Units of y².
    fn variance(&self, x: &[f64], label: f64) -> f64;
}
