//! Workers that misbehave in every way that is known: each way has its message, costs one trial alone where it concerns a trial, and
//! leaves no process behind.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tempered_process::{Answer, Error, Failure, Part, Pool, Program, Request};

/// Trials of a batch; the one of this number misbehaves.
const TRIALS: usize = 6;
const BAD: usize = 3;

fn program(mode: &str) -> Program {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile.py");
    Program { words: vec!["python3".into(), script.display().to_string(), mode.into()], folder: None }
}

/// Labels: trial k has the mean k + 1/2, the bad one begins with −1.
fn labels() -> Vec<f64> {
    (0..TRIALS)
        .flat_map(|trial| if trial == BAD { [-1.0, 0.0] } else { [trial as f64, trial as f64 + 1.0] })
        .collect()
}

fn ask(pool: &Pool, program: &Program, time: Duration) -> Result<Vec<Part>, Error> {
    let y = labels();
    let at = [0.0; 3 * TRIALS];
    let request = |trials: Range<usize>| {
        let mut request = Request::new("fit");
        let count = trials.len();
        request.reals("y", &[count, 2], &y[2 * trials.start..2 * trials.end]);
        request.reals("at", &[count, 3, 1], &at[..3 * count]);
        request
    };
    let check = |answer: &Answer, count: usize| answer.reals("values", &[count, 3]).map(drop);
    let all = |count: usize| time * u32::try_from(count).unwrap();
    pool.ask(program, (TRIALS, &all), &request, &check)
}

/// Values of every trial, or why it has none.
fn values(parts: Vec<Part>) -> Vec<Result<f64, Failure>> {
    let of = |Part { trials, answer }: Part| {
        let count = trials.len();
        match answer {
            Ok(answer) => {
                answer.reals("values", &[count, 3]).unwrap().chunks(3).map(|v| Ok(v[0])).collect::<Vec<_>>()
            }
            Err(failure) => vec![Err(failure); count],
        }
    };
    parts.into_iter().flat_map(of).collect()
}

/// The one trial that misbehaves is lost, with this text, and all others have their values.
fn loses_one(mode: &str, said: &str) {
    let pool = Pool::default();
    let values = values(ask(&pool, &program(mode), Duration::from_secs(20)).unwrap());
    assert_eq!(values.len(), TRIALS);
    for (trial, value) in values.iter().enumerate() {
        match value {
            Ok(value) => assert_eq!((*value, trial == BAD), (trial as f64 + 0.5, false), "{mode} {trial}"),
            Err(Failure::Crashed(why)) => {
                assert!(trial == BAD && why.contains(said), "{mode} {trial}: {why}")
            }
            Err(other) => panic!("{mode} {trial}: {other:?}"),
        }
    }
}

#[test]
fn a_batch_is_answered_in_order_and_one_worker_serves_all_batches() {
    let pool = Pool::default();
    for _ in 0..3 {
        let parts = ask(&pool, &program("good"), Duration::from_secs(20)).unwrap();
        assert_eq!(parts.len(), 1);
        let values = values(parts);
        let means = (0..TRIALS).map(|trial| Ok(if trial == BAD { -0.5 } else { trial as f64 + 0.5 }));
        assert_eq!(values, means.collect::<Vec<_>>());
    }
    let greeting = pool.greeting(&program("good")).unwrap();
    assert_eq!((greeting.name.as_str(), greeting.version.as_str()), ("hostile", "1"));
}

#[test]
fn what_ends_a_worker_costs_one_trial() {
    loses_one("segfault", "signal: 11");
    loses_one("exit", "exit status: 3\n  | leaving");
    loses_one("print", "standard output has \"progress: 17 %");
    loses_one("closes", "closed its standard output");
    loses_one("huge", "9000000000 bytes");
    loses_one("memory", "MemoryError");
}

#[test]
fn children_end_with_their_worker() {
    let pool = Pool::default();
    let values = values(ask(&pool, &program("children"), Duration::from_secs(20)).unwrap());
    let Err(Failure::Crashed(why)) = &values[BAD] else { panic!("{values:?}") };
    let child = why.rsplit_once("child ").unwrap().1.trim();
    assert!(is_gone(child), "{child} is still there");
}

