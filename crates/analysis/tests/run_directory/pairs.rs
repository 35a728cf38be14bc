//! Estimators against each other where their files are cut differently.

use crate::common::*;
use std::path::Path;
use tempered_analysis::Pair;

/// More than a row group.
const ROWS: usize = 125_000;

/// Trials of an estimator in files of these ranges.
fn cut(run: &Path, estimator: &str, seed: u64, ranges: &[std::ops::Range<usize>]) {
    let values: Vec<Option<f64>> =
        uniforms(ROWS, seed).into_iter().map(|u| (u > 0.001).then_some(1.0 + u)).collect();
    for (index, range) in ranges.iter().enumerate() {
        let risks = vec![("risk_l1", values[range.clone()].to_vec())];
        Shard { estimator, index, from: range.start, risks, ..Shard::default() }.write(run);
    }
}

fn steps(end: usize, step: usize) -> Vec<std::ops::Range<usize>> {
    (0..end).step_by(step).map(|from| from..end.min(from + step)).collect()
}

fn pair(run: &Path) -> Pair {
    let pairs = plain(run).pairs;
    assert_eq!(pairs.len(), 1);
    pairs.into_iter().next().unwrap()
}

/// What direct computation over the trials of both finds: how many, the median of the ratio, and the share of wins.
fn direct(of: impl Fn(usize) -> bool) -> (u64, f64, f64) {
    let (a, b) = (uniforms(ROWS, 1), uniforms(ROWS, 2));
    let both = (0..ROWS).filter(|trial| of(*trial) && a[*trial] > 0.001 && b[*trial] > 0.001);
    let mut ratios: Vec<f64> = both.map(|trial| (1.0 + a[trial]) / (1.0 + b[trial])).collect();
    ratios.sort_by(f64::total_cmp);
    let count = ratios.len();
    let median = (ratios[(count - 1) / 2] + ratios[count / 2]) / 2.0;
    (count as u64, median, ratios.iter().filter(|ratio| **ratio < 1.0).count() as f64 / count as f64)
}

fn check(pair: &Pair, (trials, median, wins): (u64, f64, f64)) {
    assert_eq!(pair.trials, trials);
    assert!((pair.ratio.value().unwrap() / median - 1.0).abs() < 1e-14, "{pair:?} {median}");
    assert!((pair.wins - wins).abs() < 1e-12, "{pair:?} {wins}");
}

#[test]
fn files_may_be_cut_differently() {
    for (first, second) in [(ROWS, 50_000), (7_777, ROWS), (50_000, 7_777), (122_880, 50_000)] {
        let run = tempfile::tempdir().unwrap();
        cut(run.path(), "a", 1, &steps(ROWS, first));
        cut(run.path(), "b", 2, &steps(ROWS, second));
        check(&pair(run.path()), direct(|_| true));
    }
}

/// Runs that were stopped leave holes, at different places in each estimator.
#[test]
fn files_may_be_missing() {
    let run = tempfile::tempdir().unwrap();
    let a: Vec<_> =
        steps(ROWS, 10_000).into_iter().enumerate().filter(|(k, _)| k % 3 != 1).map(|(_, r)| r).collect();
    let b: Vec<_> =
        steps(120_000, 7_000).into_iter().enumerate().filter(|(k, _)| k % 4 != 0).map(|(_, r)| r).collect();
    cut(run.path(), "a", 1, &a);
    cut(run.path(), "b", 2, &b);
    let holds =
        |ranges: &[std::ops::Range<usize>], trial: usize| ranges.iter().any(|range| range.contains(&trial));
    check(&pair(run.path()), direct(|trial| holds(&a, trial) && holds(&b, trial)));
    // Nothing in common is no pair.
    let apart = tempfile::tempdir().unwrap();
    cut(apart.path(), "a", 1, &[0..10, 30..40]);
    cut(apart.path(), "b", 2, &[10..30, 40..50]);
    assert!(plain(apart.path()).pairs.is_empty());
}

/// Cut alike or not, the same trials give the same statistics to the last digits.
#[test]
fn how_files_are_cut_does_not_matter() {
    let [one, other] = [steps(ROWS, 40_960), steps(ROWS, 10_240)].map(|ranges| {
        let run = tempfile::tempdir().unwrap();
        cut(run.path(), "a", 1, &ranges);
        cut(run.path(), "b", 2, &steps(ROWS, 40_960));
        pair(run.path())
    });
    assert_eq!((one.trials, one.ratio, one.wins), (other.trials, other.ratio, other.wins));
    let near = |a: Option<f64>, b: Option<f64>| (a.unwrap() / b.unwrap() - 1.0).abs() < 1e-9;
    assert!(near(one.difference, other.difference) && near(one.saved_log, other.saved_log));
}
