//! Weights, loss and gradient of a deep network.
//!
//! Points are processed in blocks: forward through all layers, then backward, before the next block. Memory is that of
//! the weights and of the activations of one block.

use super::product::{add_product, transpose};
use crate::network::{Decay, Model};
use crate::sum::sum_of_pairs;
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// Points of a block: the activations and gradients of a layer of 128 neurons are then 256 kB, which a second-level cache
/// holds beside its weights.
const BLOCK: usize = 128;

/// The position of a layer's weights in θ: `inputs` rows of `outputs` weights, then `outputs` biases.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer {
    pub inputs: usize,
    pub outputs: usize,
    start: usize,
}

impl Layer {
    #[inline(always)]
    pub fn weights(&self) -> Range<usize> {
        self.start..self.start + self.inputs * self.outputs
    }

    #[inline(always)]
    pub fn biases(&self) -> Range<usize> {
        let end = self.weights().end;
        end..end + self.outputs
    }
}

/// A network in training. The last layer has one output and no rectifier.
#[derive(Default)]
pub(super) struct Deep {
    pub layers: Vec<Layer>,
    /// θ.
    pub theta: Vec<f64>,
    decay: Decay,
    x: Vec<f64>,
    share: Vec<f64>,
    /// Σ over the points of the gradient of the loss.
    sums: Vec<f64>,
    /// For each layer, its inputs at the points of a block, and its transposed weights.
    inputs: Vec<Vec<f64>>,
    turned: Vec<Vec<f64>>,
    /// Points of the block.
    block: Vec<usize>,
    /// ∂loss/∂z for a layer's outputs z, the same for its inputs, and its transposed inputs.
    pull: Vec<f64>,
    next: Vec<f64>,
    turn: Vec<f64>,
}

impl Deep {
    /// The network with hidden layers of these widths; it has no weights before [`Deep::draw`].
    pub fn new(widths: &[usize], decay: Decay) -> Deep {
        let (mut layers, mut start, mut inputs) = (Vec::new(), 0, 1);
        for outputs in widths.iter().copied().chain([1]) {
            layers.push(Layer { inputs, outputs, start });
            start += (inputs + 1) * outputs;
            inputs = outputs;
        }
        let lists = vec![Vec::new(); layers.len()];
        Deep { inputs: lists.clone(), turned: lists, layers, decay, ..Deep::default() }
    }

    /// Draws θ: the weights of a layer with k inputs are N(0, scale² · 2/k), and so are its biases where `biases`, else 0.
    pub fn draw(&mut self, scale: f64, biases: bool, rng: &mut ChaCha8Rng) {
        let length = self.layers.last().map_or(0, |layer| layer.biases().end);
        for list in [&mut self.theta, &mut self.sums] {
            list.clear();
            list.resize(length, 0.0);
        }
        for layer in &self.layers {
            let sd = scale * (2.0 / layer.inputs as f64).sqrt();
            fill_normal(rng, sd, &mut self.theta[layer.weights()]);
            let bias = &mut self.theta[layer.biases()];
            if biases { fill_normal(rng, sd, bias) } else { bias.fill(0.0) }
        }
    }

    /// Starts training on these data, every point with the share 2/n.
    pub fn begin(&mut self, x: &[f64]) {
        self.x.clear();
        self.x.extend_from_slice(x);
        self.share.clear();
        self.share.resize(x.len(), 2.0 / x.len() as f64);
    }

