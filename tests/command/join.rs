//! Processes that share a study by claims, and directories that are joined afterwards.

use crate::common::{assert_same_files, data_files, expect, small_study, tempered};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::run::Lots;
use tempered_pipeline::spec;

fn run(study: &Path, out: &Path, flags: &[&str]) -> Command {
    let mut command = tempered();
    command.arg("run").arg(study).arg("--out").arg(out).args(flags).args(["--threads", "1"]);
    command
}

fn spawn(study: &Path, out: &Path) -> Child {
    run(study, out, &["--join"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// A study of so many trials, and the directory of a run that nobody shared.
fn alone(folder: &Path, trials: u64) -> (PathBuf, PathBuf) {
    let (study, whole) = (small_study(folder), folder.join("whole"));
    let text = fs::read_to_string(&study).unwrap().replace("trials: 60", &format!("trials: {trials}"));
    fs::write(&study, text).unwrap();
    expect(&mut run(&study, &whole, &[]), 0);
    (study, whole)
}

/// Nothing is left of the sharing, and the directory is that of a run that nobody shared.
fn assert_whole(whole: &Path, out: &Path) {
    assert_same_files(whole, out);
    let seal = |run: &Path| fs::read(run.join("_tempered/sealed.json")).unwrap();
    assert!(seal(whole) == seal(out));
    assert!(!out.join("_tempered/claims").exists(), "claims are left");
    assert_eq!(fs::read_dir(out.join("_staging")).unwrap().count(), 0);
    expect(tempered().arg("verify").arg(out), 0);
}

#[test]
fn processes_that_join_end_with_the_bytes_of_one() {
    let folder = tempfile::tempdir().unwrap();
    let (study, whole) = alone(folder.path(), 60);
    let out = folder.path().join("out");
    let joined: Vec<Child> = (0..3).map(|_| spawn(&study, &out)).collect();
    for child in joined {
        let ended = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success() && text.contains("every shard of the study is there"), "{text}");
    }
    assert_whole(&whole, &out);
    // One that comes when all is done says so, and changes nothing.
    expect(&mut run(&study, &out, &["--join"]), 0);
    assert_whole(&whole, &out);
    // What the processes counted is what `status` tells.
    let status = expect(tempered().arg("status").arg(&out).args(["--format", "json"]), 0);
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!((&status["shards_done"], &status["claims"]), (&status["shards"], &serde_json::json!([])));
    let trials = |cell: &serde_json::Value| cell["trials"].as_u64();
    assert!(status["cells"].as_array().unwrap().iter().any(|cell| trials(cell) == Some(60)), "{status}");
}

#[test]
fn claims_of_processes_that_were_killed_hold_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let (study, whole) = alone(folder.path(), 60);
    let out = folder.path().join("out");
    for milliseconds in [30, 80, 150, 250] {
        let mut child = spawn(&study, &out);
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    expect(&mut run(&study, &out, &["--join"]), 0);
    assert_whole(&whole, &out);
}

/// All lots are claimed, by processes that will never come back.
#[test]
fn a_study_all_of_which_is_claimed_is_done_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (study, whole) = alone(folder.path(), 60);
    let out = folder.path().join("out");
    expect(&mut run(&study, &out, &["--max-time", "0s"]), 75);
    let plan = Plan::new(spec::parse(&fs::read(&study).unwrap(), "small.yaml", &[]).unwrap());
    let lots = Lots::of(&plan);
    let claims = out.join("_tempered/claims");
    fs::create_dir_all(&claims).unwrap();
    for lot in 0..lots.count() {
        for round in 1..=2 {
            let says = r#"{"host": "gone", "process": 7}"#;
            fs::write(claims.join(lots.claim(&plan, lot, round)), says).unwrap();
        }
    }
    // What somebody else put there says nothing.
    fs::write(claims.join("notes.txt"), "").unwrap();
    let status = expect(tempered().arg("status").arg(&out), 0);
    let text = String::from_utf8_lossy(&status.stdout);
    assert!(text.contains(&format!("  gone 7: {} claims, the last ", 2 * lots.count())), "{text}");
    expect(&mut run(&study, &out, &["--join"]), 0);
    assert_whole(&whole, &out);
}

#[test]
fn what_claims_do_not_share_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (study, out) = (small_study(folder.path()), folder.path().join("out"));
    expect(&mut run(&study, &out, &["--set", "trials=3"]), 0);
    let told = expect(
        &mut run(&study, &out, &["--join", "--yes", "--set", "evaluate.risks=[1]", "--set", "trials=3"]),
        0,
    );
    assert!(String::from_utf8_lossy(&told.stderr).contains("every shard"), "fewer risks change no column");
    let more = ["--join", "--yes", "--set", "trials=3", "--set", "evaluate.risks=[1, 1.5, 2, 3, sup]"];
    let record = || fs::read(out.join("_tempered/plan.json")).unwrap();
    let before = record();
    let told = expect(&mut run(&study, &out, &more), 2);
    assert!(record() == before, "a change that is refused has not begun");
    let text = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(text.contains("run it once without --join"), "{text}");
    expect(&mut run(&study, &out, &["--join", "--shard", "1/2"]), 2);
}

