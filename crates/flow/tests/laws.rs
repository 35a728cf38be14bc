//! Laws of flows, over integers: order, completeness, and an end to every kind of stop.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::within_a_minute;
use std::sync::mpsc::channel;
use std::time::Duration;
use tempered_flow::{Cancel, Credits, Failure, Flow, Pool, Sink, Stage, Step, Steps};

/// What goes wrong, and at which item.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Fault {
    None,
    Error,
    Panic,
}

struct Work {
    fault: Fault,
    at: u64,
    threads: usize,
    pool: Pool,
    finished: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

fn act(fault: Fault, at: u64, item: u64) -> Result<u64, String> {
    match fault {
        Fault::Error if item == at => Err(format!("item {item}")),
        Fault::Panic if item == at => panic!("item {item}"),
        _ => Ok(item),
    }
}

impl Stage for Work {
    type In = u64;
    type Out = u64;
    type Error = String;
    fn run(&mut self, item: u64) -> Result<u64, String> {
        // Uneven work on the shared pool, so that stages overtake and wait for each other.
        let spins = (item * 2_654_435_761) % 2000;
        let sum = self.pool.install(|| (0..spins).fold(0u64, |sum, k| sum.wrapping_add(k)));
        std::hint::black_box((sum, self.threads));
        act(self.fault, self.at, item)
    }
    fn finish(&mut self) -> Result<(), String> {
        self.finished.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    }
}

/// A part of an item, as a slab.
type Part = (u64, u64);

/// Parts that an item is cut into.
const PARTS: u64 = 3;

/// A step that may go wrong at the middle part of an item.
struct Walk(Fault, u64);

impl Step for Walk {
    type In = Part;
    type Out = Part;
    type Error = String;
    fn run(&self, (item, part): Part) -> Result<Part, String> {
        // Uneven, so that threads take turns.
        let spins = (PARTS - part) * ((item * 2_654_435_761) % 700);
        std::hint::black_box((0..spins).fold(0u64, |sum, k| sum.wrapping_add(k)));
        act(if part == 1 { self.0 } else { Fault::None }, self.1, item).map(|item| (item, part))
    }
}

fn cut(item: &u64) -> Vec<Part> {
    (0..PARTS).map(|part| (*item, part)).collect()
}

fn join(item: u64, parts: Vec<Part>) -> u64 {
    assert_eq!(parts, cut(&item));
    item
}

struct Collect(std::sync::mpsc::Sender<u64>, Fault, u64);

impl Sink for Collect {
    type In = u64;
    type Error = String;
    fn take(&mut self, item: u64) -> Result<(), String> {
        let item = act(self.1, self.2, item)?;
        let _ = self.0.send(item);
        Ok(())
    }
}

const ITEMS: u64 = 300;

type Ended = (Result<Vec<u64>, Failure<String>>, Vec<u64>, u64);

/// Runs source → stage → two steps → stage → sink with a fault in one of the six; fails if it does not end.
fn run(capacity: usize, threads: usize, place: usize, fault: Fault, at: u64, cancel: Cancel) -> Ended {
    within_a_minute(move || {
        let pool = Pool::new(threads).unwrap();
        let finished = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
        let here = |stage: usize| if stage == place { fault } else { Fault::None };
        let work = |stage: usize| Work {
            fault: here(stage),
            at,
            threads,
            pool: pool.clone(),
            finished: finished.clone(),
        };
        let (sender, items) = channel();
        let source = (0..ITEMS).map(|item| act(here(0), at, item));
        let steps = Steps::first("one", Walk(here(2), at)).then("two", Walk(here(3), at));
        let flow = Flow::source("source", capacity, source)
            .stage("first", capacity, work(1))
            .steps(("steps", capacity), &pool, cut, steps, join)
            .stage("second", capacity, work(4))
            .sink("sink", Collect(sender, here(5), at));
        let result = flow.run(&cancel).map(|report| report.stages.iter().map(|stage| stage.items).collect());
        let finished = finished.load(std::sync::atomic::Ordering::Relaxed);
        (result, items.try_iter().collect(), finished)
    })
}

/// Items of each stage; parts of the two steps.
const COUNTS: [u64; 6] = [ITEMS, ITEMS, PARTS * ITEMS, PARTS * ITEMS, ITEMS, ITEMS];

#[test]
fn order_is_kept_and_nothing_is_lost() {
    for (capacity, threads) in [(1, 1), (1, 8), (16, 1), (16, 8)] {
        let (result, items, finished) = run(capacity, threads, 9, Fault::None, 0, Cancel::new());
        assert_eq!(result.unwrap(), COUNTS);
        assert_eq!(items, (0..ITEMS).collect::<Vec<_>>());
        assert_eq!(finished, 2);
    }
}

#[test]
fn errors_and_panics_end_the_flow_and_name_the_stage() {
    let names = ["source", "first", "one", "two", "second", "sink"];
    for (capacity, threads) in [(1, 1), (16, 8)] {
        for (place, name) in names.iter().enumerate() {
            for at in [0, 7, ITEMS - 1] {
                let (result, items, _) = run(capacity, threads, place, Fault::Error, at, Cancel::new());
                match result.unwrap_err() {
                    Failure::Stage { stage, source } => {
                        assert_eq!((stage, source), (*name, format!("item {at}")))
                    }
                    other => panic!("{other:?}"),
                }
                assert!(items.len() as u64 <= at && items.iter().copied().eq(0..items.len() as u64));
                let (result, _, _) = run(capacity, threads, place, Fault::Panic, at, Cancel::new());
                match result.unwrap_err() {
                    Failure::Panicked { stage, message } => {
                        assert_eq!((stage, message), (*name, format!("item {at}")))
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }
}

#[test]
fn an_abort_ends_the_flow_at_any_moment() {
    for delay in 0..12 {
        let cancel = Cancel::new();
        let other = cancel.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(delay * 300));
            other.abort();
        });
        let (result, items, finished) = run(1, 2, 9, Fault::None, 0, cancel);
        assert!(items.iter().copied().eq(0..items.len() as u64));
        match result {
            Ok(counts) => assert_eq!((counts, finished), (COUNTS.to_vec(), 2)),
            Err(failure) => assert!(matches!(failure, Failure::Aborted), "{failure:?}"),
        }
    }
}

#[test]
fn credits_bound_what_is_under_way_and_return_after_errors() {
    let credits = Credits::new(3);
    let take = |credits: &Credits, count| credits.acquire(count, || true).unwrap();
    let (one, two) = (take(&credits, 1), take(&credits, 2));
    let (sender, receiver) = channel();
    let waiting = credits.clone();
    std::thread::spawn(move || sender.send(take(&waiting, 2)).unwrap());
    let nothing = |wait| receiver.recv_timeout(Duration::from_millis(wait)).is_err();
    assert!(nothing(50), "a fourth credit was given");
    drop(one);
    assert!(nothing(50), "a credit was given twice");
    drop(two);
    let third = receiver.recv_timeout(Duration::from_secs(5)).unwrap();
    drop(third);
    // More than there are in all is all there are.
    drop(take(&credits, 100));
    let again = take(&credits, 2);
    // A wait that is not to go on ends, and what it had is there again.
    assert!(credits.acquire(3, || false).is_none());
    let _one = take(&credits, 1);
    drop(again);
}

struct Sleep(Pool);

impl Stage for Sleep {
    type In = u64;
    type Out = u64;
    type Error = String;
    fn run(&mut self, item: u64) -> Result<u64, String> {
        self.0.install(|| std::thread::sleep(Duration::from_millis(2)));
        Ok(item)
    }
}

/// Two stages that sleep 2 ms an item on a pool of one thread: each is at work for that long and waits for the other.
#[test]
fn meters_tell_work_from_waiting() {
    let pool = Pool::new(1).unwrap();
    let (sender, _items) = channel();
    let flow = Flow::source("source", 1, (0..50).map(Ok))
        .stage("first", 1, Sleep(pool.clone()))
        .stage("second", 1, Sleep(pool))
        .sink("sink", Collect(sender, Fault::None, 0));
    let report = flow.run(&Cancel::new()).unwrap();
    for stage in &report.stages[1..3] {
        let least = Duration::from_millis(2 * 50);
        assert!(stage.items == 50 && stage.busy >= least, "{stage:?}");
        // Whoever has an item waits for the other's to end, or for the next one.
        let waiting = stage.waiting_pool + stage.waiting_in + stage.waiting_out;
        assert!(waiting >= least / 2, "{stage:?}");
    }
    assert!(report.stages[3].waiting_in >= Duration::from_millis(2 * 50), "{:?}", report.stages[3]);
}
