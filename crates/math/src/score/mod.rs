//! Scores: what is stored of a predictor.

mod difference;

use crate::predictor::Knots;
use crate::risk::{Domain, Exponent, Risk, integrate};
use crate::sample::Degenerate;
use crate::sum::{largest, sum};
use crate::target::{Shape, Target};
use crate::wide::{Kernel, wide};
use difference::{Difference, Merger};
use std::ops::Range;

/// Scores that come before the risks, in order.
const FIXED: [&str; 6] = ["hull_low", "hull_high", "norm", "variation", "depth_max", "train_error"];
/// Position of the first risk among the scores.
pub const FIRST_RISK: usize = FIXED.len();

/// Computes the scores of predictors against one target.
///
/// Columns: the hull's ends; norm; variation of the slope; the largest depth of a kink away from the chord of
/// its gap; the largest training error; each risk; for each R_p the largest contribution of a single gap
/// between neighbouring data points; on the unit interval, for each R_p, what lies outside the hull of the data.
///
/// Errors: `Overflow` where a score is not finite. Cost: one pass over the knots a risk.
/// Accuracy: ≤ 1e-12 relative for piecewise-linear targets, [`crate::risk::QUADRATURE_TOLERANCE`] for others.
pub struct Scorer {
    risks: Vec<Risk>,
    domain: Domain,
    target: Box<dyn Target>,
    merger: Merger,
    pieces: Vec<f64>,
    gaps: Vec<f64>,
    edges: Vec<f64>,
}

/// The names of the columns, for these risks on this domain.
pub fn columns(risks: &[Risk], domain: Domain) -> Vec<String> {
    let fixed = FIXED.iter().map(|name| (*name).to_string());
    let risk = risks.iter().map(|risk| format!("risk_{}", risk.suffix()));
    let parts: &[&str] = match domain {
        Domain::Hull => &["gap_max"],
        Domain::Unit => &["gap_max", "edge"],
    };
    let integrals = || risks.iter().filter(|risk| risk.p().is_some());
    let parts =
        parts.iter().flat_map(|part| integrals().map(move |risk| format!("{part}_{}", risk.suffix())));
    fixed.chain(risk).chain(parts).collect()
}

impl Scorer {
    /// A scorer for these risks on this domain.
    pub fn new(risks: &[Risk], domain: Domain, target: Box<dyn Target>) -> Scorer {
        let (pieces, gaps, edges) = (Vec::new(), Vec::new(), Vec::new());
        Scorer { risks: risks.to_vec(), domain, target, merger: Merger::default(), pieces, gaps, edges }
    }

    /// Appends the scores of `knots`, fitted to the sample (x, y), to `out`, in the order of [`columns`]; returns the
    /// number of kinks.
    pub fn score(
        &mut self,
        data: (&[f64], &[f64]),
        knots: &Knots,
        out: &mut Vec<f64>,
    ) -> Result<u64, Degenerate> {
        wide(Score { scorer: self, data, knots, out })
    }
}

/// [`Scorer::score`] as a kernel.
struct Score<'a> {
    scorer: &'a mut Scorer,
    data: (&'a [f64], &'a [f64]),
    knots: &'a Knots,
    out: &'a mut Vec<f64>,
}

impl Kernel for Score<'_> {
    type Output = Result<u64, Degenerate>;

    #[inline(always)]
    fn call(self) -> Result<u64, Degenerate> {
        let Score { scorer, data: (x, y), knots, out } = self;
        let start = out.len();
        let size = knots.size();
        out.extend([x[0], x[x.len() - 1], size.norm, size.variation]);
        out.extend([knots.depth(x, y), knots.train_error(y)]);
        let target = scorer.target.as_ref();
        let difference = scorer.merger.difference(knots, target, scorer.domain);
        scorer.gaps.clear();
        scorer.edges.clear();
        for risk in &scorer.risks {
            match risk {
                Risk::Sup => out.push(supremum(&difference, target)),
                Risk::Lp(exponent) => {
                    integrals(&difference, exponent, target, &mut scorer.pieces);
                    out.push(sum(&scorer.pieces));
                    scorer.gaps.push(largest_gap(&difference, &scorer.pieces));
                    if scorer.domain == Domain::Unit {
                        let Range { start, end } = difference.hull;
                        scorer.edges.push(sum(&scorer.pieces[..start]) + sum(&scorer.pieces[end..]));
                    }
                }
            }
        }
        out.extend(&scorer.gaps);
        out.extend(&scorer.edges);
        let (slope, intercept) = knots.skip();
        if out[start..].iter().chain([&slope, &intercept]).all(|score| score.is_finite()) {
            Ok(size.kinks)
        } else {
            Err(Degenerate::Overflow)
        }
    }
}

/// ∫ |f̂ − f*|^p over each piece.
#[inline(always)]
fn integrals(difference: &Difference<'_>, exponent: &Exponent, target: &dyn Target, pieces: &mut Vec<f64>) {
    let Shape::Sine { .. } = target.shape() else {
        return exponent.integrals(difference.at, difference.error, pieces);
    };
    pieces.clear();
    pieces.extend(difference.at.windows(2).zip(difference.error.windows(2)).map(|(at, value)| {
        let slope = (value[1] - value[0]) / (at[1] - at[0]);
        let error = |x: f64| value[0] + slope * (x - at[0]) - target.value(x);
        integrate(&|x| exponent.power(error(x).abs()), at[0], at[1])
    }));
}

/// The largest sum of the pieces of one gap.
#[inline(always)]
fn largest_gap(difference: &Difference<'_>, pieces: &[f64]) -> f64 {
    let mut most = largest(&pieces[difference.hull.clone()]);
    let (mut before, mut part) = (usize::MAX, 0.0);
    for joint in difference.joints {
        if joint - 1 != before {
            part = pieces[joint - 1];
        }
        part += pieces[*joint];
        most = if part > most { part } else { most };
        before = *joint;
    }
    most
}

/// sup |f̂ − f*|.
fn supremum(difference: &Difference<'_>, target: &dyn Target) -> f64 {
    let Shape::Sine { amplitude, rate } = target.shape() else {
        return largest(difference.error);
    };
    let pieces = difference.at.windows(2).zip(difference.error.windows(2));
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
            let mut turn = libm::ceil((rate * a - angle) / std::f64::consts::TAU);
            while (angle + std::f64::consts::TAU * turn) / rate <= b {
                worst = worst.max(miss((angle + std::f64::consts::TAU * turn) / rate));
                turn += 1.0;
            }
        }
    }
    worst
}
