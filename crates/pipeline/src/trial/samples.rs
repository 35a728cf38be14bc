//! Samples, and the laws that they are drawn from.

use super::generated::{Generator, Given};
use super::rows::RowLaw;
use super::space::TrainingSets;
use crate::error::Error;
use crate::plan::{Cell, Plan};
use crate::spec::{Space, dimension};
use std::ops::{Deref, Range};
use std::time::Instant;
use tempered_math::design::{self, Design};
use tempered_math::noise::{self, Noise};
use tempered_math::sample::Degenerate;
use tempered_math::seed::{Key, Purpose};
use tempered_math::space::Points;
use tempered_math::space::rows::Split;
use tempered_math::space::target::Truth;
use tempered_math::target::{self, Target};
use tempered_math::{sample, space};

/// Samples of neighbouring trials, row-major: x holds n·d numbers a trial, y holds n.
#[derive(Default)]
pub struct Samples {
    /// The trials.
    pub trials: Range<u64>,
    /// When work on them began.
    pub begun: Option<Instant>,
    /// Points a trial.
    pub n: usize,
    /// Features of a point; none on the line.
    pub d: Option<usize>,
    /// Sorted within a trial on the line, row by row elsewhere.
    pub x: Vec<f64>,
    /// Labels.
    pub y: Vec<f64>,
    /// The variances of what x has beyond d, summed.
    pub tail: f64,
    /// What a program that made them says of them.
    pub given: Option<Given>,
}

impl Samples {
    /// Points and f* there of the trial in this place, where a program gives them.
    pub fn truth(&self, place: usize) -> Option<(&[f64], &[f64])> {
        let given = self.given.as_ref()?;
        Some((given.at.get(place)?, given.truth.get(place)?))
    }

    /// Why the trial in this place has no sample, where a program made none.
    pub fn failed(&self, place: usize) -> Result<(), Degenerate> {
        let failed = self.given.as_ref().and_then(|given| given.failed.get(place).copied().flatten());
        failed.map_or(Ok(()), Err)
    }

    /// x and y of each training set.
    pub fn pairs(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        let (width, n) = (self.n * self.d.unwrap_or(1), self.n);
        // Of whole trials there are no points, but trials.
        let count = usize::try_from(self.trials.end - self.trials.start).unwrap_or(0);
        (0..count).map(move |k| (&self.x[k * width..(k + 1) * width], &self.y[k * n..(k + 1) * n]))
    }

    /// The same as samples, where they are some.
    pub fn rows(&self) -> TrainingSets<'_> {
        let pairs = self.pairs().enumerate();
        match self.d {
            None => {
                let one = |(place, (x, y))| self.failed(place).and_then(|()| sample::Sample::new(x, y));
                TrainingSets::Line(pairs.map(one).collect())
            }
            Some(d) => {
                let one = |(place, (x, y))| {
                    self.failed(place)?;
                    Ok(space::Sample::new(Points::new(d, x)?, y)?.with_tail(self.tail))
                };
                TrainingSets::Features(pairs.map(one).collect())
            }
        }
    }
}

/// What the samples of a cell are drawn from.
pub struct Laws {
    n: usize,
    noise: (Box<dyn Noise>, Key),
    x: Law,
}

/// The law of x and the target.
enum Law {
    Line {
        design: (Box<dyn Design>, Key),
        /// `None` where f* = 0.
        target: Option<Box<dyn Target>>,
    },
    Features {
        d: usize,
        key: Key,
        truths: Truths,
    },
    Rows(RowLaw),
    /// Programs that compute whole trials know theirs.
    Unseen,
    Generated(Generator),
}

/// The targets of a cell in R^d, which may be others in each trial.
pub struct Truths {
    design: Box<dyn space::design::Design>,
    target: Box<dyn space::target::Target>,
    /// The target, where all trials have the same.
    fixed: Option<Truth>,
    key: Key,
    /// Variances of the coordinates, along which a target may lie.
    spectrum: Vec<f64>,
    /// Those of what x has beyond these, summed.
    tail: f64,
}

impl Truths {
    /// Those of a cell under this study seed.
    ///
    /// # Errors
    /// The cell is none of R^d.
    pub fn of(cell: &Cell, seed: u64) -> Result<Truths, Error> {
        let d = dimension(&cell.design).unwrap_or(1);
        let d = usize::try_from(d).unwrap_or(usize::MAX);
        let design = cell.design.build(space::design::CATALOGUE)?;
        let target = cell.target.build(space::target::CATALOGUE)?;
        let (key, spectrum) = (cell.stream(seed, Purpose::Target), design.spectrum(d));
        let fixed = target.is_fixed().then(|| target.draw(&mut key.trial(0), &spectrum));
        Ok(Truths { target, fixed, key, spectrum, tail: design.spectrum_tail(d), design })
    }

    /// The target of a trial.
    pub fn of_trial(&self, trial: u64) -> OfTrial<'_> {
        match &self.fixed {
            Some(fixed) => OfTrial::Fixed(fixed),
            None => OfTrial::Drawn(self.target.draw(&mut self.key.trial(trial), &self.spectrum)),
        }
    }

    /// Whether labels are f* and noise.
    pub fn are_what_labels_follow(&self) -> bool {
        self.target.labels_are_of_truth()
    }

    /// Adds to the noise in `y` what the labels of a trial are noisy values of.
    fn label(&self, trial: u64, x: Points<'_>, y: &mut [f64]) {
        if matches!(self.fixed, Some(Truth::Zero)) && self.are_what_labels_follow() {
            return;
        }
        let mut rng = self.key.trial(trial);
        let truth = self.target.draw(&mut rng, &self.spectrum);
        self.target.label(&mut rng, &*self.design, &truth, x, y);
    }
}

