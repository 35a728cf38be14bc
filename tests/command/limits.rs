//! Trials that never end, memory that is not there, clocks that lie, and others at work in the same directory.

use crate::common::{assert_same_files, data_files, expect, small_study, tempered};
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};
use tempered_store::RunDirectory;

fn run(folder: &Path, out: &Path, flags: &[&str], code: i32) -> String {
    let output =
        expect(tempered().arg("run").arg(small_study(folder)).arg("--out").arg(out).args(flags), code);
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_trial_over_its_time_ends_the_run_and_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, out) = (folder.path().join("whole"), folder.path().join("out"));
    let endless = "train.endless={relu_network: {width: 8, steps: 1000000000000000}}";
    let said = run(folder.path(), &out, &["--set", endless, "--trial-time", "2s"], 70);
    assert!(
        said.contains("error: trial ") && said.contains("of endless has taken more than 2 s (n=20;"),
        "{said}"
    );
    run(folder.path(), &whole, &[], 0);
    // Nothing of the estimator is there, and the study without it goes on.
    assert!(!out.join("metrics/estimator=endless").exists());
    run(folder.path(), &out, &["--trial-time", "00:10:00"], 0);
    assert_same_files(&whole, &out);
    assert_eq!(fs::read_dir(out.join("_staging")).unwrap().count(), 0);
    for (time, expected) in [
        ("soon", "--trial-time soon: expected a time such as 90s"),
        ("90", "90 has no unit: write 90s for seconds, 90m for minutes"),
    ] {
        let said = run(folder.path(), &out, &["--trial-time", time], 2);
        assert!(said.contains(expected), "{said}");
    }
    assert!(run(folder.path(), &out, &["--threads", "0"], 2).contains("0 is not in 1..=1024"));
}

#[test]
fn memory_that_is_not_there_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, out) = (folder.path().join("whole"), folder.path().join("out"));
    let large = ["--set", "generate.n=[20, 300, 3000000]", "--set", "trials=2", "--threads", "1"];
    // What the program and its threads take before the first trial fits; three million points do not.
    let script = "ulimit -v 600000; exec \"$0\" run \"$@\"";
    let mut limited = Command::new("sh");
    limited.args(["-c", script, env!("CARGO_BIN_EXE_tempered")]).arg(small_study(folder.path()));
    limited.arg("--out").arg(&out).args(large).env("TEMPERED_PROGRESS", "none");
    let limited = limited.output().unwrap();
    let said = String::from_utf8_lossy(&limited.stderr);
    // The C library may be the first that has none.
    let is_told = said.contains("memory allocation of") || said.contains("out of memory");
    assert!(!limited.status.success() && is_told, "{said}");
    run(folder.path(), &whole, &large[2..], 0);
    run(folder.path(), &out, &large[2..], 0);
    assert_same_files(&whole, &out);
}

/// Where backtraces are asked for, printing one must not run out of memory inside another, which would wait for ever.
#[test]
fn memory_that_is_not_there_ends_the_process_though_backtraces_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    // From what is too little to start with to what is nearly enough.
    for limit in (150_000..=600_000).step_by(50_000) {
        let script = format!("ulimit -v {limit}; exec timeout -s KILL 60 \"$0\" run \"$@\"");
        let mut limited = Command::new("sh");
        limited.args(["-c", &script, env!("CARGO_BIN_EXE_tempered")]).arg(&study);
        limited.arg("--out").arg(folder.path().join(limit.to_string()));
        limited.args(["--set", "generate.n=[3000000]", "--set", "trials=2"]);
        limited.env("TEMPERED_PROGRESS", "none").env("RUST_BACKTRACE", "full").env("RUST_LIB_BACKTRACE", "1");
        let limited = limited.output().unwrap();
        let said = String::from_utf8_lossy(&limited.stderr);
        // 137 is what `timeout` leaves of a process that did not end by itself.
        assert!(!limited.status.success() && limited.status.code() != Some(137), "{limit}: {said}");
        assert!(!said.contains("stack backtrace"), "{limit}: {said}");
    }
}

#[test]
fn clocks_decide_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    run(folder.path(), &out, &["--set", "trials=30"], 0);
    let before = data_files(&out);
    // As if the clock had been set back after the run, or before it.
    let day = Duration::from_secs(86_400);
    for (k, (name, _)) in before.iter().enumerate() {
        let time = if k % 2 == 0 { SystemTime::UNIX_EPOCH } else { SystemTime::now() + 3650 * day };
        File::options().append(true).open(out.join(name)).unwrap().set_modified(time).unwrap();
    }
    run(folder.path(), &out, &["--set", "trials=30"], 0);
    assert!(data_files(&out) == before, "files changed");
    expect(tempered().arg("verify").arg(&out), 0);
}

#[test]
fn starting_over_waits_for_nobody_and_deletes_under_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    run(folder.path(), &out, &["--set", "trials=3"], 0);
    let before = data_files(&out);
    let held = RunDirectory::open(&out).unwrap().hold().unwrap();
    let said = run(folder.path(), &out, &["--fresh", "--yes"], 75);
    assert!(said.contains("another run works there"), "{said}");
    // Neither does another study, whether it needs stored files again or not.
    for other in [&["--set", "evaluate.knots_per_gap=0.1", "--yes"][..], &["--set", "generate.n=[20]"]] {
        let said = run(folder.path(), &out, &[&["--set", "trials=3"], other].concat(), 75);
        assert!(said.contains("another run works there on another study"), "{said}");
        assert!(data_files(&out) == before, "files changed");
    }
    // Side by side is no trouble.
    run(folder.path(), &out, &["--set", "trials=3"], 0);
    drop(held);
    run(folder.path(), &out, &["--set", "trials=3", "--set", "seed=4", "--fresh", "--yes"], 0);
    assert!(data_files(&out) != before);
}
