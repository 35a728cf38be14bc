//! Verifying: every kind of damage is found where it is, and repair gives back the bytes there were.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{data, plan, records, settings};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempered_flow::{Pool, Stage};
use tempered_math::score::FIRST_RISK;
use tempered_pipeline::directory::warning;
use tempered_pipeline::plan::{Plan, Shard, place};
use tempered_pipeline::run::batch::{Batch, Order};
use tempered_pipeline::run::buffers::BufferPool;
use tempered_pipeline::run::stage::{Encode, Evaluated, Store};
use tempered_pipeline::run::{Ending, Settings, run};
use tempered_pipeline::verify::{Draw, Fault, Verified, repair, verify};
use tempered_pipeline::{Cancel, Error, RunDirectory};
use tempered_store::{Footer, Found, MetricsChunk, Table, WeightsChunk, read_footer, read_metrics};

const STUDY: &str = "
version: 1
name: verified
seed: 5
trials: 30
generate: {n: [5, 40], target: zero, noise: {student_t: {df: 0.004}}}
train: {spline: linear_spline, min_norm: min_norm}
evaluate: {risks: [1, 2]}
store: {weights: {every: 3}, shard_points: 400}
aggregate: {max_failed: 1}
";

fn complete(study: &str, root: &Path) -> Ending {
    let directory = RunDirectory::create(root).unwrap();
    run(plan(study), &directory, &settings(), &Cancel::default(), |_| ()).unwrap().ending
}

fn verified(study: &str, root: &Path) -> Verified {
    verify(&plan(study), &RunDirectory::open(root).unwrap(), Draw::Count(0), 2).unwrap()
}

/// Path and word of each finding.
fn found(verified: &Verified) -> Vec<(String, &'static str)> {
    verified.findings.iter().map(|f| (f.path.display().to_string(), f.fault.word())).collect()
}

fn mend(study: &str, root: &Path) {
    let directory = RunDirectory::create(root).unwrap();
    let others = repair(&plan(study), &directory, &verified(study, root), 2).unwrap();
    assert!(others.is_empty(), "{others:?}");
}

fn path_of(root: &Path, start: &str, end: &str) -> String {
    let named = |name: &String| name.starts_with(start) && name.ends_with(end);
    data(root).into_iter().map(|(name, _)| name).find(named).unwrap()
}

fn footer(root: &Path, name: &str) -> Footer {
    let Found::File(footer) = read_footer(&root.join(name)).unwrap() else { panic!("no footer") };
    footer
}

#[test]
fn a_whole_run_has_no_findings_and_its_rows_are_what_their_seeds_give() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(complete(STUDY, folder.path()), Ending::Complete);
    let directory = RunDirectory::open(folder.path()).unwrap();
    let all = verify(&plan(STUDY), &directory, Draw::Share(1.0), 2).unwrap();
    assert!(all.findings.is_empty(), "{:?}", all.findings);
    assert_eq!((all.rows, all.recomputed, all.missing, all.sealed), (120, 120, 0, true));
    assert_eq!(verify(&plan(STUDY), &directory, Draw::Share(0.001), 2).unwrap().recomputed, 1);
    assert_eq!(all.bytes, data(folder.path()).iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>());
}

