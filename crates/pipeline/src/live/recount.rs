//! Counting finished files that no record of summaries counts.

use super::summaries::Live;
use super::tally::Tally;
use crate::error::Error;
use crate::plan::{Plan, Shard, place};
use tempered_store::{MetricsChunk, RunDirectory, read_metrics};

/// Adds a shard's finished estimators that the live summaries do not count yet; returns whether there were any.
pub(crate) fn recount(
    plan: &Plan,
    directory: &RunDirectory,
    shard: &Shard,
    complete: &[usize],
    live: &mut Live,
) -> Result<bool, Error> {
    let first = plan.study.criteria.first_risk();
    let mut added = false;
    for estimator in complete {
        let label = &plan.study.estimators[*estimator].label;
        let place = place(plan, *estimator, shard);
        if live.holds(label, &place.cell, shard.index) {
            continue;
        }
        let path = directory.metrics_path(&place);
        let table = read_metrics(&path)?;
        let mut tally = Tally::new(live.risks().len());
        for (row, status) in table.status.iter().enumerate() {
            let risks: Vec<_> = table.scores[first..].iter().map(|column| column[row]).collect();
            tally.add(status != MetricsChunk::OK, &risks);
        }
        live.commit(label, &place.cell, shard.index, &tally);
        added = true;
    }
    Ok(added)
}
