//! Recomputing rows that are drawn at random, from their seeds, and comparing bits.

use crate::directory::check::{Checked, Fault, Finding};
use crate::directory::elsewhere;
use crate::error::Error;
use crate::plan::{Plan, place};
use crate::spec;
use crate::trial::compute;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tempered_store::{Place, RunDirectory, Table, read_metrics, read_weights_row};

/// How many rows are recomputed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Draw {
    /// So many, or all where there are fewer.
    Count(u64),
    /// This share of them, rounded up.
    Share(f64),
}

impl Draw {
    fn of(self, rows: u64) -> u64 {
        match self {
            Draw::Count(count) => count.min(rows),
            Draw::Share(share) => ((rows as f64 * share).ceil() as u64).min(rows),
        }
    }
}

/// What came of it.
#[derive(Default)]
pub(super) struct Recomputed {
    pub rows: u64,
    /// Rows that were drawn and not compared, by the processor that computed them.
    pub elsewhere: BTreeMap<String, u64>,
    pub findings: Vec<Finding>,
}

/// A file that rows can be drawn from: the study knows how to compute it.
struct Source<'a> {
    place: &'a Place,
    estimator: usize,
    cell: usize,
    first: u64,
    rows: u64,
}

/// Draws rows of the sound files that the study asks for, every row equally likely, no row twice; which ones follows from
/// the study's seed. Files are read once; each row costs what its trial cost.
pub(super) fn recompute(
    plan: &Plan,
    directory: &RunDirectory,
    sound: &BTreeMap<&Place, Checked>,
    draw: Draw,
) -> Result<Recomputed, Error> {
    let sources = sources(plan, sound);
    let all = sources.iter().map(|source| source.rows).sum();
    let mut by_source: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    let (mut source, mut before) = (0, 0);
    for row in rows(plan.study.seed, all, draw.of(all)) {
        while row >= before + sources[source].rows {
            before += sources[source].rows;
            source += 1;
        }
        by_source.entry(source).or_default().push(sources[source].first + row - before);
    }
    let drawn: Vec<(usize, Vec<u64>)> = by_source.into_iter().collect();
    let one = |(source, trials): &(usize, Vec<u64>)| {
        let (source, count) = (&sources[*source], trials.len() as u64);
        let elsewhere = elsewhere(plan, directory, (source.place, source.estimator))?
            .into_iter()
            .map(|model| (model, count))
            .collect::<BTreeMap<_, _>>();
        if !elsewhere.is_empty() {
            return Ok(Recomputed { elsewhere, ..Recomputed::default() });
        }
        Ok(Recomputed { rows: count, findings: source.compare(plan, directory, trials)?, elsewhere })
    };
    let parts = drawn.par_iter().map(one).collect::<Result<Vec<_>, Error>>()?;
    Ok(parts.into_iter().fold(Recomputed::default(), Recomputed::and))
}

impl Recomputed {
    fn and(mut self, other: Recomputed) -> Recomputed {
        self.rows += other.rows;
        self.findings.extend(other.findings);
        for (model, count) in other.elsewhere {
            *self.elsewhere.entry(model).or_default() += count;
        }
        self
    }
}

/// In the order of the plan, so that the same rows are drawn wherever the files lie.
fn sources<'a>(plan: &Plan, sound: &'a BTreeMap<&Place, Checked>) -> Vec<Source<'a>> {
    let mut sources = Vec::new();
    for shard in plan.shards() {
        for estimator in plan.estimators(&shard).iter().copied() {
            // What claims to differ each time cannot be told from what is wrong.
            if spec::stated(plan.study.estimators[estimator].rule.sample(), "reproducible") == "no" {
                continue;
            }
            if let Some((place, checked)) = sound.get_key_value(&place(plan, estimator, &shard)) {
                let (first, rows) = (checked.range.start, checked.trials.len() as u64);
                sources.push(Source { place, estimator, cell: shard.cell, first, rows });
            }
        }
    }
    sources
}

/// `count` of the numbers below `all`: hashes of seed and counter, spread over the range by their leading bits.
fn rows(seed: u64, all: u64, count: u64) -> BTreeSet<u64> {
    // Of more than half, those that are left out are drawn.
    if count > all / 2 {
        let without = rows(seed, all, all - count);
        return (0..all).filter(|row| !without.contains(row)).collect();
    }
    let mut rows = BTreeSet::new();
    let mut counter = 0u64;
    while (rows.len() as u64) < count {
        let mut hasher = blake3::Hasher::new_derive_key("tempered 2026 rows to verify v1");
        hasher.update(&seed.to_le_bytes()).update(&counter.to_le_bytes());
        let mut bytes = [0; 8];
        hasher.finalize_xof().fill(&mut bytes);
        // The upper half of a product of 128 bits: a number below `all`, as even as 64 bits can be.
        rows.insert(((u128::from(u64::from_le_bytes(bytes)) * u128::from(all)) >> 64) as u64);
        counter += 1;
    }
    rows
}

impl Source<'_> {
    /// The first trial of either file that differs.
    fn compare(&self, plan: &Plan, directory: &RunDirectory, trials: &[u64]) -> Result<Vec<Finding>, Error> {
        let table = read_metrics(&directory.metrics_path(self.place))?;
        let weights = directory.weights_path(self.place);
        let stored = weights.exists();
        let cell = &plan.cells[self.cell];
        let estimator = &cell.choice(&plan.study.estimators[self.estimator].rule)?;
        let same = |trial: &u64| -> Result<(u64, bool, bool), Error> {
            let computed = compute(plan, cell, estimator, *trial)?;
            let network = if stored { read_weights_row(&weights, *trial)? } else { None };
            let is_due = stored && computed.row.has_weights && plan.study.weights.stores(*trial);
            let same_network = network.map_or(!is_due, |row| computed.is_network(plan.generator, &row));
            Ok((*trial, computed.is_row_of(&table) == Some(true), same_network))
        };
        let compared = trials.par_iter().map(same).collect::<Result<Vec<_>, Error>>()?;
        let first = |table: Table, same: &dyn Fn(&(u64, bool, bool)) -> bool| {
            let differs = compared.iter().find(|compared| !same(compared))?;
            Some(Finding { path: self.place.path(table), fault: Fault::Differs { trial: differs.0 } })
        };
        let found = [first(Table::Metrics, &|c| c.1), first(Table::Weights, &|c| c.2)];
        Ok(found.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_distinct_and_within() {
        assert_eq!(Draw::Share(0.001).of(400), 1);
        assert_eq!(Draw::Share(0.5).of(7), 4);
        assert_eq!(Draw::Count(9).of(7), 7);
        for (all, count) in [(0, 0), (1, 1), (10, 3), (10, 9), (1000, 1000), (1 << 40, 50)] {
            let drawn = rows(3, all, count);
            assert_eq!(drawn.len() as u64, count);
            assert!(drawn.iter().all(|row| *row < all));
            assert_eq!(drawn, rows(3, all, count), "the seed decides");
        }
        assert_ne!(rows(3, 1 << 40, 50), rows(4, 1 << 40, 50));
        // Every part of the range gets its share.
        let drawn = rows(1, 1_000_000, 10_000);
        let lower = drawn.iter().filter(|row| **row < 250_000).count();
        assert!((2_300..2_700).contains(&lower), "{lower}");
    }
}
