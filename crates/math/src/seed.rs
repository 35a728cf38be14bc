//! Random streams: a number is a pure function of (study seed, cell content, purpose, trial).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The purpose of random numbers; each purpose has separate streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The x of a sample.
    Design,
    /// The noise in the y of a sample.
    Noise,
    /// A target that each trial has of its own.
    Target,
    /// Points at which a predictor is judged.
    Test,
    /// The initial weights of a trained network.
    Initialisation,
    /// The batches or the noise of an optimiser.
    Optimiser,
    /// Resampling in the analysis.
    Bootstrap,
    /// Whatever a user's program draws.
    Worker,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Purpose::Design => "design",
            Purpose::Noise => "noise",
            Purpose::Target => "target",
            Purpose::Test => "test",
            Purpose::Initialisation => "initialisation",
            Purpose::Optimiser => "optimiser",
            Purpose::Bootstrap => "bootstrap",
            Purpose::Worker => "worker",
        }
    }
}

/// The key of a purpose's streams in one cell.
///
/// key = BLAKE3(context, seed ‖ purpose ‖ 0 ‖ content); stream = trial. Cells are distinguished by content, not by position,
/// so that a level added to a sweep changes no other number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of `purpose` in the cell with this content, under this study seed.
    pub fn new(seed: u64, content: &str, purpose: Purpose) -> Key {
        let mut hasher = blake3::Hasher::new_derive_key("tempered 2026 random streams v1");
        hasher.update(&seed.to_le_bytes());
        hasher.update(purpose.word().as_bytes());
        hasher.update(&[0]);
        hasher.update(content.as_bytes());
        Key(*hasher.finalize().as_bytes())
    }

    /// The generator of one trial.
    pub fn trial(&self, trial: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::from_seed(self.0);
        rng.set_stream(trial);
        rng
    }
}

/// The generators of an estimator in one trial, one for each purpose.
///
/// A generator is computed when it is requested, so that estimators without randomness have no cost.
#[derive(Clone, Copy, Debug)]
pub struct Draws<'a> {
    seed: u64,
    content: &'a str,
    trial: u64,
}

impl<'a> Draws<'a> {
    /// The generators of one trial. The content names the cell and the estimator, so that two estimators in one cell draw
    /// different numbers.
    pub fn new(seed: u64, content: &'a str, trial: u64) -> Draws<'a> {
        Draws { seed, content, trial }
    }

    /// The generator for this purpose, at the start of its stream.
    ///
    /// # Cost
    /// One hash of the content.
    pub fn rng(&self, purpose: Purpose) -> ChaCha8Rng {
        Key::new(self.seed, self.content, purpose).trial(self.trial)
    }

    /// Hands on the generators of one of several fits of which a fit consists, by its number: each draws numbers of its own.
    pub fn member<R>(&self, member: usize, then: impl FnOnce(&Draws<'_>) -> R) -> R {
        let content = format!("{};member={member}", self.content);
        then(&Draws::new(self.seed, &content, self.trial))
    }

    /// The first words of the stream of this purpose: a seed for generators of other programs.
    ///
    /// # Cost
    /// One hash of the content.
    pub fn words<const N: usize>(&self, purpose: Purpose) -> [u64; N] {
        let mut rng = self.rng(purpose);
        std::array::from_fn(|_| rng.next_u64())
    }
}

/// A uniform number on [0, 1) with 53 random bits.
#[inline]
pub fn unit(rng: &mut ChaCha8Rng) -> f64 {
    unit_of(rng.next_u64())
}

/// The upper 53 bits of a word as a number on [0, 1).
#[inline]
pub(crate) fn unit_of(word: u64) -> f64 {
    // Converted as a signed integer, for which there is an instruction without AVX-512.
    (word >> 11) as i64 as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A uniform number on (0, 1] with 53 random bits.
pub fn unit_above_zero(rng: &mut ChaCha8Rng) -> f64 {
    1.0 - unit(rng)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_words_are_pinned() {
        let word = |seed, content, purpose, trial| Key::new(seed, content, purpose).trial(trial).next_u64();
        let words = [
            word(1, "n=10", Purpose::Design, 0),
            word(1, "n=10", Purpose::Design, 1),
            word(1, "n=10", Purpose::Noise, 0),
            word(1, "n=11", Purpose::Design, 0),
            word(2, "n=10", Purpose::Design, 0),
        ];
        assert_eq!(words, PINNED);
    }

    const PINNED: [u64; 5] = [
        8941218522798688541,
        10096911224579335445,
        8263124237067128247,
        14540008447980664501,
        9028151279974111582,
    ];
}