/// Each kind of damage by itself: what it is called, and that repair undoes it.
#[test]
fn every_kind_of_damage_is_found_and_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, other, hurt) = (folder.path().join("w"), folder.path().join("o"), folder.path().join("h"));
    complete(STUDY, &whole);
    complete(&STUDY.replace("seed: 5", "seed: 6"), &other);
    complete(STUDY, &hurt);
    let metrics = path_of(&hurt, "metrics/estimator=min_norm/n=40/", "-000001.parquet");
    let weights = metrics.replace("metrics/", "weights/");
    let neighbour = metrics.replace("-000001", "-000000");
    let stray = "metrics/estimator=min_norm/notes.txt".to_string();
    let spelled = metrics.replace("-000001", "-1");
    let read = |name: &str| fs::read(whole.join(name)).unwrap();
    let flip = |name: &str, place: usize| {
        let mut bytes = read(name);
        let place = if place == 0 { bytes.len() - 40 } else { place };
        bytes[place] ^= 16;
        fs::write(hurt.join(name), bytes).unwrap();
    };
    type Harm<'a> = Box<dyn Fn() + 'a>;
    let put = |name: &str, bytes: Vec<u8>| fs::write(hurt.join(name), bytes).unwrap();
    let harms: Vec<(&str, &String, Harm<'_>)> = vec![
        ("damaged", &metrics, Box::new(|| put(&metrics, read(&metrics)[..200].to_vec()))),
        ("damaged", &weights, Box::new(|| put(&weights, Vec::new()))),
        ("damaged", &metrics, Box::new(|| flip(&metrics, 0))),
        ("damaged", &weights, Box::new(|| flip(&weights, 100))),
        ("damaged", &metrics, Box::new(|| flip(&metrics, 100))),
        ("lost", &metrics, Box::new(|| fs::remove_file(hurt.join(&metrics)).unwrap())),
        ("no_weights", &weights, Box::new(|| fs::remove_file(hurt.join(&weights)).unwrap())),
        ("foreign", &metrics, Box::new(|| put(&metrics, fs::read(other.join(&metrics)).unwrap()))),
        ("foreign", &weights, Box::new(|| put(&weights, read(&weights.replace("-000001", "-000000"))))),
        ("foreign", &metrics, Box::new(|| put(&metrics, read(&neighbour)))),
        ("foreign", &metrics, Box::new(|| put(&metrics, read(&metrics.replace("min_norm", "spline"))))),
        ("damaged", &metrics, Box::new(|| put(&metrics, read(&weights)))),
        ("stray", &stray, Box::new(|| put(&stray, b"mine".to_vec()))),
        ("stray", &spelled, Box::new(|| put(&spelled, read(&metrics)))),
    ];
    for (number, (word, name, harm)) in harms.iter().enumerate() {
        harm();
        let findings = found(&verified(STUDY, &hurt));
        assert!(findings.contains(&((*name).clone(), word)), "harm {number}, {word} {name}: {findings:?}");
        assert!(findings.iter().all(|(path, _)| path == *name || *path == weights), "{number}: {findings:?}");
        mend(STUDY, &hurt);
        assert!(data(&hurt) == data(&whole) && records(&hurt) == records(&whole), "harm {number}, {word}");
        let left = verified(STUDY, &hurt);
        assert_eq!((found(&left), left.sealed, left.missing), (Vec::new(), true, 0), "harm {number}");
    }
}

#[test]
fn a_file_with_damaged_pages_and_a_whole_footer_passes_for_complete_until_it_is_verified() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, hurt) = (folder.path().join("w"), folder.path().join("h"));
    complete(STUDY, &whole);
    complete(STUDY, &hurt);
    // The largest: of trials that overflow there are no networks, and files of none are footers alone.
    let networks = data(&hurt).into_iter().filter(|(name, _)| name.starts_with("weights/"));
    let (name, _) = networks.max_by_key(|(_, bytes)| bytes.len()).unwrap();
    let mut bytes = fs::read(hurt.join(&name)).unwrap();
    bytes[60] ^= 1;
    fs::write(hurt.join(&name), &bytes).unwrap();
    complete(STUDY, &hurt);
    assert!(fs::read(hurt.join(&name)).unwrap() == bytes, "resume reads footers alone");
    assert_eq!(found(&verified(STUDY, &hurt)), [(name, "damaged")]);
    mend(STUDY, &hurt);
    assert!(data(&hurt) == data(&whole));
}

#[test]
fn seals_follow_growth_and_speak_against_what_came_later() {
    let folder = tempfile::tempdir().unwrap();
    let (root, fresh) = (folder.path().join("grown"), folder.path().join("fresh"));
    let larger = STUDY.replace("trials: 30", "trials: 47").replace("n: [5, 40]", "n: [5, 40, 8]");
    complete(STUDY, &root);
    let first = records(&root);
    let seal = |root: &Path| fs::read(root.join("_tempered/sealed.json"));
    // A growing study has no seal until it is complete again.
    let directory = RunDirectory::create(&root).unwrap();
    let half = Settings { share: (1, 2), ..settings() };
    let ended = run(plan(&larger), &directory, &half, &Cancel::default(), |_| ()).unwrap();
    assert_eq!(ended.ending, Ending::ShareDone);
    assert!(seal(&root).is_err());
    let unfinished = verified(&larger, &root);
    assert_eq!((found(&unfinished), unfinished.sealed), (Vec::new(), false));
    assert!(unfinished.missing > 0);
    assert_eq!(complete(&larger, &root), Ending::Complete);
    complete(&larger, &fresh);
    assert!(seal(&root).unwrap() == seal(&fresh).unwrap());
    assert!(records(&root) != first);
    // A smaller study leaves files and seal; files it does not ask for are verified too.
    complete(STUDY, &root);
    assert!(seal(&root).unwrap() == seal(&fresh).unwrap());
    assert_eq!(found(&verified(STUDY, &root)), []);
    let beyond = path_of(&root, "metrics/estimator=spline/n=8/", ".parquet");
    fs::remove_file(root.join(&beyond)).unwrap();
    assert_eq!(found(&verified(STUDY, &root)), [(beyond.clone(), "lost")]);
    complete(&larger, &root);
    assert!(seal(&root).unwrap() == seal(&fresh).unwrap());
    // Another study's whole file in the place of one, under a seal that was made for another.
    let mut sealed = String::from_utf8(seal(&root).unwrap()).unwrap();
    sealed = sealed.replacen(&footer(&root, &beyond).get("tempered.checksum").unwrap()[..8], "01234567", 1);
    fs::write(root.join("_tempered/sealed.json"), sealed).unwrap();
    assert_eq!(found(&verified(&larger, &root)), [("_tempered/sealed.json".to_string(), "seal")]);
    mend(&larger, &root);
    assert!(seal(&root).unwrap() == seal(&fresh).unwrap());
    assert_eq!(found(&verified(&larger, &root)), []);
}

