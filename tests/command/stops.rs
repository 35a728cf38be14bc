//! Runs that are asked to stop, and runs that start at the same time.

use crate::common::{assert_same_files, data_files, expect, small_study, tempered};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A hundred shards of milliseconds: so many are not done before a signal is sent, as those of formulas would be.
const LONG: [&str; 8] = [
    "--set",
    "trials=120",
    "--set",
    "generate.n=[20]",
    "--set",
    "train={network: {relu_network: {width: 10, steps: 20000}}}",
    "--set",
    "store.shard_trials=2",
];

fn start(folder: &Path, out: &Path) -> Child {
    spawn(tempered().arg("run").arg(small_study(folder)).arg("--out").arg(out).args(LONG))
}

fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn whole(folder: &Path) -> PathBuf {
    let whole = folder.join("whole");
    assert!(start(folder, &whole).wait().unwrap().success());
    whole
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status().unwrap();
    assert!(sent.success());
}

/// Waits until a shard is on disk.
fn wait_for_a_shard(out: &Path) {
    while ["metrics", "weights"].iter().any(|table| !out.join(table).is_dir()) || data_files(out).is_empty() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The last event in the log of a directory.
fn last_event(out: &Path) -> String {
    let log = std::fs::read_to_string(out.join("_tempered/log.jsonl")).unwrap();
    let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    last["event"].as_str().unwrap().to_string()
}

/// Exit code 75, words on how to go on, and the end in the log.
fn assert_stopped(child: Child, out: &Path, name: &str) {
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(75), "{name}: {said}");
    assert!(said.contains("the same command goes on"), "{name}: {said}");
    assert_eq!(last_event(out), "end", "{name}");
}

/// What batch systems and terminals send, some of it twice within milliseconds.
#[test]
#[cfg(unix)]
fn every_signal_that_asks_to_stop_stops_and_none_but_a_second_ctrl_c_escalates() {
    let folder = tempfile::tempdir().unwrap();
    let whole = whole(folder.path());
    let all = ["TERM", "INT", "HUP", "USR1", "USR2", "XCPU", "TERM TERM", "INT TERM USR1", "INT INT"];
    for signals in all {
        let out = folder.path().join(signals.replace(' ', "-"));
        let mut command = Command::new("env");
        // A runner that was started by `nohup` hands its deafness down.
        command.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_tempered"), "run"]);
        command.env_remove("TEMPERED_THREADS").env("TEMPERED_PROGRESS", "none").env("NO_COLOR", "1");
        command.arg(small_study(folder.path())).arg("--out").arg(&out).args(LONG);
        let child = spawn(&mut command);
        wait_for_a_shard(&out);
        for signal in signals.split(' ') {
            send(signal, &child);
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_stopped(child, &out, signals);
        let (files, there) = (data_files(&out), data_files(&whole));
        assert!(files.len() < there.len() && files.iter().all(|file| there.contains(file)), "{signals}");
    }
    for signals in ["TERM-TERM", "INT-INT"] {
        let out = folder.path().join(signals);
        expect(tempered().arg("run").arg(small_study(folder.path())).arg("--out").arg(&out).args(LONG), 0);
        assert_same_files(&whole, &out);
        assert_eq!(std::fs::read_dir(out.join("_staging")).unwrap().count(), 0);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_under_nohup_outlives_its_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" run \"$@\"", env!("CARGO_BIN_EXE_tempered")]);
    command
        .env("TEMPERED_PROGRESS", "none")
        .arg(small_study(folder.path()))
        .arg("--out")
        .arg(&out)
        .args(LONG);
    let child = spawn(&mut command);
    wait_for_a_shard(&out);
    send("HUP", &child);
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

/// A study of one shard whose trials take about a second each in a development build.
fn networks(folder: &Path) -> PathBuf {
    let path = folder.join("networks.yaml");
    let study = "version: 1\nname: networks\nseed: 1\ntrials: 60\ngenerate: {n: 20}\n\
                 train:\n  net: {relu_network: {width: 50, steps: 1500000, lr: 0.01}}\nstore: {shard_trials: 60}\n";
    std::fs::write(&path, study).unwrap();
    path
}

#[test]
#[cfg(unix)]
fn limits_and_signals_are_obeyed_between_trials() {
    let folder = tempfile::tempdir().unwrap();
    let study = networks(folder.path());
    let run = |name: &str| {
        let out = folder.path().join(name);
        let mut command = tempered();
        command.arg("run").arg(&study).arg("--out").arg(&out).args(["--threads", "2"]);
        (command, out)
    };
    // As many trials side by side as in the runs that are stopped.
    let begun = Instant::now();
    expect(run("two").0.args(["--set", "trials=2"]), 0);
    let trial = begun.elapsed();
    let most = |limit: f64| Duration::from_secs_f64(limit + 2.0) + 3 * trial;
    assert!(most(1.0) < 20 * trial || trial < Duration::from_secs(1), "sixty trials would not take longer");
    let (mut command, out) = run("limit");
    let begun = Instant::now();
    let child = spawn(command.args(["--max-time", "0-00:00:01"]));
    assert_stopped(child, &out, "limit");
    assert!(begun.elapsed() < most(1.0), "{:?}, a trial {trial:?}", begun.elapsed());
    let (mut command, out) = run("term");
    let child = spawn(&mut command);
    std::thread::sleep(Duration::from_secs(1));
    send("TERM", &child);
    let begun = Instant::now();
    assert_stopped(child, &out, "term");
    assert!(begun.elapsed() < most(0.0), "{:?}, a trial {trial:?}", begun.elapsed());
    assert_eq!(std::fs::read_dir(out.join("_staging")).unwrap().count(), 0);
}

#[test]
fn runs_that_start_at_the_same_time_end_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let whole = whole(folder.path());
    let out = folder.path().join("out");
    let runs: Vec<Child> = (0..3).map(|_| start(folder.path(), &out)).collect();
    for run in runs {
        let ended = run.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    assert_same_files(&whole, &out);
    expect(tempered().arg("verify").arg(&out), 0);
    assert_eq!(std::fs::read_dir(out.join("_staging")).unwrap().count(), 0);
}
