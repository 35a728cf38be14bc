//! Trials without a risk: why, and what may still be said.

use crate::common::*;
use std::fs;
use tempered_analysis::{Summary, Verdict};

/// Four levels of 400 trials whose median stays near 1, with a tail of index one half above the last fifth, of which what
/// is above a bound has overflowed.
fn heavy(run: &std::path::Path, estimator: &str, bound: f64, failure: &str) {
    for (place, n) in SIZES.into_iter().enumerate() {
        let law = |u: &f64| if *u < 0.8 { 1.0 + 0.1 * u } else { 1.08 * (0.2 / (1.0 - u)).powi(2) };
        let value = |u: &f64| Some(law(u)).filter(|value| *value < bound);
        let risks = vec![("risk_l1", uniforms(400, place as u64).iter().map(value).collect::<Vec<_>>())];
        let gaps = ("gap_max_l1", risks[0].1.clone());
        let risks = [risks, vec![gaps]].concat();
        Shard { estimator, n, risks, failure, ..Shard::default() }.write(run);
    }
}

#[test]
fn order_statistics_hold_where_risks_overflow_and_tails_do_not() {
    let run = tempfile::tempdir().unwrap();
    heavy(run.path(), "whole", f64::INFINITY, "overflow");
    heavy(run.path(), "censored", 6.0, "overflow");
    heavy(run.path(), "failed", 6.0, "ill_conditioned");
    let summary = plain(run.path());
    let [whole, censored, failed] = ["whole", "censored", "failed"].map(|name| of(&summary, name));
    for (whole, censored) in whole.levels.iter().zip(&censored.levels) {
        assert!(censored.censored > 20 && censored.failed == censored.censored && censored.trials == 400);
        assert_eq!(censored.reasons["overflow"], censored.censored);
        let order = |level: &tempered_analysis::Level| {
            [level.median, level.median_low, level.median_high, level.q25, level.q75]
        };
        assert_eq!(order(whole), order(censored));
        assert_eq!(whole.quantiles[..4], censored.quantiles[..4]);
        assert!(whole.tail_index.is_some() && censored.tail_index.is_none() && !censored.mean_trusted);
        assert!(censored.mean < whole.mean && censored.max == Some(f64::INFINITY));
    }
    assert_eq!(whole.in_expectation, Verdict::Catastrophic);
    // The median is known; the mean is not, and the reason says why.
    assert_eq!((censored.in_probability, censored.in_expectation), (Verdict::Tempered, Verdict::Undecided));
    assert!(
        censored.reason_in_expectation.contains("of 400 trials overflowed"),
        "{}",
        censored.reason_in_expectation
    );
    assert!(censored.tail_index.is_none() && censored.mean_exists.is_none());
    // Other failures say nothing of where a trial belongs.
    assert!(failed.levels.iter().all(|level| level.censored == 0 && level.failed > 20));
    assert_eq!(failed.in_probability, Verdict::Undecided);
    let table = summary.table(120, usize::MAX);
    assert!(table.contains("*") && table.contains("counts as larger than all others"), "{table}");
    let json = serde_json::to_value(&summary.series).unwrap();
    let level = &json.as_array().unwrap().iter().find(|series| series["estimator"] == "censored").unwrap()["levels"]
        [0];
    assert_eq!(
        (level["censored"].as_u64(), level["max"].is_null()),
        (Some(censored.levels[0].censored), true)
    );
    assert_eq!(level["reasons"]["overflow"].as_u64(), level["censored"].as_u64());
    summary.write(run.path()).unwrap();
    let csv = fs::read_to_string(run.path().join("summary/levels.csv")).unwrap();
    assert!(csv.lines().next().unwrap().contains("failed,censored,reasons"), "{csv}");
    assert!(csv.contains(",overflow,") && csv.contains(",ill_conditioned,"), "{csv}");
}

