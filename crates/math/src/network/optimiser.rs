//! Optimisers: the update of the weights from a gradient.

use crate::catalogue::{Invalid, Value};
use crate::seed::unit;
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;

/// β₂ and ε of Adam, at their published values.
const ADAM: (f64, f64) = (0.999, 1e-8);
/// The default of μ, and of β₁ of Adam, its published value.
pub(super) const MOMENTUM: f64 = 0.9;

/// The rule of a step with step size η and gradient g.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rule {
    /// θ ← θ − η g.
    Gd,
    /// v ← μ v + g, θ ← θ − η v.
    Momentum { mu: f64 },
    /// θ ← θ − η m̂ / (√v̂ + ε), with bias-corrected means m̂ of g and v̂ of g².
    Adam { beta: f64 },
    /// Gradient descent on `batch` distinct points, drawn at each step; on all points where there are fewer.
    Sgd { batch: usize },
    /// θ ← θ − η g + √(2η/β) ξ with ξ standard normal: the law exp(−β loss) as η → 0.
    Langevin { beta: f64 },
}

impl Rule {
    pub const WORDS: &[&str] = &["gd", "momentum", "adam", "sgd", "langevin"];

    /// The rule of this name from the parameters `momentum`, `batch` and `inverse_temperature`.
    pub fn new(word: &str, momentum: &Value, batch: &Value, beta: &Value) -> Result<Rule, Invalid> {
        let takes_momentum = matches!(word, "momentum" | "adam");
        if !takes_momentum && momentum.real() != MOMENTUM {
            return Err(Invalid {
                parameter: "momentum",
                expected: "is for the optimisers momentum and adam alone",
            });
        }
        if word != "sgd" && batch.whole() != 1 {
            return Err(Invalid { parameter: "batch", expected: "is for the optimiser sgd alone" });
        }
        match (word, beta.real() > 0.0) {
            ("langevin", false) => {
                let expected = "must be given, above zero, for the optimiser langevin";
                Err(Invalid { parameter: "inverse_temperature", expected })
            }
            ("langevin", true) => Ok(Rule::Langevin { beta: beta.real() }),
            (_, true) => {
                let expected = "is for the optimiser langevin alone";
                Err(Invalid { parameter: "inverse_temperature", expected })
            }
            ("momentum", _) => Ok(Rule::Momentum { mu: momentum.real() }),
            ("adam", _) => Ok(Rule::Adam { beta: momentum.real() }),
            ("sgd", _) => Ok(Rule::Sgd { batch: usize::try_from(batch.whole()).unwrap_or(usize::MAX) }),
            _ => Ok(Rule::Gd),
        }
    }
}

/// A rule with its state between steps.
pub(crate) struct Optimiser {
    pub rule: Rule,
    /// Velocity of momentum, or Adam's running mean of g, or Langevin noise; then Adam's running mean of g².
    first: Vec<f64>,
    second: Vec<f64>,
    /// β₁^t and β₂^t.
    powers: (f64, f64),
    /// A permutation of the points, of which the first ones are the batch.
    order: Vec<u32>,
}

impl Optimiser {
    pub fn new(rule: Rule) -> Optimiser {
        Optimiser { rule, first: Vec::new(), second: Vec::new(), powers: (1.0, 1.0), order: Vec::new() }
    }

    /// Resets the state, for `length` weights and n points.
    pub fn begin(&mut self, length: usize, n: usize) {
        let second = matches!(self.rule, Rule::Adam { .. });
        let first = second || matches!(self.rule, Rule::Momentum { .. } | Rule::Langevin { .. });
        for (list, wanted) in [(&mut self.first, first), (&mut self.second, second)] {
            list.clear();
            list.resize(if wanted { length } else { 0 }, 0.0);
        }
        self.powers = (1.0, 1.0);
        self.order.clear();
        if matches!(self.rule, Rule::Sgd { .. }) {
            self.order.extend(0..u32::try_from(n).unwrap_or(u32::MAX));
        }
    }

    /// Draws the batch of this step, as shares of the points in the gradient; other rules keep the shares.
    #[inline(always)]
    pub fn choose(&mut self, share: &mut [f64], rng: &mut ChaCha8Rng) {
        if let Rule::Sgd { batch } = self.rule {
            draw_batch(&mut self.order, batch, share, rng);
        }
    }

    /// Whether the gradient of a step is that of a batch.
    pub fn draws_batches(&self) -> bool {
        matches!(self.rule, Rule::Sgd { .. })
    }

    /// One step of size `rate`.
    #[inline(always)]
    pub fn step(&mut self, theta: &mut [f64], gradient: &[f64], rate: f64, rng: &mut ChaCha8Rng) {
        match self.rule {
            Rule::Gd | Rule::Sgd { .. } => {
                for (theta, g) in theta.iter_mut().zip(gradient) {
                    *theta -= rate * g;
                }
            }
            Rule::Momentum { mu } => {
                for ((theta, g), v) in theta.iter_mut().zip(gradient).zip(&mut self.first) {
                    *v = mu * *v + g;
                    *theta -= rate * *v;
                }
            }
            Rule::Adam { beta } => {
                let (beta2, epsilon) = ADAM;
                self.powers = (self.powers.0 * beta, self.powers.1 * beta2);
                let (one, two) = (1.0 / (1.0 - self.powers.0), 1.0 / (1.0 - self.powers.1));
                let means = self.first.iter_mut().zip(&mut self.second);
                for ((theta, g), (m, v)) in theta.iter_mut().zip(gradient).zip(means) {
                    *m = beta * *m + (1.0 - beta) * g;
                    *v = beta2 * *v + (1.0 - beta2) * (g * g);
                    *theta -= rate * (*m * one) / ((*v * two).sqrt() + epsilon);
                }
            }
            Rule::Langevin { beta } => {
                fill_normal(rng, (2.0 * rate / beta).sqrt(), &mut self.first);
                for ((theta, g), noise) in theta.iter_mut().zip(gradient).zip(&self.first) {
                    *theta += noise - rate * g;
                }
            }
        }
    }
}

/// Draws a batch by the first steps of a Fisher–Yates shuffle; the shares of all other points are 0.
fn draw_batch(order: &mut [u32], batch: usize, share: &mut [f64], rng: &mut ChaCha8Rng) {
    let n = order.len();
    let batch = batch.min(n);
    share.fill(0.0);
    for k in 0..batch {
        let other = k + (unit(rng) * (n - k) as f64) as usize;
        order.swap(k, other);
        share[order[k] as usize] = 2.0 / batch as f64;
    }
}
