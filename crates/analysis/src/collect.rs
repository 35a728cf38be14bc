//! Gathering samples that may be larger than memory.
//!
//! A few million values are held and sorted. Of more, a first pass over the files counts values by their leading bits,
//! and a second one holds those near the ranks that are asked for: about one value in a hundred.

use crate::error::Error;
use crate::moments::Moments;
use crate::ordered::{Ordered, Window};
use crate::sort::ascending;
use crate::tail::{BlockMaxima, LogBlocks};
use std::ops::Range;

/// Values of all ordered columns together that are held.
const HELD: u64 = 1 << 22;
/// Bits of a double that counting leaves out: buckets are 0.4 % wide.
const SHIFT: u32 = 44;
const BUCKETS: usize = 1 << (63 - SHIFT);
/// Standard deviations of a quantile's rank that are held on either side of it.
const REACH: f64 = 8.0;
/// The share of the largest values that is held for the tail, and how many at most.
const TAIL_SHARE: u64 = 5;
const TAIL_MOST: u64 = 200_000;
/// Values that are held before equal ones are counted together.
const FRESH: usize = 1 << 17;
/// Points of an [outline](Sample::outline).
const OUTLINE: u64 = 256;

/// What is gathered of one column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    /// Rows, those without a value included.
    pub rows: u64,
    /// Mean and spread.
    pub moments: Moments,
    /// Order statistics.
    pub ordered: Ordered,
    /// The logarithms, in blocks of interleaved trials.
    pub logs: LogBlocks,
    /// The largest values of such blocks.
    pub maxima: BlockMaxima,
    /// The distribution function: values with the share of the sample at or below them, both ascending.
    pub outline: Vec<(f64, f64)>,
}

/// What is gathered of a column besides its moments.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gather {
    /// What quantiles and their errors need.
    pub order: bool,
    /// The logarithms.
    pub logs: bool,
    /// The largest values of blocks.
    pub maxima: bool,
}

/// Calls its argument with a column and the values of its next rows, NaN where there is none, in the same order each
/// time.
pub(crate) type Pass<'a> = dyn FnMut(&mut dyn FnMut(usize, &[f64])) -> Result<(), Error> + 'a;

/// Gathers columns of `rows` rows, ordered ones so that quantiles at these levels are known.
pub(crate) fn collect(
    rows: u64,
    gather: &[Gather],
    levels: &[f64],
    pass: &mut Pass<'_>,
) -> Result<Vec<Sample>, Error> {
    let columns = gather.len();
    let mut samples = vec![Sample::default(); columns];
    let ordered = gather.iter().filter(|gather| gather.order).count();
    if rows.saturating_mul(ordered as u64) <= HELD {
        let mut held = vec![Vec::new(); columns];
        pass(&mut |column, values| {
            samples[column].add(values, gather[column]);
            if gather[column].order {
                held[column].extend(present(values));
            }
        })?;
        for (sample, values) in samples.iter_mut().zip(held) {
            sample.ordered = Ordered::all(values);
            sample.outline = outline_of(&sample.ordered);
        }
        return Ok(samples);
    }
    let mut counts: Vec<Vec<u64>> =
        gather.iter().map(|gather| vec![0; if gather.order { BUCKETS } else { 0 }]).collect();
    pass(&mut |column, values| {
        samples[column].add(values, gather[column]);
        if gather[column].order {
            present(values).for_each(|value| counts[column][bucket(value)] += 1);
        }
    })?;
    let mut wanted: Vec<Wanted> = counts.iter().map(|counts| Wanted::new(counts, levels)).collect();
    pass(&mut |column, values| {
        if gather[column].order {
            present(values).for_each(|value| wanted[column].offer(value));
        }
    })?;
    for ((sample, wanted), counts) in samples.iter_mut().zip(wanted).zip(&counts) {
        sample.outline = outline_of_counts(counts);
        sample.ordered = wanted.ordered(counts);
    }
    Ok(samples)
}

impl Sample {
    fn add(&mut self, values: &[f64], gather: Gather) {
        if values.iter().any(|value| value.is_nan()) {
            self.moments.extend(&present(values).collect::<Vec<_>>());
        } else {
            self.moments.extend(values);
        }
        let rows = || (self.rows..).zip(values.iter().copied());
        if gather.logs {
            rows().for_each(|(row, value)| self.logs.push(row, value));
        }
        if gather.maxima {
            rows().for_each(|(row, value)| self.maxima.push(row, value));
        }
        self.rows += values.len() as u64;
    }
}

/// The values that are there.
fn present(values: &[f64]) -> impl Iterator<Item = f64> {
    values.iter().copied().filter(|value| !value.is_nan())
}

/// The leading bits of a value that is not negative: they ascend with it.
fn bucket(value: f64) -> usize {
    ((value.max(0.0).to_bits() >> SHIFT) as usize).min(BUCKETS - 1)
}

/// The least value of a bucket.
fn floor(bucket: usize) -> f64 {
    f64::from_bits((bucket as u64) << SHIFT)
}

