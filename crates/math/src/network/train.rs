//! The training loop.

use super::optimiser::{MOMENTUM, Optimiser, Rule};
use super::plateau::{Plateau, WINDOW};
use super::schedule::Schedule;
use super::{FROM_ZERO, count, real, word};
use crate::catalogue::{Invalid, Kind, Parameter, Value};
use crate::report::Report;
use crate::sample::Degenerate;
use crate::seed::{Draws, Purpose};
use crate::sum::{all_finite, sum_of_pairs};
use crate::wide::{Kernel, wide};
use rand_chacha::ChaCha8Rng;

/// A model in training: weights θ, and the loss (1/n) Σ r_i² + penalty with r_i = f(x_i) − y_i.
///
/// All methods are called in a [`Kernel`]: they and the functions they call must be `#[inline(always)]`.
pub(crate) trait Model {
    /// θ.
    fn weights(&mut self) -> &mut [f64];

    /// For each point, (∂loss/∂r_i)/r_i: 2/n with all points; with a batch 2/batch for its points and 0 for others.
    fn share(&mut self) -> &mut [f64];

    /// Computes predictions and the sums that the gradient needs; returns the mean of squared residuals over all points
    /// where `all`, else over a set of points that includes those with a share.
    fn predict(&mut self, y: &[f64], all: bool) -> f64;

    /// Overwrites `gradient` with that of the last predicted loss, weight decay included.
    fn differentiate(&mut self, gradient: &mut [f64]);

    /// The penalty at θ.
    fn penalty(&self) -> f64;

    /// Updates what the model derives from θ after a step.
    fn follow(&mut self);
}

/// Step sizes, number of steps, and stopping rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Course {
    /// Initial step size η.
    pub rate: f64,
    pub schedule: Schedule,
    pub steps: u64,
    /// Training stops when the mean of squared residuals is at most this; 0 disables the rule.
    pub stop_loss: f64,
    /// Training stops when the norm of the gradient is at most this; 0 disables the rule.
    pub stop_gradient: f64,
    plateau: Plateau,
}

impl Course {
    /// Whether a stopping rule depends on the loss.
    fn watches_losses(&self) -> bool {
        self.stop_loss > 0.0 || self.plateau.watches()
    }
}

/// An optimiser with its schedule and stopping rules.
pub(crate) struct Trainer {
    pub course: Course,
    pub optimiser: Optimiser,
    pub gradient: Vec<f64>,
}

impl Trainer {
    /// The parameters of training except `steps`.
    pub fn parameters() -> Vec<Parameter> {
        vec![
            word(
                "optimiser",
                "gradient descent, with momentum, Adam, stochastic, or with noise",
                Rule::WORDS,
            ),
            real("lr", "step size at the start", Kind::POSITIVE, 0.05),
            word("schedule", "how the step size falls to zero over the steps, or stays", Schedule::WORDS),
            real(
                "momentum",
                "share of the last step that is kept, for momentum and adam",
                Kind::Real { low: 0.0, closed: true, high: 0.999_999 },
                MOMENTUM,
            ),
            count("batch", "points a step of sgd, n at most", 1 << 32, Some(1)),
            real("inverse_temperature", "β of langevin, whose noise is √(2 lr/β) a step", FROM_ZERO, 0.0),
            real("stop_loss", "stops at this mean of squared residuals; 0 never stops", FROM_ZERO, 0.0),
            real("stop_gradient", "stops at this norm of the gradient; 0 never stops", FROM_ZERO, 0.0),
            real(
                "stop_plateau",
                "stops where a window lowers the lowest loss, penalty included, by no more than this share of it; \
                 0 never stops",
                Kind::Real { low: 0.0, closed: true, high: 1.0 },
                0.0,
            ),
            count("plateau_window", "steps of a window of stop_plateau", u64::MAX, Some(WINDOW)),
        ]
    }

