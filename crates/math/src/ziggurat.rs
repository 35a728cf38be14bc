//! Standard normal and exponential numbers by the ziggurat method.
//!
//! The tables and the rare branches use `libm`, whose bits are the same on every platform; the crates at
//! hand take logarithms from the platform's C library, whose last bit is not.
//!
//! Source: Marsaglia & Tsang, "The Ziggurat Method for Generating Random Variables" (2000), with 256 layers
//! and separate bits for layer and abscissa (Doornik 2005).

use crate::seed::unit_of;
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

/// Words of a stream, fetched in bulk so that the place in the stream stays in a register.
struct Words<'a> {
    rng: &'a mut ChaCha8Rng,
    block: [u64; 64],
    next: usize,
}

impl<'a> Words<'a> {
    fn new(rng: &'a mut ChaCha8Rng) -> Words<'a> {
        Words { rng, block: [0; 64], next: 64 }
    }

    #[inline(always)]
    fn word(&mut self) -> u64 {
        if self.next >= self.block.len() {
            self.fetch();
        }
        let word = self.block[self.next];
        self.next += 1;
        word
    }

    #[cold]
    fn fetch(&mut self) {
        let mut bytes = [[0u8; 8]; 64];
        self.rng.fill_bytes(bytes.as_flattened_mut());
        self.block = bytes.map(u64::from_le_bytes);
        self.next = 0;
    }

    /// Uniform on [0, 1).
    fn unit(&mut self) -> f64 {
        unit_of(self.word())
    }

    /// −ln of a uniform number on (0, 1].
    fn minus_log(&mut self) -> f64 {
        -libm::log(1.0 - self.unit())
    }
}

/// Writes `scale` × a standard normal number to each place.
pub fn fill_normal(rng: &mut ChaCha8Rng, scale: f64, out: &mut [f64]) {
    let layers = &*NORMAL_LAYERS;
    let mut words = Words::new(rng);
    for value in out {
        *value = scale * normal(&mut words, layers);
    }
}

/// Writes `scale` × a standard exponential number to each place.
pub fn fill_exponential(rng: &mut ChaCha8Rng, scale: f64, out: &mut [f64]) {
    let layers = &*EXPONENTIAL_LAYERS;
    let mut words = Words::new(rng);
    for value in out {
        *value = scale * exponential(&mut words, layers);
    }
    // A stream's next reader starts at the block that this word, not used, belongs to.
    exponential(&mut words, layers);
}

/// Writes the first arrivals of a Poisson process of rate 1, the running sums of standard exponential numbers; returns
/// the next one.
pub fn fill_arrivals(rng: &mut ChaCha8Rng, out: &mut [f64]) -> f64 {
    let layers = &*EXPONENTIAL_LAYERS;
    let mut words = Words::new(rng);
    let mut time = 0.0;
    for value in out {
        time += exponential(&mut words, layers);
        *value = time;
    }
    time + exponential(&mut words, layers)
}

#[inline(always)]
fn normal(words: &mut Words<'_>, layers: &Layers) -> f64 {
    loop {
        let bits = words.word();
        let i = (bits & 0xff) as usize;
        let x = ((bits as i64) >> 11) as f64 * (1.0 / (1u64 << 52) as f64) * layers.x[i];
        if x.abs() < layers.x[i + 1] {
            return x;
        }
        if let Some(x) = normal_edge(words, layers, i, x) {
            return x;
        }
    }
}

/// What becomes of an x outside the rectangle of its layer.
#[cold]
fn normal_edge(words: &mut Words<'_>, layers: &Layers, i: usize, x: f64) -> Option<f64> {
    if i > 0 {
        let height = layers.f[i + 1] + (layers.f[i] - layers.f[i + 1]) * words.unit();
        return (height < normal_density(x)).then_some(x);
    }
    loop {
        let (beyond, y) = (words.minus_log() / NORMAL.0, words.minus_log());
        if 2.0 * y >= beyond * beyond {
            return Some((NORMAL.0 + beyond).copysign(x));
        }
    }
}

#[inline(always)]
fn exponential(words: &mut Words<'_>, layers: &Layers) -> f64 {
    loop {
        let bits = words.word();
        let i = (bits & 0xff) as usize;
        let x = (bits >> 11) as i64 as f64 * (1.0 / (1u64 << 53) as f64) * layers.x[i];
        if x < layers.x[i + 1] {
            return x;
        }
        if let Some(x) = exponential_edge(words, layers, i, x) {
            return x;
        }
    }
}

/// What becomes of an x outside the rectangle of its layer.
#[cold]
fn exponential_edge(words: &mut Words<'_>, layers: &Layers, i: usize, x: f64) -> Option<f64> {
    if i == 0 {
        return Some(EXPONENTIAL.0 + words.minus_log());
    }
    let height = layers.f[i + 1] + (layers.f[i] - layers.f[i + 1]) * words.unit();
    (height < libm::exp(-x)).then_some(x)
}
