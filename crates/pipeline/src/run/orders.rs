//! The sources of a run: what is to be done, cut into batches or into single trials.

use super::batch::{Batch, Order, Slab};
use super::sizes::{Sizes, points_that_travel};
use crate::directory::Shards;
use crate::error::Error;
use crate::plan::{Plan, Shard};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tempered_flow::{Cancel, Credits};

/// Whether a shard is to be done by this process, for these estimators: asked when it is about to begin.
pub(crate) type Admits<'a> = &'a (dyn Fn(&Shard, &[usize]) -> Result<bool, Error> + Sync);

/// The source: shards cut into batches. Asked to stop, it ends after the shard it is in.
pub(crate) struct Orders<'a> {
    plan: &'a Plan,
    cancel: &'a Cancel,
    stopped: &'a AtomicBool,
    admits: Admits<'a>,
    todo: std::vec::IntoIter<(Shard, Arc<[usize]>)>,
    /// The shard it is in, and the first trial of it that is in no batch yet.
    open: Option<(Open, u64)>,
    sizes: &'a Sizes,
    credits: Credits,
}

/// A shard, and the estimators whose files it lacks.
type Open = (Arc<Shard>, Arc<[usize]>);

impl<'a> Orders<'a> {
    /// What is to be done; `stopped` is told where a stop leaves some of it.
    pub fn new(
        plan: &'a Plan,
        (cancel, stopped): (&'a Cancel, &'a AtomicBool),
        (todo, admits): (Shards, Admits<'a>),
        sizes: &'a Sizes,
    ) -> Orders<'a> {
        let credits = Credits::new(sizes.credits());
        Orders { plan, cancel, stopped, admits, todo: todo.into_iter(), open: None, sizes, credits }
    }

    /// The shard it is in, or the next one; none where there is none or a stop is asked for.
    fn shard(&mut self) -> Result<Option<(Open, u64)>, Error> {
        let open = self.open.take();
        if open.is_some() {
            return Ok(open);
        }
        while !self.todo.as_slice().is_empty() {
            if self.cancel.is_requested() {
                self.stopped.store(true, Relaxed);
                return Ok(None);
            }
            let Some((shard, estimators)) = self.todo.next() else { break };
            if (self.admits)(&shard, &estimators)? {
                let start = shard.trials.start;
                return Ok(Some(((Arc::new(shard), estimators), start)));
            }
        }
        Ok(None)
    }
}

impl Iterator for Orders<'_> {
    type Item = Result<Batch<Order>, Error>;

    /// A batch goes on with the next shard where the last one ends early, as [`Sizes::takes`] allows: one after the other,
    /// shards of few long trials would leave threads without work.
    fn next(&mut self) -> Option<Self::Item> {
        let (mut parts, mut room, mut points, mut seconds) = (Vec::<Order>::new(), 1.0, 0, 0.0);
        loop {
            let ((shard, estimators), start) = match self.shard() {
                Ok(Some(open)) => open,
                Ok(None) => break,
                Err(error) => return Some(Err(error)),
            };
            let alike = |part: &Order| (part.shard.cell, part.shard.group) == (shard.cell, shard.group);
            let cell = &self.plan.cells[shard.cell];
            let group = &self.plan.groups(cell)[shard.group];
            seconds += (shard.trials.end - start) as f64 * group.seconds;
            let most = self.sizes.batch(&shard, cell.size(), self.plan.asks(&estimators)) as f64;
            let rows = (room * most) as u64;
            let full = !parts.is_empty() && rows == 0;
            if full || !self.sizes.takes(parts.len(), parts.iter().all(alike), seconds) {
                self.open = Some(((shard, estimators), start));
                break;
            }
            let end = shard.trials.end.min(start + rows.max(1));
            let last = end == shard.trials.end;
            room -= (end - start) as f64 / most;
            points += (end - start) * points_that_travel(cell.size());
            parts.push(Order {
                shard: shard.clone(),
                estimators: estimators.clone(),
                trials: start..end,
                last,
            });
            if !last {
                self.open = Some(((shard, estimators), end));
                break;
            }
        }
        if parts.is_empty() {
            return None;
        }
        // Where everything is to be left at once nobody waits for what is under way.
        let credit = self.credits.acquire(self.sizes.cost(points), || !self.cancel.is_aborted());
        self.stopped.fetch_or(credit.is_none(), Relaxed);
        credit.map(|credit| Ok(Batch { credit: Some(credit), parts }))
    }
}

/// The trials of some shards one by one. Asked to stop, they end after their shard.
pub(crate) fn trials<'a>(
    parts: &'a [(Arc<Shard>, Arc<[usize]>)],
    admits: Admits<'a>,
    (cancel, stopped): (&'a Cancel, &'a AtomicBool),
) -> impl Iterator<Item = Result<Slab<Range<u64>>, Error>> + Send + 'a {
    let goes_on = move |_: &_| {
        let stops = cancel.is_requested();
        stopped.fetch_or(stops, Relaxed);
        !stops
    };
    let slabs = move |(order, (shard, estimators)): (usize, &(Arc<Shard>, Arc<[usize]>))| {
        let (shard, estimators) = (shard.clone(), estimators.clone());
        let (trials, failed) = match admits(&shard, &estimators) {
            Ok(true) => (shard.trials.clone(), None),
            Ok(false) => (0..0, None),
            Err(error) => (0..0, Some(Err(error))),
        };
        let slab = move |trial| {
            let (shard, estimators) = (shard.clone(), estimators.clone());
            Ok(Slab { order, shard, estimators, made: trial..trial + 1 })
        };
        failed.into_iter().chain(trials.map(slab))
    };
    parts.iter().enumerate().take_while(goes_on).flat_map(slabs)
}
