//! Standard normal and exponential numbers by the ziggurat method.
//!
//! The tables and the rare branches use `libm`, whose bits are the same on every platform; the crates at
//! hand take logarithms from the platform's C library, whose last bit is not.
//!
//! Source: Marsaglia & Tsang, "The Ziggurat Method for Generating Random Variables" (2000), with 256 layers
//! and separate bits for layer and abscissa (Doornik 2005).

use crate::seed::{unit, unit_above_zero};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use std::sync::LazyLock;

/// Start of the normal tail, r, and area of each layer, v.
const NORMAL: (f64, f64) = (3.654_152_885_361_009, 0.004_928_673_233_974_655);
/// Start of the exponential tail, r, and area of each layer, v.
const EXPONENTIAL: (f64, f64) = (7.697_117_470_131_05, 0.003_949_659_822_581_557);

struct Layers {
    x: [f64; 257],
    f: [f64; 257],
}

impl Layers {
    fn new((r, v): (f64, f64), density: fn(f64) -> f64, inverse: fn(f64) -> f64) -> Layers {
        let mut x = [0.0; 257];
        (x[0], x[1]) = (v / density(r), r);
        for i in 2..256 {
            x[i] = inverse(v / x[i - 1] + density(x[i - 1]));
        }
        Layers { x, f: x.map(density) }
    }
}

static NORMAL_LAYERS: LazyLock<Layers> =
    LazyLock::new(|| Layers::new(NORMAL, normal_density, |y| libm::sqrt(-2.0 * libm::log(y))));
static EXPONENTIAL_LAYERS: LazyLock<Layers> =
    LazyLock::new(|| Layers::new(EXPONENTIAL, |x| libm::exp(-x), |y| -libm::log(y)));

fn normal_density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x)
}

/// Writes `scale` × a standard normal number to each place.
pub fn fill_normal(rng: &mut ChaCha8Rng, scale: f64, out: &mut [f64]) {
    let layers = &*NORMAL_LAYERS;
    for value in out {
        *value = scale * normal(rng, layers);
    }
}

/// Writes `scale` × a standard exponential number to each place.
pub fn fill_exponential(rng: &mut ChaCha8Rng, scale: f64, out: &mut [f64]) {
    let layers = &*EXPONENTIAL_LAYERS;
    for value in out {
        *value = scale * exponential(rng, layers);
    }
}

/// A standard exponential number.
pub fn one_exponential(rng: &mut ChaCha8Rng) -> f64 {
    exponential(rng, &EXPONENTIAL_LAYERS)
}

#[inline]
fn normal(rng: &mut ChaCha8Rng, layers: &Layers) -> f64 {
    loop {
        let bits = rng.next_u64();
        let i = (bits & 0xff) as usize;
        let x = ((bits as i64) >> 11) as f64 * (1.0 / (1u64 << 52) as f64) * layers.x[i];
        if x.abs() < layers.x[i + 1] {
            return x;
        }
        if i == 0 {
            let tail = normal_tail(rng);
            return if x < 0.0 { -tail } else { tail };
        }
        if layers.f[i + 1] + (layers.f[i] - layers.f[i + 1]) * unit(rng) < normal_density(x) {
            return x;
        }
    }
}

#[cold]
fn normal_tail(rng: &mut ChaCha8Rng) -> f64 {
    loop {
        let x = -libm::log(unit_above_zero(rng)) / NORMAL.0;
        let y = -libm::log(unit_above_zero(rng));
        if 2.0 * y >= x * x {
            return NORMAL.0 + x;
        }
    }
}

#[inline]
fn exponential(rng: &mut ChaCha8Rng, layers: &Layers) -> f64 {
    loop {
        let bits = rng.next_u64();
        let i = (bits & 0xff) as usize;
        let x = (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64) * layers.x[i];
        if x < layers.x[i + 1] {
            return x;
        }
        if i == 0 {
            return EXPONENTIAL.0 - libm::log(unit_above_zero(rng));
        }
        if layers.f[i + 1] + (layers.f[i] - layers.f[i + 1]) * unit(rng) < libm::exp(-x) {
            return x;
        }
    }
}
