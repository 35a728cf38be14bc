//! Scores of piecewise-linear predictors: closed forms for piecewise-linear targets, quadrature for others.

use super::criteria::Criteria;
use super::difference::Difference;
use super::integrals::Integrals;
use super::intervals::TURNS;
use super::scorer::Scorer;
use crate::predictor::Knots;
use crate::risk::{Domain, Risk};
use crate::sum::{Summary, largest};
use crate::target::{Shape, Target};
use crate::wide::Kernel;

/// The scores of one predictor; the output is its number of kinks and whether its affine part is finite.
pub(super) struct Score<'a> {
    pub scorer: &'a mut Scorer,
    pub data: (&'a [f64], &'a [f64]),
    pub knots: &'a Knots,
    pub out: &'a mut Vec<Option<f64>>,
}

impl Kernel for Score<'_> {
    type Output = (u64, bool);

    #[inline(always)]
    fn call(self) -> (u64, bool) {
        let Score { scorer, data: (x, y), knots, out } = self;
        let Scorer { criteria: Criteria { risks, domain, .. }, target, scratch } = scorer;
        let size = knots.size();
        out.extend([x[0], x[x.len() - 1], size.norm, size.variation].map(Some));
        out.extend([knots.depth(x, y), knots.train_error(y)].map(Some));
        let target = target.as_ref();
        let difference = scratch.merger.difference(knots, target, *domain);
        let by_quadrature = matches!(target.shape(), Shape::Sine { .. } | Shape::Analytic { .. });
        if by_quadrature {
            integrate(&difference, target, risks, &mut scratch.integrals);
        }
        out.push(Some(if by_quadrature { scratch.integrals.error() } else { 0.0 }));
        scratch.gaps.clear();
        scratch.edges.clear();
        let mut integrals = 0;
        for risk in risks.iter() {
            match risk {
                Risk::Sup => out.push(Some(supremum(&difference, target))),
                Risk::Lp(exponent) => {
                    let cuts = &difference.cuts;
                    let (pieces, Summary { sum, largest }) = if by_quadrature {
                        let pieces = scratch.integrals.pieces(integrals);
                        (pieces, Summary::of(pieces))
                    } else {
                        let summary =
                            exponent.integrals_of_any_size(cuts.at, difference.error, &mut scratch.pieces);
                        (&scratch.pieces[..], summary)
                    };
                    integrals += 1;
                    out.push(Some(sum));
                    scratch.gaps.push(cuts.largest_gap(pieces, largest));
                    if *domain == Domain::Unit {
                        scratch.edges.push(difference.cuts.outside(pieces));
                    }
                }
                // Studies on the line do not ask for them.
                _ => out.push(None),
            }
        }
        out.extend(scratch.gaps.iter().chain(&scratch.edges).copied().map(Some));
        let (slope, intercept) = knots.skip();
        (size.kinks, slope.is_finite() && intercept.is_finite())
    }
}

/// ∫ |f̂ − f*|^p over each piece, f* smooth.
fn integrate(difference: &Difference<'_>, target: &dyn Target, risks: &[Risk], integrals: &mut Integrals) {
    integrals.fill(difference.cuts.at, risks, &mut error(difference, target));
}

/// f̂ − f* at points of a piece, from f̂ at its ends.
fn error<'a>(
    difference: &'a Difference<'_>,
    target: &'a dyn Target,
) -> impl FnMut(usize, &[f64], &mut [f64]) + 'a {
    let at = difference.cuts.at;
    move |piece: usize, x: &[f64], out: &mut [f64]| {
        let (low, value) = (at[piece], difference.error[piece]);
        let slope = (difference.error[piece + 1] - value) / (at[piece + 1] - low);
        for (x, out) in x.iter().zip(out) {
            *out = value + slope * (x - low) - target.value(*x);
        }
    }
}

/// sup |f̂ − f*|.
fn supremum(difference: &Difference<'_>, target: &dyn Target) -> f64 {
    let (amplitude, rate) = match target.shape() {
        Shape::Sine { amplitude, rate } => (amplitude, rate),
        Shape::Analytic { .. } => {
            return super::supremum::supremum(difference.cuts.at, &mut error(difference, target));
        }
        Shape::Zero | Shape::PiecewiseLinear { .. } => return largest(difference.error),
    };
    let pieces = difference.cuts.at.windows(2).zip(difference.error.windows(2));
    pieces.map(|(at, value)| sine_supremum(at, value, amplitude, rate, target)).fold(0.0, f64::max)
}

/// sup of |line − sine| on a piece: at its ends or where the slopes agree, cos(rate x) = slope/(A rate).
fn sine_supremum(at: &[f64], value: &[f64], amplitude: f64, rate: f64, target: &dyn Target) -> f64 {
    let (a, b, u, v) = (at[0], at[1], value[0], value[1]);
    let slope = (v - u) / (b - a);
    let miss = |x: f64| (u + slope * (x - a) - target.value(x)).abs();
    let mut worst = miss(a).max((v - target.value(b)).abs());
    let cosine = slope / (amplitude * rate);
    if cosine.abs() <= 1.0 {
        let angle = libm::acos(cosine);
        for angle in [angle, -angle] {
            let turn = |x: f64| (rate * x - angle) / std::f64::consts::TAU;
            let (mut turn, last) = (libm::ceil(turn(a)), libm::floor(turn(b)));
            // The sine has the same value at all these points, and the line is monotone: the first and the last suffice.
            let step = if last - turn > TURNS { last - turn } else { 1.0 };
            while (angle + std::f64::consts::TAU * turn) / rate <= b {
                worst = worst.max(miss((angle + std::f64::consts::TAU * turn) / rate));
                // Far from the origin adding a step may not change the number; the loop then ends.
                turn = if turn + step > turn { turn + step } else { f64::INFINITY };
            }
        }
    }
    worst
}
