//! A predictor as the weights that files hold.

use super::space::Predictor;
use crate::generator::Generator;
use tempered_math::predictor::{self, Expansion, Knots, Units};
use tempered_math::space;
use tempered_store::{Inner, WeightsChunk};

/// Appends the predictor: in the form that [`Predictor::expansion`] says, of knots those that carry it; in older
/// directories as Σ outer φ(inner x + bias) + skip_slope x + skip_intercept, φ = (·)₊ where it is piecewise linear.
pub fn push_weights(generator: Generator, trial: u64, predictor: &Predictor, weights: &mut WeightsChunk) {
    match predictor {
        Predictor::Line(predictor) => push_line(generator, trial, predictor, weights),
        Predictor::Features(fitted) => push_plane(trial, &fitted.predictor, weights),
    }
}

/// Appends a predictor on R^d: the weight of each feature and its place, or what decides another function.
fn push_plane(trial: u64, predictor: &space::Predictor, weights: &mut WeightsChunk) {
    let coefficients = predictor.coefficients();
    let (outer, at) = weights.room(coefficients.len());
    outer.copy_from_slice(coefficients);
    at.iter_mut().enumerate().for_each(|(place, at)| *at = place as f64);
    let intercept = if let space::Predictor::Linear { intercept, .. } = predictor { *intercept } else { 0.0 };
    finish(trial, (0.0, intercept, coefficients.len()), weights);
}

/// [`push_weights`] of a predictor on the line.
pub(super) fn push_line(
    generator: Generator,
    trial: u64,
    predictor: &predictor::Predictor,
    weights: &mut WeightsChunk,
) {
    let row = match (generator, predictor) {
        (Generator::Three, predictor::Predictor::PiecewiseLinear(knots)) => {
            let (slope, intercept) = knots.skip();
            (slope, intercept, put_kinks(knots, weights))
        }
        (Generator::Three, predictor::Predictor::Smooth(smooth)) => put_units(smooth.pieces.units(), weights),
        (Generator::Four | Generator::Five, predictor::Predictor::PiecewiseLinear(knots)) => {
            (0.0, 0.0, put_knots(knots, weights))
        }
        (Generator::Four | Generator::Five, predictor::Predictor::Smooth(smooth)) => {
            let Expansion { skip_slope, skip_intercept, coefficient, scale, at, .. } =
                smooth.pieces.expansion();
            let units = Units { skip_slope, skip_intercept, outer: coefficient, inner: scale, bias: at };
            put_units(units, weights)
        }
    };
    finish(trial, row, weights);
}

/// Ends a row with its affine part and so many units.
fn finish(trial: u64, (slope, intercept, units): (f64, f64, usize), weights: &mut WeightsChunk) {
    weights.trial.push(trial);
    weights.skip_slope.push(slope);
    weights.skip_intercept.push(intercept);
    let end = weights.units() + units;
    weights.ends.push(end);
    if let Inner::Given(inner) = &mut weights.inner {
        inner.resize(end, 1.0);
    }
}

/// Puts units into the room of the next row; returns their affine part and how many there are.
fn put_units(units: Units, weights: &mut WeightsChunk) -> (f64, f64, usize) {
    let Units { skip_slope, skip_intercept, outer, inner, bias } = units;
    if !inner.is_empty() {
        if matches!(weights.inner, Inner::Ones) {
            weights.inner = Inner::Given(weights.inner());
        }
        if let Inner::Given(all) = &mut weights.inner {
            all.extend(inner);
        }
    }
    let (room, room_for_bias) = weights.room(outer.len());
    room.copy_from_slice(&outer);
    room_for_bias.copy_from_slice(&bias);
    (skip_slope, skip_intercept, outer.len())
}

/// Puts the values at the knots that carry the predictor into the room of the next row; how many there are.
fn put_knots(knots: &Knots, weights: &mut WeightsChunk) -> usize {
    // Two more where it is constant beyond its ends.
    let (value, at) = weights.room(knots.x.len() + 2);
    let mut count = 0;
    for (x, y) in knots.carriers() {
        (value[count], at[count]) = (y, x);
        count += 1;
    }
    count
}

/// Puts the kinks into the room of the next row; how many there are.
fn put_kinks(knots: &Knots, weights: &mut WeightsChunk) -> usize {
    let (outer, bias) = weights.room(knots.x.len());
    let mut count = 0;
    for (change, x) in knots.change.iter().zip(&knots.x) {
        // A knot that is no kink is overwritten by the next one: a branch would be a guess on noise.
        (outer[count], bias[count]) = (*change, -x);
        count += usize::from(*change != 0.0);
    }
    count
}
