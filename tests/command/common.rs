//! Running the real binary in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The command, away from the user's settings.
pub fn tempered() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tempered"));
    command.env_remove("TEMPERED_THREADS").env("TEMPERED_PROGRESS", "none").env("NO_COLOR", "1");
    command
}

/// Writes a study of several shards a cell that takes about a second in a development build.
pub fn small_study(folder: &Path) -> PathBuf {
    let path = folder.join("small.yaml");
    let study = "version: 1\nname: small\nseed: 3\ntrials: 60\ngenerate:\n  n: [20, 300]\n  design: [uniform, {jittered_grid: {jitter: 0.5}}]\n  \
                 target: {piecewise_linear: {knots: [0, 0.4, 1], values: [0, 1, 0]}}\n  noise: {laplace: {scale: 0.5}}\n\
                 train:\n  spline: linear_spline\n  min_norm: {min_norm: {ends: clamp}}\nevaluate:\n  risks: [1, 1.5, 2, sup]\n  domain: unit\n\
                 store:\n  weights: all\n  shard_points: 2000\n";
    std::fs::write(&path, study).unwrap();
    path
}

/// Runs and checks the exit code.
pub fn expect(command: &mut Command, code: i32) -> Output {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
    output
}

/// Every file of metrics and weights with its bytes, by path below the run directory.
pub fn data_files(run: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = files_below(run, "metrics");
    files.extend(files_below(run, "weights"));
    files
}

/// Every file of a table with its bytes, by path below the run directory.
pub fn files_below(run: &Path, table: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![run.join(table)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(run).unwrap().display().to_string();
                files.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// Fails with the first file that differs.
pub fn assert_same_files(a: &Path, b: &Path) {
    let (a, b) = (data_files(a), data_files(b));
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&a), names(&b));
    for ((name, left), (_, right)) in a.iter().zip(&b) {
        assert!(left == right, "{name} differs");
    }
}
