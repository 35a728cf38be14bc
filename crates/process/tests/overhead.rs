//! What a worker costs beside the same function called in a plain loop of Python. Slow: installs NumPy into a virtual environment,
//! unless TEMPERED_PYTHON names a Python that has it.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempered_process::{Answer, Pool, Program, Request};

/// Trials of a batch.
const BATCH: usize = 64;

fn python(folder: &Path) -> PathBuf {
    if let Some(python) = std::env::var_os("TEMPERED_PYTHON") {
        return python.into();
    }
    let environment = folder.join("venv");
    assert!(Command::new("python3").args(["-m", "venv"]).arg(&environment).status().unwrap().success());
    let python = environment.join("bin/python");
    assert!(
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "numpy"]).status().unwrap().success()
    );
    python
}

/// Seconds a trial: of batches that go to a worker, and of a loop in Python.
fn seconds(python: &Path, (n, d): (usize, usize), batches: usize) -> (f64, f64) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/overhead.py");
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python");
    let package = format!("PYTHONPATH={}", package.display());
    let words = |more: &[String]| -> Vec<String> {
        let mut words = vec![
            "env".to_owned(),
            package.clone(),
            python.display().to_string(),
            script.display().to_string(),
        ];
        words.extend_from_slice(more);
        words
    };
    let program = Program { words: words(&[]), folder: None };
    let (x, y) = (vec![0.5; BATCH * n * d], vec![0.25; BATCH * n]);
    let numbers: Vec<u64> = (0..4 * BATCH as u64).collect();
    let request = |range: Range<usize>| {
        let count = range.len();
        let mut request = Request::new("fit");
        request.word("space", "features").word("parameters", "{}").word("coordinates", "{}");
        request.wholes("trial", &[count], &numbers[..count]).wholes(
            "seed",
            &[count, 4],
            &numbers[..4 * count],
        );
        request.reals("x", &[count, n, d], &x[..count * n * d]).reals("y", &[count, n], &y[..count * n]);
        request.reals("at", &[count, 0, d], &[]);
        request
    };
    let check = |answer: &Answer, count: usize| answer.reals("intercept", &[count]).map(drop);
    let pool = Pool::default();
    let ask = || pool.ask(&program, (BATCH, &|_| Duration::from_secs(60)), &request, &check).unwrap();
    let answer = ask().remove(0).answer.unwrap();
    assert_eq!(answer.reals("intercept", &[BATCH]).unwrap(), vec![0.25; BATCH]);
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let begun = Instant::now();
        (0..batches).for_each(|_| drop(ask()));
        best = best.min(begun.elapsed().as_secs_f64() / (batches * BATCH) as f64);
    }
    let arguments = words(&[n.to_string(), d.to_string()]);
    let output = Command::new(&arguments[0]).args(&arguments[1..]).output().unwrap();
    let plain = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    (best, plain)
}

#[test]
#[ignore = "measures time, and installs NumPy"]
fn a_trial_costs_little_more_than_in_a_loop_of_python() {
    let folder = tempfile::tempdir().unwrap();
    let python = python(folder.path());
    // Loose bounds, for builds without optimisation beside other work: they find a cost that grows.
    for (size, batches, bound) in [((100, 1), 200, 100e-6), ((1000, 10), 40, 1e-3)] {
        let (asked, plain) = seconds(&python, size, batches);
        let (microseconds, of_plain) = (1e6 * asked, 1e6 * plain);
        println!("{size:?}: {microseconds:.1} µs a trial, {of_plain:.1} in a loop");
        assert!(asked - plain <= bound, "{size:?}: {microseconds:.1} µs a trial, {of_plain:.1} in a loop");
    }
}
