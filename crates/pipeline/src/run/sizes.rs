//! How large batches and slabs are: as large as threads, caches, memory and progress allow. No number depends on it.

use crate::plan::{Plan, Shard};
use crate::spec::{Group, Size, Space};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Points of samples in a batch for each thread, each trial counting for [`TRIAL_POINTS`] more: milliseconds of work,
/// many times what it takes to wake the threads that hand it on.
pub const BATCH_POINTS: u64 = 65_536;
/// Points that a trial counts for besides its own: lists that are short take memory of their own, and more of it is
/// touched than second-level caches hold where there are many of them.
const TRIAL_POINTS: u64 = 60;
/// Numbers of features that take the memory of a point of the line with its fits: they are eight bytes each, and what is fitted to
/// them is a number for each feature or point.
const FEATURES: u64 = 8;
/// Trials that are fitted side by side.
const REGISTER: u64 = 8;
/// Points in a slab, which one thread draws, fits and scores: with its fits a few hundred kilobytes, so that it stays
/// in a second-level cache.
const SLAB_POINTS: u64 = 4_096;
/// How long a batch should take, so that progress is seen.
const BATCH_TIME: Duration = Duration::from_millis(500);
/// Slow as trials may be, a batch has so many for each thread: threads that are done wait for the last one.
const BATCH_TRIALS: u64 = 4;
/// What quick shards of a batch take together for each thread: a kill may lose so much, and what it takes to hand a batch
/// on and to sync its files is shared by many.
const QUICK: f64 = 0.05;
/// Quick shards in a batch at most.
const QUICK_SHARDS: usize = 64;
/// By how much the catalogue's costs may be too low.
const DOUBT: f64 = 3.0;
/// How long a slab should take, so that threads end together.
const SLAB_TIME: Duration = Duration::from_millis(2);
/// How long a slab that goes to a program should take: its message costs a hundredth of that.
const ASKED_TIME: Duration = Duration::from_millis(40);
/// Trials of such a slab at most: more of them make a message no cheaper for each.
const ASKED_TRIALS: u64 = 256;
/// Numbers of samples in such a slab at most: eight megabytes.
const ASKED_NUMBERS: u64 = 1 << 20;
/// Batches under way at most: the pool works on while row groups go to the disk.
const FLYING: u64 = 10;
/// Bytes a point takes on its way: that of the sample, and for each estimator a knot, a unit and its place in a page. More
/// where checkpoints keep weights, or networks have more units than samples points.
const SAMPLE_BYTES: u64 = 16;
const FIT_BYTES: u64 = 72;
/// What batches under way may take together for each thread.
const MEMORY: u64 = 48 << 20;
/// Trials of more points than this are large.
pub(crate) const LARGE: u64 = 100_000;
/// What batches under way may take together in a study of large trials.
const MEMORY_LARGE: u64 = 1 << 30;
/// One credit stands for this many bytes of batches under way.
const CREDIT: u64 = 1 << 20;

/// The sizes of a run's batches and slabs. They follow the time that trials take: until one of a cell is done, a batch
/// has a trial for each thread, and a slab one.
pub struct Sizes {
    threads: u64,
    points: u64,
    memory: u64,
    point_bytes: u64,
    /// Whether sizes follow the time that trials take; otherwise they are what points and memory allow.
    paced: bool,
    /// By cell and group, how long a trial takes one thread, in nanoseconds. Until one is done the catalogue's cost where
    /// it is next to nothing, and 0 elsewhere.
    trial: Vec<AtomicU64>,
    /// Groups of a cell, at most.
    groups: usize,
}

impl Sizes {
    /// For a plan on so many threads, with at most `points` a batch and thread.
    pub fn new(plan: &Plan, threads: usize, points: u64, paced: bool) -> Sizes {
        let threads = threads.max(1) as u64;
        let large = plan.sizes().any(|size| size.numbers() > LARGE);
        let memory = if large { MEMORY_LARGE } else { 0 }.max(MEMORY * threads);
        let point_bytes = SAMPLE_BYTES + FIT_BYTES * plan.study.estimators.len() as u64;
        let groups = plan.cells.iter().map(|cell| plan.groups(cell).len()).max().unwrap_or(1);
        let expected = |cell, group| {
            let seconds = plan.groups(cell).get(group).map_or(0.0, |group: &Group| DOUBT * group.seconds);
            if seconds < SLAB_TIME.as_secs_f64() { (1e9 * seconds) as u64 } else { 0 }
        };
        let of = |cell| (0..groups).map(move |group| AtomicU64::new(expected(cell, group)));
        let trial = plan.cells.iter().flat_map(of).collect();
        Sizes { threads, points, memory, point_bytes, paced, trial, groups }
    }

