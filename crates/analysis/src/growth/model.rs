//! Laws of growth of a quantile of the risk with n.

use serde::{Deserialize, Serialize};

/// A law of growth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// R = c.
    Constant,
    /// R = c + b n^(−γ), c > 0, 0.001 ≤ γ ≤ 2.
    Limit,
    /// R = a + b ln n, b > 0.
    Logarithm,
    /// R = b n^γ: growth for γ > 0, decay for γ < 0. Where parameters may be many, b (n − e)^γ, 0 ≤ e ≤ 0.9 of the first n.
    Power,
    /// R = 1/(a + b ln n), b > 0.
    SlowDecay,
    /// R = √(a + b ln n), b > 0: the growth of the maximum of n values with light tails. A law of the supremum alone.
    RootLogarithm,
}

impl Model {
    /// Every model of a risk that is a mean.
    pub const OF_MEANS: &[Model] =
        &[Model::Constant, Model::Limit, Model::Logarithm, Model::Power, Model::SlowDecay];
    /// Every model of a supremum.
    pub const OF_SUPREMA: &[Model] = &[
        Model::Constant,
        Model::Limit,
        Model::Logarithm,
        Model::Power,
        Model::SlowDecay,
        Model::RootLogarithm,
    ];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Model::Constant => "constant",
            Model::Limit => "limit",
            Model::Logarithm => "logarithm",
            Model::Power => "power",
            Model::SlowDecay => "slow_decay",
            Model::RootLogarithm => "root_logarithm",
        }
    }

    /// Its formula.
    pub fn formula(self) -> &'static str {
        match self {
            Model::Constant => "c",
            Model::Limit => "c + b n^-g",
            Model::Logarithm => "a + b ln n",
            Model::Power => "b n^g",
            Model::SlowDecay => "1/(a + b ln n)",
            Model::RootLogarithm => "sqrt(a + b ln n)",
        }
    }
}
