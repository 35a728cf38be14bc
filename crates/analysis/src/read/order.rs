//! Work on many items side by side, with results in their order.

use crate::error::Error;
use rayon::prelude::*;

/// Rows that are worked on together, where there are more of them than in one partition.
const TOGETHER: u64 = 1 << 17;
/// Items that are worked on together at most: a partition of few rows still has its bootstrap replicates, up to 40 kB a
/// risk.
const ITEMS: usize = 128;

/// Results in order, or the first error in this order, whichever thread was the first to find one.
pub(crate) fn in_order<T: Send>(
    results: impl IndexedParallelIterator<Item = Result<T, Error>>,
) -> Result<Vec<T>, Error> {
    results.collect::<Vec<_>>().into_iter().collect()
}

/// Items in order, neighbours of few rows together: threads have work, and memory does not depend on how many items
/// there are.
pub(crate) fn together<T>(items: &[T], rows: impl Fn(&T) -> u64) -> Vec<&[T]> {
    let (mut groups, mut start, mut held) = (Vec::new(), 0, 0);
    for (place, item) in items.iter().enumerate() {
        let more = rows(item).max(1);
        if held > 0 && (held + more > TOGETHER || place - start == ITEMS) {
            groups.push(&items[start..place]);
            (start, held) = (place, 0);
        }
        held += more;
    }
    groups.push(&items[start..]);
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_go_together_and_order_stays() {
        let rows = [3, 0, TOGETHER, 5, TOGETHER + 7, 1, TOGETHER - 1, 1];
        let groups = together(&rows, |rows| *rows);
        assert_eq!(groups.concat(), rows);
        assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [2, 1, 1, 1, 2, 1]);
        // Even where nobody has rows, groups are bounded.
        let none = vec![0; 3 * TOGETHER as usize];
        assert!(together(&none, |rows| *rows).iter().all(|group| group.len() <= ITEMS));
        assert!(together(&[], |rows: &u64| *rows).concat().is_empty());
    }

    /// The second of two errors is found long before the first.
    #[test]
    fn the_first_error_in_order_is_told() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let found = pool.install(|| {
            in_order((0..8u32).into_par_iter().map(|item| {
                if item == 2 {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                if item < 2 { Ok(item) } else { Err(Error::Changed { path: item.to_string().into() }) }
            }))
        });
        assert!(matches!(found, Err(Error::Changed { path }) if path.as_os_str() == "2"));
    }
}
