//! Trained two-layer networks of activations other than ReLU.

mod activation;
mod curve;
mod dense;
#[cfg(test)]
mod tests;

use super::{Estimator, Report, Show, cost};
use crate::catalogue::{Entry, Invalid, Kind, Parameter, Value};
use crate::network::{Inputs, Kink, Setup, write};
use crate::predictor::{Form, Predictor};
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::sum::all_finite;
use activation::{Activation, LEAK};
use dense::Dense;

/// Networks of leaky ReLU are stored as knots, those of every other activation as neurons.
pub(super) const FORMS: &[Form] = &[
    Form::Knots,
    Form::ReluSquared,
    Form::Smelu,
    Form::Softplus,
    Form::Gelu,
    Form::Silu,
    Form::Golu,
    Form::Tanh,
];

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "two_layer_network",
    summary: "a two-layer network of any activation but ReLU, trained from random weights",
    parameters,
    build: |values| Ok(Box::new(TwoLayerNetwork::new(values)?)),
};

fn parameters() -> Vec<Parameter> {
    let mut all = vec![Parameter {
        name: "activation",
        summary: "φ; for ReLU there is relu_network, which is faster",
        kind: Kind::Word(Activation::WORDS),
        default: None,
    }];
    all.extend(Setup::parameters());
    all
}

/// f(x) = Σ_j a_j φ(w_j x + b_j) + a_0 x + b_0, trained on (1/n) Σ (f(x_i) − y_i)² + (λ/2) ‖θ‖².
///
/// θ = (a, w, b), or (a, w) where biases are not penalised; the affine part is free. With leaky ReLU the predictor is
/// piecewise linear, and its units are (·)₊; with any other φ they are the neurons of the network. Reaching the step
/// limit is no failure; the predictor is that of the last step.
///
/// Errors: `Diverged` where the loss or a weight is not finite. Cost: O(n m) a step, with n the size of the batch for sgd
/// without a stopping rule on the loss, and O(m) an evaluation of f; nothing is allocated between steps. Accuracy:
/// gradients to 1e-12 relative to the sum of the sizes of their terms.
///
/// Source: activations at [`Activation`]; training as for `relu_network`.
struct TwoLayerNetwork {
    setup: Setup,
    model: Dense,
    kinks: Vec<Kink>,
}

impl TwoLayerNetwork {
    /// The network with these arguments, in the order of [`parameters`].
    fn new(values: &[Value]) -> Result<TwoLayerNetwork, Invalid> {
        let invalid = Invalid { parameter: "activation", expected: "takes one of its words" };
        let (word, rest) = values.split_first().ok_or(invalid.clone())?;
        let activation = Activation::new(word.word()).ok_or(invalid)?;
        let setup = Setup::new(rest)?;
        let model = Dense::new(activation, setup.decay);
        Ok(TwoLayerNetwork { setup, model, kinks: Vec::new() })
    }

    /// Draws the initial weights and resets the trainer.
    fn begin(&mut self, x: &[f64], draws: &Draws<'_>) {
        self.setup.begin(&mut self.model.weights, x, draws);
        self.model.begin(self.setup.inputs.seen());
    }
}

impl Estimator for TwoLayerNetwork {
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
        let TwoLayerNetwork { setup: Setup { inputs, trainer, .. }, model, kinks } = self;
        let mut show = |model: &mut Dense, report| {
            let mut predictor = Predictor::default();
            draw((&points.x, inputs), model, kinks, &mut predictor);
            show(predictor, report);
        };
        let report = trainer.run(model, sample.y(), draws, (checkpoints, &mut show))?;
        draw((&points.x, inputs), model, kinks, predictor);
        let finite = predictor.knots().is_none_or(|knots| all_finite(&knots.y));
        if finite { Ok(report) } else { Err(Degenerate::Diverged) }
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
        let trainer = &self.setup.trainer;
        // φ and φ' of every neuron at every point; activations without corners need exponentials.
        let unit = if self.model.activation.corners().is_empty() { 5.0 } else { 1.2 };
        let training = trainer.course.steps as f64 * unit * width * trainer.points(n);
        // An evaluation of f̂ in the quadrature takes all neurons, but costs less than a training pass.
        let value = if self.model.activation == Activation::LeakyRelu {
            // Scores of piecewise-linear predictors have closed forms.
            0.0
        } else {
            cost::PIECE + 0.18 * cost::VALUES * unit * width
        };
        let scoring = (cost::POINT + value) * n;
        cost::TRIAL + 150.0 * width + training + scoring
    }
}

/// Overwrites the predictor with the function of the network, given the distinct x of the sample.
fn draw((x, inputs): (&[f64], &mut Inputs), model: &Dense, kinks: &mut Vec<Kink>, predictor: &mut Predictor) {
    let Dense { activation, weights, .. } = model;
    let weights = inputs.in_x(weights);
    if *activation == Activation::LeakyRelu {
        write(x, weights, LEAK, kinks, predictor.piecewise_linear());
    } else {
        curve::write(weights, *activation, predictor.smooth());
    }
}
