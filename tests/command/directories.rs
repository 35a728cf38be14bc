//! Directories of earlier programs, which keep the rules they were begun with.

use crate::common::{data_files, expect, tempered};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder beside this file.
fn stored(generator: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/directories").join(generator)
}

/// A copy of the directory of a generator, which may be written to.
fn copy(generator: &str, folder: &Path) -> PathBuf {
    let copied =
        Command::new("cp").arg("-r").arg(stored(generator).join("run")).arg(folder).status().unwrap();
    assert!(copied.success());
    folder.join("run")
}

fn run(generator: &str, out: &Path, flags: &[&str]) {
    let study = stored(generator).join("study.yaml");
    expect(tempered().arg("run").arg(study).arg("--out").arg(out).args(flags), 0);
}

fn files(out: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = data_files(out);
    files.extend(crate::common::files_below(out, "checkpoints"));
    files
}

#[test]
fn a_directory_of_generator_3_is_read_and_stays_as_it_is() {
    is_read_and_stays("generator-3", 54);
}

#[test]
fn a_directory_of_generator_4_is_read_and_stays_as_it_is() {
    is_read_and_stays("generator-4", 48);
}

fn is_read_and_stays(generator: &str, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let out = copy(generator, folder.path());
    let before = files(&out);
    assert_eq!(before.len(), count);
    expect(tempered().arg("verify").arg(&out).args(["--recompute", "100%"]), 0);
    expect(tempered().arg("status").arg(&out), 0);
    for estimator in ["min_norm", "cubic", "laplace", "net"] {
        for (n, trial) in [("10", "11"), ("40", "3"), ("40", "10")] {
            let replay = ["--estimator", estimator, "--n", n, "--trial", trial, "--format", "json"];
            let said = expect(tempered().arg("replay").arg(&out).args(replay), 0);
            let said: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
            for cell in said.as_array().unwrap() {
                assert_eq!(cell["metrics_equal"], true, "{estimator} {n} {trial}");
                assert_ne!(cell["weights_equal"], false, "{estimator} {n} {trial}");
            }
        }
    }
    let said = expect(tempered().arg("analyze").arg(&out).args(["--format", "json"]), 0);
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(["min_norm", "cubic", "laplace", "net"].iter().all(|label| said.contains(label)), "{said}");
    run(generator, &out, &[]);
    assert!(files(&out) == before, "files changed");
}

#[test]
fn a_directory_of_generator_3_grows_by_its_own_rules() {
    grows_by_its_own_rules("generator-3", "trials=45");
}

/// A new directory has shards of 32 trials of the long training at n = 40.
#[test]
fn a_directory_of_generator_4_grows_by_its_own_rules() {
    grows_by_its_own_rules("generator-4", "trials=90");
}

fn grows_by_its_own_rules(generator: &str, trials: &str) {
    let folder = tempfile::tempdir().unwrap();
    let out = copy(generator, folder.path());
    run(generator, &out, &["--set", trials]);
    // By the program that made the directory: path and checksum of every file.
    let expected = fs::read_to_string(stored(generator).join("grown.txt")).unwrap();
    let mut grown: Vec<String> = files(&out)
        .into_iter()
        .map(|(name, _)| {
            let sum = tempered_store::read_checksum(&out.join(&name)).unwrap();
            assert_eq!(sum.stored.as_deref(), Some(&*sum.computed), "{name}");
            format!("{name} {}", sum.computed)
        })
        .collect();
    grown.sort();
    let mut expected: Vec<String> = expected.lines().map(String::from).collect();
    expected.sort();
    assert_eq!(grown, expected);
    expect(tempered().arg("verify").arg(&out), 0);
}
