//! Studies that change again and again: a directory has one set of columns, numbers stay, and every file is the one that a
//! study of all that was ever asked for would have made.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{Files, Quick, data, plan, settings};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempered_pipeline::directory::{Change, Survey, survey, undo};
use tempered_pipeline::plan::Plan;
use tempered_pipeline::run::{Ending, Settings, run};
use tempered_pipeline::verify::{Draw, verify};
use tempered_pipeline::{Cancel, RunDirectory};
use tempered_store::{Found, read_footer};

/// A study in the parts that edits change.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    n: BTreeSet<u64>,
    trials: u64,
    labels: BTreeSet<&'static str>,
    /// In the order of the study.
    risks: Vec<&'static str>,
    /// Distance of stored networks; 0 for none.
    weights: u64,
    reference: bool,
    knots: bool,
    checkpoints: BTreeSet<u64>,
    /// Values of the swept parameter of `e`.
    widths: BTreeSet<u64>,
    /// Labels with swept parameters that were asked for: files have columns of these.
    swept: BTreeSet<&'static str>,
}

const ESTIMATORS: [(&str, &str); 6] = [
    ("a", "linear_spline"),
    ("b", "{min_norm: {ends: clamp}}"),
    ("c", "{relu_network: {width: 3, steps: 10}}"),
    ("d", "cubic_spline"),
    ("e", "{relu_network: {width: WIDTHS, steps: 10}}"),
    ("f", "{laplace_kernel: {bandwidth: [1, 2], ridge: [0, 0.5]}}"),
];
/// Those with swept parameters.
const SWEPT: [&str; 2] = ["e", "f"];
const WIDTHS: [u64; 3] = [2, 3, 4];
const LEVELS: [u64; 3] = [5, 8, 12];
const TRIALS: [u64; 3] = [6, 11, 14];
const RISKS: [&str; 5] = ["1", "1.5", "2", "3", "sup"];
const STEPS: [u64; 3] = [0, 4, 10];

impl Asked {
    fn first() -> Asked {
        Asked {
            n: [5, 8].into(),
            trials: 11,
            labels: ["a", "b"].into(),
            risks: vec!["2", "1"],
            weights: 4,
            reference: false,
            knots: false,
            checkpoints: BTreeSet::new(),
            widths: [2, 4].into(),
            swept: BTreeSet::new(),
        }
    }

    fn yaml(&self) -> String {
        let list = |items: Vec<String>| items.join(", ");
        let train = ESTIMATORS.iter().filter(|(label, _)| self.labels.contains(label));
        let mut evaluate = vec![format!("risks: [{}]", self.risks.join(", "))];
        if self.reference && self.labels.contains("a") {
            evaluate.push("reference: a".into());
        }
        if self.knots {
            evaluate.push("knots_per_gap: 0.01".into());
        }
        if !self.checkpoints.is_empty() && ["c", "e"].iter().any(|label| self.labels.contains(label)) {
            let steps = self.checkpoints.iter().map(u64::to_string).collect();
            evaluate.push(format!("checkpoints: [{}]", list(steps)));
        }
        let widths = format!("[{}]", list(self.widths.iter().map(u64::to_string).collect()));
        let weights = match self.weights {
            0 => "none".into(),
            1 => "all".into(),
            k => format!("{{every: {k}}}"),
        };
        format!(
            "version: 1\nname: chain\nseed: 9\ntrials: {}\ngenerate: {{n: [{}], target: zero, noise: {{normal: {{sd: 1}}}}}}\n\
             train: {{{}}}\nevaluate: {{{}}}\nstore: {{weights: {weights}, shard_points: 45}}\naggregate: {{max_failed: 1}}\n",
            self.trials,
            list(self.n.iter().map(u64::to_string).collect()),
            list(
                train
                    .map(|(label, estimator)| format!("{label}: {}", estimator.replace("WIDTHS", &widths)))
                    .collect()
            ),
            evaluate.join(", "),
        )
    }

