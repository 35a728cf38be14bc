//! Laws of noise.

use rand_chacha::ChaCha8Rng;

/// A law of independent, symmetric noise.
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

    /// E|ε|^p; infinite where the moment does not exist. Units of y^p.
    fn absolute_moment(&self, p: f64) -> f64;
}
