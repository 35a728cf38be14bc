//! Trained deep ReLU networks.

mod layers;
mod pieces;
mod product;
#[cfg(test)]
mod tests;

use super::{Estimator, Report, Show, cost};
use crate::catalogue::{Entry, Invalid, Kind, Parameter, Value};
use crate::network::{Decay, Trainer, count, real, word};
use crate::predictor::Predictor;
use crate::sample::{Degenerate, Sample};
use crate::seed::{Draws, Purpose};
use crate::sum::all_finite;
use layers::Deep;
use pieces::{Piece, write};

/// The most weights of a network: 512 MB as doubles, of which training holds up to six lists.
const LARGEST: u128 = 1 << 26;
/// The most hidden layers, far more than train without normalisation: a larger number is a slip of the pen.
const DEEPEST: usize = 64;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "deep_relu_network",
    summary: "a ReLU network of any depth, trained from random weights",
    parameters,
    build: |values| Ok(Box::new(DeepReluNetwork::new(values)?)),
};

fn parameters() -> Vec<Parameter> {
    let mut all = vec![
        Parameter {
            name: "layers",
            summary: "neurons of each hidden layer, in order",
            kind: Kind::Wholes { low: 1, high: 1 << 24 },
            default: None,
        },
        count("steps", "steps at most", u64::MAX, None),
        word(
            "init",
            "law of the initial weights: weights and biases independent and normal, or biases zero",
            &["normal", "zero_bias"],
        ),
        real(
            "init_scale",
            "standard deviation of the initial weights, in units of √(2/k) in a layer of k inputs",
            Kind::POSITIVE,
            1.0,
        ),
    ];
    all.extend(Decay::parameters());
    all.extend(Trainer::parameters());
    all
}

/// f = A_L ∘ (·)₊ ∘ A_{L−1} ∘ … ∘ (·)₊ ∘ A_0 with affine A_l, trained on (1/n) Σ (f(x_i) − y_i)² + (λ/2) ‖θ‖².
///
/// θ holds all weights, and the biases where they are penalised. The derivative of (z)₊ at 0 is 0. The predictor is
/// piecewise linear, and stored as the equal two-layer network. Reaching the step limit is no failure; the predictor is
/// that of the last step.
///
/// Errors: `Diverged` where the loss or a weight is not finite. Cost: 6 n flops a weight and step, with n the size of the
/// batch for sgd without a stopping rule on the loss, and 2 flops a weight and piece at the end. Accuracy: gradients to
/// 1e-12 relative to the sum of the sizes of their terms.
///
/// Source: first weights: He et al. (2015); training as for `relu_network`.
struct DeepReluNetwork {
    scale: f64,
    biases: bool,
    trainer: Trainer,
    model: Deep,
    pieces: Vec<Piece>,
}

impl DeepReluNetwork {
    /// The network with these arguments, in the order of [`parameters`].
    fn new(values: &[Value]) -> Result<DeepReluNetwork, Invalid> {
        let [layers, steps, init, scale, penalise_bias, weight_decay, training @ ..] = values else {
            return Err(Invalid { parameter: "layers", expected: "takes one argument a parameter" });
        };
        let widths = layers.wholes();
        let (mut weights, mut inputs) = (0u128, 1);
        for outputs in widths.iter().map(|width| u128::from(*width)).chain([1]) {
            weights += (inputs + 1) * outputs;
            inputs = outputs;
        }
        if widths.len() > DEEPEST || weights > LARGEST {
            let expected = "must be at most 64 layers with at most 67108864 weights together";
            return Err(Invalid { parameter: "layers", expected });
        }
        let widths: Vec<usize> = widths.iter().map(|width| *width as usize).collect();
        Ok(DeepReluNetwork {
            scale: scale.real(),
            biases: init.word() == "normal",
            trainer: Trainer::new(steps, training)?,
            model: Deep::new(&widths, Decay::new(penalise_bias, weight_decay)),
            pieces: Vec::new(),
        })
    }

    /// Draws the initial weights and resets the trainer.
    fn begin(&mut self, x: &[f64], draws: &Draws<'_>) {
        self.model.draw(self.scale, self.biases, &mut draws.rng(Purpose::Initialisation));
        self.model.begin(x);
        self.trainer.begin(self.model.theta.len(), x.len());
    }
}

impl Estimator for DeepReluNetwork {
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
        let DeepReluNetwork { trainer, model, pieces, .. } = self;
        let mut show = |model: &mut Deep, report| {
            let mut predictor = Predictor::default();
            write(&points.x, model, pieces, predictor.piecewise_linear());
            show(predictor, report);
        };
        let report = trainer.run(model, sample.y(), draws, (checkpoints, &mut show))?;
        let knots = predictor.piecewise_linear();
        write(&points.x, model, pieces, knots);
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
        let n = n as f64;
        let layers = &self.model.layers;
        let weights = layers.iter().map(|layer| ((layer.inputs + 1) * layer.outputs) as f64).sum::<f64>();
        let neurons = layers.iter().map(|layer| layer.outputs as f64).sum::<f64>();
        // Six flops a weight and point; the rectifier and its derivative, a neuron and point; the update, a weight.
        let step = (0.45 * weights + 2.5 * neurons) * self.trainer.points(n) + 6.0 * weights;
        // f̂ has about as many pieces as neurons, and each takes one forward pass.
        cost::TRIAL + cost::POINT * n + weights * neurons + self.trainer.course.steps as f64 * step
    }
}
