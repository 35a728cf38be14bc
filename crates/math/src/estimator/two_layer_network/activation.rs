//! Activation functions φ, their derivatives, and the points at which they are not analytic.

use crate::exponential::{exp, exp_less_one, log_one_plus, normal};
use crate::predictor::Form;

/// Slope of leaky ReLU below zero (Maas, Hannun & Ng 2013).
pub(super) const LEAK: f64 = 0.01;
/// Smaller z are replaced by this in the exponent: e^{−e^{−z}} is 0 from z = −6.6 down, and e^{−z} stays finite.
const GOMPERTZ_LOW: f64 = -50.0;

/// φ of a network other than ReLU.
///
/// Accuracy: φ and φ' to 4e-15, relative to max(|φ|, 1e-300) and max(|φ'|, 1); GELU in its left tail to 1e-15 z².
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    /// max(z, 0.01 z).
    LeakyRelu,
    /// (z)₊² (So et al. 2021).
    ReluSquared,
    /// 0 below −1, z above 1, (z + 1)²/4 between (Shamir, Lin & Coviello 2022, with β = 1).
    Smelu,
    /// ln(1 + e^z) (Dugas et al. 2001).
    Softplus,
    /// z Φ(z), Φ the standard normal distribution (Hendrycks & Gimpel 2016).
    Gelu,
    /// z/(1 + e^{−z}), also called Swish (Elfwing, Uchibe & Doya 2018; Ramachandran, Zoph & Le 2017).
    Silu,
    /// z e^{−e^{−z}} (Das et al. 2025).
    Golu,
    /// tanh z.
    Tanh,
}

/// Every activation with its name, and the z where φ is not analytic.
const TABLE: [(&str, Activation, &[f64]); 8] = [
    ("leaky_relu", Activation::LeakyRelu, &[0.0]),
    ("relu_squared", Activation::ReluSquared, &[0.0]),
    ("smelu", Activation::Smelu, &[-1.0, 1.0]),
    ("softplus", Activation::Softplus, &[]),
    ("gelu", Activation::Gelu, &[]),
    ("silu", Activation::Silu, &[]),
    ("golu", Activation::Golu, &[]),
    ("tanh", Activation::Tanh, &[]),
];

impl Activation {
    pub const WORDS: &[&str] = &{
        let mut words = [""; TABLE.len()];
        let mut k = 0;
        while k < TABLE.len() {
            words[k] = TABLE[k].0;
            k += 1;
        }
        words
    };

    /// The activation of this name.
    pub fn new(word: &str) -> Option<Activation> {
        TABLE.iter().find(|(name, ..)| *name == word).map(|(_, activation, _)| *activation)
    }

    /// The form of the expansion of a network with this activation.
    pub fn form(self) -> Form {
        match self {
            Activation::LeakyRelu => Form::Knots,
            Activation::ReluSquared => Form::ReluSquared,
            Activation::Smelu => Form::Smelu,
            Activation::Softplus => Form::Softplus,
            Activation::Gelu => Form::Gelu,
            Activation::Silu => Form::Silu,
            Activation::Golu => Form::Golu,
            Activation::Tanh => Form::Tanh,
        }
    }

    /// The z where φ is not analytic, ascending.
    pub fn corners(self) -> &'static [f64] {
        TABLE.iter().find(|(_, activation, _)| *activation == self).map_or(&[], |(.., corners)| corners)
    }

    /// Overwrites `value` and `slope` with φ(z) and φ'(z) at z = w x + b. At a kink of φ, φ' is the left derivative.
    ///
    /// Shapes: all slices have one length, the number of neurons.
    #[inline(always)]
    pub fn fill(self, x: f64, (w, b): (&[f64], &[f64]), value: &mut [f64], slope: &mut [f64]) {
        match self {
            Activation::LeakyRelu => each::<LeakyRelu>(x, (w, b), value, slope),
            Activation::ReluSquared => each::<ReluSquared>(x, (w, b), value, slope),
            Activation::Smelu => each::<Smelu>(x, (w, b), value, slope),
            Activation::Softplus => each::<Softplus>(x, (w, b), value, slope),
            Activation::Gelu => each::<Gelu>(x, (w, b), value, slope),
            Activation::Silu => each::<Silu>(x, (w, b), value, slope),
            Activation::Golu => each::<Golu>(x, (w, b), value, slope),
            Activation::Tanh => each::<Tanh>(x, (w, b), value, slope),
        }
    }
}

/// φ and φ' in one evaluation; a type rather than a function value, which would not be inlined into vectorised loops.
trait Curve {
    fn at(z: f64) -> (f64, f64);
}

#[inline(always)]
fn each<C: Curve>(x: f64, (w, b): (&[f64], &[f64]), value: &mut [f64], slope: &mut [f64]) {
    for ((w, b), (value, slope)) in w.iter().zip(b).zip(value.iter_mut().zip(slope)) {
        (*value, *slope) = C::at(w * x + b);
    }
}

struct LeakyRelu;
impl Curve for LeakyRelu {
    #[inline(always)]
    fn at(z: f64) -> (f64, f64) {
        let slope = if z > 0.0 { 1.0 } else { LEAK };
        (slope * z, slope)
    }
}