/// Pairs are trusted where both means are, at the n of the pair: one level of one estimator is censored.
#[test]
fn a_pair_is_trusted_at_its_own_level_alone() {
    let run = tempfile::tempdir().unwrap();
    for (estimator, bad) in [("a", 0), ("b", 1000), ("c", 100)] {
        for n in SIZES {
            let value = |u: f64| Some(1.0 + u).filter(|_| n != bad || u < 0.8);
            let risks = vec![("risk_l1", uniforms(400, n).into_iter().map(value).collect::<Vec<_>>())];
            Shard { estimator, n, risks, failure: "overflow", ..Shard::default() }.write(run.path());
        }
    }
    let pairs = plain(run.path()).pairs;
    assert_eq!(pairs.len(), 12);
    for pair in pairs {
        let bad = |label: &str| (label == "b" && pair.n == 1000) || (label == "c" && pair.n == 100);
        assert_eq!(pair.trusted, !bad(&pair.estimator) && !bad(&pair.against), "{pair:?}");
    }
}

fn fails(run: &std::path::Path, estimator: &str, n: u64, failure: &str, failing: usize) {
    let values = (0..60).map(|trial| (trial >= failing).then_some(1.0)).collect::<Vec<_>>();
    Shard {
        estimator,
        n,
        risks: vec![("risk_l1", values.clone()), ("risk_l2", values)],
        failure,
        ..Shard::default()
    }
    .write(run);
}

#[test]
fn reasons_are_told_by_estimator() {
    let run = tempfile::tempdir().unwrap();
    fails(run.path(), "kernel", 50, "ill_conditioned", 60);
    fails(run.path(), "spline", 50, "panicked", 0);
    let summary = plain(run.path());
    assert_eq!(summary.failures(), (60, 120));
    let table = summary.table(120, usize::MAX);
    assert!(table.contains("kernel: 60 of 60 failed: ill_conditioned\n"), "{table}");
    assert!(!table.contains("spline: "), "{table}");
    fails(run.path(), "kernel", 500, "panicked", 3);
    let summary = plain(run.path());
    let line = |summary: &Summary| summary.fits.iter().find_map(tempered_analysis::Fits::line).unwrap();
    assert_eq!(
        line(&summary),
        "kernel: 63 of 120 failed: ill_conditioned 60, panicked 3 (n = 50: 60 of 60, n = 500: 3 of 60)"
    );
    let kernel = of(&summary, "kernel");
    assert_eq!(kernel.levels[0].reasons, [("ill_conditioned".to_owned(), 60)].into());
    assert_eq!((kernel.levels[0].median, kernel.levels[1].median), (None, Some(1.0)));
}

/// A directory that grows by a risk has files with and without it: those without have not computed it yet.
#[test]
fn a_risk_that_is_not_everywhere_yet_counts_where_it_is() {
    let run = tempfile::tempdir().unwrap();
    let part = |index: usize, names: &[&'static str]| Shard {
        index,
        from: 30 * index,
        risks: names.iter().map(|name| (*name, vec![Some(1.0 + index as f64); 30])).collect(),
        ..Shard::default()
    };
    part(0, &["risk_l1", "gap_max_l1"]).write(run.path());
    part(1, &["risk_l1", "gap_max_l1", "risk_l3", "gap_max_l3"]).write(run.path());
    Shard { estimator: "other", ..part(0, &["risk_l1", "risk_l3"]) }.write(run.path());
    Shard { estimator: "old", ..part(1, &["risk_l1"]) }.write(run.path());
    let summary = plain(run.path());
    let level = |estimator: &str, p: f64| {
        let series = summary.series.iter().find(|s| s.estimator == estimator && s.p.exponent() == Some(p));
        series.map(|series| (series.levels[0].trials, series.levels[0].failed))
    };
    assert_eq!((level("spline", 1.0), level("spline", 3.0)), (Some((60, 0)), Some((30, 0))));
    assert_eq!(
        (level("other", 3.0), level("old", 1.0), level("old", 3.0)),
        (Some((30, 0)), Some((30, 0)), None)
    );
    assert_eq!(summary.failures(), (0, 120));
    // Trials 0 to 29 of R_3 are those of one of two estimators, 30 to 59 those of the other: none is in both.
    let cubes = summary.pairs.iter().filter(|pair| pair.p.exponent() == Some(3.0));
    assert_eq!(cubes.count(), 0);
    let lines =
        summary.pairs.iter().find(|pair| (&*pair.estimator, &*pair.against) == ("old", "spline")).unwrap();
    assert_eq!(lines.trials, 30);
}
