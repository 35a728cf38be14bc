//! Risks by test points.

use super::Estimate;
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