/// Whether a process ends within a second, or has: one that nobody waited for is as good as gone.
fn is_gone(process: &str) -> bool {
    let until = Instant::now() + Duration::from_secs(5);
    while Instant::now() < until {
        let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        if state.is_empty()
            || state.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('Z'))
        {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn answers_of_another_shape_are_told() {
    let pool = Pool::default();
    for value in values(ask(&pool, &program("shape"), Duration::from_secs(20)).unwrap()) {
        let Err(Failure::Malformed(why)) = value else { panic!("{value:?}") };
        assert!(why.contains("F64 of shape [1, 4], but it must be F64 of shape [1, 3]"), "{why}");
    }
}

#[test]
fn answers_to_other_questions_are_told() {
    let pool = Pool::default();
    for mode in ["twice", "stray"] {
        // A stray answer is met by the next batch.
        let parts =
            (0..2).map(|_| ask(&pool, &program(mode), Duration::from_secs(20)).unwrap()).flat_map(values);
        let whys: Vec<_> = parts.filter_map(Result::err).collect();
        assert!(mode == "stray" || whys.len() == 2 * TRIALS);
        for why in whys {
            let Failure::Crashed(why) = why else { panic!("{why:?}") };
            assert!(why.contains("as asked"), "{why}");
        }
    }
}

#[test]
fn what_concerns_the_machine_ends_the_run() {
    let pool = Pool::default();
    let killed = ask(&pool, &program("killed"), Duration::from_secs(20)).unwrap_err();
    assert!(matches!(killed, Error::Killed { .. }), "{killed}");
    for mode in ["never", "late"] {
        let begun = Instant::now();
        let late = ask(&pool, &program(mode), Duration::from_millis(150)).unwrap_err();
        assert!(matches!(late, Error::Late { trials: TRIALS, .. }), "{late}");
        assert!(late.to_string().contains("no answer to 6 trials within 0.9 s"), "{late}");
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn programs_that_are_no_workers_are_told_at_once() {
    let pool = Pool::default();
    let said = |program: &Program| pool.greeting(program).unwrap_err().to_string();
    let missing = Program { words: vec!["no-such-program-anywhere".into()], folder: None };
    assert!(said(&missing).starts_with("no-such-program-anywhere: cannot be started: No such file"));
    let missing = Program { words: vec!["python3".into(), "/no such script.py".into()], folder: None };
    let why = said(&missing);
    assert!(
        why.starts_with("python3 \"/no such script.py\": did not greet") && why.contains("  | "),
        "{why}"
    );
    let import = said(&program("import"));
    assert!(import.contains("ModuleNotFoundError") && import.contains("no_such_module_anywhere"), "{import}");
    assert!(said(&program("hello")).contains("standard output has \"Hello, world: this is no message\""));
    assert!(said(&program("protocol")).contains("version 99 of the protocol; expected 1"));
    let echo = Program { words: vec!["true".into()], folder: None };
    assert!(said(&echo).contains("it ended with exit status: 0"));
    let cat = Program { words: vec!["cat".into()], folder: None };
    assert!(said(&cat).contains("its greeting lacks `name`"), "{}", said(&cat));
}

#[test]
fn a_worker_that_greets_differently_each_time_is_refused() {
    let pool = Pool::default();
    let program = program("changing");
    let (first, second) = (pool.take(&program).unwrap(), pool.take(&program));
    assert!(second.unwrap_err().to_string().contains("greets differently each time"));
    drop(first);
}

#[test]
fn a_program_that_can_do_no_trial_ends_the_run() {
    let pool = Pool::default();
    let y = vec![-1.0; 100];
    let request = |trials: Range<usize>| {
        let mut request = Request::new("fit");
        request.reals("y", &[trials.len(), 1], &y[trials.clone()]);
        request.reals("at", &[trials.len(), 1, 1], &y[trials]);
        request
    };
    let ended = pool
        .ask(&program("exit"), (100, &|_| Duration::from_secs(60)), &request, &|_, _| Ok(()))
        .unwrap_err();
    assert!(ended.to_string().contains("ended in 24 trials one after the other"), "{ended}");
}

#[test]
fn processes_end_with_a_process_that_is_killed() {
    // This test starts itself again, which starts workers and is killed.
    let Ok(_) = std::env::var("TEMPERED_HOLD_WORKERS") else {
        let test = std::env::current_exe().unwrap();
        let mut child = Command::new(test)
            .args(["--exact", "processes_end_with_a_process_that_is_killed", "--nocapture"])
            .env("TEMPERED_HOLD_WORKERS", "1")
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
        let workers = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("workers ").map(|(_, rest)| rest.to_owned()));
        child.kill().unwrap();
        child.wait().unwrap();
        let workers = workers.unwrap();
        let workers: Vec<&str> = workers.split_whitespace().collect();
        assert_eq!(workers.len(), 2);
        workers.iter().for_each(|worker| assert!(is_gone(worker), "{worker} survived"));
        return;
    };
    let pool = Pool::default();
    // They name themselves by their process, and so does one that ignores the end of its input.
    let names = ["changing", "deaf"].map(|mode| {
        let program = Program { words: deaf(mode), folder: None };
        let worker = pool.take(&program).unwrap();
        let name = worker.greeting().name.clone();
        std::mem::forget(worker);
        name
    });
    println!("workers {}", names.map(|name| name.replace("pid ", "")).join(" "));
    std::thread::sleep(Duration::from_secs(60));
}

/// The command of a worker that greets with its process, and then ignores everything.
fn deaf(mode: &str) -> Vec<String> {
    if mode == "changing" {
        return program(mode).words;
    }
    let script = r#"
import json, os, struct, sys, time
length = struct.unpack("<Q", sys.stdin.buffer.read(8))[0]
words = json.loads(sys.stdin.buffer.read(length))["__metadata__"]
text = json.dumps({"__metadata__": {"kind": "hello", "request": words["request"], "protocol": "1", "name": f"pid {os.getpid()}"}}).encode()
sys.stdout.buffer.write(struct.pack("<Q", len(text)) + text)
sys.stdout.buffer.flush()
time.sleep(3600)
"#;
    vec!["python3".into(), "-c".into(), script.into()]
}
