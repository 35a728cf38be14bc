//! Growth by columns in which all rows of a file agree: files get the bytes of a fresh run, and no trial is fitted again.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{Quick, Refusing, data, plan, records, settings};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempered_pipeline::directory::{survey, undo};
use tempered_pipeline::generator::Generator;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::run::{Ending, Outcome, Settings, run};
use tempered_pipeline::spec::parse;
use tempered_pipeline::verify::{Draw, verify};
use tempered_pipeline::{Cancel, RunDirectory};
use tempered_store::ParameterKind;

/// A study of trials that fail and trials that do not, of predictors in several forms, with checkpoints.
fn study(train: &str) -> String {
    format!(
        "version: 1\nname: columns\nseed: 4\ntrials: 30\n\
         generate: {{n: [4, 9], target: zero, noise: [{{normal: {{sd: 1}}}}, {{normal: {{sd: 1.0e+300}}}}]}}\n\
         train: {{spline: linear_spline, cubic: cubic_spline, net: {{relu_network: {{width: 3, steps: 8}}}}{train}}}\n\
         evaluate: {{risks: [1, 2, sup], reference: spline, checkpoints: [0, 8]}}\n\
         store: {{weights: {{every: 2}}, shard_points: 90}}\naggregate: {{max_failed: 1}}\n"
    )
}

/// With a variable that is swept, one more, and one whose values are words.
const MORE: [&str; 4] = [
    "",
    ", kernel: {laplace_kernel: {bandwidth: 1, ridge: [0, 0.5]}}",
    ", kernel: {laplace_kernel: {bandwidth: 1, ridge: [0, 0.5]}}, wide: {relu_network: {width: [2, 4], steps: 8}}",
    ", kernel: {laplace_kernel: {bandwidth: 1, ridge: [0, 0.5]}}, wide: {relu_network: {width: [2, 4], steps: 8}}, ends: {min_norm: {ends: [clamp, extend], penalise_bias: [true, false]}}",
];

fn directory(root: &Path) -> RunDirectory {
    RunDirectory::create_on(Arc::new(Quick), root).unwrap()
}

fn go(plan: &Plan, directory: &RunDirectory, share: (u64, u64)) -> (Outcome, Vec<String>) {
    let mut unfit = Vec::new();
    let settings = Settings { share, ..settings() };
    let plan = plan.clone();
    let outcome =
        run(plan, directory, &settings, &Cancel::default(), |watch| unfit = watch.unfit.clone()).unwrap();
    (outcome, unfit)
}

/// Trials that are new: those of estimators with this in their label.
fn new_trials(plan: &Plan, of: &[&str]) -> u64 {
    let is_new =
        |estimator: &usize| of.iter().any(|name| plan.study.estimators[*estimator].label.starts_with(name));
    let shards = plan.shards().filter(|shard| plan.estimators(shard).iter().any(is_new));
    shards.map(|shard| shard.trials.end - shard.trials.start).sum()
}

#[test]
fn a_swept_parameter_that_a_study_gains_is_written_into_its_files_without_fits() {
    for generator in Generator::ALL {
        let planned = |more: &str| plan(&study(more)).by(generator);
        let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (root, grown) = (folder.path(), directory(folder.path()));
        go(&planned(MORE[0]), &grown, (1, 1));
        let first = (data(root), records(root));
        for (before, (more, new)) in MORE.iter().zip(MORE[1..].iter().zip(["kernel", "wide", "ends"])) {
            let (was, plan) = (data(root), planned(more));
            let promise = survey(&plan.clone().in_directory(&grown).unwrap(), &grown).unwrap();
            assert_eq!((promise.again(), promise.rewritten()), (0, metrics(&was)), "{before}");
            let (outcome, unfit) = go(&plan, &grown, (1, 1));
            assert_eq!(
                (outcome.ending, outcome.rewritten, unfit.len()),
                (Ending::Complete, metrics(&was), 0)
            );
            assert_eq!(outcome.trials, new_trials(&plan, &[new]), "old trials were fitted again for {new}");
            // The former files are those from before the last change.
            assert!(
                was.iter().all(|(name, bytes)| fs::read(root.join("_former").join(name)).unwrap() == *bytes)
            );
        }
        go(&planned(MORE[3]), &directory(fresh.path()), (1, 1));
        assert!(data(root) == data(fresh.path()), "{generator}: not the files of a fresh run");
        let plan = planned(MORE[3]).in_directory(&grown).unwrap();
        let verified = verify(&plan, &grown, Draw::Count(3), 2).unwrap();
        assert!(verified.findings.is_empty() && verified.sealed, "{:?}", verified.findings);
        // From the first to the last at once, and back.
        let folder = tempfile::tempdir().unwrap();
        let (root, grown) = (folder.path(), directory(folder.path()));
        go(&planned(MORE[0]), &grown, (1, 1));
        go(&planned(MORE[3]), &grown, (1, 1));
        assert!(data(root) == data(fresh.path()));
        undo(&grown).unwrap();
        assert!((data(root), records(root)) == first, "{generator}");
    }
}