    /// The mean time of a trial of a shard's cell and group.
    fn pace(&self, shard: &Shard) -> &AtomicU64 {
        &self.trial[shard.cell * self.groups + shard.group]
    }

    /// Notes that a thread took this long for so many trials of a shard.
    pub fn note(&self, shard: &Shard, trials: u64, spent: Duration) {
        let now = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX) / trials.max(1);
        let pace = self.pace(shard);
        let before = pace.load(Ordering::Relaxed);
        let mean = if before == 0 { now } else { before.midpoint(now) };
        pace.store(mean.max(1), Ordering::Relaxed);
    }

    /// Trials of a shard that a thread does in this time; `None` until one of its cell and group is done.
    fn within(&self, shard: &Shard, time: Duration) -> Option<u64> {
        if !self.paced {
            return Some(u64::MAX);
        }
        let each = self.pace(shard).load(Ordering::Relaxed);
        (each > 0).then(|| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX) / each)
    }

    /// Whether one more shard goes into a batch of some, which take so many seconds by the catalogue with it. A kill may lose
    /// a batch: one shard for each thread, of one cell and group, since quick trials would wait for slow ones elsewhere; or
    /// shards of any cells that are done in next to no time.
    pub fn takes(&self, shards: usize, alike: bool, seconds: f64) -> bool {
        let threads = usize::try_from(self.threads).unwrap_or(usize::MAX);
        let quick = shards < QUICK_SHARDS && DOUBT * seconds <= QUICK * self.threads as f64;
        shards == 0 || quick || (alike && shards < threads)
    }

    /// Trials in the next batch, were all of them of this shard's cell and group; `asks` where programs fit them.
    pub fn batch(&self, shard: &Shard, size: Size, asks: bool) -> u64 {
        if asks {
            return self.slab(shard, size, true).saturating_mul(2 * self.threads);
        }
        let each = self.within(shard, BATCH_TIME).map_or(1, |trials| trials.max(BATCH_TRIALS));
        self.most(size).min(each.saturating_mul(self.threads))
    }

    /// Trials in a batch at most: as many points for every thread; where trials are large, a trial for every thread, or
    /// as many as fit into memory, and then the next batch waits until this one is encoded and its row groups are
    /// written. Rows are a multiple of threads.
    fn most(&self, size: Size) -> u64 {
        let Sizes { threads, points, memory, point_bytes, .. } = *self;
        let rows = points.saturating_mul(threads) / (points_that_travel(size) + TRIAL_POINTS);
        if rows >= threads {
            rows - rows % threads
        } else {
            threads.min(memory / (size.numbers() * point_bytes)).max(1)
        }
    }

    /// Trials in a slab of a shard; `asks` where programs fit them.
    pub fn slab(&self, shard: &Shard, size: Size, asks: bool) -> u64 {
        if asks {
            let most = (ASKED_NUMBERS / size.numbers().max(1)).clamp(1, ASKED_TRIALS);
            return self.within(shard, ASKED_TIME).unwrap_or(1).clamp(1, most);
        }
        let most = SLAB_POINTS / (points_in_slab(size) + TRIAL_POINTS);
        let rows = self.within(shard, SLAB_TIME).unwrap_or(1).min(most).max(1);
        // Small ones are fitted side by side, in whole registers.
        if size.space == Space::Features && rows > REGISTER { rows - rows % REGISTER } else { rows }
    }

    /// Credits there are: they bound the bytes of batches under way.
    pub fn credits(&self) -> usize {
        usize::try_from(self.memory / CREDIT).unwrap_or(usize::MAX)
    }

    /// Credits that a batch of so many points takes. Short as it may be, no more than [`FLYING`] are under way.
    pub fn cost(&self, points: u64) -> usize {
        let bytes = (points * self.point_bytes).max(self.memory / FLYING);
        usize::try_from(bytes.div_ceil(CREDIT)).unwrap_or(usize::MAX)
    }
}

/// Points of the line of which as much travels with a batch as of a trial: of features no more than weights do.
pub fn points_that_travel(size: Size) -> u64 {
    match (size.space, size.d) {
        (Space::Features, Some(d)) if size.numbers() <= LARGE => size.n + d,
        _ => size.numbers(),
    }
}