/// The buckets whose values are held.
struct Wanted {
    is: Vec<bool>,
    /// Ranks that are asked for: apart from each other, ascending.
    ranks: Vec<Range<u64>>,
    /// Values in the order in which they came.
    fresh: Vec<f64>,
    /// Values before these, ascending, with their numbers: where estimators agree, most ratios of risks are 1.
    runs: Vec<(f64, u64)>,
}

impl Wanted {
    fn new(counts: &[u64], levels: &[f64]) -> Wanted {
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

    fn offer(&mut self, value: f64) {
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

    fn ordered(mut self, counts: &[u64]) -> Ordered {
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

/// Ranges, some of which may overlap or touch, as ranges that do not.
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

fn outline_of(ordered: &Ordered) -> Vec<(f64, f64)> {
    let count = ordered.count();
    let ranks = outline_ranks(count);
    ranks.filter_map(|rank| Some((ordered.get(rank)?, (rank + 1) as f64 / count as f64))).collect()
}

fn outline_of_counts(counts: &[u64]) -> Vec<(f64, f64)> {
    let total: u64 = counts.iter().sum();
    let mut ranks = outline_ranks(total).peekable();
    let (mut outline, mut below) = (Vec::new(), 0);
    for (bucket, count) in counts.iter().enumerate() {
        below += count;
        let mut here = None;
        while ranks.next_if(|rank| *rank < below).is_some() {
            here = Some((floor(bucket + 1), below as f64 / total as f64));
        }
        outline.extend(here);
    }
    outline
}

/// Ranks evenly spread over the sample and, towards the largest value, over the logarithm of the ranks from the top.
fn outline_ranks(count: u64) -> impl Iterator<Item = u64> {
    let even = (0..OUTLINE).map(move |k| (k as f64 / OUTLINE as f64 * count as f64) as u64);
    let top = (0..OUTLINE / 2).map(move |k| {
        let share = libm::pow(count.max(1) as f64, k as f64 / (OUTLINE / 2 - 1) as f64);
        count.saturating_sub(share.round() as u64)
    });
    let mut ranks: Vec<u64> = even.chain(top).filter(|rank| *rank < count).collect();
    ranks.sort_unstable();
    ranks.dedup();
    ranks.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::point::generator;
    use rand_chacha::rand_core::Rng;

    /// The second way against the first, on a heavy tail of a million values.
    #[test]
    fn two_passes_agree_with_sorting() {
        let count = 300_000u64;
        let mut rng = generator(3, &["collect"]);
        let values: Vec<f64> =
            (0..count).map(|_| ((rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64).powf(-1.5)).collect();
        let levels = [0.05, 0.25, 0.5, 0.75, 0.95];
        let mut pass = |each: &mut dyn FnMut(usize, &[f64])| {
            values.chunks(1000).for_each(|values| each(0, values));
            Ok(())
        };
        let ordered = Gather { order: true, ..Gather::default() };
        let one = &collect(count, &[ordered], &levels, &mut pass).unwrap()[0];
        let two = &collect(HELD + 1, &[ordered], &levels, &mut pass).unwrap()[0];
        assert_eq!(one.ordered.count(), two.ordered.count());
        assert_eq!((one.moments, one.rows), (two.moments, two.rows));
        for level in levels {
            for shift in -3000..3000 {
                let rank = (level * count as f64) as u64;
                let rank = rank.saturating_add_signed(shift);
                if (rank as f64 - level * count as f64).abs()
                    < 8.0 * (level * (1.0 - level) * count as f64).sqrt()
                {
                    assert_eq!(one.ordered.get(rank), two.ordered.get(rank), "{level} {shift}");
                }
            }
        }
        assert_eq!(one.ordered.get(0), two.ordered.get(0));
        assert_eq!(one.ordered.largest(50_000), two.ordered.largest(50_000));
        for (value, share) in &two.outline {
            let exact = values.iter().filter(|v| *v < value).count() as f64 / count as f64;
            assert!((exact - share).abs() < 1e-9, "{value}: {exact} against {share}");
        }
    }

    /// Most values are one and the same, as ratios of estimators that mostly agree are: they are counted, not held.
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

    #[test]
    fn rows_without_a_value_are_counted() {
        let mut pass = |each: &mut dyn FnMut(usize, &[f64])| {
            each(0, &[2.0, f64::NAN, 3.0]);
            Ok(())
        };
        let gather = Gather { order: true, logs: true, maxima: true };
        for rows in [3, HELD + 1] {
            let sample = &collect(rows, &[gather], &[0.5], &mut pass).unwrap()[0];
            assert_eq!((sample.rows, sample.ordered.count()), (3, 2), "{rows}");
            assert_eq!((sample.ordered.get(0), sample.ordered.get(1)), (Some(2.0), Some(3.0)));
            // Each row belongs to a block by its number, whether those before have a value or not.
            let (mut logs, mut maxima) = (LogBlocks::default(), BlockMaxima::default());
            [(0, 2.0), (2, 3.0)].into_iter().for_each(|(row, value)| {
                logs.push(row, value);
                maxima.push(row, value);
            });
            assert!(sample.logs == logs && sample.maxima == maxima, "{rows}");
        }
    }
}
