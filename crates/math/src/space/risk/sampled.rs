//! Risks by test points.

use super::Estimate;
use super::mistakes::share;
use super::sobol::{POINTS, REPLICATES, fill};
use crate::sample::Degenerate;
use crate::space::design::Design;
use crate::space::target::Truth;
use crate::space::{Points, Predictor};
use crate::sum::sum;
use rand_chacha::ChaCha8Rng;

/// Scratch of the points and of errors at them.
#[derive(Default)]
pub(super) struct Sampled {
    x: Vec<f64>,
    error: Vec<f64>,
}

impl Sampled {
    /// The points of all replicates, row by row.
    pub fn points(design: &dyn Design, d: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut x = vec![0.0; REPLICATES * POINTS * d];
        x.chunks_exact_mut(POINTS * d).for_each(|x| fill(rng, design, d, x));
        x
    }

    /// E |f̂ − f*|^p for each p, with standard errors.
    ///
    /// Each of the replicates is an unbiased estimate, all are independent given f̂ and f*: their mean is the
    /// value, and their standard deviation divided by √8 its standard error.
    ///
    /// Cost: 4096 points, and f̂ and f* at each.
    pub fn powers(
        &mut self,
        design: &dyn Design,
        d: usize,
        (predictor, truth): (&Predictor, &Truth),
        exponents: &[f64],
        rng: &mut ChaCha8Rng,
    ) -> Result<Vec<Estimate>, Degenerate> {
        self.x.resize(POINTS * d, 0.0);
        self.error.resize(POINTS, 0.0);
        let mut means = vec![[0.0; REPLICATES]; exponents.len()];
        for replicate in 0..REPLICATES {
            fill(rng, design, d, &mut self.x);
            let x = Points::new(d, &self.x)?;
            predictor.test_values(replicate * POINTS, x, &mut self.error);
            for (error, row) in self.error.iter_mut().zip(x.rows()) {
                *error -= truth.value(row);
            }
            for (means, p) in means.iter_mut().zip(exponents) {
                means[replicate] = mean_power(&self.error, *p);
            }
        }
        Ok(means.iter().map(summary).collect())
    }

    /// The mean of a function of f̂(x) − f*(x), with a standard error, as [`Sampled::powers`].
    pub fn errors(
        &mut self,
        design: &dyn Design,
        d: usize,
        (predictor, truth): (&Predictor, &Truth),
        of: &dyn Fn(f64) -> f64,
        rng: &mut ChaCha8Rng,
    ) -> Result<Estimate, Degenerate> {
        self.x.resize(POINTS * d, 0.0);
        self.error.resize(POINTS, 0.0);
        let mut means = [0.0; REPLICATES];
        for (replicate, mean) in means.iter_mut().enumerate() {
            fill(rng, design, d, &mut self.x);
            let x = Points::new(d, &self.x)?;
            predictor.test_values(replicate * POINTS, x, &mut self.error);
            let each = self.error.iter().zip(x.rows()).map(|(f, row)| of(f - truth.value(row)));
            *mean = sum(&each.collect::<Vec<f64>>()) / POINTS as f64;
        }
        Ok(summary(&means))
    }

    /// E ‖∇f̂ − ∇f*‖², with a standard error, as [`Sampled::powers`]; `None` where one has no gradient.
    pub fn gradients(
        &mut self,
        design: &dyn Design,
        d: usize,
        (predictor, truth): (&Predictor, &Truth),
        rng: &mut ChaCha8Rng,
    ) -> Result<Option<Estimate>, Degenerate> {
        self.x.resize(POINTS * d, 0.0);
        let mut means = [0.0; REPLICATES];
        let (mut found, mut told) = (vec![0.0; POINTS * d], vec![0.0; d]);
        for mean in &mut means {
            fill(rng, design, d, &mut self.x);
            let x = Points::new(d, &self.x)?;
            if !predictor.gradients(x, &mut found) {
                return Ok(None);
            }
            let mut squares = Vec::with_capacity(POINTS);
            for (row, found) in x.rows().zip(found.chunks_exact(d)) {
                if !truth.gradient(row, &mut told) {
                    return Ok(None);
                }
                squares.push(found.iter().zip(&told).map(|(a, b)| (a - b) * (a - b)).sum::<f64>());
            }
            *mean = sum(&squares) / POINTS as f64;
        }
        Ok(Some(summary(&means)))
    }

    /// P(f̂(x) has not the sign of its label), with a standard error, as [`Sampled::powers`]. Labels are those of clusters, where the design
    /// has some, or values of f*.
    pub fn mistakes(
        &mut self,
        design: &dyn Design,
        d: usize,
        (predictor, truth): (&Predictor, &Truth),
        rng: &mut ChaCha8Rng,
    ) -> Result<Estimate, Degenerate> {
        self.x.resize(POINTS * d, 0.0);
        self.error.resize(POINTS, 0.0);
        let mut means = [0.0; REPLICATES];
        for (replicate, mean) in means.iter_mut().enumerate() {
            fill(rng, design, d, &mut self.x);
            let x = Points::new(d, &self.x)?;
            predictor.test_values(replicate * POINTS, x, &mut self.error);
            let Some(clusters) = design.clusters() else {
                let shares = self.error.iter().zip(x.rows()).map(|(f, row)| share(f * truth.value(row)));
                *mean = shares.sum::<f64>() / POINTS as f64;
                continue;
            };
            // Every centre has a block of the points, and each block the same weight, however many points it got.
            let mut blocks = vec![(0.0, 0.0); clusters.count];
            for (i, f) in self.error.iter().enumerate() {
                let j = i * clusters.count / POINTS;
                blocks[j].0 += share(f * clusters.label(j));
                blocks[j].1 += 1.0;
            }
            *mean = blocks.iter().map(|(wrong, of)| wrong / of).sum::<f64>() / clusters.count as f64;
        }
        Ok(summary(&means))
    }

    /// The mean of a function over the law of x, given its mean over points.
    ///
    /// Cost: 4096 points.
    pub fn mean(
        &mut self,
        design: &dyn Design,
        d: usize,
        of: &mut dyn FnMut(Points<'_>) -> f64,
        rng: &mut ChaCha8Rng,
    ) -> Result<f64, Degenerate> {
        self.x.resize(POINTS * d, 0.0);
        let mut total = 0.0;
        for _ in 0..REPLICATES {
            fill(rng, design, d, &mut self.x);
            total += of(Points::new(d, &self.x)?);
        }
        Ok(total / REPLICATES as f64)
    }
}

fn mean_power(errors: &[f64], p: f64) -> f64 {
    let power = |error: &f64| match p {
        1.0 => error.abs(),
        2.0 => error * error,
        _ => libm::pow(error.abs(), p),
    };
    sum(&errors.iter().map(power).collect::<Vec<f64>>()) / errors.len() as f64
}

fn summary(means: &[f64; REPLICATES]) -> Estimate {
    let count = REPLICATES as f64;
    let value = means.iter().sum::<f64>() / count;
    let square = means.iter().map(|mean| (mean - value) * (mean - value)).sum::<f64>();
    Estimate { value, standard_error: Some((square / (count * (count - 1.0))).sqrt()) }
}
