//! Order statistics, as far as they are kept in memory.

use crate::sample::sort::ascending;

/// The order statistics of a sample: all of them, or those within windows of ranks.
///
/// - within a window values ascend; windows ascend and do not overlap;
/// - ranks count from 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ordered {
    count: u64,
    windows: Vec<Window>,
}

/// Consecutive order statistics.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Window {
    /// The rank of the first.
    pub start: u64,
    pub values: Vec<f64>,
}

/// A line between two neighbouring positions, the second excluded.
#[derive(Clone, Copy)]
struct Segment {
    from: f64,
    low: f64,
    to: f64,
    high: f64,
}

impl Segment {
    fn at(&self, position: f64) -> f64 {
        let t = (position - self.from) / (self.to - self.from);
        // Equal ends may both be infinite, whose difference is no number.
        if t == 0.0 || self.low == self.high { self.low } else { self.low + t * (self.high - self.low) }
    }
}

impl Ordered {
    /// All of a sample.
    pub fn all(values: Vec<f64>) -> Ordered {
        let values = ascending(values);
        Ordered { count: values.len() as u64, windows: vec![Window { start: 0, values }] }
    }

    /// A sample of `count` values of which these windows are kept.
    pub fn windows(count: u64, windows: Vec<Window>) -> Ordered {
        Ordered { count, windows }
    }

    /// How many values the sample has.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The value of this rank, if it is kept.
    pub fn get(&self, rank: u64) -> Option<f64> {
        let after = self.windows.partition_point(|window| window.start <= rank);
        let window = self.windows.get(after.checked_sub(1)?)?;
        window.values.get(usize::try_from(rank - window.start).ok()?).copied()
    }

    /// The value at a real position between 0 and the last rank, clamped, linear between neighbours.
    pub fn at(&self, position: f64) -> Option<f64> {
        let last = self.count.checked_sub(1)?;
        let position = position.clamp(0.0, last as f64);
        let below = (position.floor() as u64).min(last);
        let v = self.get(below)?;
        let t = position - below as f64;
        if t == 0.0 {
            return Some(v);
        }
        let w = self.get((below + 1).min(last))?;
        // Equal ends may both be infinite, whose difference is no number.
        Some(if v == w { v } else { v + t * (w - v) })
    }

    /// The value at a real position, by linear interpolation as in [`Ordered::at`] with each run of equal values at its
    /// middle rank. Runs count as far as they are kept.
    ///
    /// Source: Ma, Genton & Parzen (2011), Ann. Inst. Statist. Math. 63, on the mid-distribution function.
    pub fn at_middle(&self, position: f64) -> Option<f64> {
        let position = position.clamp(0.0, self.count.checked_sub(1)? as f64);
        Some(self.segment(position)?.at(position))
    }

    /// [`Ordered::at_middle`] at ascending positions; `None` where one of them is not kept. Cost: a search a run of equal
    /// values.
    pub fn at_middles(&self, positions: impl Iterator<Item = f64>) -> Option<Vec<f64>> {
        let last = self.count.checked_sub(1)? as f64;
        let mut segment: Option<Segment> = None;
        let mut at = |position: f64| {
            let position = position.clamp(0.0, last);
            let here = match segment.filter(|here| here.from <= position && position < here.to) {
                Some(here) => here,
                None => self.segment(position)?,
            };
            segment = Some(here);
            Some(here.at(position))
        };
        positions.map(&mut at).collect()
    }

    /// The line between the middles of the two runs around a position; constant where the next run is not kept.
    fn segment(&self, position: f64) -> Option<Segment> {
        let (value, start, end) = self.run(position.floor() as u64)?;
        let middle = |start: u64, end: u64| (start + end) as f64 / 2.0;
        let here = middle(start, end);
        let next = |rank: Option<u64>| rank.and_then(|rank| self.run(rank));
        Some(if position < here {
            match next(start.checked_sub(1)) {
                Some((low, start, end)) => Segment { from: middle(start, end), low, to: here, high: value },
                None => Segment { from: start as f64, low: value, to: here, high: value },
            }
        } else {
            match next(Some(end + 1)) {
                Some((high, start, end)) => Segment { from: here, low: value, to: middle(start, end), high },
                None => Segment { from: here, low: value, to: (end + 1) as f64, high: value },
            }
        })
    }