fn merge(out: &Path, directories: &[&Path], code: i32) -> String {
    let output = expect(tempered().arg("merge").args(directories).arg("--out").arg(out), code);
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn directories_of_shares_are_joined_with_proof() {
    let folder = tempfile::tempdir().unwrap();
    let (study, whole) = alone(folder.path(), 12);
    let [a, b, c, out, other] = ["a", "b", "c", "out", "other"].map(|name| folder.path().join(name));
    expect(&mut run(&study, &a, &["--shard", "1/3"]), 0);
    expect(&mut run(&study, &b, &["--shard", "2/3"]), 0);
    expect(&mut run(&study, &c, &["--shard", "3/3"]), 0);
    let text = merge(&out, &[&a, &b], 5);
    assert!(text.contains("as Slurm's --array takes them: 1-2\n"), "of two shares: {text}");
    let gaps = expect(tempered().arg("status").arg(&out).args(["--gaps", "3"]), 0);
    assert_eq!(String::from_utf8_lossy(&gaps.stdout), "3\n");
    // Into what is there, with what is there already.
    let text = merge(&out, &[&c, &b, &a], 0);
    assert!(text.contains("with equal bytes") && text.contains("the study is complete"), "{text}");
    assert_whole(&whole, &out);
    assert!(merge(&out, &[&whole], 0).starts_with(&format!("{}: 0 files of shards copied", out.display())));
    // Another study.
    expect(&mut run(&study, &other, &["--set", "seed=4", "--set", "trials=2"]), 0);
    let text = merge(&folder.path().join("new"), &[&a, &other], 2);
    assert!(text.contains("seed was 4, is 3"), "{text}");
    // A damaged file.
    let (name, mut bytes) = data_files(&b).swap_remove(0);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(b.join(&name), bytes).unwrap();
    let new = folder.path().join("new-2");
    let text = merge(&new, &[&a, &b], 65);
    assert!(text.contains(&name) && text.contains("nothing was copied"), "{text}");
    assert!(data_files(&new).is_empty());
}

/// A file whose bytes add up, of the same rows by its footer, that holds other numbers: what a machine would leave that computes
/// wrongly.
#[test]
fn directories_that_contradict_each_other_are_not_joined() {
    let folder = tempfile::tempdir().unwrap();
    let (study, a, b) = (small_study(folder.path()), folder.path().join("a"), folder.path().join("b"));
    let small = ["--set", "trials=2", "--set", "store.weights=none"];
    expect(&mut run(&study, &a, &small), 0);
    expect(&mut run(&study, &b, &small), 0);
    fs::remove_file(b.join("_tempered/sealed.json")).unwrap();
    let (name, bytes) = data_files(&b).swap_remove(0);
    let sound = |bytes: &[u8]| {
        fs::write(b.join(&name), bytes).unwrap();
        tempered().arg("verify").arg(&b).output().unwrap().status.success()
    };
    let changed = (4..bytes.len()).find(|place| sound(&summed(&bytes, *place)));
    assert!(changed.is_some(), "no byte may change");
    let text = merge(&folder.path().join("out"), &[&a, &b], 65);
    assert!(text.contains(&name) && text.contains("hold other bytes"), "{text}");
}

/// The bytes of a data file with one bit changed, and the checksum that these bytes have.
fn summed(bytes: &[u8], place: usize) -> Vec<u8> {
    let key = b"tempered.checksum";
    let at = bytes.windows(key.len()).rposition(|window| window == key).unwrap() + key.len() + 2;
    let mut changed = bytes.to_vec();
    changed[place] ^= 1;
    changed[at..at + 64].fill(b'0');
    let sum = blake3::hash(&changed).to_hex();
    changed[at..at + 64].copy_from_slice(sum.as_bytes());
    changed
}
