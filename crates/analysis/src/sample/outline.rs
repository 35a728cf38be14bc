//! The outline of a distribution function, for figures.

use crate::sample::ordered::Ordered;
use crate::sample::wanted::floor;

/// The number of evenly spaced ranks; half as many are added towards the largest value.
const OUTLINE: u64 = 256;

/// Values with the share of the sample at or below them, both ascending.
pub(crate) fn of(ordered: &Ordered) -> Vec<(f64, f64)> {
    let count = ordered.count();
    ranks(count).filter_map(|rank| Some((ordered.get(rank)?, (rank + 1) as f64 / count as f64))).collect()
}

/// [`of`] from the numbers of values in each bucket, which gives values to 0.4 %.
pub(crate) fn of_counts(counts: &[u64]) -> Vec<(f64, f64)> {
    let total: u64 = counts.iter().sum();
    let mut ranks = ranks(total).peekable();
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
fn ranks(count: u64) -> impl Iterator<Item = u64> {
    let even = (0..OUTLINE).map(move |k| (k as f64 / OUTLINE as f64 * count as f64) as u64);
    let top = (0..OUTLINE / 2).map(move |k| {
        let share = libm::pow(count.max(1) as f64, k as f64 / (OUTLINE / 2 - 1) as f64);
        count.saturating_sub(share.round() as u64)
    });
    let mut all: Vec<u64> = even.chain(top).filter(|rank| *rank < count).collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter()
}