    /// The value of this rank with the first and the last rank of its run of equal values, if it is kept.
    fn run(&self, rank: u64) -> Option<(f64, u64, u64)> {
        let value = self.get(rank)?;
        let after = self.windows.partition_point(|window| window.start <= rank);
        let window = &self.windows[after - 1];
        let place = |below: usize| window.start + below as u64;
        let first = place(window.values.partition_point(|other| *other < value));
        let end = place(window.values.partition_point(|other| *other <= value));
        Some((value, first, end - 1))
    }

    /// The number of values equal to that of this rank, as far as they are kept; `None` where it is not kept or infinite.
    pub fn tied(&self, rank: u64) -> Option<u64> {
        self.run(rank).filter(|(value, ..)| value.is_finite()).map(|(_, first, last)| last - first + 1)
    }

    /// The largest values, ascending: as many as are kept without a gap, at most `most`.
    pub fn largest(&self, most: usize) -> &[f64] {
        let Some(window) = self.windows.last() else { return &[] };
        if window.start + window.values.len() as u64 != self.count {
            return &[];
        }
        &window.values[window.values.len().saturating_sub(most)..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three 1, one 2 and four 5 stand at the ranks 1, 3 and 5.5.
    #[test]
    fn equal_values_stand_at_their_middle() {
        let tied = Ordered::all(vec![1.0, 1.0, 1.0, 2.0, 5.0, 5.0, 5.0, 5.0]);
        let found =
            [0.0, 1.0, 2.0, 3.0, 4.0, 5.5, 7.0, 9.0].map(|position| tied.at_middle(position).unwrap());
        assert_eq!(found, [1.0, 1.0, 1.5, 2.0, 3.2, 5.0, 5.0, 5.0]);
        let apart = Ordered::all((0..50).map(|k| f64::from(k * k)).collect());
        for position in [0.0, 0.25, 17.0, 17.5, 48.9, 49.0] {
            assert_eq!(apart.at_middle(position), apart.at(position), "{position}");
        }
        assert_eq!([0, 3, 7].map(|rank| tied.tied(rank)), [Some(3), Some(1), Some(4)]);
        assert_eq!(tied.tied(8), None);
        let window = Window { start: 10, values: vec![1.0, 1.0, 3.0] };
        let some = Ordered::windows(100, vec![window]);
        assert_eq!(
            (some.at_middle(11.25), some.at_middle(12.0), some.at_middle(13.0)),
            (Some(2.0), Some(3.0), None)
        );
        let infinite = Ordered::all(vec![1.0, f64::INFINITY, f64::INFINITY]);
        assert_eq!((infinite.at_middle(0.0), infinite.at_middle(1.2)), (Some(1.0), Some(f64::INFINITY)));
    }

    #[test]
    fn many_positions_are_as_each_alone() {
        let values = [[1.0; 7].as_slice(), &[2.0, 3.0, 3.0, 4.5], &[f64::INFINITY; 3]].concat();
        let window = |start: u64| Window { start, values: vec![1.0, 1.0, 2.0, 5.0, 5.0, 7.0] };
        for sample in [Ordered::all(values), Ordered::windows(50, vec![window(10), window(40)])] {
            let positions = (0..2000).map(|k| f64::from(k) * 0.0262 - 1.0);
            let held: Vec<f64> = positions.filter(|at| sample.at_middle(*at).is_some()).collect();
            let expected: Option<Vec<f64>> = held.iter().map(|at| sample.at_middle(*at)).collect();
            assert!(sample.at_middles(held.iter().copied()) == expected && held.len() > 300);
        }
        assert_eq!(Ordered::windows(50, vec![window(10)]).at_middles([12.0, 17.0].into_iter()), None);
    }

    #[test]
    fn windows_answer_for_their_ranks_alone() {
        let all = Ordered::all((0..100).rev().map(f64::from).collect());
        let window =
            |start: u64, end: u64| Window { start, values: (start..end).map(|v| v as f64).collect() };
        let some = Ordered::windows(100, vec![window(10, 20), window(90, 100)]);
        for rank in 0..101 {
            let held = (10..20).contains(&rank) || (90..100).contains(&rank);
            assert_eq!(some.get(rank), if held { all.get(rank) } else { None }, "{rank}");
        }
        assert_eq!(some.at(12.25), Some(12.25));
        assert_eq!((some.at(19.5), some.at(1e9)), (None, Some(99.0)));
        assert_eq!(some.largest(3), [97.0, 98.0, 99.0]);
        assert_eq!((some.largest(50).len(), all.largest(50).len()), (10, 50));
        assert!(Ordered::default().largest(2).is_empty() && Ordered::all(Vec::new()).at(0.0).is_none());
    }
}
