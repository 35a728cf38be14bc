//! `tempered analyze` and `report` on directories that are not as a run leaves them.

use crate::common::{data_files, expect, small_study, tempered};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

fn ran(folder: &Path, sets: &[&str]) -> PathBuf {
    let out = folder.join("out");
    let mut run = tempered();
    run.arg("run").arg(small_study(folder)).arg("--out").arg(&out);
    sets.iter().for_each(|set| {
        run.args(["--set", set]);
    });
    expect(&mut run, 0);
    out
}

fn errors(out: &Path, command: &str, code: i32) -> String {
    let output = expect(tempered().arg(command).arg(out), code);
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A metrics file of this estimator.
fn metrics(out: &Path, estimator: &str) -> Vec<PathBuf> {
    let ours = format!("metrics/estimator={estimator}/");
    let names = data_files(out).into_iter().map(|(name, _)| name).filter(|name| name.starts_with(&ours));
    names.map(|name| out.join(name)).collect()
}

/// The summary's files are written by a thread of the program's own, like all else.
#[cfg(target_os = "linux")]
#[test]
fn threads_bound_the_whole_of_an_analysis() {
    let folder = tempfile::tempdir().unwrap();
    let out = ran(folder.path(), &[]);
    for (command, rounds) in [("analyze", 3), ("report", 1)] {
        let mut most = 0;
        for _ in 0..rounds {
            let mut analyze = tempered();
            analyze.arg(command).arg(&out).args(["--threads", "1"]).stdout(Stdio::null());
            let mut child = analyze.spawn().unwrap();
            let tasks = format!("/proc/{}/task", child.id());
            while child.try_wait().unwrap().is_none() {
                most = most.max(fs::read_dir(&tasks).map_or(0, Iterator::count));
                std::thread::sleep(std::time::Duration::from_micros(200));
            }
        }
        // The one that waits and the one that works.
        assert!((1..=2).contains(&most), "{command}: {most}");
    }
}

#[test]
fn a_file_in_the_wrong_place_is_named_and_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let out = ran(folder.path(), &[]);
    let other = ran(
        &{
            let other = folder.path().join("other");
            fs::create_dir(&other).unwrap();
            other
        },
        &["seed=4"],
    );
    let files = metrics(&out, "spline");
    let before = data_files(&out);
    let twin = other.join(files[0].strip_prefix(&out).unwrap());
    for (source, key) in [(&twin, "seed"), (&files[1], "trials")] {
        fs::copy(source, &files[0]).unwrap();
        for command in ["analyze", "report"] {
            let said = errors(&out, command, 65);
            assert!(said.contains("does not belong") && said.contains("tempered verify --repair"), "{said}");
            assert!(said.contains(key) || said.contains("cell"), "{said}");
        }
        expect(tempered().args(["verify", "--repair"]).arg(&out), 0);
        assert!(before == data_files(&out));
    }
    // The whole folder of another seed, whose files agree with each other.
    fs::rename(out.join("metrics"), folder.path().join("mine")).unwrap();
    fs::rename(other.join("metrics"), out.join("metrics")).unwrap();
    let said = errors(&out, "analyze", 65);
    assert!(said.contains("its seed is 4, expected 3"), "{said}");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_does_not_block() {
    let folder = tempfile::tempdir().unwrap();
    let out = ran(folder.path(), &[]);
    let path = metrics(&out, "spline").remove(0);
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    for command in ["analyze", "report"] {
        let said = errors(&out, command, 65);
        assert!(said.contains("not a file") && said.contains(&path.display().to_string()), "{said}");
    }
}

/// A kernel so wide that no matrix of it can be solved with: nothing is left to judge.
#[test]
fn a_study_in_which_all_fails_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("study.yaml");
    let text = "version: 1\nname: fails\nseed: 3\ntrials: 60\ngenerate:\n  n: [20, 30]\n  design: uniform\n  target: zero\n  \
                noise: {normal: {sd: 1}}\ntrain:\n  wide: {gaussian_kernel: {bandwidth: 1000}}\nevaluate:\n  risks: [1, 2]\n";
    fs::write(&study, text).unwrap();
    let out = folder.path().join("out");
    let run = expect(tempered().arg("run").arg(&study).arg("--out").arg(&out), 3);
    let analyze = expect(tempered().arg("analyze").arg(&out), 3);
    let report = expect(tempered().arg("report").arg(&out), 3);
    for output in [run, analyze, report] {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("wide: 120 of 120 failed: ill_conditioned"), "{said}");
    }
    let table = String::from_utf8(expect(tempered().arg("analyze").arg(&out), 3).stdout).unwrap();
    assert!(table.contains("wide: 120 of 120 failed: ill_conditioned"), "{table}");
    let page = fs::read_to_string(out.join("report/index.html")).unwrap();
    assert!(
        page.contains("wide: 120 of 120 failed: ill_conditioned") && page.contains("ill_conditioned</small>")
    );
    let json = expect(tempered().arg("analyze").arg(&out).args(["--format", "json"]), 3).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json[0]["levels"][0]["reasons"]["ill_conditioned"], 60);
}
