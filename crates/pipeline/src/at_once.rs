//! Work that waits for the network, side by side.

use crate::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// Requests under way at a time: each waits for most of its time, and few stores slow down a client for so many.
const AT_ONCE: usize = 16;

/// Works on all items, some of them at a time; gives one of the errors, after which no item is begun.
pub(crate) fn at_once<T: Sync>(
    items: &[T],
    work: impl Fn(&T) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(items.len()) {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Relaxed)) {
                    if let Err(error) = work(item) {
                        *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                        next.store(items.len(), Relaxed);
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_worked_on_once_and_an_error_ends_it() {
        let items: Vec<usize> = (0..100).collect();
        let done = Mutex::new(Vec::new());
        let push = |item: &usize| {
            done.lock().unwrap().push(*item);
            Ok(())
        };
        at_once(&items, push).unwrap();
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert_eq!(done, items);
        let count = AtomicUsize::new(0);
        let fails = |item: &usize| {
            count.fetch_add(1, Relaxed);
            if *item == 3 { Err(Error::Stopped) } else { Ok(()) }
        };
        assert!(matches!(at_once(&items, fails), Err(Error::Stopped)));
        assert!(at_once(&[], |_: &usize| Err(Error::Stopped)).is_ok() && count.into_inner() <= 100);
    }
}