struct ReluSquared;
impl Curve for ReluSquared {
    #[inline(always)]
    fn at(z: f64) -> (f64, f64) {
        // The comparison keeps NaN, which `max` would drop.
        let part = if z < 0.0 { 0.0 } else { z };
        (part * part, 2.0 * part)
    }
}

struct Smelu;
impl Curve for Smelu {
    #[inline(always)]
    fn at(z: f64) -> (f64, f64) {
        let part = if z < -1.0 { 0.0 } else { z + 1.0 };
        if z > 1.0 { (z, 1.0) } else { (0.25 * (part * part), 0.5 * part) }
    }
}

struct Softplus;
impl Curve for Softplus {
    #[inline(always)]
    fn at(z: f64) -> (f64, f64) {
        let small = exp(-z.abs());
        let part = if z < 0.0 { 0.0 } else { z };
        (part + log_one_plus(small), if z < 0.0 { small } else { 1.0 } / (1.0 + small))
    }
}

struct Gelu;
impl Curve for Gelu {
    #[inline(always)]
    fn at(z: f64) -> (f64, f64) {
        let (distribution, density) = normal(z);
        (z * distribution, distribution + z * density)
    }
}

struct Silu;
impl Curve for Silu {
    #[inline(always)]
    fn at(z: f64) -> (f64, f64) {
        let small = exp(-z.abs());
        let (small, large) = (small / (1.0 + small), 1.0 / (1.0 + small));
        let (here, there) = if z < 0.0 { (small, large) } else { (large, small) };
        (z * here, here + z * (here * there))
    }
}

struct Golu;
impl Curve for Golu {
    #[inline(always)]
    fn at(z: f64) -> (f64, f64) {
        let clamped = if z < GOMPERTZ_LOW { GOMPERTZ_LOW } else { z };
        let rate = exp(-clamped);
        let gate = exp(-rate);
        (z * gate, gate + clamped * (rate * gate))
    }
}

struct Tanh;
impl Curve for Tanh {
    #[inline(always)]
    fn at(z: f64) -> (f64, f64) {
        let less = exp_less_one(-2.0 * z.abs());
        let size = -less / (2.0 + less);
        (size.copysign(z), 4.0 * (1.0 + less) / ((2.0 + less) * (2.0 + less)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(activation: Activation, z: f64) -> (f64, f64) {
        let (mut value, mut slope) = ([0.0], [0.0]);
        activation.fill(z, (&[1.0], &[0.0]), &mut value, &mut slope);
        (value[0], slope[0])
    }

    /// φ by the formula of its paper, with the functions of `libm`.
    fn plain(activation: Activation, z: f64) -> f64 {
        match activation {
            Activation::LeakyRelu => z.max(0.01 * z),
            Activation::ReluSquared => z.max(0.0).powi(2),
            Activation::Smelu if z.abs() <= 1.0 => (z + 1.0) * (z + 1.0) / 4.0,
            Activation::Smelu => z.max(0.0),
            Activation::Softplus => z.max(0.0) + libm::log1p(libm::exp(-z.abs())),
            Activation::Gelu => 0.5 * z * libm::erfc(-z / std::f64::consts::SQRT_2),
            Activation::Silu => z / (1.0 + libm::exp(-z)),
            Activation::Golu => z * libm::exp(-libm::exp(-z)),
            Activation::Tanh => libm::tanh(z),
        }
    }

    #[test]
    fn values_are_those_of_the_papers() {
        for (word, activation, _) in TABLE {
            for k in -4000..=4000 {
                let z = f64::from(k) * 0.0071;
                let (value, want) = (at(activation, z).0, plain(activation, z));
                // Exponents carry their own rounding errors into the tails.
                let slack = 2e-15 * (2.0 + if z < 0.0 { z * z } else { 0.0 });
                let slack =
                    if activation == Activation::Golu { 1e-15 * (4.0 + libm::exp(-z)) } else { slack };
                assert!((value - want).abs() <= slack * want.abs() + 1e-300, "{word} {z}: {value} {want}");
            }
        }
    }

    #[test]
    fn derivatives_are_those_of_the_values() {
        let step = 1e-3;
        for (word, activation, corners) in TABLE {
            assert_eq!(Activation::new(word), Some(activation));
            for k in -900..=900 {
                let z = f64::from(k) * 0.0113 + 0.001;
                if corners.iter().any(|corner| (z - corner).abs() < 3.0 * step) {
                    continue;
                }
                // Five points: error step⁴ φ⁽⁵⁾/30.
                let f = |shift: f64| at(activation, z + shift * step).0;
                let want = (8.0 * (f(1.0) - f(-1.0)) - (f(2.0) - f(-2.0))) / (12.0 * step);
                let slope = at(activation, z).1;
                assert!((slope - want).abs() <= 2e-11 * (1.0 + f(0.0).abs()), "{word} {z}: {slope} {want}");
            }
            let (far, near) = (at(activation, -1e5), at(activation, 1e4));
            assert!([far.0, far.1, near.0, near.1].iter().all(|x| x.is_finite()), "{word}");
            assert!(at(activation, f64::NAN).0.is_nan(), "{word}");
        }
    }
}
