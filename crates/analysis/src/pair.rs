//! Estimators against each other on the same samples.

use libm::log;
use polars::prelude::DataFrame;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::collect::{Column, Gather, Sample, collect};
use crate::error::Error;
use crate::moments::Moments;
use crate::quantile::Quantile;
use crate::risk::Risk;
use crate::scan::{Partition, RiskColumns, Scan, Shard, read, read_ahead, reals, together};

/// Estimators of more than so many labels are compared with the first one alone.
const ALL_PAIRS: usize = 6;
/// Trials that are compared at a time: what is computed of them stays in the first caches.
const CACHED: usize = 1024;

/// Two estimators in one cell under one risk, trial by trial.
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
    /// The median of R_first/R_second over trials, with its distribution-free interval.
    pub ratio: Quantile,
    /// The share of trials in which the first has the smaller risk; a tie counts half.
    pub wins: f64,
    /// Whether both means can be trusted, and so the mean difference.
    pub trusted: bool,
    /// The mean of R_first − R_second.
    pub difference: Option<f64>,
    /// Its standard error.
    pub difference_se: Option<f64>,
    /// 1 − Var(R_first − R_second)/(Var R_first + Var R_second): the variance that common samples save.
    pub saved: Option<f64>,
    /// The same for ln R, which has a variance under any power tail.
    pub saved_log: Option<f64>,
}

/// Compares estimators in every cell that more than one of them has finished trials in.
pub(crate) fn pairs(scan: &Scan, confidence: f64) -> Result<Vec<Pair>, Error> {
    let labels: BTreeSet<&str> = scan.partitions.iter().map(|p| p.estimator.as_str()).collect();
    // Partitions of each cell, those of later estimators behind.
    let mut cells: BTreeMap<(u64, &str), Vec<&Partition>> = BTreeMap::new();
    for partition in scan.partitions.iter().rev() {
        cells.entry((partition.n, &partition.cell)).or_default().push(partition);
    }
    let mut compared = Vec::new();
    for first in &scan.partitions {
        let others = cells.entry((first.n, &first.cell)).or_default();
        others.pop();
        if labels.len() > ALL_PAIRS && labels.first() != Some(&first.estimator.as_str()) {
            continue;
        }
        compared.extend(others.iter().rev().map(|second| (first, *second)));
    }
    let mut pairs = Vec::new();
    for some in together(&compared, |(first, second)| first.rows() + second.rows()) {
        let found = some.par_iter().map(|(first, second)| compare(scan, first, second, confidence));
        pairs.extend(found.collect::<Result<Vec<_>, Error>>()?.into_iter().flatten());
    }
    Ok(pairs)
}

/// One pair of partitions of the same cell, risk by risk.
fn compare(scan: &Scan, first: &Partition, second: &Partition, confidence: f64) -> Result<Vec<Pair>, Error> {
    // Per risk: the ratio, of which the median is wanted, both values and their difference, the same for logarithms.
    const COLUMNS: usize = 7;
    let order = |column| Gather { order: column % COLUMNS == 0, ..Gather::default() };
    let gather: Vec<Gather> = (0..COLUMNS * scan.risks.len()).map(order).collect();
    let mut wins = vec![0.0; scan.risks.len()];
    let rows = first.rows().min(second.rows());
    let samples = collect(rows, &gather, &[0.5], &mut |columns| {
        both(scan, first, second, |trials| {
            let risks = columns.par_chunks_mut(COLUMNS).zip(&mut wins).zip(&scan.risks);
            risks.try_for_each(|((columns, wins), risk)| {
                trials.blocks(&risk.value, |a, b| *wins += add(columns, a, b))
            })
        })
    })?;
    let pair = |((columns, wins), risk): ((&[Sample], f64), &RiskColumns)| {
        let [ratio, a, b, difference, log_a, log_b, log_difference] = columns else { return None };
        let mean = difference.moments.mean();
        let count = ratio.ordered.count();
        Some(Pair {
            estimator: first.estimator.clone(),
            against: second.estimator.clone(),
            design: first.labels[0].clone(),
            target: first.labels[1].clone(),
            noise: first.labels[2].clone(),
            p: risk.risk,
            n: first.n,
            trials: a.rows,
            ratio: Quantile::of(&ratio.ordered, 0.5, confidence),
            wins: wins / a.rows.max(1) as f64,
            trusted: false,
            difference: mean.map(|mean| mean.value),
            difference_se: mean.and_then(|mean| mean.error),
            saved: saved(&difference.moments, &a.moments, &b.moments),
            saved_log: saved(&log_difference.moments, &log_a.moments, &log_b.moments),
        })
        .filter(|_| count > 0)
    };
    Ok(samples.chunks(COLUMNS).zip(wins).zip(&scan.risks).filter_map(pair).collect())
}