    /// One edit, in either direction.
    fn edit(&mut self, draw: &mut impl FnMut(usize) -> usize) {
        fn toggle<T: Ord + Copy>(set: &mut BTreeSet<T>, item: T) {
            if !set.remove(&item) {
                set.insert(item);
            }
        }
        match draw(9) {
            0 => toggle(&mut self.n, LEVELS[draw(3)]),
            1 => self.trials = TRIALS[draw(3)],
            2 => toggle(&mut self.labels, ESTIMATORS[draw(6)].0),
            3 => {
                let risk = RISKS[draw(5)];
                match self.risks.iter().position(|known| *known == risk) {
                    Some(place) => drop(self.risks.remove(place)),
                    None => self.risks.insert(draw(self.risks.len() + 1), risk),
                }
            }
            4 => self.weights = [0, 1, 2, 4, 6][draw(5)],
            5 => self.reference = !self.reference,
            6 => self.knots = !self.knots,
            7 => toggle(&mut self.widths, WIDTHS[draw(3)]),
            _ => toggle(&mut self.checkpoints, STEPS[draw(3)]),
        }
        // There is no study without them.
        if self.n.is_empty() {
            self.n.insert(5);
        }
        if self.labels.is_empty() {
            self.labels.insert("b");
        }
        if self.risks.is_empty() {
            self.risks.push("2");
        }
        if self.widths.is_empty() {
            self.widths.insert(3);
        }
    }

    /// Adds what another study records of each trial.
    fn record_also(&mut self, other: &Asked) {
        fn gcd(a: u64, b: u64) -> u64 {
            if b == 0 { a } else { gcd(b, a % b) }
        }
        let new = other.risks.iter().filter(|risk| !self.risks.contains(risk)).copied();
        self.risks.extend(new.collect::<Vec<_>>());
        self.weights = gcd(self.weights, other.weights);
        self.reference |= other.reference && other.labels.contains("a");
        self.knots |= other.knots;
        self.swept.extend(other.labels.iter().filter(|label| SWEPT.contains(label)));
        if ["c", "e"].iter().any(|label| other.labels.contains(label)) {
            self.checkpoints.extend(&other.checkpoints);
        }
    }
}

fn directory(root: &Path) -> RunDirectory {
    RunDirectory::create_on(Arc::new(Quick), root).unwrap()
}

fn planned(study: &Asked, directory: &RunDirectory) -> Plan {
    plan(&study.yaml()).in_directory(directory).unwrap()
}

fn go(study: &Asked, directory: &RunDirectory, share: (u64, u64)) -> Ending {
    let settings = Settings { share, ..settings() };
    run(plan(&study.yaml()), directory, &settings, &Cancel::default(), |_| ()).unwrap().ending
}

/// Fresh runs, by what they record and how many trials they have.
#[derive(Default)]
struct Fresh(BTreeMap<(String, u64), BTreeMap<String, Vec<u8>>>);

impl Fresh {
    fn file(&mut self, columns: &Asked, trials: u64, name: &str) -> Option<&Vec<u8>> {
        let all = ESTIMATORS.iter().map(|(label, _)| *label);
        let labels = all.filter(|label| !SWEPT.contains(label) || columns.swept.contains(label)).collect();
        let study = Asked { n: LEVELS.into(), trials, labels, widths: WIDTHS.into(), ..columns.clone() };
        let made = || {
            let folder = tempfile::tempdir().unwrap();
            assert_eq!(go(&study, &directory(folder.path()), (1, 1)), Ending::Complete);
            data(folder.path()).into_iter().collect()
        };
        self.0.entry((study.yaml(), trials)).or_insert_with(made).get(name)
    }

    /// Every file is that of a fresh run of all that was asked for.
    fn assert_same(&mut self, columns: &Asked, root: &Path, what: &str) {
        for (name, bytes) in data(root) {
            let Found::File(footer) = read_footer(&root.join(&name)).unwrap() else {
                panic!("{what}: {name}")
            };
            let end = footer.get("tempered.trials").unwrap().split_once("..").unwrap().1.parse().unwrap();
            // A full shard is the same however many come after it.
            let same = self.file(columns, TRIALS[2], &name) == Some(&bytes)
                || self.file(columns, end, &name) == Some(&bytes);
            assert!(same, "{what}: {name} of trials below {end} is not that of a fresh run");
        }
    }
}

