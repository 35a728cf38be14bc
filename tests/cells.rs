//! A hundred thousand cells of four trials: memory, records and the page stay small. Slow: run with `make test-cells`.
//!
//! `CELLS=1000000` takes ten times as many, for which two gigabytes are allowed.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Sizes × targets × noises; the last one makes up the number.
const SIZES: usize = 50;
const TARGETS: usize = 40;

/// Writes the study.
fn study(path: &Path, cells: usize) {
    let list =
        |count: usize, one: &dyn Fn(usize) -> String| (1..=count).map(one).collect::<Vec<_>>().join(", ");
    let text = format!(
        "version: 1\nname: cells\nseed: 3\ntrials: 4\ngenerate:\n  n: [{}]\n  target: [{}]\n  noise: [{}]\ntrain:\n  \
         spline: linear_spline\nstore:\n  weights: none\n",
        list(SIZES, &|k| (k + 4).to_string()),
        list(TARGETS, &|k| format!("{{linear: {{slope: {k}}}}}")),
        list(cells / SIZES / TARGETS, &|k| format!("{{normal: {{sd: {k}}}}}")),
    );
    fs::write(path, text).unwrap();
}

/// Runs a command; returns its peak of resident memory in megabytes and what it printed.
fn peak(arguments: &[String]) -> (u64, String) {
    let start = Instant::now();
    let printed = tempfile::NamedTempFile::new().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tempered"))
        .args(arguments)
        .stdout(Stdio::from(printed.reopen().unwrap()))
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = mark.and_then(|mark| mark.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or(0) / 1024);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    println!("{:>7.1} s {peak:>6} MB  {}", start.elapsed().as_secs_f64(), arguments[0]);
    assert!(ended.success(), "{arguments:?}");
    assert!(peak > 5, "{peak} MB is no measurement");
    (peak, fs::read_to_string(printed.path()).unwrap())
}

/// Megabytes that commands may take at a hundred thousand cells: a fifth to two fifths more than they do. At a million each
/// may take two gigabytes.
const BOUNDS: [(&[&str], u64); 7] = [
    (&["run", "STUDY", "--out", "RUN", "--progress", "none"], 230),
    (&["run", "STUDY", "--out", "RUN", "--progress", "none"], 55),
    (&["plan", "STUDY"], 35),
    (&["status", "RUN"], 55),
    (&["verify", "RUN"], 190),
    (&["analyze", "RUN"], 185),
    (&["report", "RUN"], 190),
];

#[test]
#[ignore = "slow"]
fn a_hundred_thousand_cells_stay_below_230_megabytes() {
    let cells = std::env::var("CELLS").map_or(100_000, |cells| cells.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let (study_file, out) = (folder.path().join("cells.yaml"), folder.path().join("out"));
    study(&study_file, cells);
    for (arguments, bound) in BOUNDS {
        let bound = if cells > 100_000 { 2048 } else { bound };
        let given = |argument: &&str| match *argument {
            "STUDY" => study_file.to_str().unwrap().to_owned(),
            "RUN" => out.to_str().unwrap().to_owned(),
            other => other.to_owned(),
        };
        let (peak, printed) = peak(&arguments.iter().map(given).collect::<Vec<_>>());
        assert!(peak <= bound, "{arguments:?}: {peak} MB of {bound}");
        assert!(printed.lines().count() < 100, "{arguments:?}: {} lines", printed.lines().count());
    }
    let page = fs::metadata(out.join("report/index.html")).unwrap().len();
    assert!(page < 5_000_000, "a page of {page} bytes");
    for record in fs::read_dir(out.join("_tempered")).unwrap() {
        let record = record.unwrap();
        let size = record.metadata().unwrap().len();
        println!("{size:>12} bytes  {}", record.file_name().display());
        assert!(size < 300 * cells as u64, "{}: {size} bytes", record.file_name().display());
    }
}