/// Files of a longer study are sound in themselves, but not the ones that were sealed.
#[test]
fn sound_files_that_were_not_sealed_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let (root, longer) = (folder.path().join("root"), folder.path().join("longer"));
    complete(STUDY, &root);
    complete(&STUDY.replace("trials: 30", "trials: 45"), &longer);
    let changed = path_of(&root, "metrics/estimator=min_norm/n=5/", "-000000.parquet");
    let added = path_of(&longer, "metrics/estimator=min_norm/n=40/", "-000004.parquet");
    for name in [&changed, &added] {
        for name in [name.clone(), name.replace("metrics/", "weights/")] {
            fs::copy(longer.join(&name), root.join(&name)).unwrap();
        }
    }
    let mut expected: Vec<(String, &str)> = Vec::new();
    for table in ["metrics/", "weights/"] {
        expected.push((added.replace("metrics/", table), "added"));
        expected.push((changed.replace("metrics/", table), "changed"));
    }
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(found(&verified(STUDY, &root)), expected);
}

/// The rows of a metrics file without failed trials.
fn stored(path: &Path) -> MetricsChunk {
    let table = read_metrics(path).unwrap();
    MetricsChunk {
        failure: vec![None; table.trial.len()],
        scores: (0..table.trial.len()).flat_map(|row| table.scores.iter().map(move |c| c[row])).collect(),
        trial: table.trial,
        kinks: table.kinks,
        ..MetricsChunk::default()
    }
}

/// Stores rows as those of the second estimator of a shard.
fn store(
    plan: &Arc<Plan>,
    directory: &RunDirectory,
    shard: &Arc<Shard>,
    metrics: MetricsChunk,
    weights: WeightsChunk,
) {
    // What is whole stays where another file comes to its place.
    let place = place(plan, 1, shard);
    for path in [directory.metrics_path(&place), directory.weights_path(&place)] {
        let _ = fs::remove_file(path);
    }
    store_last(plan, directory, shard, metrics, weights);
}

/// Stores them where other files may be.
fn store_last(
    plan: &Arc<Plan>,
    directory: &RunDirectory,
    shard: &Arc<Shard>,
    metrics: MetricsChunk,
    weights: WeightsChunk,
) {
    let trials = shard.trials.clone();
    let order = Order { shard: shard.clone(), estimators: Arc::new([1]), trials, last: true };
    let rows = Evaluated { order, metrics: vec![vec![metrics]], weights: vec![vec![weights]] };
    let rows = Batch { parts: vec![rows], credit: None };
    let pools = (Pool::new(1).unwrap(), Pool::new(1).unwrap());
    let encoded = Encode::new(plan.clone(), pools, Arc::new(BufferPool::new(1))).run(rows).unwrap();
    Store::new(plan.clone(), directory.clone(), None).run(encoded).unwrap();
}

