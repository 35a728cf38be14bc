//! Scores by quadrature, for errors that are analytic between breakpoints.

use super::difference::Cuts;
use super::{Criteria, Scorer, Scratch};
use crate::predictor::Smooth;
use crate::risk::{
    Domain, Estimate, Exponent, QUADRATURE_TOLERANCE, Risk, estimate_powers, integrate_each,
    integrate_powers, points,
};
use crate::sum::{Summary, all_finite, largest, sum};
use crate::target::Shape;

/// Values of an error on a piece, at several points.
pub(super) type PieceValues<'a> = dyn FnMut(usize, &[f64], &mut [f64]) + 'a;

/// Maxima at samples below this share of the largest are not searched further.
const WORTH: f64 = 0.9;
/// Steps of a golden-section search: the extremum is then known to 1e-9 of an interval, its value to 1e-16.
const SECTIONS: u32 = 44;

/// Turns of a sine at which a domain is cut at most; of a faster one, extrema may be missed.
pub(super) const TURNS: f64 = 65_536.0;

/// A domain cut at the breakpoints of f̂, the corners or turning points of f*, and the data points.
#[derive(Default)]
pub(super) struct Intervals {
    at: Vec<f64>,
    joints: Vec<usize>,
}

/// How deep quadrature goes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Depth {
    /// For each exponent as deep as it asks for, so that its integral does not depend on the others.
    #[default]
    Each,
    /// For all exponents as deep as any of them asks for.
    Joint,
}

/// ∫ |g|^p over each interval, for each exponent among the risks.
#[derive(Default)]
pub(super) struct Integrals {
    pub depth: Depth,
    exponents: Vec<Exponent>,
    pieces: Vec<Vec<f64>>,
    /// Error estimates of the pieces, and their sums.
    misses: Vec<Vec<f64>>,
    errors: Vec<f64>,
    /// Whether a single rule sees all there is of a piece, for exponents that are not even.
    clean: Vec<bool>,
    /// Means of the pieces.
    scales: Vec<f64>,
    estimates: Vec<Estimate>,
    /// The exponents whose integral over a piece is not known well enough.
    open: Vec<bool>,
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
    let breaks = smooth.breaks.iter().copied();
    let cuts = match target.shape() {
        Shape::Zero => intervals.cut(x, breaks, *domain),
        Shape::PiecewiseLinear { knots } => intervals.cut(x, breaks.chain(knots.iter().copied()), *domain),
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
    out.push(Some(integrals.error()));
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
        }
    }
    out.extend(gaps.iter().chain(edges.iter()).copied().map(Some));
}

impl Intervals {
    /// Cuts the domain at breakpoints and data points.
    pub fn cut(&mut self, x: &[f64], breaks: impl Iterator<Item = f64>, domain: Domain) -> Cuts<'_> {
        let (first, last) = (x[0], x[x.len() - 1]);
        let (low, high) = domain.ends(x);
        self.at.clear();
        self.at.extend([low, high]);
        let inside = |at: &f64| *at > low && *at < high;
        self.at.extend(breaks.chain(x.iter().copied()).filter(inside));
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

/// Where a sine of this rate turns between two points, so that between cuts it is monotone.
fn turns(rate: f64, low: f64, high: f64) -> impl Iterator<Item = f64> {
    let half = std::f64::consts::PI / rate;
    let (first, last) = (libm::ceil(low / half - 0.5), libm::floor(high / half - 0.5));
    let count = if last - first < TURNS { (last - first + 1.0).max(0.0) as usize } else { 0 };
    (0..count).map(move |turn| (first + turn as f64 + 0.5) * half)
}

impl Integrals {
    /// Integrates over every interval between neighbouring points `at`.
    pub fn fill(&mut self, at: &[f64], risks: &[Risk], error: &mut PieceValues<'_>) {
        self.exponents.clear();
        self.exponents.extend(risks.iter().filter_map(|risk| match risk {
            Risk::Lp(exponent) => Some(exponent),
            Risk::Sup => None,
        }));
        let exponents = self.exponents.len();
        for rows in [&mut self.pieces, &mut self.misses] {
            rows.resize_with(exponents.max(rows.len()), Vec::new);
            rows.iter_mut().for_each(Vec::clear);
        }
        self.errors.clear();
        self.clean.clear();
        self.scales.clear();
        self.estimates.resize(exponents, Estimate::default());
        let count = at.len() - 1;
        // One rule everywhere tells how large the whole is, and what is small beside it: the largest gap is no less than
        // the mean of all pieces, so what is known to a tolerance of that mean is known well enough.
        for k in 0..count {
            let mut values = |x: &[f64], out: &mut [f64]| error(k, x, out);
            let ends = (at[k], at[k + 1]);
            self.clean.push(estimate_powers(&mut values, ends, &self.exponents, &mut self.estimates));
            for (e, estimate) in self.estimates.iter().enumerate() {
                self.pieces[e].push(estimate.value);
                self.misses[e].push(estimate.error);
            }
        }
        self.scales.extend(self.pieces[..exponents].iter().map(|pieces| sum(pieces) / count as f64));
        for k in 0..count {
            self.find_open(k);
            if self.open.contains(&true) {
                let mut values = |x: &[f64], out: &mut [f64]| error(k, x, out);
                let ends = (at[k], at[k + 1]);
                let Integrals { exponents, scales, open, estimates, .. } = self;
                match self.depth {
                    Depth::Each => integrate_each(&mut values, ends, (exponents, open), scales, estimates),
                    Depth::Joint => integrate_powers(&mut values, ends, exponents, scales, estimates),
                }
                for (e, Estimate { value, error }) in self.estimates.iter().enumerate() {
                    if self.open[e] {
                        self.pieces[e][k] = *value;
                        self.misses[e][k] = *error;
                    }
                }
            }
        }
        self.errors.extend(self.misses[..exponents].iter().map(|misses| sum(misses)));
    }

    /// Finds the exponents for which one rule over piece k was not enough.
    fn find_open(&mut self, k: usize) {
        let Integrals { exponents, pieces, misses, scales, clean, open, .. } = self;
        open.clear();
        open.extend(exponents.iter().enumerate().map(|(e, exponent)| {
            let close = misses[e][k] <= QUADRATURE_TOLERANCE * pieces[e][k].max(scales[e]);
            !(close && (clean[k] || exponent.is_even()))
        }));
        if self.depth == Depth::Joint && open.contains(&true) {
            open.fill(true);
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
            .map(|(pieces, error)| (sum(pieces), *error))
            // An integral that overflowed says so by itself.
            .filter(|(integral, _)| integral.is_finite())
            .map(|(integral, error)| if error == 0.0 { 0.0 } else { error / integral });
        shares.fold(0.0, f64::max)
    }
}

/// sup |g| over all intervals: the largest sample, refined by golden-section search.
///
/// Accuracy: a few units of roundoff, where no two extrema lie between neighbouring samples; there are 17 an interval.
/// Infinite where a sample is not finite.
pub(super) fn supremum(at: &[f64], error: &mut PieceValues<'_>) -> f64 {
    let mut peaks = Vec::with_capacity(at.len());
    let (mut samples, mut values) = (Vec::new(), Vec::new());
    for (k, ends) in at.windows(2).enumerate() {
        samples.clear();
        samples.extend(points(ends[0], ends[1]));
        values.resize(samples.len(), 0.0);
        error(k, &samples, &mut values);
        if !all_finite(&values) {
            return f64::INFINITY;
        }
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
