//! Memory does not grow with trials. Slow: run with `make test-slow`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::process::{Command, Stdio};
use std::time::Duration;

/// What is measured: two interpolants of pure noise, all weights stored.
const STUDY: [&str; 3] =
    ["train={spline: linear_spline, min_norm: min_norm}", "store.weights=all", "evaluate.risks=[1, 2]"];

/// Runs a study of pure noise on two threads; returns its peak of resident memory in megabytes.
fn peak(sets: &[&str]) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_tempered"));
    run.args(["run", "pipelines/quickstart.yaml", "--out"]);
    run.arg(folder.path().join("out")).args(["--threads", "2", "--progress", "none"]);
    STUDY.iter().chain(sets).for_each(|set| {
        run.args(["--set", set]);
    });
    let mut child = run.stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        // The kernel keeps the high-water mark, so that few looks are enough; it is gone with the process.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = mark.and_then(|mark| mark.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or(0) / 1024);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(ended.success());
    assert!(peak > 10, "{peak} MB is no measurement");
    peak
}

#[test]
#[ignore = "slow"]
fn many_trials_stay_below_300_megabytes() {
    for sets in [
        ["generate.n=100000", "trials=400", "evaluate.risks=[1, 1.5, 2, 3, 4]"],
        ["generate.n=[10, 1000]", "trials=20000", "evaluate.risks=[1, 1.5, 2, 3, 4]"],
        // Many short rows: levels of lists take as much as their values.
        ["generate.n=4", "trials=5000000", "generate.design=uniform"],
        ["generate.n=20", "trials=1000000", "store.weights=none"],
        // The soak: RELIABILITY.md has the figures of the last run.
        ["generate.n=20", "trials=10000000", "store.weights=none"],
    ] {
        let peak = peak(&sets);
        println!("{sets:?}: {peak} MB");
        assert!(peak < 300, "{sets:?}: {peak} MB");
    }
}

#[test]
#[ignore = "slow"]
fn ten_million_points_stay_below_three_gigabytes() {
    let peak = peak(&["generate.n=10000000", "trials=2", "generate.design=uniform"]);
    assert!(peak < 3 * 1024, "{peak} MB");
}