/// A writer with a mistake in it: the bytes add up and the rows do not.
#[test]
fn rows_that_are_not_one_a_trial_and_networks_that_are_missing_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let study = STUDY.replace("student_t: {df: 0.004}", "normal: {sd: 1}");
    complete(&study, folder.path());
    let before = data(folder.path());
    let (plan, directory) = (Arc::new(plan(&study)), RunDirectory::open(folder.path()).unwrap());
    let shard = Arc::new(plan.shards().nth(2).unwrap());
    let place = place(&plan, 1, &shard);
    let whole = stored(&directory.metrics_path(&place));
    type Spoil = fn(&mut MetricsChunk);
    let spoils: [(Spoil, Table, &str); 4] = [
        (|rows| rows.trial[4] = rows.trial[3], Table::Metrics, "row 4 is of trial 13, expected trial 14"),
        (|rows| rows.trial[9] = 99, Table::Metrics, "row 9 is of trial 99, expected trial 19"),
        (
            |rows| {
                rows.trial.pop();
                rows.failure.pop();
                rows.kinks.pop();
                rows.scores.truncate(rows.scores.len() / 10 * 9);
            },
            Table::Metrics,
            "row 9 is of no trial, expected trial 19",
        ),
        (|_| (), Table::Weights, "trial 12: its network is not stored"),
    ];
    for (spoil, table, expected) in spoils {
        let mut rows = whole.clone();
        spoil(&mut rows);
        store(&plan, &directory, &shard, rows, WeightsChunk::default());
        directory.remove_record("sealed.json").unwrap();
        let said = verified(&study, folder.path()).findings;
        assert_eq!(said.len(), 1, "{expected}: {said:?}");
        assert_eq!(
            (said[0].path.clone(), said[0].fault.to_string()),
            (place.path(table), expected.to_string())
        );
        mend(&study, folder.path());
        assert!(data(folder.path()) == before, "{expected}");
    }
}

/// A run of fewer trials that ends last.
#[test]
fn a_shorter_shard_that_is_finished_last_leaves_the_longer_one() {
    let folder = tempfile::tempdir().unwrap();
    let study = STUDY
        .replace("student_t: {df: 0.004}", "normal: {sd: 1}")
        .replace("weights: {every: 3}", "weights: none");
    complete(&study, folder.path());
    let before = data(folder.path());
    let directory = RunDirectory::open(folder.path()).unwrap();
    let shorter = Arc::new(plan(&study.replace("trials: 30", "trials: 25")));
    let shard = Arc::new(shorter.shards().last().unwrap());
    assert_eq!(shard.trials, 20..25);
    let mut metrics = stored(&directory.metrics_path(&place(&shorter, 1, &shard)));
    metrics.scores.truncate(metrics.scores.len() / 2);
    metrics.trial.truncate(5);
    metrics.kinks.truncate(5);
    metrics.failure.truncate(5);
    store_last(&shorter, &directory, &shard, metrics.clone(), WeightsChunk::default());
    assert!(data(folder.path()) == before);
    // The other way round the longer one takes the place.
    store(&shorter, &directory, &shard, metrics, WeightsChunk::default());
    assert!(data(folder.path()) != before);
    complete(&study, folder.path());
    assert!(data(folder.path()) == before);
}

/// A program that computes other numbers leaves files that are sound in themselves: only seeds tell.
#[test]
fn rows_that_their_seeds_do_not_give_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let study = STUDY
        .replace("student_t: {df: 0.004}", "normal: {sd: 1}")
        .replace("weights: {every: 3}", "weights: none");
    complete(&study, folder.path());
    let before = data(folder.path());
    let (plan, directory) = (Arc::new(plan(&study)), RunDirectory::open(folder.path()).unwrap());
    let shard = Arc::new(plan.shards().nth(2).unwrap());
    let path = directory.metrics_path(&place(&plan, 1, &shard));
    let rewrite = |change: &dyn Fn(&mut f64)| {
        let mut metrics = stored(&path);
        let columns = metrics.scores.len() / metrics.trial.len();
        change(metrics.scores[4 * columns + FIRST_RISK].as_mut().unwrap());
        store(&plan, &directory, &shard, metrics, WeightsChunk::default());
    };
    rewrite(&|_| ());
    assert!(data(folder.path()) == before, "the same rows make the same file");
    rewrite(&|score| *score = score.next_up());
    directory.remove_record("sealed.json").unwrap();
    assert_eq!(found(&verified(&study, folder.path())), []);
    let all = verify(&plan, &directory, Draw::Share(1.0), 2).unwrap();
    let name = path.strip_prefix(folder.path()).unwrap().display().to_string();
    assert_eq!(found(&all), [(name, "differs")]);
    let trial = shard.trials.start + 4;
    assert!(matches!(all.findings[0].fault, Fault::Differs { trial: differs } if differs == trial));
    assert!(repair(&plan, &directory, &all, 2).unwrap().is_empty());
    assert!(data(folder.path()) == before);
}

