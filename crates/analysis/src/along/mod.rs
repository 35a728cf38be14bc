//! Quantities along any coordinate: of partitions that agree in all others.
//!
//! Along n, [`crate::summary`] finds laws of growth, tails and verdicts for the risks. Along other coordinates, and for
//! other quantities, there are curves: positions with their statistics, minimum and maximum, and the course between them.

mod axis;
mod compare;
#[cfg(test)]
mod coverage;
mod curve;
mod gather;

pub(crate) use axis::{Along, SIZE};
pub use curve::{Course, Curve, Extreme, Point};
pub(crate) use gather::Quantity;

use axis::{Key, Placing};
use compare::Chances;
use curve::Draft;
use gather::{Gathered, Source};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use crate::coordinates::{Coordinate, Interner};
use crate::error::Error;
use crate::options::Options;
use crate::read::order::{in_order, together};
use crate::read::scan::{Partition, Scan};
use crate::sample::replicates::Replicates;

/// A partition with its series and its position in it.
struct Placed<'a> {
    group: usize,
    at: Option<Coordinate>,
    partition: &'a Partition,
}

/// The series and quantities of curves.
struct Plan<'a> {
    along: &'a Along,
    quantities: &'a [Quantity],
    options: &'a Options,
    keys: Vec<Key>,
    /// The number of positions of each series.
    sizes: Vec<usize>,
    /// Replicates for laws of growth, along n.
    normals: Option<Replicates>,
}

/// The curves of quantities, in their order, of each quantity in the order of the options.
///
/// Memory: the statistics of all positions, and 32 kB a position of the current series.
pub(crate) fn curves(
    scan: &Scan,
    along: &Along,
    quantities: &[Quantity],
    options: &Options,
) -> Result<Vec<Curve>, Error> {
    if quantities.is_empty() {
        return Ok(Vec::new());
    }
    let (keys, placed) = placed(scan, along, options);
    let mut sizes = vec![0; keys.len()];
    placed.iter().for_each(|placed| sizes[placed.group] += 1);
    let grows = *along == Along::Size && quantities.iter().any(|quantity| quantity.own);
    let normals = grows.then(|| Replicates::new(options.bootstrap));
    let plan = Plan { along, quantities, options, keys, sizes, normals };
    let mut curves: Vec<Vec<Curve>> = quantities.iter().map(|_| Vec::new()).collect();
    let mut interner = Interner::default();
    let mut open: (Option<usize>, Vec<Vec<Draft>>) = (None, Vec::new());
    for some in together(&placed, |placed| placed.partition.rows()) {
        let drafted = in_order(some.par_iter().map(|placed| plan.drafted(placed)))?;
        for (placed, drafts) in some.iter().zip(drafted) {
            if open.0 != Some(placed.group) {
                plan.finish(std::mem::take(&mut open), &mut interner, &mut curves);
                open = (Some(placed.group), quantities.iter().map(|_| Vec::new()).collect());
            }
            open.1.iter_mut().zip(drafts).for_each(|(all, mut more)| all.append(&mut more));
        }
    }
    plan.finish(open, &mut interner, &mut curves);
    Ok(curves.into_iter().flatten().collect())
}

/// The series there are, in the order of the options, and all partitions, series by series, place by place.
fn placed<'a>(scan: &'a Scan, along: &Along, options: &Options) -> (Vec<Key>, Vec<Placed<'a>>) {
    let ranks = options.order.ranks(scan.partitions.iter().map(Partition::names));
    let mut partitions: Vec<&Partition> = scan.partitions.iter().collect();
    partitions.sort_by_cached_key(|partition| (ranks.of(partition.names()), partition.n));
    let (mut placing, mut keys, mut known) = (Placing::new(along, &options.zip), Vec::new(), HashMap::new());
    let mut one = |partition: &'a Partition| {
        let (key, at) = placing.of(partition);
        let group = *known.entry(key).or_insert_with_key(|key: &Key| {
            keys.push(key.clone());
            keys.len() - 1
        });
        Placed { group, at, partition }
    };
    let mut placed: Vec<Placed<'a>> = partitions.into_iter().map(&mut one).collect();
    // The sort is stable, so that words stay in the order of the study.
    placed.sort_by(|a, b| a.group.cmp(&b.group).then_with(|| by_number(a.at.as_ref(), b.at.as_ref())));
    (keys, placed)
}

/// Numbers ascending, then words, which compare as equal.
fn by_number(a: Option<&Coordinate>, b: Option<&Coordinate>) -> Ordering {
    match (a, b) {
        (Some(Coordinate::Word(_)), Some(Coordinate::Word(_))) => Ordering::Equal,
        (Some(a), Some(b)) => a.order(b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

impl Plan<'_> {
    /// The positions of each quantity that a partition adds to its series.
    fn drafted(&self, placed: &Placed<'_>) -> Result<Vec<Vec<Draft>>, Error> {
        let partition = placed.partition;
        let mut drafts: Vec<Vec<Draft>> = self.quantities.iter().map(|_| Vec::new()).collect();
        let source = match self.along {
            Along::Checkpoint => Source::checkpoints(partition, self.quantities)?,
            _ => Some(Source::metrics(partition, self.quantities)),
        };
        let Some(source) = source else { return Ok(drafts) };
        let size = source.checkpoints.len().max(self.sizes[placed.group]);
        let chances = Chances::of(self.options.confidence, size);
        let cell: Arc<str> = format!("{}:{}", partition.n, partition.cell).into();
        let levels: Vec<f64> = self.options.quantiles.iter().copied().chain([0.5]).collect();
        for (place, gathered) in source.gathered(&levels)?.into_iter().enumerate() {
            let step = source.checkpoints.get(place).map(|step| Coordinate::Number(*step as f64));
            let at = step.or_else(|| placed.at.clone());
            for ((quantity, gathered), drafts) in self.quantities.iter().zip(gathered).zip(&mut drafts) {
                drafts.extend(self.draft(partition.n, (&cell, &at), quantity, gathered, &chances));
            }
        }
        Ok(drafts)
    }

    fn draft(
        &self,
        n: u64,
        (cell, at): (&Arc<str>, &Option<Coordinate>),
        quantity: &Quantity,
        gathered: Gathered,
        chances: &Chances,
    ) -> Option<Draft> {
        Draft::of((n, cell.clone(), at.clone()), quantity, gathered, chances, self.options)
    }

    /// Makes the curves of a complete series.
    fn finish(
        &self,
        (group, drafts): (Option<usize>, Vec<Vec<Draft>>),
        interner: &mut Interner,
        curves: &mut [Vec<Curve>],
    ) {
        let Some(key) = group.map(|group| &self.keys[group]) else { return };
        let coordinates = interner.of(key.labels.each_ref().map(|label| &**label));
        let made = self.quantities.par_iter().zip(drafts).map(|(quantity, drafts)| {
            let curve = Curve::of(
                key,
                self.along.name(),
                coordinates.clone(),
                (quantity, self.options.statistic),
                drafts,
            );
            let curve = match &self.normals {
                Some(normals) if quantity.own => curve.with_growth(normals, self.options),
                _ => curve,
            };
            Some(curve).filter(|curve| !curve.points.is_empty())
        });
        let made: Vec<Option<Curve>> = made.collect();
        curves.iter_mut().zip(made).for_each(|(curves, made)| curves.extend(made));
    }
}
