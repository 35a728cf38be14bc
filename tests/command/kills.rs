//! Runs that are killed with no chance to clean up.

use crate::common::{assert_same_files, expect, small_study, tempered};
use std::path::Path;
use std::time::{Duration, Instant};

/// Kills runs of one study at random moments until so many were killed, each going on where the last one died. A study that
/// gets done is compared with one that nobody killed, and another one begins.
fn kill(count: u64) {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let run = |out: &Path| {
        let mut command = tempered();
        command.arg("run").arg(&study).arg("--out").arg(out);
        command
    };
    let whole = folder.path().join("whole");
    let start = Instant::now();
    expect(&mut run(&whole), 0);
    // One run takes twice as long. Moments are spread over this at first, so that a study is killed a few times, and over
    // more from kill to kill, so that it gets done.
    let half = start.elapsed() / 2;
    let (mut kills, mut studies, mut draw) = (0, 0, 1u64);
    while kills < count {
        let killed = folder.path().join(studies.to_string());
        let (mut done, mut longest) = (false, half);
        while !done && kills < count {
            let mut child = run(&killed).stdout(std::process::Stdio::null()).spawn().unwrap();
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            std::thread::sleep(
                longest.mul_f64((draw >> 11) as f64 / (1u64 << 53) as f64) + Duration::from_millis(2),
            );
            child.kill().unwrap();
            let ended = child.wait().unwrap();
            done = ended.success();
            kills += u64::from(!done);
            longest = longest.mul_f64(1.05);
        }
        expect(&mut run(&killed), 0);
        assert_same_files(&whole, &killed);
        let seal = |run: &Path| std::fs::read(run.join("_tempered/sealed.json")).unwrap();
        assert!(seal(&whole) == seal(&killed));
        let left = std::fs::read_dir(killed.join("_staging")).unwrap().count();
        assert_eq!(left, 0, "staging files left behind");
        expect(tempered().arg("verify").arg(&killed), 0);
        std::fs::remove_dir_all(&killed).unwrap();
        studies += 1;
    }
    eprintln!("{kills} kills in {studies} studies");
}

#[test]
fn kills_leave_no_trace() {
    kill(20);
}

#[test]
#[ignore = "slow: 200 kills"]
fn hundreds_of_kills_leave_no_trace() {
    kill(200);
}

/// A risk for which fits are done again.
const RISKS: [&str; 5] = ["--set", "evaluate.risks=[1, 1.5, 2, 3, sup]", "--set", "trials=70", "--yes"];
/// A parameter that is written into the files.
const PARAMETER: [&str; 2] = ["--set", "train.swept={linear_spline: {ends: [clamp, extend]}}"];

/// Kills runs that add columns, and the taking back of it, at random moments: what goes on ends with what nobody killed.
fn kill_growth(count: u64, more: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let study = small_study(folder.path());
    let run = |out: &Path, flags: &[&str]| {
        let mut command = tempered();
        command.arg("run").arg(&study).arg("--out").arg(out).args(flags);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command
    };
    let (before, after, out) = (folder.path().join("b"), folder.path().join("a"), folder.path().join("o"));
    expect(&mut run(&before, &[]), 0);
    let start = Instant::now();
    expect(&mut run(&after, more), 0);
    let (growing, undoing) = (start.elapsed(), Duration::from_millis(150));
    expect(&mut run(&out, &[]), 0);
    let (mut kills, mut draw) = (0, 1u64);
    while kills < count {
        for (flags, time, whole) in [(more, growing / 2, &after), (&["--undo"], undoing, &before)] {
            let mut longest = time;
            loop {
                let mut child = run(&out, flags).spawn().unwrap();
                draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                std::thread::sleep(longest.mul_f64((draw >> 11) as f64 / (1u64 << 53) as f64));
                let _ = child.kill();
                // An undo that was killed at its very end has nothing left to take back.
                match child.wait().unwrap().code() {
                    Some(0 | 2) => break,
                    Some(code) => panic!("{code}"),
                    None => kills += 1,
                }
                longest = longest.mul_f64(1.1);
            }
            assert_same_files(whole, &out);
            expect(tempered().arg("verify").arg(&out), 0);
        }
    }
}

#[test]
fn kills_while_columns_are_added_or_taken_back_leave_no_trace() {
    kill_growth(10, &RISKS);
}

#[test]
#[ignore = "slow: 100 kills"]
fn many_kills_while_columns_are_added_or_taken_back_leave_no_trace() {
    kill_growth(100, &RISKS);
}

#[test]
fn kills_while_a_parameter_is_written_into_files_leave_no_trace() {
    kill_growth(10, &PARAMETER);
}

#[test]
#[ignore = "slow: 100 kills"]
fn many_kills_while_a_parameter_is_written_into_files_leave_no_trace() {
    kill_growth(100, &PARAMETER);
}
