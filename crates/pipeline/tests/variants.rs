//! Growth by a parameter that becomes an axis: the files of the estimator move to the variant that it is, without a fit, and
//! come back.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{Files, Quick, Refusing, data, plan, records, settings};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempered_pipeline::directory::{Change, survey, undo};
use tempered_pipeline::generator::Generator;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::run::{Ending, Outcome, Settings, run};
use tempered_pipeline::verify::{Draw, verify};
use tempered_pipeline::{Cancel, RunDirectory};

/// A study of networks of this width, with predictors and checkpoints that are stored, and an estimator beside them.
fn study(width: &str) -> String {
    format!(
        "version: 1\nname: widths\nseed: 4\ntrials: 30\n\
         generate: {{n: [4, 9], target: zero, noise: [{{normal: {{sd: 1}}}}, {{normal: {{sd: 1.0e+300}}}}]}}\n\
         train: {{net: {{relu_network: {{width: {width}, steps: 8}}}}, spline: linear_spline}}\n\
         evaluate: {{risks: [1, 2], checkpoints: [0, 8]}}\n\
         store: {{weights: {{every: 2}}, shard_points: 90}}\naggregate: {{max_failed: 1}}\n"
    )
}

fn directory(root: &Path) -> RunDirectory {
    RunDirectory::create_on(Arc::new(Quick), root).unwrap()
}

fn go(plan: &Plan, directory: &RunDirectory, share: (u64, u64)) -> Outcome {
    let settings = Settings { share, ..settings() };
    run(plan.clone(), directory, &settings, &Cancel::default(), |watch| assert_eq!(watch.unfit.len(), 0))
        .unwrap()
}

/// Trials of the shards whose files a run of the plan would have to make if those with this in their label were missing.
fn trials_of(plan: &Plan, label: &str) -> u64 {
    let is_new = |estimator: &usize| plan.study.estimators[*estimator].label == label;
    let shards = plan.shards().filter(|shard| plan.estimators(shard).iter().any(is_new));
    shards.map(|shard| shard.trials.end - shard.trials.start).sum()
}

fn count(files: &Files, table: &str) -> u64 {
    files.iter().filter(|(name, _)| name.starts_with(table)).count() as u64
}

fn is_sound(plan: &Plan, directory: &RunDirectory) {
    let plan = plan.clone().in_directory(directory).unwrap();
    let verified = verify(&plan, directory, Draw::Count(5), 2).unwrap();
    assert!(verified.findings.is_empty() && verified.sealed, "{:?}", verified.findings);
    assert_eq!(verified.missing, 0);
}

#[test]
fn a_parameter_that_becomes_an_axis_moves_files_without_fits() {
    for generator in Generator::ALL {
        let (one, two) = (plan(&study("50")).by(generator), plan(&study("[50, 100]")).by(generator));
        let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (root, grown) = (folder.path(), directory(folder.path()));
        go(&one, &grown, (1, 1));
        let first = (data(root), records(root));
        let here = two.clone().in_directory(&grown).unwrap();
        let change = Change::new(&here, &grown).unwrap();
        let told = change.lines();
        assert!(change.extends() && change.left.is_empty(), "{told:?}");
        assert!(told.contains(&"  net: swept parameters was net, is net[width=50]".to_owned()), "{told:?}");
        let promise = survey(&here, &grown).unwrap();
        assert_eq!((promise.again(), promise.rewritten()), (0, count(&first.0, "metrics")));
        let outcome = go(&two, &grown, (1, 1));
        let found = (outcome.ending, outcome.trials, outcome.rewritten);
        let expected = (Ending::Complete, trials_of(&two, "net[width=100]"), count(&first.0, "metrics"));
        assert_eq!(found, expected, "{generator}");
        go(&two, &directory(fresh.path()), (1, 1));
        assert!(data(root) == data(fresh.path()), "{generator}: not the files of a fresh run");
        is_sound(&two, &grown);
        let again = go(&two, &grown, (1, 1));
        assert_eq!((again.ending, again.trials, again.rewritten), (Ending::Complete, 0, 0));
        undo(&grown).unwrap();
        assert!((data(root), records(root)) == first, "{generator}");
        is_sound(&one, &grown);
    }
}

/// A study that asks for one of the variants has its files there.
#[test]
fn an_axis_that_becomes_one_value_leaves_files_as_they_are() {
    let (one, two) = (plan(&study("100")), plan(&study("[50, 100]")));
    let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, grown) = (folder.path(), directory(folder.path()));
    go(&two, &grown, (1, 1));
    let before = data(root);
    let here = one.clone().in_directory(&grown).unwrap();
    assert_eq!(here.study.estimators[0].label, "net[width=100]");
    let outcome = go(&one, &grown, (1, 1));
    assert_eq!((outcome.ending, outcome.trials, outcome.rewritten), (Ending::Complete, 0, 0));
    assert!(data(root) == before);
    is_sound(&one, &grown);
    // Another value is another variant, whichever study asks for it.
    let (other, all) = (plan(&study("70")), plan(&study("[50, 70, 100]")));
    let outcome = go(&other, &grown, (1, 1));
    assert_eq!((outcome.trials, outcome.rewritten), (trials_of(&all, "net[width=70]"), 0));
    go(&all, &grown, (1, 1));
    go(&all, &directory(fresh.path()), (1, 1));
    assert!(data(root) == data(fresh.path()), "not the files of a fresh run");
}

