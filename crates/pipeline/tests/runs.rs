//! Runs inside one process: what may not change a number does not, and failed trials are data.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::{Path, PathBuf};
use tempered_pipeline::plan::Plan;
use tempered_pipeline::replay::{Selection, replay};
use tempered_pipeline::run::{Ending, Settings, run};
use tempered_pipeline::spec::parse;
use tempered_pipeline::{Cancel, RunDirectory};
use tempered_store::read_metrics;

fn files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["metrics", "weights", "checkpoints"].map(|table| root.join(table)).into();
    folders.retain(|folder| folder.is_dir());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

fn complete(study: &str, root: &Path, threads: usize, batch_points: u64) {
    complete_with(study, root, Settings { threads, batch_points, paced: false, ..Settings::default() });
}

fn complete_with(study: &str, root: &Path, settings: Settings) {
    let study = parse(study.as_bytes(), "study.yaml", &[]).unwrap();
    let directory = RunDirectory::create(root).unwrap();
    let outcome = run(Plan::new(study), &directory, &settings, &Cancel::default(), |_| ()).unwrap();
    assert_eq!(outcome.ending, Ending::Complete);
    let trials = outcome.trials;
    assert!(outcome.stages.iter().all(|stage| stage.items > 0), "{trials} trials: {:?}", outcome.stages);
}

const STUDY: &str = "
version: 1
name: batches
seed: 5
trials: 40
generate:
  n: [2, 30, 200]
  design: [uniform, grid]
  target: {sine: {frequency: 2}}
train:
  spline: linear_spline
  min_norm: {min_norm: {ends: clamp}}
  sparse: {min_norm: {penalise_bias: false}}
  path: {weight_decay_path: {lambda: 0.1}}
  sgd: {relu_network: {width: 6, steps: 40, optimiser: sgd}}
  noisy: {relu_network: {width: 5, steps: 40, optimiser: langevin, inverse_temperature: 100}}
evaluate: {risks: [1, 2.5, sup], domain: unit, reference: min_norm, knots_per_gap: 0.01, checkpoints: [0, 9, 40]}
store: {weights: {every: 3}, shard_points: 3000}
";

/// Every cell of this n and estimator.
fn all_of(label: &str, n: u64) -> Selection {
    Selection { estimator: label.into(), n, wanted: Vec::new() }
}

#[test]
fn trained_networks_are_replayed_bit_by_bit() {
    let folder = tempfile::tempdir().unwrap();
    complete(STUDY, folder.path(), 2, 700);
    let plan = Plan::new(parse(STUDY.as_bytes(), "study.yaml", &[]).unwrap());
    let directory = RunDirectory::create(folder.path()).unwrap();
    for label in ["path", "sgd", "noisy"] {
        for trial in [0, 21, 33] {
            for replayed in replay(&plan, &directory, &all_of(label, 30), trial).unwrap() {
                assert_eq!((replayed.status, replayed.metrics_equal), ("ok", Some(true)), "{label} {trial}");
                let stored = (trial % 3 == 0).then_some(true);
                assert_eq!(replayed.weights_equal, stored, "{label} {trial}");
            }
        }
    }
}

/// Laws and scorers are kept from slab to slab: each cell gets its own.
#[test]
fn cells_that_differ_in_target_and_noise_only_keep_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let study = STUDY
        .replace(
            "target: {sine: {frequency: 2}}",
            "target: [zero, {sine: {frequency: 2}}]\n  noise: [{normal: {sd: 1}}, {normal: {sd: 2}}]",
        )
        .replace("[2, 30, 200]", "[30]");
    complete(&study, folder.path(), 1, 1 << 15);
    let plan = Plan::new(parse(study.as_bytes(), "study.yaml", &[]).unwrap());
    let directory = RunDirectory::create(folder.path()).unwrap();
    for trial in [0, 39] {
        let cells = replay(&plan, &directory, &all_of("spline", 30), trial).unwrap();
        assert_eq!(cells.len(), 8);
        for replayed in cells {
            assert_eq!(replayed.metrics_equal, Some(true), "{} {trial}", replayed.cell);
        }
    }
}

