//! Scores: what is stored of a predictor.

use crate::predictor::Knots;
use crate::risk::{Domain, Exponent, Risk, integrate};
use crate::sample::{Degenerate, Sample};
use crate::target::{Shape, Target};

/// Scores that come before the risks, in order.
const FIXED: [&str; 6] = ["hull_low", "hull_high", "norm", "variation", "depth_max", "train_error"];

/// Computes the scores of predictors against one target.
///
/// Columns: the hull's ends; norm; variation of the slope; the largest depth of a kink away from the chord of
/// its gap; the largest training error; each risk; for each R_p the largest contribution of a single gap
/// between neighbouring data points.
///
/// Errors: `Overflow` where a score is not finite. Cost: one pass over the knots a risk.
/// Accuracy: ≤ 1e-12 relative for piecewise-linear targets, [`crate::risk::QUADRATURE_TOLERANCE`] for others.
pub struct Scorer {
    risks: Vec<Risk>,
    domain: Domain,
    target: Box<dyn Target>,
    at: Vec<f64>,
    error: Vec<f64>,
    gap_ends: Vec<usize>,
}

/// The names of the columns, for these risks.
pub fn columns(risks: &[Risk]) -> Vec<String> {
    let fixed = FIXED.iter().map(|name| (*name).to_string());
    let risk = risks.iter().map(|risk| format!("risk_{}", risk.suffix()));
    let gap = risks.iter().filter(|risk| risk.p().is_some()).map(|risk| format!("gap_max_{}", risk.suffix()));
    fixed.chain(risk).chain(gap).collect()
}

impl Scorer {
    /// A scorer for these risks on this domain.
    pub fn new(risks: &[Risk], domain: Domain, target: Box<dyn Target>) -> Scorer {
        let (at, error, gap_ends) = (Vec::new(), Vec::new(), Vec::new());
        Scorer { risks: risks.to_vec(), domain, target, at, error, gap_ends }
    }

    /// Appends the scores of `knots` to `out`, in the order of [`columns`].
    pub fn score(&mut self, sample: Sample<'_>, knots: &Knots, out: &mut Vec<f64>) -> Result<(), Degenerate> {
        let (x, y) = (sample.x(), sample.y());
        let start = out.len();
        out.extend([x[0], x[x.len() - 1], knots.norm(), knots.variation()]);
        out.push(depth(sample, knots));
        out.push(knots.train_error(x, y));
        self.difference(sample, knots);
        let risks = std::mem::take(&mut self.risks);
        let mut largest = Vec::with_capacity(risks.len());
        for risk in &risks {
            match risk {
                Risk::Sup => out.push(self.supremum()),
                Risk::Lp(exponent) => {
                    let (total, gap) = self.integral(exponent);
                    out.push(total);
                    largest.push(gap);
                }
            }
        }
        self.risks = risks;
        out.extend(largest);
        if out[start..].iter().all(|score| score.is_finite()) { Ok(()) } else { Err(Degenerate::Overflow) }
    }

    /// Merges the knots of f̂ with those of f* and the ends of the domain; marks where gaps end.
    fn difference(&mut self, sample: Sample<'_>, knots: &Knots) {
        let target = &self.target;
        let (corners, smooth) = match target.shape() {
            Shape::PiecewiseLinear { knots } => (knots, false),
            Shape::Sine { .. } => (&[][..], true),
        };
        let value = |x: f64, y: f64| if smooth { y } else { y - target.value(x) };
        let (at, error, gap_ends) = (&mut self.at, &mut self.error, &mut self.gap_ends);
        at.clear();
        error.clear();
        gap_ends.clear();
        let last = knots.x.len() - 1;
        let (low, high) = match self.domain {
            Domain::Hull => (knots.x[0], knots.x[last]),
            Domain::Unit => (knots.x[0].min(0.0), knots.x[last].max(1.0)),
        };
        let mut corner = corners.partition_point(|t| *t <= low);
        let mut before = |limit: f64, at: &mut Vec<f64>, error: &mut Vec<f64>| {
            while corner < corners.len() && corners[corner] < limit {
                let t = corners[corner];
                at.push(t);
                error.push(value(t, knots.value(t)));
                corner += 1;
            }
            if corner < corners.len() && corners[corner] == limit {
                corner += 1;
            }
        };
        if low < knots.x[0] {
            at.push(low);
            error.push(value(low, knots.value(low)));
        }
        let mut next_point = 0;
        for (x, y) in knots.x.iter().zip(&knots.y) {
            before(*x, at, error);
            at.push(*x);
            error.push(value(*x, *y));
            if sample.x().get(next_point) == Some(x) {
                gap_ends.push(at.len() - 1);
                next_point += 1;
            }
        }
        if high > knots.x[last] {
            before(high, at, error);
            at.push(high);
            error.push(value(high, knots.value(high)));
        }
    }