fn metrics(files: &common::Files) -> u64 {
    files.iter().filter(|(name, _)| name.starts_with("metrics")).count() as u64
}

/// Shares and studies in turns: what one has rewritten the next one finds, and a study that asks for less brings it back.
#[test]
fn a_change_that_has_not_ended_goes_on_or_is_taken_back() {
    let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, grown) = (folder.path(), directory(folder.path()));
    let (less, more) = (plan(&study(MORE[0])), plan(&study(MORE[2])));
    go(&less, &grown, (1, 1));
    let before = data(root);
    let (outcome, _) = go(&more, &grown, (1, 2));
    assert!(
        outcome.ending == Ending::ShareDone && outcome.rewritten > 0 && outcome.rewritten < metrics(&before)
    );
    let (outcome, _) = go(&less, &grown, (1, 1));
    // What the share had made of the new estimators has the wider columns; it is narrowed.
    assert!(outcome.ending == Ending::Complete && outcome.trials == 0 && outcome.rewritten > 0);
    let old = |files: common::Files| {
        files
            .into_iter()
            .filter(|(name, _)| before.iter().any(|(known, _)| known == name))
            .collect::<Vec<_>>()
    };
    assert!(old(data(root)) == before);
    go(&more, &grown, (2, 2));
    go(&more, &grown, (1, 2));
    let (outcome, _) = go(&more, &grown, (1, 1));
    assert_eq!((outcome.ending, outcome.rewritten), (Ending::Complete, 0));
    go(&more, &directory(fresh.path()), (1, 1));
    assert!(data(root) == data(fresh.path()));
}

/// Ended before any of the steps by which files are exchanged, a change goes on or is taken back.
#[test]
fn a_change_may_end_before_any_of_its_steps() {
    let study = |more: &str| {
        plan(&format!(
            "version: 1\nname: steps\nseed: 4\ntrials: 2\ngenerate: {{n: 4, target: zero}}\n\
             train: {{net: {{relu_network: {{width: 3, steps: 2}}}}, spline: linear_spline{more}}}\n\
             evaluate: {{checkpoints: [0]}}\nstore: {{weights: all}}\n"
        ))
    };
    let (less, more) = (study(""), study(", ends: {linear_spline: {ends: [clamp, extend]}}"));
    let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, grown) = (folder.path(), directory(folder.path()));
    go(&less, &grown, (1, 1));
    let before = data(root);
    go(&more, &directory(fresh.path()), (1, 1));
    let after = data(fresh.path());
    let mut steps = 0;
    loop {
        let refusing = RunDirectory::create_on(Arc::new(Refusing::after(steps)), root).unwrap();
        let ended = run(more.clone(), &refusing, &settings(), &Cancel::default(), |_| ()).is_ok();
        // Every place has one of the two files, whole, at every moment.
        for (name, bytes) in &before {
            let there = fs::read(root.join(name)).unwrap();
            let wide = &after.iter().find(|(other, _)| other == name).unwrap().1;
            assert!(there == *bytes || there == *wide, "{name} after {steps} steps");
        }
        if ended {
            break;
        }
        if steps % 2 == 1 {
            go(&more, &grown, (1, 1));
            assert!(data(root) == after, "after {steps} steps");
        }
        // Before the records of the former state are kept there is nothing to take back.
        let undone = undo(&grown).is_ok();
        assert!(data(root) == before || !undone, "after {steps} steps");
        go(&less, &grown, (1, 1));
        assert!(data(root) == before, "after {steps} steps");
        steps += 1;
    }
    assert!(data(root) == after && steps > 10, "{steps}");
}

