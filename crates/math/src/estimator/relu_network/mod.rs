//! Trained two-layer ReLU networks.

mod init;
mod knots;
mod optimiser;
mod schedule;
mod sweep;
#[cfg(test)]
mod tests;
mod train;
mod weights;

use super::{Estimator, Report};
use crate::catalogue::{Entry, Invalid, Kind, Parameter, Value};
use crate::predictor::Predictor;
use crate::sample::{Degenerate, Sample};
use crate::seed::{Draws, Purpose};
use crate::sum::all_finite;
use crate::wide::wide;
use init::Init;
use optimiser::{MOMENTUM, Optimiser, Rule};
use schedule::Schedule;
use sweep::{Decay, Sweep};
use train::{Course, Train};
use weights::Weights;

/// The most neurons of a network.
const WIDEST: u64 = 1 << 24;
/// Zero or above, zero by default.
const FROM_ZERO: Kind = Kind::Real { low: 0.0, closed: true, high: f64::INFINITY };

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "relu_network",
    summary: "a two-layer ReLU network, trained from random weights",
    parameters,
    build: |values| Ok(Box::new(ReluNetwork::new(values)?)),
};

fn parameters() -> Vec<Parameter> {
    let parameter = |name, summary, kind, default| Parameter { name, summary, kind, default };
    let word = |name, summary, words: &'static [&'static str]| {
        parameter(name, summary, Kind::Word(words), Some(Value::Word(words[0])))
    };
    let real = |name, summary, kind, default| parameter(name, summary, kind, Some(Value::Real(default)));
    vec![
        parameter("width", "neurons m", Kind::Whole { low: 1, high: WIDEST }, None),
        parameter("steps", "steps at most", Kind::Whole { low: 1, high: u64::MAX }, None),
        word(
            "init",
            "law of the initial weights: a, w, b independent; |a| = √(w² + b²); or pairs that cancel",
            Init::WORDS,
        ),
        real(
            "init_scale",
            "standard deviation of the initial weights, in units of 1/√m",
            Kind::POSITIVE,
            1.0,
        ),
        word("skip", "whether the network has an affine part, which is not penalised", &["free", "none"]),
        parameter(
            "penalise_bias",
            "whether weight decay acts on biases",
            Kind::Flag,
            Some(Value::Flag(true)),
        ),
        real("weight_decay", "λ in the loss (1/n) Σ (f(x_i) − y_i)² + (λ/2) ‖θ‖²", FROM_ZERO, 0.0),
        word("optimiser", "gradient descent, with momentum, Adam, stochastic, or with noise", Rule::WORDS),
        real("lr", "step size at the start", Kind::POSITIVE, 0.05),
        word("schedule", "how the step size falls to zero over the steps, or stays", Schedule::WORDS),
        real(
            "momentum",
            "share of the last step that is kept, for momentum and adam",
            Kind::Real { low: 0.0, closed: true, high: 0.999_999 },
            MOMENTUM,
        ),
        parameter(
            "batch",
            "points a step of sgd, n at most",
            Kind::Whole { low: 1, high: 1 << 32 },
            Some(Value::Whole(1)),
        ),
        real("inverse_temperature", "β of langevin, whose noise is √(2 lr/β) a step", FROM_ZERO, 0.0),
        real("stop_loss", "stops at this mean of squared residuals; 0 never stops", FROM_ZERO, 0.0),
        real("stop_gradient", "stops at this norm of the gradient; 0 never stops", FROM_ZERO, 0.0),
    ]
}

/// f(x) = Σ_j a_j (w_j x + b_j)₊ + a_0 x + b_0, trained on (1/n) Σ (f(x_i) − y_i)² + (λ/2) ‖θ‖².
///
/// θ = (a, w, b), or (a, w) where biases are not penalised; the affine part is free. A neuron whose kink is at a data
/// point is off there. Reaching the step limit is no failure; the predictor is that of the last step.
///
/// Errors: `Diverged` where the loss or a weight is no longer finite. Cost: O(n + m) a step, whatever the optimiser,
/// and O(m log m) at the end; nothing is allocated between steps. Accuracy: gradients to 1e-12 relative to the sizes
/// of their terms.
///
/// Source: THEORY, §5; Adam: Kingma & Ba (2015); Langevin: Shevchenko, Kungurtsev & Mondelli, arXiv 2111.02278.
struct ReluNetwork {
    init: Init,
    /// Standard deviation of the initial weights.
    sd: f64,
    skip: bool,
    decay: Decay,
    course: Course,
    optimiser: Optimiser,
    weights: Weights,
    gradient: Vec<f64>,
    sweep: Sweep,
    kinks: Vec<knots::Kink>,
}

impl ReluNetwork {
    /// The network with these arguments, in the order of [`parameters`].
    fn new(values: &[Value]) -> Result<ReluNetwork, Invalid> {
        let [
            width,
            steps,
            init,
            scale,
            skip,
            penalise_bias,
            weight_decay,
            optimiser,
            lr,
            schedule,
            momentum,
            batch,
            beta,
            stop_loss,
            stop_gradient,
        ] = values
        else {
            return Err(Invalid { parameter: "relu_network", expected: "takes one argument a parameter" });
        };
        let width = usize::try_from(width.whole()).unwrap_or(usize::MAX);
        let lambda = weight_decay.real();
        Ok(ReluNetwork {
            init: Init::new(init.word(), width)?,
            sd: scale.real() / (width as f64).sqrt(),
            skip: skip.word() == "free",
            decay: Decay { weights: lambda, biases: if penalise_bias.flag() { lambda } else { 0.0 } },
            course: Course {
                rate: lr.real(),
                schedule: Schedule::new(schedule.word()),
                steps: steps.whole(),
                stop_loss: stop_loss.real(),
                stop_gradient: stop_gradient.real(),
            },
            optimiser: Optimiser::new(Rule::new(optimiser.word(), momentum, batch, beta)?),
            weights: Weights { theta: Vec::new(), width },
            gradient: Vec::new(),
            sweep: Sweep::default(),
            kinks: Vec::new(),
        })
    }

    /// Draws the initial weights and forgets the last trial.
    fn begin(&mut self, x: &[f64], draws: &Draws<'_>) {
        let ReluNetwork { init, sd, skip, weights, gradient, sweep, optimiser, .. } = self;
        init.draw(weights, *skip, *sd, &mut draws.rng(Purpose::Initialisation));
        gradient.clear();
        gradient.resize(weights.theta.len(), 0.0);
        sweep.begin(x, weights);
        optimiser.begin(weights.theta.len(), x.len());
    }
}

impl Estimator for ReluNetwork {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let knots = predictor.piecewise_linear();
        self.begin(sample.x(), draws);
        let report = wide(Train {
            y: sample.y(),
            weights: &mut self.weights,
            gradient: &mut self.gradient,
            sweep: &mut self.sweep,
            optimiser: &mut self.optimiser,
            decay: self.decay,
            course: self.course,
            rng: &mut draws.rng(Purpose::Optimiser),
        })?;
        if !all_finite(&self.weights.theta) {
            return Err(Degenerate::Diverged);
        }
        knots::write(sample.x(), &self.weights, &mut self.kinks, knots);
        if all_finite(&knots.y) { Ok(report) } else { Err(Degenerate::Diverged) }
    }

    fn interpolates(&self) -> bool {
        false
    }
}
