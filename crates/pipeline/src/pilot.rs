//! Pilots: what a study will cost, from a few trials.

use crate::error::Error;
use crate::plan::{Cell, Plan};
use crate::spec::{Costs, Weights};
use crate::trial::compute;
use std::time::{Duration, Instant};

/// Points of a pilot trial at most.
const POINTS: u64 = 20_000;
/// What a pilot trial may take by the catalogue, in core-nanoseconds: n is halved until it does. One that still takes
/// longer is not tried, and the catalogue alone says what it costs.
const LONGEST: f64 = 2e9;
/// Time spent on all estimators together, as far as one trial of each allows.
const BUDGET: Duration = Duration::from_millis(25);
/// Bytes a kink takes in a weights file: outer weight and bias, BYTE_STREAM_SPLIT and zstd 1.
const KINK_BYTES: f64 = 13.5;
/// Bytes a score takes in a metrics file.
const SCORE_BYTES: f64 = 7.0;

/// What a study will take.
pub struct Estimate {
    /// Bytes on disk.
    pub bytes: f64,
    /// Seconds of one core.
    pub core_seconds: f64,
}

/// Runs a few trials of the middle-sized cell with every estimator, and scales their time by the catalogue's costs and
/// their bytes by sample points.
pub fn estimate(plan: &Plan) -> Result<Estimate, Error> {
    // Reading a table is no part of a trial.
    plan.read_tables()?;
    let mut order: Vec<usize> = (0..plan.cells.len()).collect();
    order.sort_by_key(|cell| plan.cells[*cell].n);
    let cell = order[order.len() / 2];
    let study = &plan.study;
    let trials = study.trials as f64;
    let points: f64 = plan.cells.iter().map(|cell| cell.n as f64 * trials).sum();
    let rows = plan.cells.len() as f64 * trials;
    let stored = stored_share(study.weights);
    let mut estimate = Estimate { bytes: 0.0, core_seconds: 0.0 };
    let costs = Costs::new(study);
    let share = BUDGET / u32::try_from(study.estimators.len()).unwrap_or(u32::MAX);
    for position in 0..study.estimators.len() {
        let all: f64 = plan.cells.iter().map(|cell| costs.of(position, cell.size()) * trials).sum();
        let Tried { pace, kinks } = try_out(plan, &plan.cells[cell], (position, &costs), share)?;
        estimate.bytes += rows * plan.scores().len() as f64 * SCORE_BYTES;
        estimate.bytes += kinks * points * KINK_BYTES * stored;
        estimate.core_seconds += pace * all;
    }
    Ok(estimate)
}

/// Which share of the networks is stored.
fn stored_share(weights: Weights) -> f64 {
    match weights {
        Weights::All => 1.0,
        Weights::None => 0.0,
        Weights::Every(k) => 1.0 / k as f64,
    }
}

/// What a few trials of an estimator told.
struct Tried {
    /// Seconds for each nanosecond of the catalogue's costs.
    pace: f64,
    /// Kinks for each point of a sample.
    kinks: f64,
}

/// Runs trials of an estimator in a cell, made small enough, for so long.
fn try_out(
    plan: &Plan,
    cell: &Cell,
    (position, costs): (usize, &Costs),
    time: Duration,
) -> Result<Tried, Error> {
    let mut small = cell.clone();
    small.n = small.n.min(POINTS);
    while small.n > 2 && costs.of(position, small.size()) > LONGEST {
        small.n = (small.n / 2).max(2);
    }
    let cost = costs.of(position, small.size());
    // A program is taken at its word: to start it is no part of a trial.
    if cost > LONGEST || plan.asks(&[position]) {
        return Ok(Tried { pace: 1e-9, kinks: 1.0 });
    }
    let estimator = small.choice(&plan.study.estimators[position].rule)?;
    let (start, mut done, mut kinks) = (Instant::now(), 0u64, 0);
    while done == 0 || (start.elapsed() < time && done < plan.study.trials) {
        let trial = compute(plan, &small, &estimator, done)?;
        kinks += trial.row.kinks.unwrap_or(small.n);
        done += 1;
    }
    let done = done as f64;
    Ok(Tried {
        pace: start.elapsed().as_secs_f64() / (done * cost.max(1.0)),
        kinks: kinks as f64 / (done * small.n as f64),
    })
}
