//! Where the trials of a cell are cut into shards.

use std::fmt::{self, Display, Formatter};
use std::ops::Range;

/// Shards of the first size in a cell, over two: 16. A shard is then an eighth to a sixteenth of the trials before it, so that
/// a few dozen processes that share a cell, however short, end together.
const HALF: u64 = 8;

/// How the trials of a cell are cut into shards: all of one size, or of sizes that double as the cell goes on.
///
/// The first sixteen hold `first` trials, the next eight twice as many, the next eight twice as many again, up to `most`. Where
/// a shard begins does not depend on how many trials a study asks for. Both sizes are powers of two where they differ, so that a
/// shard begins at a multiple of its size, and the shards of one estimator end where those of another do.
///
/// ```
/// use tempered_pipeline::spec::Cut;
///
/// let cut = Cut::growing(4, 16);
/// assert_eq!(cut.shard(0), 0..4);
/// assert_eq!(cut.shard(16), 64..72);
/// assert_eq!(cut.shard(24), 128..144);
/// assert_eq!(cut.shard(100), 1344..1360);
/// assert_eq!(cut.index(1344), 100);
/// assert_eq!(cut.count(73), 18);
/// assert_eq!(Cut::of("4..16"), Some(cut));
/// assert_eq!(Cut::uniform(12).shard(3), 36..48);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    first: u64,
    /// How often the size doubles.
    doublings: u32,
}

impl Cut {
    /// Shards of so many trials, at least one.
    pub fn uniform(trials: u64) -> Cut {
        Cut { first: trials.max(1), doublings: 0 }
    }

    /// Shards of `first` trials that grow to `most`, both rounded down to powers of two.
    pub fn growing(first: u64, most: u64) -> Cut {
        let first = first.max(1).ilog2();
        Cut { first: 1 << first, doublings: most.max(1).ilog2().saturating_sub(first) }
    }

    /// The cut that a footer states: `12`, or `4..16`.
    pub fn of(text: &str) -> Option<Cut> {
        let Some((first, most)) = text.split_once("..") else {
            return Some(Cut::uniform(text.parse().ok()?));
        };
        let cut = Cut::growing(first.parse().ok()?, most.parse().ok()?);
        (cut.to_string() == text).then_some(cut)
    }

    /// Trials of the largest shards.
    pub fn most(&self) -> u64 {
        self.first << self.doublings
    }

    /// The trials of a full shard.
    pub fn shard(&self, index: u64) -> Range<u64> {
        let doubled = self.doubled((index / HALF).saturating_sub(1).try_into().unwrap_or(u32::MAX));
        let size = self.first << doubled;
        // The eighth shard of each size begins at eight times that size, so that what comes before is eight shards less.
        let start = index.saturating_sub(HALF * u64::from(doubled)).saturating_mul(size);
        start..start.saturating_add(size)
    }

    /// The number of the shard that holds a trial.
    pub fn index(&self, trial: u64) -> u64 {
        let doubled = self.doubled((trial / (HALF.saturating_mul(self.first))).checked_ilog2().unwrap_or(0));
        (trial >> doubled) / self.first + HALF * u64::from(doubled)
    }

    /// How many shards hold so many trials.
    pub fn count(&self, trials: u64) -> u64 {
        trials.checked_sub(1).map_or(0, |last| self.index(last) + 1)
    }

    /// Trials of the largest shard of a cell of so many.
    pub fn largest(&self, trials: u64) -> u64 {
        let last = self.shard(self.count(trials).saturating_sub(1));
        // The last one may be cut short, and the one before it is whole.
        let before = self.shard(self.count(trials).saturating_sub(2));
        (last.end.min(trials).saturating_sub(last.start)).max(before.end.min(trials) - before.start)
    }

    fn doubled(&self, wanted: u32) -> u32 {
        wanted.min(self.doublings)
    }
}

impl Display for Cut {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self.doublings {
            0 => write!(out, "{}", self.first),
            _ => write!(out, "{}..{}", self.first, self.most()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [(u64, u64); 8] =
        [(1, 1), (1, 2), (1, 64), (4, 16), (64, 64), (2, 1 << 20), (1 << 10, 1 << 14), (8, 4)];

    /// The same by counting shards off.
    #[test]
    fn shards_follow_one_another_and_double() {
        for (first, most) in SIZES {
            let cut = Cut::growing(first, most);
            let (mut start, mut of_size, mut size) = (0, 0, first);
            for index in 0..400 {
                if of_size == (if size == first { 16 } else { 8 }) && size < most {
                    (of_size, size) = (0, 2 * size);
                }
                assert_eq!(cut.shard(index), start..start + size, "{cut} {index}");
                for trial in [start, start + size / 2, start + size - 1] {
                    assert_eq!(cut.index(trial), index, "{cut} {trial}");
                    assert_eq!(cut.count(trial + 1), index + 1);
                }
                assert!(start % size == 0 && (size == first || start >= HALF * size));
                (start, of_size) = (start + size, of_size + 1);
            }
        }
    }

    #[test]
    fn the_largest_is_the_largest() {
        for (first, most) in SIZES {
            let cut = Cut::growing(first, most);
            for trials in (0..200).chain([1000, 5000]) {
                let sizes = (0..cut.count(trials)).map(|index| {
                    let shard = cut.shard(index);
                    shard.end.min(trials) - shard.start
                });
                assert_eq!(cut.largest(trials), sizes.max().unwrap_or(0), "{cut} {trials}");
            }
        }
    }

    #[test]
    fn footers_state_cuts() {
        for cut in SIZES.map(|(first, most)| Cut::growing(first, most)).into_iter().chain([Cut::uniform(12)])
        {
            assert_eq!(Cut::of(&cut.to_string()), Some(cut));
        }
        for text in ["", "x", "..", "3..12", "4..", "16..4", "4..17", "-1"] {
            assert_eq!(Cut::of(text), None, "{text}");
        }
        let far = Cut::growing(1, 1 << 20);
        assert!(far.shard(u64::MAX).end > 0 && far.index(u64::MAX) > 0 && far.count(0) == 0);
    }
}