#[test]
fn records_that_contradict_each_other_are_refused_and_lost_ones_made_again() {
    let folder = tempfile::tempdir().unwrap();
    complete(STUDY, folder.path());
    let directory = RunDirectory::open(folder.path()).unwrap();
    let other = plan(&STUDY.replace("seed: 5", "seed: 6"));
    let refused = verify(&other, &directory, Draw::Count(0), 2).unwrap_err();
    assert!(matches!(refused, Error::RecordsDiffer { .. }), "{refused}");
    // A lost or damaged record is made again from the footers, unless these contradict each other.
    let record = fs::read(folder.path().join("_tempered/plan.json")).unwrap();
    directory.remove_record("plan.json").unwrap();
    assert_eq!(found(&verified(STUDY, folder.path())), []);
    directory.write_record("plan.json", b"{").unwrap();
    assert_eq!(found(&verified(STUDY, folder.path())), []);
    assert!(warning(&directory).unwrap().is_some_and(|said| said.contains("plan.json is damaged")));
    complete(STUDY, folder.path());
    assert!(fs::read(folder.path().join("_tempered/plan.json")).unwrap() == record);
    assert_eq!(warning(&directory).unwrap(), None);
    let elsewhere = tempfile::tempdir().unwrap();
    complete(&STUDY.replace("seed: 5", "seed: 6"), elsewhere.path());
    let name = path_of(folder.path(), "metrics/estimator=spline/n=40/", "-000001.parquet");
    fs::copy(elsewhere.path().join(&name), folder.path().join(&name)).unwrap();
    directory.remove_record("plan.json").unwrap();
    let refused = verify(&plan(STUDY), &directory, Draw::Count(0), 2).unwrap_err().to_string();
    assert!(refused.contains("contradict each other: seed is 5 and 6"), "{refused}");
}

#[test]
fn a_recorded_study_that_was_changed_is_found_and_blocks_repair() {
    let folder = tempfile::tempdir().unwrap();
    complete(STUDY, folder.path());
    let path = folder.path().join("_tempered/study.yaml");
    let whole = fs::read_to_string(&path).unwrap();
    let changed = whole.replace("trials: 30", "trials: 20");
    assert!(changed != whole);
    fs::write(&path, &changed).unwrap();
    let after = found(&verified(&changed, folder.path()));
    assert_eq!(after, [("_tempered/study.yaml".to_string(), "study")]);
    mend(&changed, folder.path());
    assert_eq!(fs::read_to_string(&path).unwrap(), changed);
    complete(STUDY, folder.path());
    assert_eq!((fs::read_to_string(&path).unwrap(), found(&verified(STUDY, folder.path()))), (whole, vec![]));
}

/// A repair that is killed when it has moved away what is wrong: the seal still misses it.
#[test]
fn a_repair_that_was_killed_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    complete(STUDY, folder.path());
    let before = (data(folder.path()), records(folder.path()));
    let name = path_of(folder.path(), "metrics/estimator=min_norm/n=5/", ".parquet");
    fs::write(folder.path().join(&name), "").unwrap();
    let verified_before = verified(STUDY, folder.path());
    let directory = RunDirectory::open(folder.path()).unwrap();
    let stopped = Cancel::new();
    stopped.abort();
    directory.quarantine(&folder.path().join(&name)).unwrap();
    let only = Some(plan(STUDY).shards().map(|shard| place(&plan(STUDY), 1, &shard)).collect());
    let settings = Settings { only, ..settings() };
    let ended = run(plan(STUDY), &directory, &settings, &stopped, |_| ()).unwrap().ending;
    assert_eq!((ended, verified_before.findings.len()), (Ending::Stopped, 1));
    assert_eq!(found(&verified(STUDY, folder.path())), [(name, "lost")]);
    mend(STUDY, folder.path());
    assert!((data(folder.path()), records(folder.path())) == before);
}

/// Checkpoints are verified like the rows they lead to.
#[test]
fn checkpoints_that_are_lost_or_changed_are_found_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let study = STUDY
        .replace("min_norm: min_norm", "net: {relu_network: {width: 3, steps: 20}}")
        .replace("risks: [1, 2]", "risks: [1, 2], checkpoints: [0, 5, 20]");
    complete(&study, folder.path());
    let before = data(folder.path());
    let name = before.iter().map(|(name, _)| name).find(|name| name.starts_with("checkpoints/")).unwrap();
    let path = folder.path().join(name);
    assert_eq!(found(&verified(&study, folder.path())), []);
    fs::remove_file(&path).unwrap();
    assert!(found(&verified(&study, folder.path())).contains(&(name.clone(), "lost")));
    mend(&study, folder.path());
    assert!(data(folder.path()) == before);
    let mut bytes = fs::read(&path).unwrap();
    bytes[200] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert_eq!(found(&verified(&study, folder.path())), [(name.clone(), "damaged")]);
    mend(&study, folder.path());
    assert!(data(folder.path()) == before);
}
