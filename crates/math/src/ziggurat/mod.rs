//! Standard normal and exponential numbers by the ziggurat method.
//!
//! The tables and the rare branches use `libm`, whose bits are the same on every platform; other crates take
//! logarithms from the platform's C library, whose last bit differs between platforms.
//!
//! Source: Marsaglia & Tsang, "The Ziggurat Method for Generating Random Variables" (2000), with 256 layers
//! and separate bits for layer and abscissa (Doornik 2005).

#[cfg(target_arch = "x86_64")]
mod eight;
mod layers;

use crate::chacha::{Blocks, WORDS};
use crate::seed::unit_of;
use layers::Layers;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use std::sync::LazyLock;

/// Start r of the normal tail and area v of each of 256 layers.
const NORMAL: (f64, f64) = (3.654_152_885_361_009, 0.004_928_673_233_974_655);
/// Start r of the exponential tail and area v of each of 256 layers.
const EXPONENTIAL: (f64, f64) = (7.697_117_470_131_05, 0.003_949_659_822_581_557);

static NORMAL_LAYERS: LazyLock<Layers> =
    LazyLock::new(|| Layers::new(NORMAL, Normal::density, |y| libm::sqrt(-2.0 * libm::log(y))));
static EXPONENTIAL_LAYERS: LazyLock<Layers> =
    LazyLock::new(|| Layers::new(EXPONENTIAL, Exponential::density, |y| -libm::log(y)));

/// The words of a stream, computed in bulks. When it is dropped, the generator is set to the end of the last bulk of which
/// a word was used.
struct Words<'a> {
    rng: &'a mut ChaCha8Rng,
    /// The position, where whole bulks are computed; otherwise the generator computes half a bulk at a time.
    blocks: Option<Blocks>,
    made: [u64; 2 * WORDS],
    ready: usize,
    next: usize,
}

/// The most draws for which half a bulk is computed at a time: its 32 words suffice with high probability, as about one
/// word in a hundred is rejected.
const FEW: usize = 28;

