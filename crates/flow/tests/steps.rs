//! Laws of steps: slabs on many threads, joined in order, and an end between two of them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::within_a_minute;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::{Duration, Instant};
use tempered_flow::{Cancel, Failure, Flow, Pool, Report, Sink, Step, Steps};

/// A step made of a function.
struct Do<F>(F);

impl<F: Fn(u64) -> Result<u64, String> + Send + Sync> Step for Do<F> {
    type In = u64;
    type Out = u64;
    type Error = String;
    fn run(&self, slab: u64) -> Result<u64, String> {
        self.0(slab)
    }
}

/// A sink made of a function.
struct End<F>(F);

impl<F: FnMut(Vec<u64>) -> Result<(), String> + Send> Sink for End<F> {
    type In = Vec<u64>;
    type Error = String;
    fn take(&mut self, item: Vec<u64>) -> Result<(), String> {
        self.0(item)
    }
}

/// Each item is the number of its slabs, which are numbered from 0.
fn numbered(item: &u64) -> Vec<u64> {
    (0..*item).collect()
}

type Ended = Result<Report, Failure<String>>;

fn run(
    items: &[u64],
    threads: usize,
    steps: Steps<'static, u64, u64, String>,
    sink: impl FnMut(Vec<u64>) -> Result<(), String> + Send + 'static,
    cancel: &Cancel,
) -> Ended {
    let (items, cancel) = (items.to_vec(), cancel.clone());
    within_a_minute(move || {
        Flow::source("source", 1, items.into_iter().map(Ok))
            .steps(("steps", 1), &Pool::new(threads).unwrap(), numbered, steps, |_, made| made)
            .sink("sink", End(sink))
            .run(&cancel)
    })
}

fn doze(milliseconds: u64) -> Do<impl Fn(u64) -> Result<u64, String>> {
    Do(move |slab| {
        std::thread::sleep(Duration::from_millis(milliseconds));
        Ok(slab)
    })
}

/// Two steps that sleep 1 and 2 ms a slab on a pool of two threads: each meter shows its step's share of both threads.
#[test]
fn meters_show_shares_of_the_pool() {
    let steps = Steps::first("short", doze(1)).then("long", doze(2));
    let started = Instant::now();
    let report = run(&[4; 10], 2, steps, |_| Ok(()), &Cancel::new()).unwrap();
    let elapsed = started.elapsed();
    let [_, short, long, sink] = report.stages[..] else { panic!("{report:?}") };
    for (step, least) in [(short, 20), (long, 40)] {
        assert!(step.items == 40 && step.busy >= Duration::from_millis(least), "{step:?}");
    }
    assert!(short.busy + long.busy <= elapsed, "{report:?} in {elapsed:?}");
    assert_eq!(long.waiting_in, Duration::ZERO);
    // Two turns of both threads an item, most of which the sink waits for.
    assert!(sink.waiting_in >= Duration::from_millis(30), "{sink:?}");
}

/// The first slab waits until the last one is done.
#[test]
fn slabs_are_joined_in_order_though_later_ones_are_done_first() {
    let (sender, receiver) = mpsc::channel();
    let (sender, receiver) = (Mutex::new(sender), Mutex::new(receiver));
    let step = Do(move |slab| match slab {
        0 => {
            let wait = Duration::from_secs(30);
            receiver.lock().unwrap().recv_timeout(wait).map_err(|_| "no slab after the first".to_string())
        }
        2 => sender.lock().unwrap().send(0).map(|()| 2).map_err(|error| error.to_string()),
        other => Ok(other),
    });
    let (collect, joined) = mpsc::channel();
    let collect = move |item| collect.send(item).map_err(|error| error.to_string());
    run(&[3; 20], 3, Steps::first("step", step), collect, &Cancel::new()).unwrap();
    assert_eq!(joined.iter().collect::<Vec<_>>(), vec![vec![0, 1, 2]; 20]);
}

/// Slabs of a long item that ran before the flow ended.
fn ran_of_a_thousand(
    fail: impl Fn(u64) -> Result<u64, String> + Send + Sync + 'static,
    items: &[u64],
    sink: impl FnMut(Vec<u64>) -> Result<(), String> + Send + 'static,
    cancel: &Cancel,
) -> (u64, Failure<String>) {
    let count = Arc::new(AtomicU64::new(0));
    let counted = count.clone();
    let step = Do(move |slab| {
        let before = counted.fetch_add(1, Ordering::SeqCst);
        let done = fail(before);
        std::thread::sleep(Duration::from_millis(2));
        done.map(|_| slab)
    });
    let ended = run(items, 2, Steps::first("step", step), sink, cancel);
    (count.load(Ordering::SeqCst), ended.unwrap_err())
}

