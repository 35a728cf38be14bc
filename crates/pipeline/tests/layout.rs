//! How many trials shards hold, which decides where files are cut.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::plan;
use std::collections::BTreeMap;
use tempered_pipeline::generator::Generator;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::spec::{Cut, Estimator};

/// Every estimator of the catalogue, by label.
const ESTIMATORS: [(&str, &str); 15] = [
    ("linear_spline", "linear_spline"),
    ("min_norm", "min_norm"),
    ("net", "{relu_network: {width: 200, steps: 400000}}"),
    ("small_net", "{relu_network: {width: 10, steps: 100}}"),
    ("smooth_net", "{two_layer_network: {activation: gelu, width: 100, steps: 1000}}"),
    ("deep_net", "{deep_relu_network: {layers: [100, 100], steps: 1000}}"),
    ("path", "{weight_decay_path: {lambda: 0.001}}"),
    ("nearest", "{nearest: {k: 3}}"),
    ("shepard", "{shepard: {beta: 1}}"),
    ("cubic_spline", "cubic_spline"),
    ("line", "{polynomial: {degree: 1}}"),
    ("polynomial", "{polynomial: {degree: 50}}"),
    ("laplace", "{laplace_kernel: {bandwidth: 0.1}}"),
    ("matern", "{matern: {nu: 3/2, bandwidth: 0.1}}"),
    ("gauss", "{gaussian_kernel: {bandwidth: 0.1, ridge: 0.1}}"),
];

fn study(trials: u64, n: &str, estimators: &[(&str, &str)], more: &str) -> Plan {
    let train: String = estimators.iter().map(|(label, choice)| format!("  {label}: {choice}\n")).collect();
    plan(&format!(
        "version: 1\nname: layout\nseed: 1\ntrials: {trials}\ngenerate: {{n: {n}}}\ntrain:\n{train}{more}"
    ))
}

/// How trials are cut, by label and n.
fn cuts(plan: &Plan) -> BTreeMap<(String, u64), Cut> {
    let mut cuts = BTreeMap::new();
    for cell in plan.cells.iter() {
        for group in plan.groups(cell) {
            for estimator in group.estimators.iter() {
                cuts.insert((plan.study.estimators[*estimator].label.clone(), cell.n), group.cut);
            }
        }
    }
    cuts
}

/// Directories of generators 4 and 5 count on them: a cost that changes them wants a new generator.
#[test]
fn cuts_are_pinned() {
    let plan = study(1000, "[10, 100, 1000, 20000]", &ESTIMATORS, "");
    let told = |plan: &Plan| {
        let mut lines = String::new();
        for (label, _) in ESTIMATORS {
            let of = |n: u64| cuts(plan)[&(label.to_string(), n)].to_string();
            lines += &format!("{label} {}\n", [10, 100, 1000, 20000].map(of).join(" "));
        }
        lines
    };
    assert_eq!(told(&plan), include_str!("layout-5.txt"));
    let before = plan.by(Generator::Four);
    assert_eq!(told(&before), include_str!("layout-4.txt"));
    // By the rules of before, points alone decide.
    let before = before.by(Generator::Three);
    for ((label, n), cut) in cuts(&before) {
        assert_eq!(cut, Cut::uniform(((1 << 24) / n).min(1 << 20)), "{label}");
    }
}

#[test]
fn adding_moves_no_shard() {
    let some = cuts(&study(100, "[20, 500]", &ESTIMATORS[1..6], ""));
    let mut all = ESTIMATORS;
    all.reverse();
    let more = "evaluate: {risks: [1, 2, 3, sup], domain: unit, knots_per_gap: 0.1, reference: deep_net}\n\
                store: {weights: none}\n";
    let all = cuts(&study(1_000_000, "[500, 10, 20, 30]", &all, more));
    for (place, cut) in &some {
        assert_eq!(all[place], *cut, "{place:?}");
    }
    assert_eq!(some.len(), 10);
}

/// Each trial of each estimator is in one shard, and estimators in closed form share theirs.
#[test]
fn shards_hold_every_trial_once_and_closed_forms_share_them() {
    let plan = study(300, "[50, 2000]", &ESTIMATORS, "");
    for (position, cell) in plan.cells.iter().enumerate() {
        for (estimator, Estimator { label, .. }) in plan.study.estimators.iter().enumerate() {
            let shards = plan.shards().filter(|shard| shard.cell == position);
            let shards: Vec<_> = shards.filter(|shard| plan.estimators(shard).contains(&estimator)).collect();
            let mut next = 0;
            for (index, shard) in shards.iter().enumerate() {
                assert_eq!((shard.index as usize, shard.trials.start), (index, next), "{label}");
                assert_eq!(plan.shard_of(position, estimator, shard.trials.end - 1).index, shard.index);
                next = shard.trials.end;
            }
            assert_eq!((next, shards.len() as u64), (300, plan.shard_count(cell, estimator)), "{label}");
        }
        let groups = plan.groups(cell);
        let shared = groups.iter().find(|group| group.estimators.contains(&0)).unwrap();
        let labels: Vec<&str> = shared
            .estimators
            .iter()
            .map(|estimator| plan.study.estimators[*estimator].label.as_str())
            .collect();
        for label in ["linear_spline", "min_norm", "nearest", "cubic_spline", "line", "laplace", "matern"] {
            assert!(labels.contains(&label), "{label} {} {labels:?}", cell.n);
        }
        assert!(!labels.contains(&"net") && groups.len() > 1, "{labels:?}");
    }
}

#[test]
fn trials_of_a_shard_may_be_given() {
    let of = |more: &str| cuts(&study(100, "100", &ESTIMATORS[1..3], more)).into_values().collect::<Vec<_>>();
    assert_eq!(of("store: {shard_trials: 12}\n"), [Cut::uniform(12); 2]);
    // Points remain a bound.
    assert_eq!(of("store: {shard_trials: 12, shard_points: 1000}\n"), [Cut::uniform(10); 2]);
    let given = study(100, "100", &ESTIMATORS[1..2], "store: {shard_trials: 12}\n");
    assert!(given.identity(0).contains(&("shard_trials".into(), "12".into())));
    let footer = given.footer(0, &given.shard_of(0, 0, 99));
    assert!(footer.contains(&("tempered.shard_size".into(), "12".into())), "{footer:?}");
    let resolved = given.study.to_yaml();
    assert!(resolved.contains("shard_trials: 12"), "{resolved}");
}