/// The target of a trial, drawn for it or that of all.
pub enum OfTrial<'a> {
    /// That of all trials.
    Fixed(&'a Truth),
    /// That of this one.
    Drawn(Truth),
}

impl Deref for OfTrial<'_> {
    type Target = Truth;

    fn deref(&self) -> &Truth {
        match self {
            OfTrial::Fixed(truth) => truth,
            OfTrial::Drawn(truth) => truth,
        }
    }
}

impl Laws {
    /// Those of a cell of this plan.
    ///
    /// # Errors
    /// The cell has a choice that no catalogue has, or a table that cannot be read.
    pub fn of(plan: &Plan, cell: &Cell) -> Result<Laws, Error> {
        let seed = plan.study.seed;
        let design_key = cell.stream(seed, Purpose::Design);
        let generator = Generator::of(plan, cell)?;
        let x = match (cell.size().d, RowLaw::of(plan, cell)?) {
            _ if cell.size().space == Space::Program => Law::Unseen,
            _ if generator.is_some() => generator.map_or(Law::Unseen, Law::Generated),
            (_, Some(rows)) => Law::Rows(rows),
            (None, _) => {
                let target = cell.target.build(target::CATALOGUE)?;
                let target = (cell.target.name() != "zero").then_some(target);
                Law::Line { design: (cell.design.build(design::CATALOGUE)?, design_key), target }
            }
            (Some(d), _) => {
                let d = usize::try_from(d).unwrap_or(usize::MAX);
                Law::Features { d, key: design_key, truths: Truths::of(cell, seed)? }
            }
        };
        Ok(Laws {
            n: usize::try_from(cell.n).unwrap_or(usize::MAX),
            noise: (cell.noise.build(noise::CATALOGUE)?, cell.stream(seed, Purpose::Noise)),
            x,
        })
    }

    /// Draws the samples of `samples.trials`.
    ///
    /// # Errors
    /// A program that makes them cannot go on.
    pub fn draw(&self, samples: &mut Samples) -> Result<(), Error> {
        samples.given = None;
        if let Law::Unseen = self.x {
            (samples.n, samples.d, samples.tail) = (0, None, 0.0);
            samples.x.clear();
            samples.y.clear();
            return Ok(());
        }
        let n = self.n;
        samples.n = n;
        (samples.d, samples.tail) = match &self.x {
            Law::Line { .. } | Law::Unseen => (None, 0.0),
            Law::Generated(generator) => (generator.d, 0.0),
            Law::Features { d, truths, .. } => (Some(*d), truths.tail),
            Law::Rows(rows) => (Some(rows.d()), 0.0),
        };
        let width = n * samples.d.unwrap_or(1);
        let rows = usize::try_from(samples.trials.end - samples.trials.start).unwrap_or(0);
        samples.x.resize(rows * width, 0.0);
        samples.y.resize(rows * n, 0.0);
        if let Law::Generated(generator) = &self.x {
            let made = generator.fill(samples.trials.clone(), (&mut samples.x, &mut samples.y))?;
            samples.given = Some(made);
            return Ok(());
        }
        let pairs = samples.x.chunks_exact_mut(width).zip(samples.y.chunks_exact_mut(n));
        let mut split = Split::default();
        for (trial, (x, y)) in samples.trials.clone().zip(pairs) {
            self.draw_one(trial, &mut split, (x, y));
        }
        Ok(())
    }

    /// Draws the training set of a trial; `split` is scratch.
    fn draw_one(&self, trial: u64, split: &mut Split, (x, y): (&mut [f64], &mut [f64])) {
        match &self.x {
            Law::Line { design: (design, key), target } => {
                design.fill(&mut key.trial(trial), x);
                self.noise(trial, (1, x), y, |y| {
                    if let Some(target) = target {
                        y.iter_mut().zip(x.iter()).for_each(|(y, x)| *y += target.value(*x));
                    }
                });
            }
            Law::Features { d, key, truths } => {
                truths.design.fill(&mut key.trial(trial), *d, x);
                self.noise(trial, (*d, x), y, |y| {
                    // Labels of clusters come with the points, from the same numbers.
                    if truths.design.clusters().is_some() && truths.design.label(&mut key.trial(trial), y) {
                        return;
                    }
                    if let Ok(points) = Points::new(*d, x) {
                        truths.label(trial, points, y);
                    }
                });
            }
            // Responses are those of the table.
            Law::Rows(rows) => rows.fill(trial, split, (x, y)),
            Law::Unseen | Law::Generated(_) => {}
        }
    }

    /// Fills labels: noise, to which `label` adds f*; where noise depends on x or f*, f* first.
    fn noise(&self, trial: u64, (d, x): (usize, &[f64]), y: &mut [f64], label: impl FnOnce(&mut [f64])) {
        let (noise, key) = &self.noise;
        let Some(local) = noise.local() else {
            noise.fill(&mut key.trial(trial), y);
            return label(y);
        };
        let mut draws = vec![0.0; y.len()];
        noise.fill(&mut key.trial(trial), &mut draws);
        y.fill(0.0);
        label(y);
        for ((y, draw), row) in y.iter_mut().zip(draws).zip(x.chunks_exact(d)) {
            *y += local.at(draw, row, *y);
        }
    }
}