/// A column of whole numbers becomes one of reals where another estimator has such: no catalogue has two of them today.
#[test]
fn a_column_becomes_as_wide_as_its_values() {
    let planned = |kind: ParameterKind| {
        let text = study(", wide: {relu_network: {width: [2, 4], steps: 8}}");
        let mut study = parse(text.as_bytes(), "study.yaml", &[]).unwrap();
        assert_eq!(study.parameters, [("width".to_owned(), ParameterKind::Whole)]);
        study.parameters[0].1 = kind;
        Plan::new(study)
    };
    let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let grown = directory(folder.path());
    go(&planned(ParameterKind::Whole), &grown, (1, 1));
    for kind in [ParameterKind::Real, ParameterKind::Text] {
        let all = metrics(&data(folder.path()));
        let (outcome, _) = go(&planned(kind), &grown, (1, 1));
        assert_eq!((outcome.ending, outcome.trials, outcome.rewritten), (Ending::Complete, 0, all));
    }
    go(&planned(ParameterKind::Text), &directory(fresh.path()), (1, 1));
    assert!(data(folder.path()) == data(fresh.path()));
    let (outcome, _) = go(&planned(ParameterKind::Whole), &grown, (1, 1));
    assert_eq!((outcome.trials, outcome.rewritten), (0, 0), "values fit into the wider column");
}

/// A page that is damaged would get a checksum that vouches for it.
#[test]
fn damaged_files_are_computed_again_and_told() {
    let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, grown) = (folder.path(), directory(folder.path()));
    let (less, more) = (plan(&study(MORE[0])), plan(&study(MORE[1])));
    go(&less, &grown, (1, 1));
    let before = data(root);
    let mut damaged = Vec::new();
    for table in ["metrics", "weights", "checkpoints"] {
        let (name, bytes) = before.iter().find(|(name, _)| name.starts_with(table)).unwrap();
        let mut bytes = bytes.clone();
        bytes[60] ^= 1;
        fs::write(root.join(name), bytes).unwrap();
        damaged.push(name.clone());
    }
    let (outcome, unfit) = go(&more, &grown, (1, 1));
    assert_eq!(outcome.ending, Ending::Complete);
    assert_eq!(outcome.rewritten + unfit.len() as u64, metrics(&before), "{unfit:?}");
    let told = |name: &String| unfit.iter().any(|line| line.starts_with(name.as_str()));
    assert!(unfit.iter().any(|line| line.contains("its bytes sum to")), "{unfit:?}");
    assert!(damaged.iter().any(told) && unfit.len() <= damaged.len(), "{unfit:?}");
    go(&more, &directory(fresh.path()), (1, 1));
    assert!(data(root) == data(fresh.path()));
}

/// A parameter of the data that later studies state: NULL in all files that have none.
#[test]
fn a_parameter_of_the_data_is_a_column_of_the_directory() {
    let planned = |columns: &[&str]| {
        let mut study = parse(study("").as_bytes(), "study.yaml", &[]).unwrap();
        study.data_parameters = columns.iter().map(|name| (*name).to_owned()).collect();
        Plan::new(study)
    };
    let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, grown) = (folder.path(), directory(folder.path()));
    go(&planned(&[]), &grown, (1, 1));
    let before = data(root);
    for columns in [&["noise_skew"][..], &["design_rate"]] {
        let (outcome, _) = go(&planned(columns), &grown, (1, 1));
        let found = (outcome.ending, outcome.trials, outcome.rewritten);
        assert_eq!(found, (Ending::Complete, 0, metrics(&before)));
    }
    go(&planned(&["design_rate", "noise_skew"]), &directory(fresh.path()), (1, 1));
    assert!(data(root) == data(fresh.path()), "not the files of a fresh run");
    assert!(data(root) != before);
    // A study that does not state it leaves it.
    let (outcome, _) = go(&planned(&[]), &grown, (1, 1));
    assert_eq!((outcome.trials, outcome.rewritten), (0, 0));
    assert!(data(root) == data(fresh.path()));
}

/// Blocks, pages and row groups end where those of a run do.
fn cut(trials: u64) {
    let study = |more: &str| {
        format!(
            "version: 1\nname: long\nseed: 4\ntrials: {trials}\ngenerate: {{n: 3, target: zero}}\n\
             train: {{spline: linear_spline{more}}}\nstore: {{weights: all, shard_trials: {trials}}}\n"
        )
    };
    let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let more = plan(&study(", kernel: {laplace_kernel: {bandwidth: [1, 2]}}"));
    let grown = directory(folder.path());
    go(&plan(&study("")), &grown, (1, 1));
    let (outcome, _) = go(&more, &grown, (1, 1));
    assert_eq!(outcome.rewritten, 1);
    go(&more, &directory(fresh.path()), (1, 1));
    assert!(data(folder.path()) == data(fresh.path()), "not the files of a fresh run");
}

#[test]
fn files_of_some_blocks_are_cut_as_a_run_cuts_them() {
    cut(15_500);
}

#[test]
#[ignore = "slow: fits of 800,000 trials"]
fn files_of_some_row_groups_are_cut_as_a_run_cuts_them() {
    cut(131_000);
}
