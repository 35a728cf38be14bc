//! Draws the samples of a batch.

use crate::batch::{Batch, Order, Samples, Shelf};
use crate::error::Error;
use crate::plan::{Cell, Plan};
use crate::run::slab_rows;
use rayon::prelude::*;
use std::sync::Arc;
use tempered_flow::{Pool, Stage};
use tempered_math::seed::Purpose;
use tempered_math::{design, noise, target};

/// The first stage.
pub struct Generate {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Where arithmetic runs.
    pub pool: Pool,
    /// Buffers that come back from evaluation.
    pub shelf: Arc<Shelf<Samples>>,
}

impl Stage for Generate {
    type In = Order;
    type Out = Batch<Samples>;
    type Error = Error;

    fn run(&mut self, order: Order) -> Result<Batch<Samples>, Error> {
        let cell = &self.plan.cells[order.shard.cell];
        let rows = slab_rows(cell.n);
        let starts: Vec<u64> = order.trials.clone().step_by(usize::try_from(rows).unwrap_or(1)).collect();
        let slabs = self.pool.install(|| {
            starts
                .into_par_iter()
                .map(|start| {
                    let mut samples = self.shelf.take();
                    samples.trials = start..(start + rows).min(order.trials.end);
                    draw(self.plan.study.seed, cell, &mut samples).map(|()| samples)
                })
                .collect::<Result<Vec<Samples>, Error>>()
        })?;
        Ok(Batch { order, slabs })
    }
}

/// Draws the samples of a slab's trials.
pub fn draw(seed: u64, cell: &Cell, samples: &mut Samples) -> Result<(), Error> {
    let design = cell.design.build(design::CATALOGUE)?;
    let noise = cell.noise.build(noise::CATALOGUE)?;
    let target = cell.target.build(target::CATALOGUE)?;
    let (design_key, noise_key) = (cell.stream(seed, Purpose::Design), cell.stream(seed, Purpose::Noise));
    let pure_noise = cell.target.name() == "zero";
    samples.n = usize::try_from(cell.n).unwrap_or(usize::MAX);
    let rows = usize::try_from(samples.trials.end - samples.trials.start).unwrap_or(0);
    samples.x.resize(rows * samples.n, 0.0);
    samples.y.resize(rows * samples.n, 0.0);
    let pairs = samples.x.chunks_exact_mut(samples.n).zip(samples.y.chunks_exact_mut(samples.n));
    for (trial, (x, y)) in samples.trials.clone().zip(pairs) {
        design.fill(&mut design_key.trial(trial), x);
        noise.fill(&mut noise_key.trial(trial), y);
        if !pure_noise {
            y.iter_mut().zip(x.iter()).for_each(|(y, x)| *y += target.value(*x));
        }
    }
    Ok(())
}