#[test]
fn bytes_do_not_depend_on_the_size_of_batches() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first");
    complete(STUDY, &first, 1, 1 << 15);
    let expected = files(&first);
    assert!(expected.len() > 30, "{} files", expected.len());
    let sizes = [(1, 1, false), (2, 700, false), (3, 4096, false), (2, 1 << 30, false), (2, 4096, true)];
    for (threads, batch_points, paced) in sizes {
        let other = folder.path().join(format!("{threads}-{batch_points}-{paced}"));
        complete_with(STUDY, &other, Settings { threads, batch_points, paced, ..Settings::default() });
        let found = files(&other);
        assert_eq!(found.len(), expected.len());
        for (one, two) in expected.iter().zip(&found) {
            assert_eq!(one.strip_prefix(&first).unwrap(), two.strip_prefix(&other).unwrap());
            let same = std::fs::read(one).unwrap() == std::fs::read(two).unwrap();
            assert!(same, "{} with batches of {batch_points} on {threads} threads", two.display());
        }
    }
}

/// Distances need the reference's fits, also where its own files are there.
#[test]
fn distances_are_the_same_when_one_estimator_is_done_again() {
    let folder = tempfile::tempdir().unwrap();
    complete(STUDY, folder.path(), 2, 700);
    let path = files(folder.path()).into_iter().find(|path| {
        let text = path.display().to_string();
        text.contains("metrics") && text.contains("estimator=spline") && text.contains("n=30")
    });
    let path = path.unwrap();
    let before = std::fs::read(&path).unwrap();
    let table = read_metrics(&path).unwrap();
    let column = |name: &str| &table.scores[table.names.iter().position(|column| column == name).unwrap()];
    assert!(column("distance_sup").iter().all(|distance| distance.is_some_and(|d| d > 0.0)));
    assert!(column("gaps_with_0").iter().all(|share| *share == Some(1.0)));
    std::fs::remove_file(&path).unwrap();
    complete(STUDY, folder.path(), 1, 4096);
    assert!(before == std::fs::read(&path).unwrap());
}

/// Every trial has a row at each checkpoint, also where training ended before; the last one is that of the fit.
#[test]
fn checkpoints_are_rows_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    complete(STUDY, folder.path(), 2, 700);
    let all = files(folder.path());
    let of = |table: &str, label: &str| {
        let part = format!("{table}/estimator={label}/n=30");
        read_metrics(all.iter().find(|path| path.display().to_string().contains(&part)).unwrap()).unwrap()
    };
    assert!(!folder.path().join("checkpoints/estimator=path").exists());
    for label in ["sgd", "noisy"] {
        let (last, course) = (of("metrics", label), of("checkpoints", label));
        assert_eq!(course.trial, last.trial.iter().flat_map(|trial| [*trial; 3]).collect::<Vec<_>>());
        assert_eq!(course.names, last.names);
        let steps = course.names.iter().position(|name| name == "steps").unwrap();
        for (name, (course, last)) in course.names.iter().zip(course.scores.iter().zip(&last.scores)) {
            let ends: Vec<Option<f64>> = course.iter().skip(2).step_by(3).copied().collect();
            assert_eq!(&ends, last, "{label} {name}");
        }
        assert!(course.scores[steps].chunks(3).all(|s| s == [Some(0.0), Some(9.0), Some(40.0)]), "{label}");
    }
    let lost = all.iter().find(|path| path.display().to_string().contains("checkpoints/")).unwrap();
    let before = std::fs::read(lost).unwrap();
    std::fs::remove_file(lost).unwrap();
    complete(STUDY, folder.path(), 1, 4096);
    assert!(before == std::fs::read(lost).unwrap());
}

