//! The samples of the risks of one partition, and the reasons of missing values.

use crate::error::Error;
use crate::read::blocks::{Block, groups, read_ahead};
use crate::read::scan::{Partition, RiskColumns, Scan};
use crate::sample::collect::{Gather, Sample, collect};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The status of a trial with a score that overflowed.
pub(crate) const OVERFLOW: &str = "overflow";
/// The status of a trial that did not fail.
pub(crate) const OK: &str = "ok";
/// The reason of a missing value in a trial that did not fail: the risk does not apply.
pub(crate) const MISSING: &str = "missing";

/// Numbers of failed trials by reason.
pub(crate) type Reasons = BTreeMap<String, u64>;

/// The samples of one risk in one partition.
#[derive(Clone, Debug)]
pub(crate) struct RiskSamples {
    /// The risk. Overflows count as +∞ in order statistics and are left out elsewhere.
    pub value: Sample,
    pub gap: Option<Sample>,
    pub edge: Option<Sample>,
    /// Reasons of missing values.
    pub reasons: Reasons,
}

/// The samples of one partition.
#[derive(Clone, Debug)]
pub(crate) struct PartitionSamples {
    /// Risk by risk, in the order of [`Scan::risks`].
    pub risks: Vec<RiskSamples>,
    /// Reasons of failed trials without some risk, each trial counted once.
    pub failed: Reasons,
}

/// Counts of failures, for each risk and over all risks.
#[derive(Default)]
struct Tally {
    risks: Vec<Reasons>,
    failed: Reasons,
}

impl Scan {
    /// Gathers every risk of a partition, keeping the values that quantiles at these levels need.
    pub fn samples(&self, partition: &Partition, levels: &[f64]) -> Result<PartitionSamples, Error> {
        if self.risks.is_empty() {
            return Ok(PartitionSamples { risks: Vec::new(), failed: failures(partition)? });
        }
        let (columns, gather): (Vec<&str>, Vec<Gather>) =
            self.risks.iter().flat_map(RiskColumns::columns).unzip();
        let values = self.values(&columns);
        let mut tally = Tally::default();
        let mut samples = collect(partition.rows(), &gather, levels, &mut |gathered| {
            // Each pass meets all failures again.
            tally = Tally { risks: vec![Reasons::new(); values.len()], ..Tally::default() };
            let blocks = groups(&partition.files).map(|group| {
                let (file, group) = group?;
                let block = file.read(group, &columns)?;
                let lacks = values.iter().any(|place| block.columns[*place].as_deref().is_some_and(lacks));
                Ok((block, if lacks { file.status(group)? } else { Vec::new() }))
            });
            read_ahead(blocks, |(mut block, status)| {
                tally.add(&mut block, &status, &values);
                gathered.par_iter_mut().zip(&block.columns).for_each(|(column, values)| {
                    // A file without the column has not computed the risk: its trials do not count for it.
                    values.iter().for_each(|values| column.add(values));
                });
                Ok(())
            })
        })?
        .into_iter();
        let mut next = || samples.next().unwrap_or_default();
        let one = |(risk, reasons): (&RiskColumns, Reasons)| RiskSamples {
            value: next(),
            gap: risk.gap.is_some().then(&mut next),
            edge: risk.edge.is_some().then(&mut next),
            reasons,
        };
        Ok(PartitionSamples {
            risks: self.risks.iter().zip(tally.risks).map(one).collect(),
            failed: tally.failed,
        })
    }

    /// The indices of the risks themselves among columns.
    fn values(&self, columns: &[&str]) -> Vec<usize> {
        let place = |risk: &RiskColumns| columns.iter().position(|column| *column == risk.value);
        self.risks.iter().filter_map(place).collect()
    }
}

/// Trials that failed, by reason.
fn failures(partition: &Partition) -> Result<Reasons, Error> {
    let mut failed = Reasons::new();
    for group in groups(&partition.files) {
        let (file, group) = group?;
        for word in file.status(group)?.into_iter().filter(|word| word != OK) {
            *failed.entry(word).or_default() += 1;
        }
    }
    Ok(failed)
}

fn lacks(values: &[f64]) -> bool {
    values.iter().any(|value| value.is_nan())
}

impl Tally {
    /// Counts the rows without a risk, and sets overflows to +∞. Without `status` every row has all risks.
    fn add(&mut self, block: &mut Block, status: &[String], values: &[usize]) {
        for (row, word) in status.iter().enumerate() {
            let word = if word == OK { MISSING } else { word };
            let mut fails = false;
            for (place, reasons) in values.iter().zip(&mut self.risks) {
                let value = block.columns[*place].as_mut().map(|values| &mut values[row]);
                let Some(value) = value.filter(|value| value.is_nan()) else { continue };
                *reasons.entry(word.to_owned()).or_default() += 1;
                if word == OVERFLOW {
                    *value = f64::INFINITY;
                }
                fails = true;
            }
            // A fit is none that failed where a risk does not apply to it, as variance does not to bags.
            if fails && word != MISSING {
                *self.failed.entry(word.to_owned()).or_default() += 1;
            }
        }
    }
}

impl RiskColumns {
    /// Its columns in the order of [`RiskSamples`], with the statistics to gather.
    fn columns(&self) -> impl Iterator<Item = (&str, Gather)> {
        let gather = Gather { order: true, ..Gather::default() };
        let value = (&self.value, gather);
        let gap = self.gap.as_ref().map(|gap| (gap, Gather { logs: true, ..gather }));
        let edge = self.edge.as_ref().map(|edge| (edge, gather));
        [Some(value), gap, edge].into_iter().flatten().map(|(name, gather)| (name.as_str(), gather))
    }
}
