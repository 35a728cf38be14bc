//! Scores that leave the range of doubles: each is missing by itself, and the others are what they would be without it.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{data, plan, settings};
use std::path::Path;
use tempered_pipeline::generator::Generator;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::run::{Ending, run};
use tempered_pipeline::verify::{Draw, verify};
use tempered_pipeline::{Cancel, RunDirectory};
use tempered_store::{MetricsTable, read_metrics, read_weights_row};

/// Tails in which powers overflow, labels whose squares do, and every kind of predictor.
const STUDY: &str = "
version: 1
name: overflow
seed: 5
trials: 8
generate:
  n: [4, 12]
  target: zero
  noise: [{student_t: {df: 0.1}}, {student_t: {df: 1}}, {normal: {sd: 1.0e+150}}]
train:
  spline: linear_spline
  min_norm: {min_norm: {ends: clamp}}
  cubic: cubic_spline
  nearest: {nearest: {k: 2}}
  polynomial: {polynomial: {degree: 3}}
  matern: {matern: {nu: 3/2, bandwidth: 0.2}}
  net: {relu_network: {width: 6, steps: 40}}
evaluate: {risks: [1], domain: unit, reference: spline, knots_per_gap: 0.01, checkpoints: [9, 40]}
aggregate: {max_failed: 1}
";
const MORE: &str = "risks: [1, 100, sup]";

fn study(risks: &str, generator: Generator) -> Plan {
    let mut plan = plan(&STUDY.replace("risks: [1]", risks));
    plan.generator = generator;
    plan
}

fn complete(plan: &Plan, root: &Path) {
    let directory = RunDirectory::create(root).unwrap();
    let outcome = run(plan.clone(), &directory, &settings(), &Cancel::default(), |_| ()).unwrap();
    assert_eq!(outcome.ending, Ending::Complete);
}

fn is_sound(plan: &Plan, root: &Path) {
    let verified = verify(plan, &RunDirectory::open(root).unwrap(), Draw::Count(25), 2).unwrap();
    assert!(verified.findings.is_empty() && verified.recomputed == 25, "{:?}", verified.findings);
}

fn tables(root: &Path, table: &str) -> Vec<(String, MetricsTable)> {
    let files = data(root).into_iter().map(|(name, _)| name).filter(|name| name.starts_with(table));
    files.map(|name| (name.clone(), read_metrics(&root.join(&name)).unwrap())).collect()
}

fn bits(scores: &[Option<f64>]) -> Vec<Option<u64>> {
    scores.iter().map(|score| score.map(f64::to_bits)).collect()
}

/// Rows in which R_1 is a number and R_100 is not.
fn one_without_the_other(table: &MetricsTable) -> usize {
    let column = |name: &str| &table.scores[table.names.iter().position(|column| column == name).unwrap()];
    let (one, hundred) = (column("risk_l1"), column("risk_l100"));
    one.iter().zip(hundred).filter(|(one, hundred)| one.is_some() && hundred.is_none()).count()
}

#[test]
fn a_risk_that_overflows_leaves_all_other_scores_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (few, more) = (folder.path().join("few"), folder.path().join("more"));
    complete(&study("risks: [1]", Generator::Four), &few);
    complete(&study(MORE, Generator::Four), &more);
    is_sound(&study(MORE, Generator::Four), &more);
    for kind in ["metrics/", "checkpoints/"] {
        let (few, more) = (tables(&few, kind), tables(&more, kind));
        assert_eq!(few.len(), more.len());
        let mut lost = 0;
        for ((name, few), (_, more)) in few.iter().zip(&more) {
            assert_eq!((&few.trial, &few.kinks), (&more.trial, &more.kinks), "{name}");
            // What is said of all risks at once is about others where there are others.
            for (place, column) in few.names.iter().enumerate().filter(|(_, c)| *c != "quadrature_error") {
                let same = more.names.iter().position(|name| name == column).unwrap();
                assert_eq!(bits(&few.scores[place]), bits(&more.scores[same]), "{column} of {name}");
            }
            for (was, is) in few.status.iter().zip(&more.status) {
                assert!(was == is || (was == "ok" && is == "overflow"), "{was} is {is} in {name}");
            }
            lost += one_without_the_other(more);
        }
        assert!(lost > 10, "{kind}: {lost} rows");
    }
    let weights: Vec<String> =
        data(&few).into_iter().map(|(name, _)| name).filter(|name| name.starts_with("weights/")).collect();
    assert!(!weights.is_empty());
    for (name, trial) in weights.iter().flat_map(|name| (0..8).map(move |trial| (name, trial))) {
        let [few, more] = [&few, &more].map(|root| read_weights_row(&root.join(name), trial).unwrap());
        assert_eq!(few, more, "{trial} of {name}");
    }
    // What is added to a directory comes out as it does by itself.
    complete(&study(MORE, Generator::Four), &few);
    assert!(data(&few) == data(&more));
}

#[test]
fn a_directory_of_generator_3_voids_whole_trials() {
    let folder = tempfile::tempdir().unwrap();
    let mut counts = Vec::new();
    for generator in Generator::ALL {
        let root = folder.path().join(generator.to_string());
        complete(&study(MORE, generator), &root);
        is_sound(&study(MORE, generator), &root);
        let (mut overflowed, mut part) = (0, 0);
        for (name, table) in tables(&root, "metrics/") {
            for (row, status) in table.status.iter().enumerate() {
                let some = table.scores.iter().filter(|column| column[row].is_some()).count();
                let expected = match (status.as_str(), generator) {
                    ("ok", _) | ("overflow", Generator::Four | Generator::Five) => some > 0,
                    _ => some == 0 && table.kinks[row].is_none(),
                };
                assert!(expected, "row {row} of {name}: {status}, {some} scores");
                overflowed += usize::from(status == "overflow");
            }
            part += one_without_the_other(&table);
        }
        counts.push((overflowed, part));
    }
    let [(three, part_of_three), (four, part_of_four), newest] = counts[..] else { panic!("{counts:?}") };
    assert_eq!(newest, (four, part_of_four));
    assert!(three > 10 && four >= three && part_of_three == 0 && part_of_four > 10, "{counts:?}");
}