/// Student's t with hardly any degrees of freedom overflows the range of doubles.
#[test]
fn trials_that_overflow_are_stored_with_what_is_finite() {
    let folder = tempfile::tempdir().unwrap();
    let study = STUDY
        .replace("target: {sine: {frequency: 2}}", "target: zero\n  noise: {student_t: {df: 0.004}}")
        .replace("shard_points: 3000}", "shard_points: 3000}\naggregate: {max_failed: 1}");
    complete(&study, folder.path(), 2, 1 << 15);
    let mut statuses = std::collections::BTreeMap::<String, u64>::new();
    for path in files(folder.path()).iter().filter(|path| path.starts_with(folder.path().join("metrics"))) {
        let table = read_metrics(path).unwrap();
        for (row, status) in table.status.iter().enumerate() {
            *statuses.entry(status.clone()).or_default() += 1;
            for (name, scores) in table.names.iter().zip(&table.scores) {
                let stored = scores[row];
                let told = ["rank", "steps", "converged"].contains(&name.as_str());
                let expected = status == "ok" && (!told || stored.is_some());
                let free = status == "overflow" && !["hull_low", "hull_high"].contains(&name.as_str());
                let expected = expected || status == "overflow";
                assert!(free || stored.is_some() == expected, "{name}, row {row} of {}", path.display());
                assert!(stored.is_none_or(f64::is_finite), "{name} is {stored:?}");
            }
        }
    }
    assert!(statuses.contains_key("ok") && statuses.contains_key("not_finite"), "{statuses:?}");
    assert!(statuses.contains_key("overflow"), "{statuses:?}");
}

/// Whatever is handed on from stage to stage, and whatever stays in a slab.
#[test]
fn bytes_do_not_depend_on_the_topology() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("fused");
    let with = |threads, long| Settings { threads, long, ..Settings::default() };
    complete_with(STUDY, &whole, with(2, f64::INFINITY));
    // A few microseconds: some estimators go one way and some the other, also of one shard.
    for (threads, long) in [(1, 0.0), (3, 0.0), (2, 2e-5)] {
        let other = folder.path().join(format!("{threads}-{long}"));
        complete_with(STUDY, &other, with(threads, long));
        let (one, other) = (files(&whole), files(&other));
        assert_eq!(one.len(), other.len());
        for (one, other) in one.iter().zip(&other) {
            assert!(std::fs::read(one).unwrap() == std::fs::read(other).unwrap(), "{}", other.display());
        }
    }
}

/// A network of seconds a trial beside a spline and a quick network, all in shards of the same trials.
#[test]
fn slow_training_holds_up_neither_scoring_nor_writing() {
    let study = "version: 1\nname: slow\nseed: 2\ntrials: 6\ngenerate: {n: [20, 30]}\ntrain:\n  \
        slow: {relu_network: {width: 300, steps: 60000}}\n  quick: {relu_network: {width: 300, steps: 600}}\n  \
        spline: linear_spline\nstore: {shard_trials: 6}\n";
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("run");
    let plan = Plan::new(parse(study.as_bytes(), "study.yaml", &[]).unwrap());
    let directory = RunDirectory::create(&root).unwrap();
    let cancel = Cancel::new();
    let there = |label: &str| {
        let files = files(&root);
        files.iter().filter(|file| file.to_string_lossy().contains(&format!("estimator={label}/"))).count()
    };
    let outcome = std::thread::scope(|scope| {
        let running = scope.spawn(|| run(plan, &directory, &settings_of(1), &cancel, |_| ()).unwrap());
        let start = std::time::Instant::now();
        // Metrics and weights of two sizes.
        while there("quick") < 4 || there("spline") < 4 {
            assert!(!running.is_finished() && start.elapsed().as_secs() < 300, "they were held up");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert_eq!(there("slow"), 0, "it was not slow");
        cancel.request();
        cancel.abort();
        running.join().unwrap()
    });
    assert_eq!(outcome.ending, Ending::Stopped);
}

fn settings_of(threads: usize) -> Settings {
    Settings { threads, ..Settings::default() }
}
