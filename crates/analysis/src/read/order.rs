//! Parallel work on many items, with results in their order.

use crate::error::Error;
use rayon::prelude::*;

/// The number of rows up to which consecutive partitions are processed together.
const TOGETHER: u64 = 1 << 17;
/// The most items that are processed together: a partition of few rows still has bootstrap replicates of up to 40 kB a
/// risk.
const ITEMS: usize = 128;

/// Results in order, or the first error in this order, independently of the order in which threads find errors.
pub(crate) fn in_order<T: Send>(
    results: impl IndexedParallelIterator<Item = Result<T, Error>>,
) -> Result<Vec<T>, Error> {
    results.collect::<Vec<_>>().into_iter().collect()
}

/// Items in order, grouped where they have few rows, so that groups are large enough for threads and memory does not
/// depend on the number of items.
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
        // Groups are bounded even where items have no rows.
        let none = vec![0; 3 * TOGETHER as usize];
        assert!(together(&none, |rows| *rows).iter().all(|group| group.len() <= ITEMS));
        assert!(together(&[], |rows: &u64| *rows).concat().is_empty());
    }

    /// The error that is second in order is found long before the first.
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
