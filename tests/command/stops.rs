//! Runs that are asked to stop, and runs that start at the same time.

use crate::common::{assert_same_files, data_files, expect, small_study, tempered};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A few hundred shards.
const LONG: [&str; 2] = ["--set", "trials=240"];

fn start(folder: &Path, out: &Path) -> Child {
    let mut command = tempered();
    command.arg("run").arg(small_study(folder)).arg("--out").arg(out).args(LONG);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn whole(folder: &Path) -> std::path::PathBuf {
    let whole = folder.join("whole");
    assert!(start(folder, &whole).wait().unwrap().success());
    whole
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").arg(signal).arg(child.id().to_string()).status().unwrap();
    assert!(sent.success());
}

#[test]
#[cfg(unix)]
fn signals_stop_after_the_shard_in_hand_and_twice_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let whole = whole(folder.path());
    for (signals, name) in [(&["-TERM"][..], "term"), (&["-INT"], "int"), (&["-INT", "-INT"], "twice")] {
        let out = folder.path().join(name);
        let child = start(folder.path(), &out);
        while ["metrics", "weights"].iter().any(|table| !out.join(table).is_dir())
            || data_files(&out).is_empty()
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        for signal in signals {
            send(signal, &child);
            std::thread::sleep(Duration::from_millis(20));
        }
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(75), "{name}: {said}");
        assert!(said.contains("the same command goes on"), "{name}: {said}");
        let files = data_files(&out);
        let there: Vec<_> = data_files(&whole);
        assert!(files.len() < there.len() && files.iter().all(|file| there.contains(file)), "{name}");
        expect(tempered().arg("run").arg(small_study(folder.path())).arg("--out").arg(&out).args(LONG), 0);
        assert_same_files(&whole, &out);
    }
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
