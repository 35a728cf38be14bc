//! Values in order, as far as they are held in memory.

use crate::sort::ascending;

/// The order statistics of a sample: all of them, or those within windows of ranks.
///
/// - within a window values ascend; windows ascend and do not overlap;
/// - ranks count from 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ordered {
    count: u64,
    windows: Vec<Window>,
}

/// Neighbouring order statistics.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Window {
    /// The rank of the first.
    pub start: u64,
    pub values: Vec<f64>,
}

impl Ordered {
    /// All of a sample.
    pub fn all(values: Vec<f64>) -> Ordered {
        let values = ascending(values);
        Ordered { count: values.len() as u64, windows: vec![Window { start: 0, values }] }
    }

    /// A sample of `count` values of which these windows are held.
    pub fn windows(count: u64, windows: Vec<Window>) -> Ordered {
        Ordered { count, windows }
    }

    /// How many values the sample has.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The value of this rank, if it is held.
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

    /// The largest values, ascending: as many as are held without a hole, at most `most`.
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
