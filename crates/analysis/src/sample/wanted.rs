//! Order statistics near requested ranks, for a sample that is larger than memory.
//!
//! Values are first counted by their leading bits; in a second pass those in the buckets of the requested ranks are kept.

use crate::sample::ordered::{Ordered, Window};
use crate::sample::sort::ascending;
use std::ops::Range;

/// Bits of a double that are ignored in counting: buckets have a relative width of 2⁻⁸ = 0.4 %.
const SHIFT: u32 = 44;
pub(crate) const BUCKETS: usize = 1 << (63 - SHIFT);
/// Standard deviations of a quantile's rank within which values are kept: intervals and replicates lie within eight.
const REACH: f64 = 8.0;
/// The largest values are kept for the tail: one part in this many of the sample, and at most [`TAIL_MOST`].
const TAIL_SHARE: u64 = 5;
const TAIL_MOST: u64 = 200_000;
/// Values that are kept before equal ones are merged and counted.
const FRESH: usize = 1 << 17;

/// The leading bits of a value that is not negative, which increase with it.
pub(crate) fn bucket(value: f64) -> usize {
    ((value.max(0.0).to_bits() >> SHIFT) as usize).min(BUCKETS - 1)
}

/// The least value of a bucket.
pub(crate) fn floor(bucket: usize) -> f64 {
    f64::from_bits((bucket as u64) << SHIFT)
}

/// The buckets whose values are kept.
pub(crate) struct Wanted {
    is: Vec<bool>,
    /// The requested ranks: disjoint ranges, ascending.
    ranks: Vec<Range<u64>>,
    /// Values that are not yet merged, in the order of arrival.
    fresh: Vec<f64>,
    /// Merged values, ascending, with their counts: where estimators agree, most ratios of risks are 1.
    runs: Vec<(f64, u64)>,
}

impl Wanted {
    /// The buckets near quantiles at these levels, of the smallest value and of the largest values.
    pub fn new(counts: &[u64], levels: &[f64]) -> Wanted {
        let ranks = apart(ranks(counts.iter().sum(), levels));
        let mut start = 0;
        let is = counts.iter().map(|count| {
            let end = start + count;
            let hit = ranks.iter().any(|range| range.start < end && start < range.end);
            start = end;
            hit && *count > 0
        });
        Wanted { is: is.collect(), ranks, fresh: Vec::new(), runs: Vec::new() }
    }

    /// Keeps a value if its bucket is requested.
    pub fn offer(&mut self, value: f64) {
        if self.is[bucket(value)] {
            self.fresh.push(value);
            if self.fresh.len() == FRESH {
                self.merge();
            }
        }
    }

    /// Merges the fresh values into the runs.
    fn merge(&mut self) {
        self.fresh = ascending(std::mem::take(&mut self.fresh));
        let old = std::mem::take(&mut self.runs);
        let (mut old, mut fresh) = (old.into_iter().peekable(), self.fresh.drain(..).peekable());
        loop {
            let next = match (old.peek(), fresh.peek()) {
                (Some((a, _)), Some(b)) if b.total_cmp(a).is_lt() => fresh.next().map(|value| (value, 1)),
                (Some(_), _) => old.next(),
                (None, _) => fresh.next().map(|value| (value, 1)),
            };
            let Some((value, count)) = next else { break };
            match self.runs.last_mut().filter(|last| last.0.to_bits() == value.to_bits()) {
                Some(last) => last.1 += count,
                None => self.runs.push((value, count)),
            }
        }
    }

    /// The kept values with their ranks.
    pub fn ordered(mut self, counts: &[u64]) -> Ordered {
        self.merge();
        let mut windows: Vec<Window> =
            self.ranks.iter().map(|range| Window { start: range.start, values: Vec::new() }).collect();
        let (mut runs, mut place, mut start) = (self.runs.iter().peekable(), 0, 0u64);
        for (here, count) in counts.iter().enumerate() {
            let mut rank = start;
            while let Some((value, times)) = runs.next_if(|(value, _)| bucket(*value) == here) {
                let end = rank + times;
                while place < windows.len() && self.ranks[place].start < end {
                    let Range { start: low, end: high } = self.ranks[place];
                    let hit = high.min(end).saturating_sub(low.max(rank));
                    windows[place].values.extend(std::iter::repeat_n(*value, hit as usize));
                    if high > end {
                        break;
                    }
                    place += 1;
                }
                rank = end;
            }
            start += count;
        }
        windows.retain(|window| !window.values.is_empty());
        Ordered::windows(start, windows)
    }
}

/// The union of ranges that may overlap or touch, as disjoint ranges.
fn apart(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| range.start);
    let mut apart: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match apart.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => apart.push(range),
        }
    }
    apart
}

/// Ranks around each quantile, the least value, and the largest ones.
fn ranks(total: u64, levels: &[f64]) -> Vec<Range<u64>> {
    let around = |level: &f64| {
        let size = total as f64;
        let (middle, reach) = (level * size, REACH * (level * (1.0 - level) * size).sqrt() + 2.0);
        ((middle - reach).max(0.0) as u64)..((middle + reach) as u64 + 1).min(total)
    };
    let tail = (total / TAIL_SHARE).min(TAIL_MOST);
    levels.iter().map(around).chain([0..1.min(total), total - tail..total]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equal values, such as ratios of estimators that mostly agree, are counted and not kept.
    #[test]
    fn ties_are_not_held_one_by_one() {
        let count = 2_000_000u64;
        let value = |k: u64| if k.is_multiple_of(5) { 0.5 + (k % 1000) as f64 / 1000.0 } else { 1.0 };
        let mut counts = vec![0; BUCKETS];
        (0..count).for_each(|k| counts[bucket(value(k))] += 1);
        let mut wanted = Wanted::new(&counts, &[0.5]);
        for k in 0..count {
            wanted.offer(value(k));
            assert!(wanted.runs.len() < 300 && wanted.fresh.len() < FRESH);
        }
        let ordered = wanted.ordered(&counts);
        let mut all: Vec<f64> = (0..count).map(value).collect();
        all.sort_by(f64::total_cmp);
        for rank in [0, count / 2 - 900, count / 2, count / 2 + 900, count - 150_000, count - 1] {
            assert_eq!(ordered.get(rank), Some(all[rank as usize]), "{rank}");
        }
        assert_eq!(ordered.count(), count);
    }
}
