//! The training loop.

use super::optimiser::Optimiser;
use super::schedule::Schedule;
use super::sweep::{Decay, Sweep};
use super::weights::Weights;
use crate::estimator::Report;
use crate::sample::Degenerate;
use crate::wide::Kernel;
use rand_chacha::ChaCha8Rng;

/// How long to train, and how fast.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    /// Step size η at the start.
    pub rate: f64,
    pub schedule: Schedule,
    pub steps: u64,
    /// Stops once the mean of squared residuals is at most this; never where it is 0.
    pub stop_loss: f64,
    /// Stops once the norm of the gradient is at most this; never where it is 0.
    pub stop_gradient: f64,
}

/// Training as a kernel.
pub(super) struct Train<'a> {
    pub y: &'a [f64],
    pub weights: &'a mut Weights,
    pub gradient: &'a mut [f64],
    pub sweep: &'a mut Sweep,
    pub optimiser: &'a mut Optimiser,
    pub decay: Decay,
    pub course: Course,
    pub rng: &'a mut ChaCha8Rng,
}

impl Kernel for Train<'_> {
    type Output = Result<Report, Degenerate>;

    #[inline(always)]
    fn call(self) -> Result<Report, Degenerate> {
        let Train { y, weights, gradient, sweep, optimiser, decay, course, rng } = self;
        for step in 0..course.steps {
            let converged = Ok(Report { steps: Some(step), converged: Some(true), ..Report::default() });
            optimiser.choose(sweep, rng);
            let loss = sweep.predict(y, weights);
            if !loss.is_finite() {
                return Err(Degenerate::Diverged);
            }
            if course.stop_loss > 0.0 && loss <= course.stop_loss {
                return converged;
            }
            sweep.differentiate(weights, decay, gradient);
            if course.stop_gradient > 0.0
                && crate::sum::sum_of_pairs(gradient, gradient, |g, h| g * h).sqrt() <= course.stop_gradient
            {
                return converged;
            }
            let rate = course.rate * course.schedule.factor(step, course.steps);
            optimiser.step(&mut weights.theta, gradient, rate, rng);
            sweep.locate(weights);
        }
        Ok(Report { steps: Some(course.steps), converged: Some(false), ..Report::default() })
    }
}
