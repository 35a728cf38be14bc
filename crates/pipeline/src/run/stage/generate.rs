//! Draws the samples of a slab.

use crate::error::Error;
use crate::plan::Plan;
use crate::run::batch::Slab;
use crate::run::buffers::BufferPool;
use crate::trial::{Laws, Samples};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;
use tempered_flow::Step;

/// The first step.
pub struct Generate {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Buffers that come back from evaluation.
    pub buffers: Arc<BufferPool<Samples>>,
    /// Laws that are at rest, each with the position of its cell.
    pub laws: BufferPool<Option<(usize, Laws)>>,
}

impl Step for Generate {
    type In = Slab<Range<u64>>;
    type Out = Slab<Samples>;
    type Error = Error;

    fn run(&self, slab: Slab<Range<u64>>) -> Result<Slab<Samples>, Error> {
        let Slab { order, shard, estimators, made: trials } = slab;
        let begun = Some(Instant::now());
        let make = || Laws::of(&self.plan, &self.plan.cells[shard.cell]);
        let laws = self.laws.take_for(shard.cell, make)?;
        let mut samples = self.buffers.take();
        (samples.trials, samples.begun) = (trials, begun);
        laws.draw(&mut samples)?;
        self.laws.give(Some((shard.cell, laws)));
        Ok(Slab { order, shard, estimators, made: samples })
    }
}
