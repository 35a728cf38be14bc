//! Scores by quadrature, for errors that are analytic between breakpoints.

use super::criteria::Criteria;
use super::intervals::turns;
use super::scorer::{Scorer, Scratch};
use super::supremum::supremum;
use crate::predictor::Smooth;
use crate::risk::{Domain, Risk};
use crate::sum::Summary;
use crate::target::Shape;

/// Appends the scores of `smooth`, a predictor of the sample (x, y).
pub(super) fn score(
    scorer: &mut Scorer,
    (x, y): (&[f64], &[f64]),
    smooth: &Smooth,
    out: &mut Vec<Option<f64>>,
) {
    let Scorer { criteria: Criteria { risks, domain, .. }, target, scratch } = scorer;
    let Scratch { intervals, integrals, gaps, edges, .. } = scratch;
    let target = target.as_ref();
    let breaks = smooth.breaks.iter().copied();
    let cuts = match target.shape() {
        Shape::Zero => intervals.cut(x, breaks, *domain),
        Shape::PiecewiseLinear { knots } => intervals.cut(x, breaks.chain(knots.iter().copied()), *domain),
        Shape::Analytic { cuts } => intervals.cut(x, breaks.chain(cuts.iter().copied()), *domain),
        Shape::Sine { rate, .. } => {
            let (low, high) = domain.ends(x);
            intervals.cut(x, breaks.chain(turns(rate, low, high)), *domain)
        }
    };
    let pieces: Vec<usize> = cuts.at.iter().map(|at| smooth.piece(*at)).collect();
    let mut error = |interval: usize, x: &[f64], out: &mut [f64]| {
        smooth.pieces.values(pieces[interval], x, out);
        if !matches!(target.shape(), Shape::Zero) {
            x.iter().zip(out).for_each(|(x, out)| *out -= target.value(*x));
        }
    };
    integrals.fill(cuts.at, risks, &mut error);
    out.extend([Some(x[0]), Some(x[x.len() - 1]), None, None, None, Some(smooth.train_error(x, y))]);
    // Of a function that is known at nodes alone, what lies between them is a doubt of its own.
    let exponents =
        risks.iter().filter_map(|risk| if let Risk::Lp(exponent) = risk { Some(exponent) } else { None });
    let doubt = smooth.pieces.nodes().map_or(0.0, |nodes| {
        let truth = |x: f64| if matches!(target.shape(), Shape::Zero) { 0.0 } else { target.value(x) };
        exponents.map(|exponent| nodes.doubt(&truth, exponent)).fold(0.0, f64::max)
    });
    out.push(Some(integrals.error().max(doubt)));
    gaps.clear();
    edges.clear();
    for risk in risks.iter() {
        match risk {
            Risk::Sup => out.push(Some(supremum(cuts.at, &mut error))),
            Risk::Lp(_) => {
                let pieces = integrals.pieces(gaps.len());
                let summary = Summary::of(pieces);
                out.push(Some(summary.sum));
                gaps.push(cuts.largest_gap(pieces, summary.largest));
                if *domain == Domain::Unit {
                    edges.push(cuts.outside(pieces));
                }
            }
            // Studies on the line do not ask for them.
            _ => out.push(None),
        }
    }
    out.extend(gaps.iter().chain(edges.iter()).copied().map(Some));
}
