//! Sets of shard numbers as spans of neighbours.

use serde::{Deserialize, Serialize};

/// A set of numbers: spans first..=last, ascending, never touching. All shards of a cell are one span.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(u32, u32)>", into = "Vec<(u32, u32)>")]
pub(crate) struct Spans(Box<[(u32, u32)]>);

impl Spans {
    /// One number.
    pub fn one(number: u32) -> Spans {
        Spans([(number, number)].into())
    }

    /// Whether a number is in the set.
    pub fn contains(&self, number: u32) -> bool {
        let place = self.0.partition_point(|(_, last)| *last < number);
        self.0.get(place).is_some_and(|(first, _)| *first <= number)
    }

    /// Whether no number is in both.
    pub fn is_disjoint(&self, other: &Spans) -> bool {
        let meets = |(first, last): &(u32, u32)| {
            let place = self.0.partition_point(|(_, mine)| mine < first);
            self.0.get(place).is_some_and(|(mine, _)| mine <= last)
        };
        !other.0.iter().any(meets)
    }

    /// Adds all numbers of another set.
    pub fn extend(&mut self, other: &Spans) {
        let mut all: Vec<(u32, u32)> = self.0.iter().chain(&*other.0).copied().collect();
        all.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => joined.push((first, last)),
            }
        }
        self.0 = joined.into();
    }
}

impl TryFrom<Vec<(u32, u32)>> for Spans {
    type Error = &'static str;

    fn try_from(spans: Vec<(u32, u32)>) -> Result<Spans, &'static str> {
        let apart = spans.windows(2).all(|pair| u64::from(pair[0].1) + 1 < u64::from(pair[1].0));
        if !apart || spans.iter().any(|(first, last)| first > last) {
            return Err("spans must ascend and not touch");
        }
        Ok(Spans(spans.into()))
    }
}

impl From<Spans> for Vec<(u32, u32)> {
    fn from(spans: Spans) -> Vec<(u32, u32)> {
        spans.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Against a set of single numbers, over every pair of subsets of six.
    #[test]
    fn spans_are_sets() {
        let set = |bits: u32| (0..6).filter(|k| bits >> k & 1 == 1).collect::<BTreeSet<u32>>();
        let spans = |set: &BTreeSet<u32>| {
            let mut spans = Spans::default();
            set.iter().rev().for_each(|number| spans.extend(&Spans::one(*number)));
            spans
        };
        for (a, b) in (0..64).flat_map(|a| (0..64).map(move |b| (set(a), set(b)))) {
            let (mut mine, theirs) = (spans(&a), spans(&b));
            assert_eq!(mine.is_disjoint(&theirs), a.is_disjoint(&b), "{a:?} {b:?}");
            mine.extend(&theirs);
            assert_eq!(mine, spans(&a.union(&b).copied().collect()));
            assert!((0..7).all(|k| mine.contains(k) == (a.contains(&k) || b.contains(&k))));
            let text = serde_json::to_string(&mine).unwrap();
            assert_eq!(serde_json::from_str::<Spans>(&text).unwrap(), mine);
        }
        let whole = Spans([(0, u32::MAX)].into());
        assert!(whole.contains(u32::MAX) && !whole.is_disjoint(&Spans::one(7)));
        for bad in ["[[2,1]]", "[[0,1],[2,3]]", "[[5,6],[1,2]]", "[[0,4294967296]]"] {
            assert!(serde_json::from_str::<Spans>(bad).is_err(), "{bad}");
        }
    }
}
