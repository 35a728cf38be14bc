//! Scores by quadrature, for errors that are analytic between breakpoints.

use super::difference::Cuts;
use super::{Criteria, Scorer, Scratch};
use crate::predictor::Smooth;
use crate::risk::{Domain, Estimate, Exponent, Risk, Values, integrate_powers, points};
use crate::sum::{largest, sum};
use crate::target::Shape;

/// Values of an error on a piece, at several points.
pub(super) type PieceValues<'a> = dyn FnMut(usize, &[f64], &mut [f64]) + 'a;

/// Maxima at samples below this share of the largest are not searched further.
const WORTH: f64 = 0.9;
/// Steps of a golden-section search: the extremum is then known to 1e-9 of an interval, its value to 1e-16.
const SECTIONS: u32 = 44;

/// A domain cut at the breakpoints of f̂, the corners of f*, and the data points.
#[derive(Default)]
pub(super) struct Intervals {
    at: Vec<f64>,
    joints: Vec<usize>,
}

/// ∫ |g|^p over each interval, for each exponent among the risks.
#[derive(Default)]
pub(super) struct Integrals {
    exponents: Vec<Exponent>,
    pieces: Vec<Vec<f64>>,
    errors: Vec<f64>,
    estimates: Vec<Estimate>,
}

/// Appends the scores of `smooth`, fitted to the sample (x, y).
pub(super) fn score(
    scorer: &mut Scorer,
    (x, y): (&[f64], &[f64]),
    smooth: &Smooth,
    out: &mut Vec<Option<f64>>,
) {
    let Scorer { criteria: Criteria { risks, domain, .. }, target, scratch } = scorer;
    let Scratch { intervals, integrals, gaps, edges, .. } = scratch;
    let target = target.as_ref();
    let corners = match target.shape() {
        Shape::PiecewiseLinear { knots } => knots,
        Shape::Zero | Shape::Sine { .. } => &[],
    };
    let cuts = intervals.cut(x, smooth.breaks.iter().chain(corners), *domain);
    let pieces: Vec<usize> = cuts.at.iter().map(|at| smooth.piece(*at)).collect();
    let mut error = |interval: usize, x: &[f64], out: &mut [f64]| {
        smooth.pieces.values(pieces[interval], x, out);
        if !matches!(target.shape(), Shape::Zero) {
            x.iter().zip(out).for_each(|(x, out)| *out -= target.value(*x));
        }
    };
    integrals.fill(cuts.at, risks, &mut error);
    out.extend([Some(x[0]), Some(x[x.len() - 1]), None, None, None, Some(smooth.train_error(x, y))]);
    out.push(Some(integrals.error()));
    gaps.clear();
    edges.clear();
    for risk in risks.iter() {
        match risk {
            Risk::Sup => out.push(Some(supremum(cuts.at, &mut error))),
            Risk::Lp(_) => {
                let pieces = integrals.pieces(gaps.len());
                out.push(Some(sum(pieces)));
                gaps.push(cuts.largest_gap(pieces));
                if *domain == Domain::Unit {
                    edges.push(cuts.outside(pieces));
                }
            }
        }
    }
    out.extend(gaps.iter().chain(edges.iter()).copied().map(Some));
}

impl Intervals {
    /// Cuts the domain at breakpoints and data points.
    pub fn cut<'a, 'b>(
        &'a mut self,
        x: &'b [f64],
        breaks: impl Iterator<Item = &'b f64>,
        domain: Domain,
    ) -> Cuts<'a> {
        let (first, last) = (x[0], x[x.len() - 1]);
        let (low, high) = match domain {
            Domain::Hull => (first, last),
            Domain::Unit => (first.min(0.0), last.max(1.0)),
        };
        self.at.clear();
        self.at.extend([low, high]);
        let inside = |at: &&f64| **at > low && **at < high;
        self.at.extend(breaks.chain(x).filter(inside));
        self.at.sort_unstable_by(f64::total_cmp);
        self.at.dedup();
        let position = |point: f64| self.at.partition_point(|at| *at < point);
        let hull = position(first)..position(last);
        self.joints.clear();
        let mut data = x.iter().peekable();
        for (k, at) in self.at.iter().enumerate().take(hull.end).skip(hull.start) {
            if data.next_if(|x| *x == at).is_none() {
                self.joints.push(k);
            }
        }
        Cuts { at: &self.at, joints: &self.joints, hull }
    }
}

