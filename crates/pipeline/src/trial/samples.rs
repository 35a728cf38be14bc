//! Samples, and the laws that they are drawn from.

use crate::error::Error;
use crate::plan::Cell;
use std::ops::Range;
use std::time::Instant;
use tempered_math::design::{self, Design};
use tempered_math::noise::{self, Noise};
use tempered_math::seed::{Key, Purpose};
use tempered_math::target::{self, Target};

/// Samples of neighbouring trials, row-major: x and y hold n numbers a trial.
#[derive(Default)]
pub struct Samples {
    /// The trials.
    pub trials: Range<u64>,
    /// When work on them began.
    pub begun: Option<Instant>,
    /// Points a trial.
    pub n: usize,
    /// Sorted within a trial.
    pub x: Vec<f64>,
    /// Labels.
    pub y: Vec<f64>,
}

impl Samples {
    /// x and y of each training set.
    pub fn pairs(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        self.x.chunks_exact(self.n).zip(self.y.chunks_exact(self.n))
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
