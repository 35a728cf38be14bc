//! Pairwise comparisons of estimators on the same samples.

use libm::log;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::read::blocks::read_ahead;
use crate::read::common::Walk;
use crate::read::order::{in_order, together};
use crate::read::scan::{Partition, RiskColumns, Scan};
use crate::risk::Risk;
use crate::sample::collect::{Column, Gather, Sample, collect};
use crate::sample::confidence::standard_errors;
use crate::sample::moments::Moments;
use crate::sample::quantile::Quantile;
use crate::sample::share::share_interval;

/// With more estimators than this, all are compared with the first one only: the number of all pairs is quadratic, and
/// the fifteen of six estimators are what a table shows at one glance.
const ALL_PAIRS: usize = 6;
/// The comparison of two estimators in one cell by one risk, trial by trial.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// The first estimator's label.
    pub estimator: String,
    /// The second estimator's label.
    pub against: String,
    /// The design's label.
    pub design: String,
    /// The target's label.
    pub target: String,
    /// The noise's label.
    pub noise: String,
    /// The risk.
    pub p: Risk,
    /// The size of a training set.
    pub n: u64,
    /// Trials in which both have a risk.
    pub trials: u64,
    /// Overflowed risks of either estimator. All statistics of the pair are those of the other trials.
    pub censored: u64,
    /// The median of R_first/R_second over trials, with its distribution-free interval.
    pub ratio: Quantile,
    /// The share of trials in which the first has the smaller risk; ties count half.
    pub wins: f64,
    /// The lower end of its interval.
    pub wins_low: f64,
    /// The upper end of its interval.
    pub wins_high: f64,
    /// Whether both means at this n are trusted, and hence the mean difference.
    pub trusted: bool,
    /// The mean of R_first − R_second.
    pub difference: Option<f64>,
    /// Its standard error.
    pub difference_se: Option<f64>,
    /// 1 − Var(R_first − R_second)/(Var R_first + Var R_second): the variance reduction by common samples.
    pub saved: Option<f64>,
    /// The same for ln R, which has a variance under any power tail.
    pub saved_log: Option<f64>,
}

/// Compares estimators in every cell in which more than one of them has finished trials.
pub(crate) fn pairs(scan: &Scan, confidence: f64) -> Result<Vec<Pair>, Error> {
    let labels: BTreeSet<&str> = scan.partitions.iter().map(|p| &*p.estimator).collect();
    if labels.len() < 2 {
        return Ok(Vec::new());
    }
    let leader = scan.partitions.first().map(|partition| &partition.estimator);
    // Partitions of each cell, in the order of estimators.
    let mut cells: BTreeMap<(u64, &str), Vec<&Partition>> = BTreeMap::new();
    for partition in scan.partitions.iter().rev() {
        cells.entry((partition.n, &partition.cell)).or_default().push(partition);
    }
    let mut compared = Vec::new();
    for first in &scan.partitions {
        let others = cells.entry((first.n, &first.cell)).or_default();
        others.pop();
        if labels.len() > ALL_PAIRS && leader != Some(&first.estimator) {
            continue;
        }
        compared.extend(others.iter().rev().map(|second| (first, *second)));
    }
    let mut pairs = Vec::new();
    for some in together(&compared, |(first, second)| first.rows() + second.rows()) {
        let found = some.par_iter().map(|(first, second)| compare(scan, first, second, confidence));
        pairs.extend(in_order(found)?.into_iter().flatten());
    }
    Ok(pairs)
}

/// One pair of partitions of the same cell, risk by risk.
fn compare(scan: &Scan, first: &Partition, second: &Partition, confidence: f64) -> Result<Vec<Pair>, Error> {
    // For each risk: the ratio, whose median is computed, both values and their difference, and the same for logarithms.
    const COLUMNS: usize = 7;
    let order = |column| Gather { order: column % COLUMNS == 0, ..Gather::default() };
    let gather: Vec<Gather> = (0..COLUMNS * scan.risks.len()).map(order).collect();
    let mut wins = vec![0.0; scan.risks.len()];
    let names: Vec<&str> = scan.risks.iter().map(|risk| risk.value.as_str()).collect();
    let rows = first.rows().min(second.rows());
    let samples = collect(rows, &gather, &[0.5], &mut |columns| {
        read_ahead(Walk::new(&first.files, &second.files, &names), |common| {
            let risks = columns.par_chunks_mut(COLUMNS).zip(&mut wins).enumerate();
            risks.for_each(|(place, (columns, wins))| {
                common.values(place, |a, b| *wins += add(columns, a, b));
            });
            Ok(())
        })
    })?;
    let rows = samples.chunks(COLUMNS).zip(wins).zip(&scan.risks);
    Ok(rows
        .filter_map(|((columns, wins), risk)| of([first, second], risk, columns, wins, confidence))
        .collect())
}

/// The pair of one risk from its columns, those of [`add`]; `None` where no trial has both risks.
fn of(
    [first, second]: [&Partition; 2],
    risk: &RiskColumns,
    columns: &[Sample],
    wins: f64,
    confidence: f64,
) -> Option<Pair> {
    let [ratio, a, b, difference, log_a, log_b, log_difference] = columns else { return None };
    let mean = difference.moments.mean();
    let trials = a.rows.max(1) as f64;
    let (wins_low, wins_high) = share_interval(wins / trials, trials, standard_errors(confidence));
    (ratio.ordered.count() > 0).then(|| Pair {
        estimator: first.estimator.to_string(),
        against: second.estimator.to_string(),
        design: first.labels[0].to_string(),
        target: first.labels[1].to_string(),
        noise: first.labels[2].to_string(),
        p: risk.risk,
        n: first.n,
        trials: a.rows,
        ratio: Quantile::of(&ratio.ordered, 0.5, confidence),
        wins: wins / trials,
        wins_low,
        wins_high,
        // Set by `trust` when the levels are known.
        censored: 0,
        trusted: false,
        difference: mean.map(|mean| mean.value),
        difference_se: mean.and_then(|mean| mean.error),
        saved: saved(&difference.moments, &a.moments, &b.moments),
        saved_log: saved(&log_difference.moments, &log_a.moments, &log_b.moments),
    })
}

fn saved(difference: &Moments, a: &Moments, b: &Moments) -> Option<f64> {
    let apart = a.variance()? + b.variance()?;
    let saved = 1.0 - difference.variance()? / apart;
    saved.is_finite().then_some(saved)
}

/// Adds trials to the columns of a risk; returns the number in which the first estimator wins.
fn add(columns: &mut [Column], a: &[f64], b: &[f64]) -> f64 {
    let only_ratios = columns[1].is_done();
    let mut column = |place: usize, mut values: Vec<f64>| {
        values.iter_mut().filter(|value| value.is_infinite()).for_each(|value| *value = f64::NAN);
        columns[place].add(&values);
    };
    let paired = |of: fn((f64, f64)) -> f64| a.iter().copied().zip(b.iter().copied()).map(of).collect();
    column(0, paired(|(a, b)| a / b));
    if only_ratios {
        return 0.0;
    }
    column(1, a.to_vec());
    column(2, b.to_vec());
    column(3, paired(|(a, b)| a - b));
    let [log_a, log_b] = [a, b].map(|values| values.iter().map(|value| log(*value)).collect::<Vec<_>>());
    column(6, log_a.iter().zip(&log_b).map(|(a, b)| a - b).collect());
    column(4, log_a);
    column(5, log_b);
    let won: Vec<f64> = paired(|(a, b)| if a < b { 1.0 } else { f64::from(u8::from(a == b)) / 2.0 });
    won.iter().sum()
}