/// Places with the bytes of all their tables.
fn places(files: Files) -> BTreeMap<String, Vec<(String, Vec<u8>)>> {
    let mut places: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for (name, bytes) in files {
        let (table, place) = name.split_once('/').unwrap();
        places.entry(place.into()).or_default().push((table.into(), bytes));
    }
    places
}

/// What `plan --diff` promises of a run is what the run does.
fn assert_kept(promise: &Survey, before: Files, after: Files, what: &str) {
    let (before, after) = (places(before), places(after));
    let metrics = |files: &Vec<(String, Vec<u8>)>| files.iter().any(|(table, _)| table == "metrics");
    let sum = |part: fn(&tempered_pipeline::directory::Count) -> u64| {
        promise.planned.iter().chain([&promise.left]).map(part).sum::<u64>()
    };
    assert!(before.keys().all(|place| after.contains_key(place)), "{what}: a place was lost");
    let new = after.iter().filter(|(place, _)| !before.get(*place).is_some_and(metrics)).count();
    let changed = before.iter().filter(|(place, files)| metrics(files) && after[*place] != **files).count();
    assert_eq!(
        (new as u64, changed as u64),
        (sum(|c| c.missing), sum(|c| c.again) + sum(|c| c.rewritten) + sum(|c| c.restored)),
        "{what}"
    );
}

/// Whether the record says that all files have the same columns.
fn is_settled(root: &Path) -> bool {
    let record = fs::read(root.join("_tempered/plan.json")).unwrap();
    serde_json::from_slice::<serde_json::Value>(&record).unwrap().get("settled").is_none()
}

/// A chain of edits; after each the study is run, now and then only half of it, so that the next edit meets a change that
/// has not ended.
fn chain(seed: u64, edits: usize) {
    let mut state = seed;
    let mut draw = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % below as u64) as usize
    };
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let directory = directory(root);
    let mut fresh = Fresh::default();
    let mut asked = Asked::first();
    go(&asked, &directory, (1, 1));
    // What all files record.
    let mut settled = asked.clone();
    for edit in 0..edits {
        let before_edit = asked.clone();
        asked.edit(&mut draw);
        if draw(3) == 0 {
            asked.edit(&mut draw);
        }
        let half = draw(4) == 0;
        let what = format!("chain {seed}, edit {edit}: {before_edit:?} to {asked:?}, half {half}");
        let plan = planned(&asked, &directory);
        assert!(!Change::new(&plan, &directory).unwrap().alters(), "{what}");
        let mut columns = settled.clone();
        columns.record_also(&asked);
        let before = data(root);
        if half {
            go(&asked, &directory, (1, 2));
        } else {
            let promise = survey(&plan, &directory).unwrap();
            assert_eq!(go(&asked, &directory, (1, 1)), Ending::Complete, "{what}");
            assert_kept(&promise, before, data(root), &what);
            assert!(is_settled(root), "{what}");
            fresh.assert_same(&columns, root, &what);
            let verified = verify(&planned(&asked, &directory), &directory, Draw::Count(2), 2).unwrap();
            assert!(verified.findings.is_empty(), "{what}: {:?}", verified.findings);
            assert_eq!((verified.missing, verified.sealed), (0, true), "{what}");
        }
        if is_settled(root) {
            settled = columns;
        }
    }
}

#[test]
fn chains_of_edits_leave_what_a_fresh_run_makes() {
    for seed in 1..=3 {
        chain(seed, 20);
    }
}

#[test]
#[ignore = "slow: 60 chains"]
fn many_chains_of_edits_leave_what_a_fresh_run_makes() {
    for seed in 100..160 {
        chain(seed, 20);
    }
}