    /// R_p and the largest contribution of a gap.
    fn integral(&self, exponent: &Exponent) -> (f64, f64) {
        match self.target.shape() {
            Shape::PiecewiseLinear { .. } => self.sum(|a, b, u, v| exponent.integral(u, v, b - a)),
            Shape::Sine { .. } => self.sum(|a, b, u, v| {
                let slope = (v - u) / (b - a);
                integrate(&|x| exponent.power((u + slope * (x - a) - self.target.value(x)).abs()), a, b)
            }),
        }
    }

    /// The sum of `piece` over all pieces, and the largest sum over the pieces of one gap.
    fn sum(&self, piece: impl Fn(f64, f64, f64, f64) -> f64) -> (f64, f64) {
        let span = |from: usize, to: usize| {
            (from..to)
                .fold(0.0, |sum, k| sum + piece(self.at[k], self.at[k + 1], self.error[k], self.error[k + 1]))
        };
        let ends = &self.gap_ends;
        let (first, last) = (ends[0], ends[ends.len() - 1]);
        let mut total = span(0, first) + span(last, self.at.len() - 1);
        let mut largest = 0.0f64;
        // Blocks keep the rounding error of long sums near that of one block.
        for start in (0..ends.len() - 1).step_by(512) {
            let mut sum = 0.0;
            for gap in start..(start + 512).min(ends.len() - 1) {
                let part = span(ends[gap], ends[gap + 1]);
                largest = largest.max(part);
                sum += part;
            }
            total += sum;
        }
        (total, largest)
    }

    fn supremum(&self) -> f64 {
        match self.target.shape() {
            Shape::PiecewiseLinear { .. } => {
                self.error.iter().fold(0.0, |worst, error| worst.max(error.abs()))
            }
            Shape::Sine { amplitude, rate } => {
                (0..self.at.len() - 1).map(|k| self.sine_supremum(k, amplitude, rate)).fold(0.0, f64::max)
            }
        }
    }

    /// sup of |line − sine| on a piece: at its ends or where the slopes agree, cos(rate x) = slope/(A rate).
    fn sine_supremum(&self, k: usize, amplitude: f64, rate: f64) -> f64 {
        let (a, b, u, v) = (self.at[k], self.at[k + 1], self.error[k], self.error[k + 1]);
        let slope = (v - u) / (b - a);
        let miss = |x: f64| (u + slope * (x - a) - self.target.value(x)).abs();
        let mut worst = miss(a).max((v - self.target.value(b)).abs());
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
}

/// The largest distance of a kink inside a gap from the gap's chord.
fn depth(sample: Sample<'_>, knots: &Knots) -> f64 {
    let (x, y) = (sample.x(), sample.y());
    let mut deepest = 0.0f64;
    let mut i = 0;
    for (t, value) in knots.x.iter().zip(&knots.y) {
        while i + 1 < x.len() && x[i + 1] <= *t {
            i += 1;
        }
        if *t > x[i] && i + 1 < x.len() {
            let chord = y[i] + (y[i + 1] - y[i]) * ((t - x[i]) / (x[i + 1] - x[i]));
            deepest = deepest.max((value - chord).abs());
        }
    }
    deepest
}