/// Shares of the new study, the old one, and the new one again.
#[test]
fn a_move_that_has_not_ended_goes_on_or_is_taken_back() {
    let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, grown) = (folder.path(), directory(folder.path()));
    let (one, two) = (plan(&study("50")), plan(&study("[50, 100]")));
    go(&one, &grown, (1, 1));
    let before = data(root);
    let outcome = go(&two, &grown, (1, 2));
    let some = count(&before, "metrics");
    assert!(outcome.ending == Ending::ShareDone && outcome.rewritten > 0 && outcome.rewritten < some);
    let outcome = go(&one, &grown, (1, 1));
    assert_eq!((outcome.ending, outcome.trials), (Ending::Complete, 0));
    let old: Files =
        data(root).into_iter().filter(|(name, _)| before.iter().any(|(old, _)| old == name)).collect();
    assert!(old == before);
    // Of the variant that is taken back nothing is left but what no study asks for.
    let rest = data(root).len() - before.len();
    assert!(rest as u64 <= 3 * trials_of(&two, "net[width=100]"), "{rest}");
    is_sound(&one, &grown);
    go(&two, &grown, (2, 2));
    go(&two, &grown, (1, 2));
    go(&two, &grown, (1, 1));
    go(&two, &directory(fresh.path()), (1, 1));
    assert!(data(root) == data(fresh.path()), "not the files of a fresh run");
    is_sound(&two, &grown);
}

/// Files that an earlier program left beside those of the variant that they are.
#[test]
fn files_that_lie_in_both_places_are_set_aside() {
    let (one, two) = (plan(&study("50")), plan(&study("[50, 100]")));
    let (folder, alone, fresh) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, grown) = (folder.path(), directory(folder.path()));
    go(&two, &grown, (1, 1));
    let expected = data(root);
    go(&one, &directory(alone.path()), (1, 1));
    // Both studies are recorded, and the files of both are there.
    let read = |root: &Path| -> serde_json::Value {
        serde_json::from_slice(&fs::read(root.join("_tempered/plan.json")).unwrap()).unwrap()
    };
    let mut record = read(root);
    record["numbers"]["net"] = read(alone.path())["numbers"]["net"].clone();
    fs::write(root.join("_tempered/plan.json"), serde_json::to_vec(&record).unwrap()).unwrap();
    for (name, bytes) in data(alone.path()).iter().filter(|(name, _)| name.contains("estimator=net")) {
        fs::write(root.join(name), bytes).unwrap();
    }
    assert!(data(root).len() > expected.len());
    let outcome = go(&two, &grown, (1, 1));
    assert_eq!((outcome.ending, outcome.trials, outcome.rewritten), (Ending::Complete, 0, 0));
    assert!(data(root) == expected);
    is_sound(&two, &grown);
    go(&two, &directory(fresh.path()), (1, 1));
    assert!(data(root) == data(fresh.path()));
}

/// Ended before any of the steps by which files are moved, a move goes on or is taken back.
#[test]
fn a_move_may_end_before_any_of_its_steps() {
    let study = |width: &str| {
        plan(&format!(
            "version: 1\nname: steps\nseed: 4\ntrials: 2\ngenerate: {{n: 4, target: zero}}\n\
             train: {{net: {{relu_network: {{width: {width}, steps: 2}}}}, spline: linear_spline}}\n\
             evaluate: {{checkpoints: [0]}}\nstore: {{weights: all}}\n"
        ))
    };
    let (one, two) = (study("3"), study("[3, 4]"));
    let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, grown) = (folder.path(), directory(folder.path()));
    go(&one, &grown, (1, 1));
    let before = data(root);
    go(&two, &directory(fresh.path()), (1, 1));
    let after = data(fresh.path());
    let mut steps = 0;
    loop {
        let refusing = RunDirectory::create_on(Arc::new(Refusing::after(steps)), root).unwrap();
        let ended = run(two.clone(), &refusing, &settings(), &Cancel::default(), |_| ()).is_ok();
        // Rows are in one of their places, whole, at every moment.
        let now = data(root);
        for table in ["metrics", "weights", "checkpoints"] {
            let has = |files: &Files| {
                let of = |files: &Files| -> Files {
                    let is_of = |name: &str| name.starts_with(table) && name.contains("estimator=net");
                    files.iter().filter(|(name, _)| is_of(name)).cloned().collect()
                };
                of(files).iter().any(|file| of(&now).contains(file))
            };
            assert!(has(&before) || has(&after), "{table} after {steps} steps");
        }
        if ended {
            break;
        }
        if steps % 3 == 0 {
            go(&two, &grown, (1, 1));
            assert!(data(root) == after, "after {steps} steps");
        }
        if steps % 3 < 2 {
            // Before the records of the former state are kept there is nothing to take back.
            let undone = undo(&grown).is_ok();
            assert!(data(root) == before || !undone, "after {steps} steps");
        }
        go(&one, &grown, (1, 1));
        let now = data(root);
        // A move that had ended is none to be taken back by a study that asks for less.
        let is_back = before.iter().all(|file| now.contains(file));
        assert!(is_back || (now == after && steps > 10), "after {steps} steps");
        is_sound(&one, &grown);
        // Begun anew: what no study asks for any more stays otherwise.
        if now != before {
            RunDirectory::clear(root).unwrap();
            let _ = directory(root);
            go(&one, &grown, (1, 1));
        }
        steps += 1;
    }
    assert!(data(root) == after && steps > 10, "{steps}");
}