/// Points of the line that take as much memory as a training set in a slab.
fn points_in_slab(size: Size) -> u64 {
    match size.space {
        Space::Features if size.numbers() <= LARGE => size.n + size.numbers().div_ceil(FEATURES),
        _ => size.numbers(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARD: Shard = Shard { cell: 0, group: 0, index: 0, trials: 0..1 };

    fn line(n: u64) -> Size {
        Size::new(n, None)
    }

    fn sizes(threads: u64, memory: u64) -> Sizes {
        let (points, point_bytes) = (BATCH_POINTS, SAMPLE_BYTES + 2 * FIT_BYTES);
        Sizes { threads, points, memory, point_bytes, paced: true, trial: vec![AtomicU64::new(0)], groups: 1 }
    }

    #[test]
    fn batches_grow_with_threads_and_stay_within_memory() {
        for threads in [1, 2, 16, 128] {
            let memory = MEMORY * threads;
            let sizes = sizes(threads, memory);
            sizes.note(&SHARD, 1, Duration::from_micros(1));
            for n in [2, 20, 1000, 10_000, 30_000, 40_000, 60_000, 100_000] {
                let rows = sizes.batch(&SHARD, line(n), false);
                assert!(rows * n * sizes.point_bytes * 3 <= memory || rows == 1, "{threads} {n} {rows}");
                assert!(rows >= threads && rows.is_multiple_of(threads), "{threads} {n}: {rows} trials");
                // Slabs of one size take turns of all threads; the last turn may have few.
                let slabs = rows.div_ceil(sizes.slab(&SHARD, line(n), false));
                let places = slabs.div_ceil(threads) * threads;
                assert!(slabs >= threads && 10 * slabs >= 9 * places, "{threads} {n}: {slabs} slabs");
            }
        }
        let most = |threads, n| sizes(threads, MEMORY_LARGE).most(line(n));
        // Ten million points: one trial at a time.
        assert_eq!((most(2, 10_000_000), most(2, 1_000_000), most(2, 200_000)), (1, 2, 2));
        // Every thread has one, or memory is full.
        assert_eq!((most(16, 200_000), most(16, 1_000_000)), (16, 6));
    }

    #[test]
    fn features_stay_in_their_slab() {
        let sizes = sizes(1, MEMORY);
        sizes.note(&SHARD, 1, Duration::from_micros(3));
        let small = Size::new(20, Some(40));
        assert_eq!((sizes.batch(&SHARD, small, false), sizes.slab(&SHARD, small, false)), (546, 16));
        for (n, d) in [(2, 1), (20, 40), (200, 400), (300, 300), (2, 50_000), (99_999, 1)] {
            let size = Size::new(n, Some(d));
            let (rows, slab) = (sizes.batch(&SHARD, size, false), sizes.slab(&SHARD, size, false));
            let bytes = 8 * slab * size.numbers();
            assert!(slab <= REGISTER || slab.is_multiple_of(REGISTER) && bytes < 1 << 18, "{n} {d}: {slab}");
            assert!(slab <= rows && rows * points_that_travel(size) * sizes.point_bytes <= MEMORY, "{n} {d}");
        }
    }

    #[test]
    fn slow_trials_go_in_short_batches() {
        let sizes = sizes(2, 2 * MEMORY);
        assert_eq!((sizes.batch(&SHARD, line(20), false), sizes.slab(&SHARD, line(20), false)), (2, 1));
        sizes.note(&SHARD, 10, Duration::from_micros(100));
        assert_eq!((sizes.batch(&SHARD, line(20), false), sizes.slab(&SHARD, line(20), false)), (1638, 51));
        // From 10 µs to 10 ms, at once and then by halves.
        (0..20).for_each(|_| sizes.note(&SHARD, 1, Duration::from_millis(10)));
        assert_eq!((sizes.batch(&SHARD, line(20), false), sizes.slab(&SHARD, line(20), false)), (100, 1));
        (0..20).for_each(|_| sizes.note(&SHARD, 1, Duration::from_secs(60)));
        assert_eq!((sizes.batch(&SHARD, line(20), false), sizes.slab(&SHARD, line(20), false)), (8, 1));
        let constant = Sizes { paced: false, ..sizes };
        assert_eq!(
            (constant.batch(&SHARD, line(20), false), constant.slab(&SHARD, line(20), false)),
            (1638, 51)
        );
    }
}