    /// From the argument `steps` and those of [`Trainer::parameters`], in order.
    pub fn new(steps: &Value, values: &[Value]) -> Result<Trainer, Invalid> {
        let [
            optimiser,
            lr,
            schedule,
            momentum,
            batch,
            beta,
            stop_loss,
            stop_gradient,
            stop_plateau,
            plateau_window,
        ] = values
        else {
            return Err(Invalid { parameter: "optimiser", expected: "takes one argument a parameter" });
        };
        if stop_plateau.real() == 0.0 && plateau_window.whole() != WINDOW {
            return Err(Invalid { parameter: "plateau_window", expected: "is for stop_plateau alone" });
        }
        Ok(Trainer {
            course: Course {
                rate: lr.real(),
                schedule: Schedule::new(schedule.word()),
                steps: steps.whole(),
                stop_loss: stop_loss.real(),
                stop_gradient: stop_gradient.real(),
                plateau: Plateau::new(stop_plateau.real(), plateau_window.whole()),
            },
            optimiser: Optimiser::new(Rule::new(optimiser.word(), momentum, batch, beta)?),
            gradient: Vec::new(),
        })
    }

    /// The number of the n points at which a step evaluates the model.
    pub fn points(&self, n: f64) -> f64 {
        match self.optimiser.rule {
            Rule::Sgd { batch } if !self.course.watches_losses() => n.min(batch as f64),
            _ => n,
        }
    }

    /// Resets the trainer for a model of `length` weights on n points.
    pub fn begin(&mut self, length: usize, n: usize) {
        self.gradient.clear();
        self.gradient.resize(length, 0.0);
        self.optimiser.begin(length, n);
    }

    /// Trains a model on these labels, after [`Trainer::begin`], and passes it to `show` after each of the numbers of steps
    /// in `checkpoints`, ascending, that training reaches.
    ///
    /// Errors: `Diverged` where the loss or a weight is not finite.
    pub fn run<M: Model>(
        &mut self,
        model: &mut M,
        y: &[f64],
        draws: &Draws<'_>,
        (checkpoints, show): (&[u64], &mut ShowModel<'_, M>),
    ) -> Result<Report, Degenerate> {
        let rng = &mut draws.rng(Purpose::Optimiser);
        let report = wide(Train { y, model, trainer: self, rng, checkpoints, show })?;
        if all_finite(model.weights()) { Ok(report) } else { Err(Degenerate::Diverged) }
    }
}

/// Receives a model at a checkpoint, with the report of a training that ends there.
type ShowModel<'a, M> = dyn FnMut(&mut M, Report) + 'a;

/// Training as a kernel.
struct Train<'a, M> {
    y: &'a [f64],
    model: &'a mut M,
    trainer: &'a mut Trainer,
    rng: &'a mut ChaCha8Rng,
    checkpoints: &'a [u64],
    show: &'a mut ShowModel<'a, M>,
}

impl<M: Model> Kernel for Train<'_, M> {
    type Output = Result<Report, Degenerate>;

    #[inline(always)]
    fn call(self) -> Result<Report, Degenerate> {
        let Train { y, model, trainer: Trainer { course, optimiser, gradient }, rng, checkpoints, show } =
            self;
        let ended =
            |steps, converged| Report { steps: Some(steps), converged: Some(converged), ..Report::default() };
        let mut checkpoints = checkpoints.iter().peekable();
        let mut plateau = course.plateau;
        // Where the loss is only tested for divergence, that of the batch suffices.
        let all = !optimiser.draws_batches() || course.watches_losses();
        for step in 0..course.steps {
            if checkpoints.next_if_eq(&&step).is_some() {
                show(model, ended(step, false));
            }
            let converged = Ok(ended(step, true));
            optimiser.choose(model.share(), rng);
            let loss = model.predict(y, all);
            if !loss.is_finite() {
                return Err(Degenerate::Diverged);
            }
            if course.stop_loss > 0.0 && loss <= course.stop_loss {
                return converged;
            }
            if plateau.watches() && plateau.is_reached(loss + model.penalty()) {
                return converged;
            }
            model.differentiate(gradient);
            if course.stop_gradient > 0.0
                && sum_of_pairs(gradient, gradient, |g, h| g * h).sqrt() <= course.stop_gradient
            {
                return converged;
            }
            let rate = course.rate * course.schedule.factor(step, course.steps);
            optimiser.step(model.weights(), gradient, rate, rng);
            model.follow();
        }
        Ok(ended(course.steps, false))
    }
}
