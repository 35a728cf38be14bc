//! Trained two-layer ReLU networks.

mod sweep;
#[cfg(test)]
mod tests;

use super::{Estimator, Report, Show, cost};
use crate::catalogue::{Entry, Invalid, Value};
use crate::network::{Decay, Kink, Model, Setup, Weights, write};
use crate::predictor::Predictor;
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::sum::all_finite;
use sweep::Sweep;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "relu_network",
    summary: "a two-layer ReLU network, trained from random weights",
    parameters: Setup::parameters,
    build: |values| Ok(Box::new(ReluNetwork::new(values)?)),
};

/// f(x) = Σ_j a_j (w_j x + b_j)₊ + a_0 x + b_0, trained on (1/n) Σ (f(x_i) − y_i)² + (λ/2) ‖θ‖².
///
/// θ = (a, w, b), or (a, w) where biases are not penalised; the affine part is free. The derivative of (z)₊ at 0 is 0.
/// Reaching the step limit is no failure; the predictor is that of the last step.
///
/// Errors: `Diverged` where the loss or a weight is not finite. Cost: O(n + m) a step for every optimiser, and
/// O(m log m) at the end; nothing is allocated between steps. Accuracy: gradients to 1e-12 relative to the sum of the
/// sizes of their terms.
///
/// Source: Adam: Kingma & Ba (2015); Langevin: Shevchenko, Kungurtsev & Mondelli, arXiv 2111.02278.
struct ReluNetwork {
    setup: Setup,
    model: Swept,
    kinks: Vec<Kink>,
}

/// The network in training.
struct Swept {
    weights: Weights,
    sweep: Sweep,
    decay: Decay,
}

impl ReluNetwork {
    /// The network with these arguments, in the order of the parameters.
    fn new(values: &[Value]) -> Result<ReluNetwork, Invalid> {
        let setup = Setup::new(values)?;
        let model = Swept { weights: Weights::default(), sweep: Sweep::default(), decay: setup.decay };
        Ok(ReluNetwork { setup, model, kinks: Vec::new() })
    }

    /// Draws the initial weights and resets the trainer.
    fn begin(&mut self, x: &[f64], draws: &Draws<'_>) {
        let ReluNetwork { setup, model: Swept { weights, sweep, .. }, .. } = self;
        setup.begin(weights, x, draws);
        sweep.begin(setup.inputs.seen(), weights);
    }
}

impl Model for Swept {
    #[inline(always)]
    fn weights(&mut self) -> &mut [f64] {
        &mut self.weights.theta
    }

    #[inline(always)]
    fn share(&mut self) -> &mut [f64] {
        &mut self.sweep.share
    }

    #[inline(always)]
    fn predict(&mut self, y: &[f64], _: bool) -> f64 {
        self.sweep.predict(y, &self.weights)
    }

    #[inline(always)]
    fn differentiate(&mut self, gradient: &mut [f64]) {
        self.sweep.differentiate(&self.weights, self.decay, gradient);
    }

    #[inline(always)]
    fn penalty(&self) -> f64 {
        self.weights.penalty(self.decay)
    }

    #[inline(always)]
    fn follow(&mut self) {
        self.sweep.locate(&self.weights);
    }
}

impl Estimator for ReluNetwork {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        self.fit_with_checkpoints(sample, draws, &[], &mut |_, _| (), predictor)
    }

    fn fit_with_checkpoints(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        checkpoints: &[u64],
        show: &mut Show<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let points = sample.distinct();
        self.begin(sample.x(), draws);
        let ReluNetwork { setup: Setup { inputs, trainer, .. }, model, kinks } = self;
        let mut show = |model: &mut Swept, report| {
            let mut predictor = Predictor::default();
            write(&points.x, inputs.in_x(&model.weights), 0.0, kinks, predictor.piecewise_linear());
            show(predictor, report);
        };
        let report = trainer.run(model, sample.y(), draws, (checkpoints, &mut show))?;
        let knots = predictor.piecewise_linear();
        write(&points.x, inputs.in_x(&model.weights), 0.0, kinks, knots);
        if all_finite(&knots.y) { Ok(report) } else { Err(Degenerate::Diverged) }
    }

    fn trains(&self) -> bool {
        true
    }

    fn interpolates(&self) -> bool {
        false
    }

    fn takes_ties(&self) -> bool {
        true
    }

    fn cost(&self, n: u64) -> f64 {
        let (n, width) = (n as f64, self.setup.width as f64);
        let steps = self.setup.trainer.course.steps as f64;
        // The initial weights and the kinks of the predictor; in each step, cumulative sums over points and neurons.
        let ends = cost::POINT * n + 150.0 * width;
        cost::TRIAL + ends + steps * (100.0 + 4.5 * n + 8.0 * width)
    }
}