fn saved(difference: &Moments, a: &Moments, b: &Moments) -> Option<f64> {
    let apart = a.variance()? + b.variance()?;
    let saved = 1.0 - difference.variance()? / apart;
    saved.is_finite().then_some(saved)
}

/// Adds trials to the columns of a risk; returns in how many the first estimator wins.
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

/// Trials that two files have in common.
struct Common<'a> {
    files: [&'a Path; 2],
    frames: [DataFrame; 2],
    /// Rows of the same trial.
    rows: Vec<(usize, usize)>,
}

impl<'a> Common<'a> {
    fn read(files: [&'a Path; 2], start: u64, columns: &[&str]) -> Result<Common<'a>, Error> {
        let mut trials = Vec::new();
        let mut frame = |file: &Path| {
            let frame = read(file, start, columns)?;
            let column = frame.column("trial").and_then(|column| column.i64());
            trials.push(column.map_err(Error::read(file))?.iter().flatten().collect::<Vec<i64>>());
            Ok(frame)
        };
        let frames = [frame(files[0])?, frame(files[1])?];
        Ok(Common { files, frames, rows: matches(&trials[0], &trials[1]) })
    }

    /// Calls `each` with both values of trials in which neither is missing, some trials at a time.
    fn blocks(&self, column: &str, mut each: impl FnMut(&[f64], &[f64])) -> Result<(), Error> {
        let Common { files, frames, rows } = self;
        let x = reals(&frames[0], column).map_err(Error::read(files[0]))?;
        let y = reals(&frames[1], column).map_err(Error::read(files[1]))?;
        let present = |(i, j): &(usize, usize)| !x[*i].is_nan() && !y[*j].is_nan();
        for rows in rows.chunks(CACHED) {
            let (x, y): (Vec<f64>, Vec<f64>) =
                rows.iter().filter(|rows| present(rows)).map(|(i, j)| (x[*i], y[*j])).unzip();
            each(&x, &y);
        }
        Ok(())
    }
}

/// Calls `each` with all trials that both have.
fn both(
    scan: &Scan,
    first: &Partition,
    second: &Partition,
    each: impl FnMut(Common<'_>) -> Result<(), Error> + Send,
) -> Result<(), Error> {
    let columns: Vec<&str> =
        std::iter::once("trial").chain(scan.risks.iter().map(|risk| risk.value.as_str())).collect();
    let twins = first.files.iter().filter_map(|shard| {
        let twin = second.files.binary_search_by_key(&shard.name(), Shard::name).ok()?;
        Some(shard.chunks().zip(second.files[twin].chunks()))
    });
    // Both files have a row for every trial from the first of the shard on, so that chunks hold the same trials.
    let common = twins.flatten().map(|((a, start), (b, _))| Common::read([a, b], start, &columns));
    read_ahead(common, each)
}

/// Places of equal numbers in two ascending lists.
fn matches(a: &[i64], b: &[i64]) -> Vec<(usize, usize)> {
    let (mut i, mut j, mut found) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                found.push((i, j));
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_are_matched_by_number() {
        assert_eq!(matches(&[0, 2, 3, 7], &[1, 2, 7, 8]), [(1, 1), (3, 2)]);
        assert_eq!(matches(&[], &[1]), []);
    }
}