impl<'a> Words<'a> {
    /// The words for this number of draws.
    fn new(rng: &'a mut ChaCha8Rng, draws: usize) -> Words<'a> {
        // `Blocks::of` is `None` inside a block, where a bulk cannot start.
        let blocks = if draws > FEW { Blocks::of(rng) } else { None };
        Words { blocks, rng, made: [0; 2 * WORDS], ready: WORDS, next: WORDS }
    }

    /// The words that are computed and not used, at least one.
    #[inline(always)]
    fn ahead(&mut self) -> &[u64] {
        if self.next == self.ready {
            self.make();
        }
        &self.made[self.next..self.ready]
    }

    fn word(&mut self) -> u64 {
        let word = self.ahead()[0];
        self.next += 1;
        word
    }

    #[cold]
    fn make(&mut self) {
        if let Some(blocks) = &mut self.blocks {
            (self.next, self.ready) = (0, blocks.fill(&mut self.made));
            return;
        }
        self.next = self.ready % WORDS;
        self.ready = self.next + WORDS / 2;
        let mut bytes = [[0; 8]; WORDS / 2];
        self.rng.fill_bytes(bytes.as_flattened_mut());
        for (word, bytes) in self.made[self.next..].iter_mut().zip(bytes) {
            *word = u64::from_le_bytes(bytes);
        }
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

impl Drop for Words<'_> {
    fn drop(&mut self) {
        if let Some(blocks) = &self.blocks {
            blocks.hand_back((self.ready - self.next) / WORDS, self.rng);
        } else if self.ready < WORDS {
            // To the end of the other half of the bulk, the position after a whole bulk.
            let halves = 2 * (WORDS - self.ready) as u128;
            self.rng.set_word_pos(self.rng.get_word_pos().wrapping_add(halves));
        }
    }
}

/// Overwrites `out` with independent numbers `scale` × N(0, 1).
///
/// Cost: little more than one word of the stream a number. Accuracy: 53 random bits a number.
pub fn fill_normal(rng: &mut ChaCha8Rng, scale: f64, out: &mut [f64]) {
    let mut words = Words::new(rng, out.len());
    draw::<Normal>(&mut words, out, 0.0, (|_, value| (0.0, scale * value), many_normal(scale)));
}

/// Overwrites `out` with independent numbers `scale` × a standard exponential.
///
/// Cost and accuracy: as for [`fill_normal`].
pub fn fill_exponential(rng: &mut ChaCha8Rng, scale: f64, out: &mut [f64]) {
    let mut words = Words::new(rng, out.len());
    let scaled = (|_, value| (0.0, scale * value), ONE_BY_ONE);
    draw::<Exponential>(&mut words, out, 0.0, scaled);
    // One number more is drawn and dropped: the position of the generator after it is part of the streams' definition.
    draw::<Exponential>(&mut words, &mut [0.0], 0.0, scaled);
}

/// Overwrites `out` with the first arrivals of a Poisson process of rate 1, which are cumulative sums of standard
/// exponential numbers; returns the next arrival.
pub fn fill_arrivals(rng: &mut ChaCha8Rng, out: &mut [f64]) -> f64 {
    let mut words = Words::new(rng, out.len());
    let arrive = (|time, wait| (time + wait, time + wait), ONE_BY_ONE);
    let time = draw::<Exponential>(&mut words, out, 0.0, arrive);
    draw::<Exponential>(&mut words, &mut [0.0], time, arrive)
}

/// A law with a decreasing density of |x|, covered by layers.
trait Law {
    fn layers() -> &'static Layers;

    /// The abscissa that the upper bits of a word give in a layer of this width.
    fn abscissa(bits: u64, width: f64) -> f64;

    /// The density at x, normalised to 1 at 0.
    fn density(x: f64) -> f64;

    /// The logarithm of the density at `from` over that at `to`, 0 ≤ from ≤ to.
    fn fall(from: f64, to: f64) -> f64;

    /// A number from the tail, on the side of x.
    fn tail(words: &mut Words<'_>, x: f64) -> f64;
}

struct Normal;

struct Exponential;

/// Makes numbers from as many consecutive words as whole registers go on with, and says of how many.
#[cfg(target_arch = "x86_64")]
fn many_normal(scale: f64) -> Option<impl Fn(&[u64], &mut [f64]) -> usize> {
    let registers = crate::wide::avx512()?;
    let layers = Normal::layers();
    Some(move |words: &[u64], out: &mut [f64]| {
        registers.vectorize(eight::Inside { registers, layers, words, scale, out })
    })
}

#[cfg(not(target_arch = "x86_64"))]
fn many_normal(_: f64) -> Option<Many> {
    ONE_BY_ONE
}

/// Makes numbers from consecutive words, and says of how many.
type Many = fn(&[u64], &mut [f64]) -> usize;

/// No numbers are made of several words at a time.
const ONE_BY_ONE: Option<Many> = None;

/// Overwrites `out` by draws x: `make(state, x)` returns the next state and the entry. `before` is the first state;
/// returns the last one. Entries without a state may be made many at a time, of words that need no look.
#[inline(always)]
fn draw<L: Law>(
    words: &mut Words<'_>,
    out: &mut [f64],
    mut before: f64,
    (make, many): (impl Fn(f64, f64) -> (f64, f64), Option<impl Fn(&[u64], &mut [f64]) -> usize>),
) -> f64 {
    let layers = L::layers();
    let mut done = 0;
    while done < out.len() {
        if let Some(many) = &many {
            let made = many(words.ahead(), &mut out[done..]);
            (words.next, done) = (words.next + made, done + made);
            if done == out.len() || words.next == words.ready {
                continue;
            }
        }
        let (used, last, misfit) = draw_inside::<L>(layers, words.ahead(), &mut out[done..], before, &make);
        (words.next, done, before) = (words.next + used, done + used, last);
        if let Some((i, x)) = misfit {
            words.next += 1;
            let (x, is_in) = edge::<L>(words, layers, i, x);
            // Whether it is in is a toss of a coin: nothing waits for it, as what is not is overwritten.
            let (after, value) = make(before, x);
            out[done] = value;
            before = if is_in { after } else { before };
            done += usize::from(is_in);
        }
    }
    before
}

/// [`draw`] for consecutive words whose abscissae are inside the rectangles of their layers, about a hundred in the mean:
/// returns the number of these words, the last state, and layer and abscissa of the next word if that is outside.
///
/// A separate function that calls no other, so that all variables stay in registers.
#[inline(never)]
fn draw_inside<L: Law>(
    layers: &Layers,
    words: &[u64],
    out: &mut [f64],
    mut before: f64,
    make: &impl Fn(f64, f64) -> (f64, f64),
) -> (usize, f64, Option<(usize, f64)>) {
    let mut used = 0;
    for (value, bits) in out.iter_mut().zip(words) {
        let i = (bits & 0xff) as usize;
        let x = L::abscissa(*bits, layers.x[i]);
        if x.abs() >= layers.x[i + 1] {
            return (used, before, Some((i, x)));
        }
        (before, *value) = make(before, x);
        used += 1;
    }
    (used, before, None)
}

/// The draw for an x outside the rectangle of its layer i: from the tail, or x; and whether it is accepted.
#[cold]
#[inline(never)]
fn edge<L: Law>(words: &mut Words<'_>, layers: &Layers, i: usize, x: f64) -> (f64, bool) {
    if i == 0 {
        return (L::tail(words, x), true);
    }
    let (low, high) = (layers.f[i], layers.f[i + 1]);
    let height = high + (low - high) * words.unit();
    // The density is high · e^{−fall}, and 1 − t + t²/2 − t³/6 ≤ e^{−t} ≤ 1 − t + t²/2. These bounds nearly always decide
    // without an exponential; the margin covers their rounding errors.
    let fall = L::fall(layers.x[i + 1], x.abs());
    let above = high * (1.0 - fall + 0.5 * fall * fall);
    let below = above - high * fall * fall * fall * (1.0 / 6.0);
    let (inside, outside) = (height < below * (1.0 - MARGIN), height > above * (1.0 + MARGIN));
    (x, if inside | outside { inside } else { height < L::density(x) })
}

/// The relative margin of the bounds, far above the relative errors of densities and bounds, which are below 1e-14.
const MARGIN: f64 = 1e-12;

impl Law for Normal {
    fn layers() -> &'static Layers {
        &NORMAL_LAYERS
    }

    #[inline(always)]
    fn abscissa(bits: u64, width: f64) -> f64 {
        ((bits as i64) >> 11) as f64 * (1.0 / (1u64 << 52) as f64) * width
    }

    fn density(x: f64) -> f64 {
        libm::exp(-0.5 * x * x)
    }

    fn fall(from: f64, to: f64) -> f64 {
        0.5 * (to - from) * (to + from)
    }

    fn tail(words: &mut Words<'_>, x: f64) -> f64 {
        loop {
            let (beyond, y) = (words.minus_log() / NORMAL.0, words.minus_log());
            if 2.0 * y >= beyond * beyond {
                return (NORMAL.0 + beyond).copysign(x);
            }
        }
    }
}

impl Law for Exponential {
    fn layers() -> &'static Layers {
        &EXPONENTIAL_LAYERS
    }

    #[inline(always)]
    fn abscissa(bits: u64, width: f64) -> f64 {
        (bits >> 11) as i64 as f64 * (1.0 / (1u64 << 53) as f64) * width
    }

    fn density(x: f64) -> f64 {
        libm::exp(-x)
    }

    fn fall(from: f64, to: f64) -> f64 {
        to - from
    }

    fn tail(words: &mut Words<'_>, _: f64) -> f64 {
        EXPONENTIAL.0 + words.minus_log()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    /// A reference that draws word by word and always evaluates the density; words are computed in the same bulks.
    struct Twin {
        rng: ChaCha8Rng,
        left: usize,
    }

    impl Twin {
        fn word(&mut self) -> u64 {
            self.left = if self.left == 0 { WORDS } else { self.left } - 1;
            self.rng.next_u64()
        }

        fn draw<L: Law>(&mut self, mut tail: impl FnMut(&mut Twin, f64) -> f64) -> f64 {
            let layers = L::layers();
            loop {
                let bits = self.word();
                let i = (bits & 0xff) as usize;
                let x = L::abscissa(bits, layers.x[i]);
                if x.abs() < layers.x[i + 1] {
                    return x;
                }
                if i == 0 {
                    return tail(self, x);
                }
                let height = layers.f[i + 1] + (layers.f[i] - layers.f[i + 1]) * unit_of(self.word());
                if height < L::density(x) {
                    return x;
                }
            }
        }

        fn minus_log(&mut self) -> f64 {
            -libm::log(1.0 - unit_of(self.word()))
        }

        fn normal(&mut self) -> f64 {
            self.draw::<Normal>(|twin, x| {
                loop {
                    let (beyond, y) = (twin.minus_log() / NORMAL.0, twin.minus_log());
                    if 2.0 * y >= beyond * beyond {
                        return (NORMAL.0 + beyond).copysign(x);
                    }
                }
            })
        }

        fn exponential(&mut self) -> f64 {
            self.draw::<Exponential>(|twin, _| EXPONENTIAL.0 + twin.minus_log())
        }

        /// The generator at the position behind the last bulk.
        fn done(mut self) -> ChaCha8Rng {
            (0..self.left).for_each(|_| _ = self.rng.next_u64());
            self.rng
        }
    }

    #[test]
    fn every_bit_is_that_of_the_plain_method() {
        for seed in 0..40 {
            for n in [0, 1, 2, 20, 27, 28, 29, 63, 64, 65, 100, 1000, 50_000] {
                // At the start of a block, and inside one, by an odd number of halves of a word.
                for place in [0, 16, 48, 7, 18] {
                    let start = || {
                        let mut rng = ChaCha8Rng::seed_from_u64(seed);
                        rng.set_word_pos(place);
                        (Twin { rng: rng.clone(), left: 0 }, rng)
                    };
                    let mut out = vec![0.0; n];

                    let (mut twin, mut rng) = start();
                    fill_normal(&mut rng, 3.0, &mut out);
                    out.iter().for_each(|value| assert_eq!(*value, 3.0 * twin.normal()));
                    assert_eq!(rng, twin.done());

                    let (mut twin, mut rng) = start();
                    fill_exponential(&mut rng, 3.0, &mut out);
                    out.iter().for_each(|value| assert_eq!(*value, 3.0 * twin.exponential()));
                    twin.exponential();
                    assert_eq!(rng, twin.done());

                    let (mut twin, mut rng) = start();
                    let next = fill_arrivals(&mut rng, &mut out);
                    let mut time = 0.0;
                    for value in out.iter().chain([&next]) {
                        time += twin.exponential();
                        assert_eq!(*value, time);
                    }
                    assert_eq!(rng, twin.done());
                }
            }
        }
    }
}