#[test]
fn an_abort_ends_an_item_between_slabs() {
    let cancel = Cancel::new();
    let other = cancel.clone();
    let abort = move |before| {
        if before == 3 {
            other.abort();
        }
        Ok(before)
    };
    let (ran, failure) = ran_of_a_thousand(abort, &[1000], |_| Ok(()), &cancel);
    assert!(matches!(failure, Failure::Aborted), "{failure:?}");
    assert!(ran < 500, "{ran} slabs");
}

#[test]
fn a_failure_elsewhere_ends_an_item_between_slabs() {
    let full = |_| Err("disk full".to_string());
    let (ran, failure) = ran_of_a_thousand(Ok, &[1, 1000], full, &Cancel::new());
    assert!(matches!(failure, Failure::Stage { stage: "sink", .. }), "{failure:?}");
    assert!(ran < 500, "{ran} slabs");
}

#[test]
fn the_first_error_ends_an_item_between_slabs() {
    let fail = |before| if before == 3 { Err("slab".to_string()) } else { Ok(before) };
    let (ran, failure) = ran_of_a_thousand(fail, &[1000], |_| Ok(()), &Cancel::new());
    assert!(matches!(failure, Failure::Stage { stage: "step", .. }), "{failure:?}");
    assert!(ran < 500, "{ran} slabs");
}

/// Two slabs fail at the same moment: one of the errors is told.
#[test]
fn slabs_that_fail_together_end_the_flow() {
    let together = Barrier::new(2);
    let step = Do(move |slab| {
        together.wait();
        Err(format!("slab {slab}"))
    });
    match run(&[2], 2, Steps::first("step", step), |_| Ok(()), &Cancel::new()).unwrap_err() {
        Failure::Stage { stage: "step", source } => {
            assert!(source == "slab 0" || source == "slab 1", "{source}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_panic_of_cut_or_join_names_the_stage() {
    for joins in [false, true] {
        let run = move || {
            let cut = |item: &u64| if joins { numbered(item) } else { panic!("cut") };
            let join = |_, _| -> Vec<u64> { panic!("join") };
            let steps = Steps::first("step", Do(Ok));
            Flow::source("source", 1, [3].into_iter().map(Ok))
                .steps(("steps", 1), &Pool::new(2).unwrap(), cut, steps, join)
                .sink("sink", End(|_| Ok(())))
                .run(&Cancel::new())
        };
        match within_a_minute(run).unwrap_err() {
            Failure::Panicked { stage: "steps", message } => {
                assert_eq!(message, if joins { "join" } else { "cut" })
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Workers that put out what is done first.
fn worked(
    items: u64,
    threads: usize,
    step: impl Step<In = u64, Out = u64, Error = String> + 'static,
) -> (Vec<u64>, Ended) {
    let (sender, receiver) = mpsc::channel();
    let ended = within_a_minute(move || {
        let sink = End(move |item: Vec<u64>| sender.send(item[0]).map_err(|_| "nobody listens".into()));
        Flow::source("source", 1, (0..items).map(Ok))
            .workers(("workers", 1), &Pool::new(threads).unwrap(), step)
            .stage("boxed", 1, Boxed)
            .sink("sink", sink)
            .run(&Cancel::new())
    });
    (receiver.iter().collect(), ended)
}

/// Makes a list of one.
struct Boxed;

impl tempered_flow::Stage for Boxed {
    type In = u64;
    type Out = Vec<u64>;
    type Error = String;
    fn run(&mut self, item: u64) -> Result<Vec<u64>, String> {
        Ok(vec![item])
    }
}

#[test]
fn workers_do_every_item_once_and_hold_up_no_other() {
    // The first item waits until all others have been done.
    let others = Arc::new((Mutex::new(0), std::sync::Condvar::new()));
    let seen = others.clone();
    let (mut done, ended) = worked(
        50,
        2,
        Do(move |item| {
            let (count, changed) = &*seen;
            let mut count = count.lock().unwrap();
            if item > 0 {
                *count += 1;
                changed.notify_all();
            } else {
                drop(changed.wait_while(count, |count| *count < 49).unwrap());
            }
            Ok(item)
        }),
    );
    // The other worker lets go of the first item while it still holds the last one: either may come out last.
    assert!(done.iter().position(|item| *item == 0) >= Some(48), "{done:?}");
    done.sort_unstable();
    assert_eq!(done, (0..50).collect::<Vec<_>>());
    let stages = ended.unwrap().stages;
    assert_eq!((stages[1].name, stages[1].items), ("workers", 50));
}

#[test]
fn a_worker_that_fails_or_panics_ends_the_flow() {
    let (_, ended) = worked(1000, 3, Do(|item| if item == 7 { Err("seven".into()) } else { Ok(item) }));
    assert!(matches!(ended, Err(Failure::Stage { stage: "workers", source }) if source == "seven"));
    let (_, ended) = worked(1000, 3, Do(|item| if item == 7 { panic!("seven") } else { Ok(item) }));
    assert!(matches!(ended, Err(Failure::Panicked { stage: "workers", message }) if message == "seven"));
}
