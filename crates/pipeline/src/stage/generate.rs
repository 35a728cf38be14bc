//! Draws the samples of a slab.

use crate::batch::{Samples, Shelf, Slab};
use crate::error::Error;
use crate::plan::{Cell, Plan};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;
use tempered_flow::Step;
use tempered_math::design::{self, Design};
use tempered_math::noise::{self, Noise};
use tempered_math::seed::{Key, Purpose};
use tempered_math::target::{self, Target};

/// The first step.
pub struct Generate {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Buffers that come back from evaluation.
    pub shelf: Arc<Shelf<Samples>>,
    /// Laws that are at rest, each with the position of its cell.
    pub laws: Shelf<Option<(usize, Laws)>>,
}

impl Step for Generate {
    type In = Slab<Range<u64>>;
    type Out = Slab<Samples>;
    type Error = Error;

    fn run(&self, slab: Slab<Range<u64>>) -> Result<Slab<Samples>, Error> {
        let Slab { order, shard, estimators, made: trials } = slab;
        let begun = Some(Instant::now());
        let make = || Laws::of(&self.plan.cells[shard.cell], self.plan.study.seed);
        let laws = self.laws.take_for(shard.cell, make)?;
        let mut samples = self.shelf.take();
        (samples.trials, samples.begun) = (trials, begun);
        laws.draw(&mut samples);
        self.laws.give(Some((shard.cell, laws)));
        Ok(Slab { order, shard, estimators, made: samples })
    }
}

/// What the samples of a cell are drawn from.
pub struct Laws {
    n: usize,
    design: (Box<dyn Design>, Key),
    noise: (Box<dyn Noise>, Key),
    /// `None` where f* = 0.
    target: Option<Box<dyn Target>>,
}

impl Laws {
    /// Those of a cell under this study seed.
    pub fn of(cell: &Cell, seed: u64) -> Result<Laws, Error> {
        let target = cell.target.build(target::CATALOGUE)?;
        Ok(Laws {
            n: usize::try_from(cell.n).unwrap_or(usize::MAX),
            design: (cell.design.build(design::CATALOGUE)?, cell.stream(seed, Purpose::Design)),
            noise: (cell.noise.build(noise::CATALOGUE)?, cell.stream(seed, Purpose::Noise)),
            target: (cell.target.name() != "zero").then_some(target),
        })
    }

    /// Draws the samples of `samples.trials`.
    pub fn draw(&self, samples: &mut Samples) {
        let Laws { n, design: (design, design_key), noise: (noise, noise_key), target } = self;
        samples.n = *n;
        let rows = usize::try_from(samples.trials.end - samples.trials.start).unwrap_or(0);
        samples.x.resize(rows * n, 0.0);
        samples.y.resize(rows * n, 0.0);
        let pairs = samples.x.chunks_exact_mut(*n).zip(samples.y.chunks_exact_mut(*n));
        for (trial, (x, y)) in samples.trials.clone().zip(pairs) {
            design.fill(&mut design_key.trial(trial), x);
            noise.fill(&mut noise_key.trial(trial), y);
            if let Some(target) = target {
                y.iter_mut().zip(x.iter()).for_each(|(y, x)| *y += target.value(*x));
            }
        }
    }
}
