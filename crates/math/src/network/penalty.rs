//! Weight decay.

use super::{FROM_ZERO, real};
use crate::catalogue::{Kind, Parameter, Value};

/// The coefficients of the penalty (λ/2) ‖θ‖².
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Decay {
    /// λ.
    pub weights: f64,
    /// λ, or 0 where biases are not penalised.
    pub biases: f64,
}

impl Decay {
    pub fn parameters() -> [Parameter; 2] {
        [
            Parameter {
                name: "penalise_bias",
                summary: "whether weight decay acts on biases",
                kind: Kind::Flag,
                default: Some(Value::Flag(true)),
            },
            real("weight_decay", "λ in the loss (1/n) Σ (f(x_i) − y_i)² + (λ/2) ‖θ‖²", FROM_ZERO, 0.0),
        ]
    }

    /// From the arguments `penalise_bias` and `weight_decay`.
    pub fn new(penalise_bias: &Value, weight_decay: &Value) -> Decay {
        let lambda = weight_decay.real();
        Decay { weights: lambda, biases: if penalise_bias.flag() { lambda } else { 0.0 } }
    }
}
