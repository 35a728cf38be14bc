//! The linear pieces of a deep ReLU network of one input, exactly.
//!
//! On an interval on which the inputs of a layer are linear, its outputs before rectification are linear too; their zeros
//! split the interval, and on each part the inputs of the next layer are linear.

use super::layers::{Deep, Layer};
use crate::network::{FARTHEST, lay, same};
use crate::predictor::Knots;
use std::ops::Range;

/// A piece up to `end`: value + slope (x − anchor).
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub end: f64,
    anchor: f64,
    value: f64,
    pub slope: f64,
}

/// Units on an interval: their values at the anchor, which is one of its ends where one is finite, and their slopes.
struct Units {
    ends: (f64, f64),
    anchor: f64,
    values: Vec<f64>,
    slopes: Vec<f64>,
}

/// Writes the knots of the network.
///
/// A zero within a few units of roundoff of an end of its interval counts as that end. Cost: for each layer as many
/// products of a vector with its weights as the layers before it have pieces. Accuracy: values to a few units of roundoff
/// of the sum of the sizes of the layers' terms, kinks to that over the slope at the zero.
pub(super) fn write(x: &[f64], deep: &Deep, pieces: &mut Vec<Piece>, knots: &mut Knots) {
    pieces.clear();
    let ends = (f64::NEG_INFINITY, f64::INFINITY);
    cut(deep, &deep.layers, &Units { ends, anchor: 0.0, values: vec![0.0], slopes: vec![1.0] }, pieces);
    let kinks = (pieces.len() - 1, |k: usize| pieces[k].end);
    lay(x, kinks, pieces[0].slope, knots, |at, here: Range<usize>| {
        let (left, right) = (pieces[here.start], pieces[here.end]);
        (left.value + left.slope * (at - left.anchor), right.slope - left.slope)
    });
}

/// Appends the pieces of the network on an interval, given the remaining `layers` and the outputs of those before.
fn cut(deep: &Deep, layers: &[Layer], units: &Units, pieces: &mut Vec<Piece>) {
    let Some((layer, rest)) = layers.split_first() else { return };
    let (low, high) = units.ends;
    let (z, dz) = outputs(deep, layer, units);
    if rest.is_empty() {
        let piece = Piece { end: high, anchor: units.anchor, value: z[0], slope: dz[0] };
        match pieces.last_mut() {
            // The neuron that crosses zero between the two pieces has no weight in f.
            Some(last) if last.slope == piece.slope => last.end = high,
            _ => pieces.push(piece),
        }
        return;
    }
    let mut zeros: Vec<(f64, usize)> =
        z.iter().zip(&dz).map(|(z, dz)| units.anchor - z / dz).zip(0..).collect();
    zeros.retain(|(at, _)| {
        low < *at && *at < high && at.abs() <= FARTHEST && !same(*at, low) && !same(*at, high)
    });
    zeros.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    // Units that are active at the left end: those that cross zero inside are active there if they decrease.
    let inside = match (low.is_finite(), high.is_finite()) {
        (true, true) => 0.5 * low + 0.5 * high,
        (true, false) => low + (1.0 + low.abs()),
        (false, true) => high - (1.0 + high.abs()),
        (false, false) => 0.0,
    };
    let value = |k: usize, at: f64| z[k] + dz[k] * (at - units.anchor);
    let mut on: Vec<bool> = (0..z.len()).map(|k| value(k, inside) > 0.0).collect();
    zeros.iter().for_each(|(_, k)| on[*k] = dz[*k] < 0.0);
    let (mut start, mut next) = (low, 0);
    loop {
        let end = zeros.get(next).map_or(high, |(at, _)| *at);
        let ends = (start, end);
        let anchor = if start.is_finite() {
            start
        } else if end.is_finite() {
            end
        } else {
            0.0
        };
        let rectified = |k: usize| if on[k] { value(k, anchor) } else { 0.0 };
        let values = (0..z.len()).map(rectified).collect();
        let slopes = dz.iter().zip(&on).map(|(dz, on)| if *on { *dz } else { 0.0 }).collect();
        cut(deep, rest, &Units { ends, anchor, values, slopes }, pieces);
        if next == zeros.len() {
            return;
        }
        while let Some((_, k)) = zeros.get(next).filter(|(at, _)| *at == end || same(*at, end)) {
            on[*k] = dz[*k] > 0.0;
            next += 1;
        }
        start = end;
    }
}

/// A layer's outputs before rectification, and their slopes.
fn outputs(deep: &Deep, layer: &Layer, units: &Units) -> (Vec<f64>, Vec<f64>) {
    let mut z = deep.theta[layer.biases()].to_vec();
    let mut dz = vec![0.0; layer.outputs];
    let rows = deep.theta[layer.weights()].chunks_exact(layer.outputs);
    for (row, (value, slope)) in rows.zip(units.values.iter().zip(&units.slopes)) {
        for ((z, dz), w) in z.iter_mut().zip(&mut dz).zip(row) {
            *z += value * w;
            *dz += slope * w;
        }
    }
    (z, dz)
}