/// A risk is added by mistake and the run stopped half way: the study as it was before brings back what was there.
#[test]
fn an_edit_that_is_taken_back_computes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (root, directory) = (folder.path(), directory(folder.path()));
    let asked = Asked::first();
    go(&asked, &directory, (1, 1));
    let before = data(root);
    let mut more = asked.clone();
    more.risks.push("3");
    more.weights = 1;
    assert_eq!(go(&more, &directory, (1, 2)), Ending::ShareDone);
    assert!(data(root) != before && !is_settled(root));
    let unfinished = verify(&planned(&more, &directory), &directory, Draw::Count(0), 2).unwrap();
    assert!(unfinished.findings.is_empty() && unfinished.missing > 0, "{unfinished:?}");
    let promise = survey(&planned(&asked, &directory), &directory).unwrap();
    let restored: u64 = promise.planned.iter().map(|count| count.restored).sum();
    assert!(promise.again() == 0 && restored > 0, "{promise:?}");
    let outcome = run(plan(&asked.yaml()), &directory, &settings(), &Cancel::default(), |_| ()).unwrap();
    assert_eq!((outcome.ending, outcome.trials), (Ending::Complete, 0));
    assert!(data(root) == before && is_settled(root) && !root.join("_former").exists());
    // Taken back when it is done, it stays and costs nothing.
    assert_eq!(go(&more, &directory, (1, 1)), Ending::Complete);
    let after = data(root);
    let outcome = run(plan(&asked.yaml()), &directory, &settings(), &Cancel::default(), |_| ()).unwrap();
    assert!((outcome.ending, outcome.trials) == (Ending::Complete, 0) && data(root) == after);
}

#[test]
fn undo_brings_back_what_was_there_whether_the_change_has_ended_or_not() {
    for share in [(1, 1), (1, 2)] {
        let folder = tempfile::tempdir().unwrap();
        let (root, directory) = (folder.path(), directory(folder.path()));
        let asked = Asked::first();
        go(&asked, &directory, (1, 1));
        let before = (data(root), common::records(root));
        assert!(undo(&directory).is_err());
        let mut more = asked.clone();
        more.risks.push("3");
        more.weights = 1;
        more.trials = 14;
        more.n.insert(12);
        go(&more, &directory, share);
        let undone = undo(&directory).unwrap();
        assert!(undone.restored > 0 && undone.set_aside > 0, "{undone:?}");
        assert!((data(root), common::records(root)) == before, "{share:?}");
        assert_eq!(go(&asked, &directory, (1, 1)), Ending::Complete);
        assert!((data(root), common::records(root)) == before, "{share:?}");
    }
}

/// A name whose files lie there with one swept parameter keeps that one: files of two kinds would stand side by side.
#[test]
fn which_parameters_of_a_name_are_swept_stays() {
    let study = |net: &str| {
        format!(
            "version: 1\nname: sweep\nseed: 9\ntrials: 4\ngenerate: {{n: 6}}\ntrain: {{net: {{relu_network: {net}}}}}\n"
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let directory = directory(folder.path());
    let one = plan(&study("{width: [2, 3], steps: 10}"));
    run(one, &directory, &settings(), &Cancel::default(), |_| ()).unwrap();
    let before = data(folder.path());
    for (net, alters) in [
        ("{width: [2, 3, 4], steps: 10}", false),
        ("{width: 5, steps: 10}", false),
        ("{width: [2, 3], steps: 10, lr: [0.05, 0.1]}", true),
        ("{width: 2, steps: [10, 20]}", true),
    ] {
        let plan = plan(&study(net));
        let change = Change::new(&plan.clone().in_directory(&directory).unwrap(), &directory).unwrap();
        assert_eq!(change.alters(), alters, "{net}: {:?}", change.lines());
        if alters {
            let told = run(plan, &directory, &settings(), &Cancel::default(), |_| ());
            let told = told.err().unwrap().to_string();
            assert!(told.contains("net[width=2]: swept parameters was net[width=2], is net["), "{told}");
            assert!(data(folder.path()) == before);
        }
    }
}