impl Integrals {
    /// Integrates over every interval between neighbouring points `at`.
    pub fn fill(&mut self, at: &[f64], risks: &[Risk], error: &mut PieceValues<'_>) {
        self.exponents.clear();
        self.exponents.extend(risks.iter().filter_map(|risk| match risk {
            Risk::Lp(exponent) => Some(exponent),
            Risk::Sup => None,
        }));
        let count = self.exponents.len();
        self.pieces.resize_with(count.max(self.pieces.len()), Vec::new);
        self.pieces.iter_mut().for_each(Vec::clear);
        self.errors.clear();
        self.errors.resize(count, 0.0);
        self.estimates.resize(count, Estimate::default());
        for (k, ends) in at.windows(2).enumerate() {
            let mut values = |x: &[f64], out: &mut [f64]| error(k, x, out);
            let values: &mut Values<'_> = &mut values;
            integrate_powers(values, (ends[0], ends[1]), &self.exponents, &mut self.estimates);
            for (e, Estimate { value, error }) in self.estimates.iter().enumerate() {
                self.pieces[e].push(*value);
                self.errors[e] += error;
            }
        }
    }

    /// The integrals of one exponent.
    pub fn pieces(&self, exponent: usize) -> &[f64] {
        &self.pieces[exponent]
    }

    /// The largest error estimate of an integral over all intervals, relative to it.
    pub fn error(&self) -> f64 {
        let shares = self
            .pieces
            .iter()
            .zip(&self.errors)
            .map(|(pieces, error)| if *error == 0.0 { 0.0 } else { error / sum(pieces) });
        shares.fold(0.0, f64::max)
    }
}

/// sup |g| over all intervals: the largest sample, refined by golden-section search.
///
/// Accuracy: a few units of roundoff, where no two extrema lie between neighbouring samples; there are 17 an interval.
pub(super) fn supremum(at: &[f64], error: &mut PieceValues<'_>) -> f64 {
    let mut peaks = Vec::with_capacity(at.len());
    let mut samples = Vec::new();
    for (k, ends) in at.windows(2).enumerate() {
        samples.clear();
        samples.push(ends[0]);
        samples.extend(points(ends[0], ends[1]));
        samples.push(ends[1]);
        let mut values = vec![0.0; samples.len()];
        error(k, &samples, &mut values);
        let peak =
            (0..values.len()).fold(0, |best, i| if values[i].abs() > values[best].abs() { i } else { best });
        let around = (samples[peak.saturating_sub(1)], samples[(peak + 1).min(samples.len() - 1)]);
        peaks.push((largest(&values), around));
    }
    let most = peaks.iter().fold(0.0, |most: f64, (value, _)| most.max(*value));
    let worth = peaks.iter().enumerate().filter(|(_, (value, _))| *value >= WORTH * most);
    worth.fold(most, |most, (k, (_, around))| {
        most.max(golden(*around, |x| {
            let mut value = [0.0];
            error(k, &[x], &mut value);
            value[0].abs()
        }))
    })
}

/// The maximum of a function with one maximum on [a, b].
fn golden((mut a, mut b): (f64, f64), mut f: impl FnMut(f64) -> f64) -> f64 {
    const SHARE: f64 = 0.618_033_988_749_894_9;
    let (mut c, mut d) = (b - SHARE * (b - a), a + SHARE * (b - a));
    let (mut u, mut v) = (f(c), f(d));
    let mut most = u.max(v);
    for _ in 0..SECTIONS {
        if u > v {
            (b, d, v) = (d, c, u);
            c = b - SHARE * (b - a);
            u = f(c);
            most = most.max(u);
        } else {
            (a, c, u) = (c, d, v);
            d = a + SHARE * (b - a);
            v = f(d);
            most = most.max(v);
        }
    }
    most
}
