//! Width, initial weights, inputs, penalty and training of two-layer networks.

use super::{Decay, Init, Inputs, Trainer, Weights, count, real, word};
use crate::catalogue::{Invalid, Kind, Parameter, Value};
use crate::seed::{Draws, Purpose};

/// The most neurons of a network: weights, gradient and the two moments of Adam are then 1.6 GB a thread.
const WIDEST: u64 = 1 << 24;

/// Width, initial weights, inputs, penalty and training of a two-layer network.
pub(crate) struct Setup {
    pub width: usize,
    init: Init,
    /// Standard deviation of the initial weights.
    sd: f64,
    skip: bool,
    pub inputs: Inputs,
    pub decay: Decay,
    pub trainer: Trainer,
}

impl Setup {
    pub fn parameters() -> Vec<Parameter> {
        let mut all = vec![
            count("width", "neurons m", WIDEST, None),
            count("steps", "steps at most", u64::MAX, None),
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
            Inputs::parameter(),
        ];
        all.extend(Decay::parameters());
        all.extend(Trainer::parameters());
        all
    }

    /// From the arguments of [`Setup::parameters`], in order.
    pub fn new(values: &[Value]) -> Result<Setup, Invalid> {
        let [width, steps, init, scale, skip, inputs, penalise_bias, weight_decay, training @ ..] = values
        else {
            return Err(Invalid { parameter: "width", expected: "takes one argument a parameter" });
        };
        let width = usize::try_from(width.whole()).unwrap_or(usize::MAX);
        Ok(Setup {
            width,
            init: Init::new(init.word(), width)?,
            sd: scale.real() / (width as f64).sqrt(),
            skip: skip.word() == "free",
            inputs: Inputs::new(inputs.word()),
            decay: Decay::new(penalise_bias, weight_decay),
            trainer: Trainer::new(steps, training)?,
        })
    }

    /// Draws the initial weights, and resets inputs and trainer.
    pub fn begin(&mut self, weights: &mut Weights, x: &[f64], draws: &Draws<'_>) {
        self.inputs.begin(x);
        weights.width = self.width;
        self.init.draw(weights, self.skip, self.sd, &mut draws.rng(Purpose::Initialisation));
        self.trainer.begin(weights.theta.len(), x.len());
    }
}