    /// Forward and backward pass over the block; returns its sum of squared residuals.
    #[inline(always)]
    fn run(&mut self, y: &[f64]) -> f64 {
        let Deep { layers, theta, x, share, sums, inputs, turned, block, pull, next, turn, .. } = self;
        inputs[0].clear();
        inputs[0].extend(block.iter().map(|i| x[*i]));
        let last = layers.len() - 1;
        for (k, layer) in layers[..last].iter().enumerate() {
            let (before, after) = inputs.split_at_mut(k + 1);
            after[0].clear();
            for _ in 0..block.len() {
                after[0].extend_from_slice(&theta[layer.biases()]);
            }
            add_product(&before[k], &theta[layer.weights()], &mut after[0], layer.inputs, layer.outputs);
            // The comparison keeps NaN, which `max` would drop: divergence must be detected.
            after[0].iter_mut().for_each(|z| *z = if *z < 0.0 { 0.0 } else { *z });
        }
        let (outer, mut loss) = (layers[last], 0.0);
        let (weights, bias) = (&theta[outer.weights()], theta[outer.biases().start]);
        pull.clear();
        pull.resize(block.len() * outer.inputs, 0.0);
        let rows = inputs[last].chunks_exact(outer.inputs).zip(pull.chunks_exact_mut(outer.inputs));
        for (i, (row, pull)) in block.iter().zip(rows) {
            let residual = sum_of_pairs(row, weights, |h, w| h * w) + bias - y[*i];
            loss += residual * residual;
            let p = residual * share[*i];
            sums[outer.biases().start] += p;
            for ((sum, h), (pull, w)) in
                sums[outer.weights()].iter_mut().zip(row).zip(pull.iter_mut().zip(weights))
            {
                *sum += p * h;
                *pull = if *h > 0.0 { p * w } else { 0.0 };
            }
        }
        for (k, layer) in layers[..last].iter().enumerate().rev() {
            for row in pull.chunks_exact(layer.outputs) {
                for (sum, pull) in sums[layer.biases()].iter_mut().zip(row) {
                    *sum += pull;
                }
            }
            transpose(&inputs[k], layer.inputs, turn);
            add_product(turn, pull, &mut sums[layer.weights()], block.len(), layer.outputs);
            if k == 0 {
                break;
            }
            next.clear();
            next.resize(block.len() * layer.inputs, 0.0);
            add_product(pull, &turned[k], next, layer.outputs, layer.inputs);
            for (pull, h) in next.iter_mut().zip(&inputs[k]) {
                *pull = if *h > 0.0 { *pull } else { 0.0 };
            }
            std::mem::swap(pull, next);
        }
        loss
    }
}

impl Model for Deep {
    #[inline(always)]
    fn weights(&mut self) -> &mut [f64] {
        &mut self.theta
    }

    #[inline(always)]
    fn share(&mut self) -> &mut [f64] {
        &mut self.share
    }

    #[inline(always)]
    fn predict(&mut self, y: &[f64], all: bool) -> f64 {
        self.sums.fill(0.0);
        for (layer, turned) in self.layers.iter().zip(&mut self.turned) {
            transpose(&self.theta[layer.weights()], layer.outputs, turned);
        }
        let (mut loss, mut points) = (0.0, 0);
        let mut i = 0;
        while i < y.len() {
            self.block.clear();
            while i < y.len() && self.block.len() < BLOCK {
                if all || self.share[i] != 0.0 {
                    self.block.push(i);
                }
                i += 1;
            }
            points += self.block.len();
            loss += self.run(y);
        }
        loss / points as f64
    }

    #[inline(always)]
    fn differentiate(&mut self, gradient: &mut [f64]) {
        for layer in &self.layers {
            for (range, decay) in [(layer.weights(), self.decay.weights), (layer.biases(), self.decay.biases)]
            {
                let sums = self.theta[range.clone()].iter().zip(&self.sums[range.clone()]);
                for (g, (theta, sum)) in gradient[range].iter_mut().zip(sums) {
                    *g = sum + decay * theta;
                }
            }
        }
    }

    #[inline(always)]
    fn penalty(&self) -> f64 {
        let square = |range: Range<usize>| {
            let part = &self.theta[range];
            sum_of_pairs(part, part, |p, q| p * q)
        };
        let terms = self.layers.iter().map(|layer| {
            self.decay.weights * square(layer.weights()) + self.decay.biases * square(layer.biases())
        });
        0.5 * terms.sum::<f64>()
    }

    #[inline(always)]
    fn follow(&mut self) {}
}
