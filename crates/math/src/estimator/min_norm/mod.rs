//! The minimum-norm two-layer ReLU interpolant.

mod chain;
mod sparsest;

use super::{Estimator, ends, slope_change};
use crate::catalogue::{Entry, Kind, Parameter, Value};
use crate::predictor::Knots;
use crate::sample::{Degenerate, Sample};
use chain::{Chain, Kink, Penalty};

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "min_norm",
    summary: "the two-layer ReLU network of least norm that interpolates, its affine part free",
    parameters: || {
        vec![
            Parameter {
                name: "penalise_bias",
                summary: "whether biases count in the norm, which makes the interpolant unique",
                kind: Kind::Flag,
                default: Some(Value::Flag(true)),
            },
            Parameter {
                name: "select",
                summary: "which of the many interpolants of least norm, where biases are not penalised",
                kind: Kind::Word(&["sparsest", "least_area", "spline"]),
                default: Some(Value::Word("sparsest")),
            },
            ends(),
        ]
    },
    build: |values| {
        let rule = match (values[0].flag(), values[1].word()) {
            (true, _) => Rule::Least(Penalty::Biased),
            (false, "least_area") => Rule::Least(Penalty::Free),
            (false, "spline") => Rule::Spline,
            (false, _) => Rule::Sparsest,
        };
        let clamp = values[2].word() == "clamp";
        Ok(Box::new(MinNorm { rule, clamp, run: Run::default(), chain: Chain::default() }))
    },
};

/// How a run of equal curvatures is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rule {
    /// Least norm under this penalty.
    Least(Penalty),
    /// As few kinks as possible.
    Sparsest,
    /// A kink at every data point.
    Spline,
}

/// The interpolant that minimises ∫ √(1 + x²) d|f''|(x), or ∫ d|f''| where biases are not penalised.
///
/// With chord slopes δ_i, f̂ is the chord on the first and the last gap and on every gap whose ends have
/// curvatures sign(δ_i − δ_{i−1}) that differ. Each maximal run of points of one curvature sign is fitted by
/// itself between the chords on its two sides: one point takes a kink, two points the kink where the outer
/// lines meet, longer runs the solution of a [`Chain`].
///
/// Errors: `NotConverged` where a chain misses its tolerance. Cost: O(n).
/// Accuracy: knots interpolate exactly; relative residual of the optimality conditions ≤ 1e-10.
///
/// Source: Boursier & Flammarion (2023), arXiv 2303.01353; Hanin (2021), arXiv 2109.12960, and Debarre,
/// Denoyelle, Unser & Fageot (2022) for unpenalised biases.
struct MinNorm {
    rule: Rule,
    clamp: bool,
    run: Run,
    chain: Chain,
}

/// A run of points of equal curvature: positions, sizes of the slope changes, and the kinks found.
#[derive(Default)]
struct Run {
    x: Vec<f64>,
    gap: Vec<f64>,
    bend: Vec<f64>,
    kinks: Vec<Option<Kink>>,
}

impl Estimator for MinNorm {
    fn fit(&mut self, sample: Sample<'_>, knots: &mut Knots) -> Result<(), Degenerate> {
        let (x, y, n) = (sample.x(), sample.y(), sample.n());
        let slope = |i: usize| (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
        let mut left = slope(0);
        knots.first_slope = left;
        knots.push(x[0], y[0], 0.0);
        let mut i = 1;
        while i < n - 1 {
            let right = slope(i);
            let change = slope_change(left, right);
            left = right;
            if change == 0.0 || self.rule == Rule::Spline {
                knots.push(x[i], y[i], change);
                i += 1;
                continue;
            }
            let sign = if change > 0.0 { 1.0 } else { -1.0 };
            // Runs of one and two points are nearly all there are on noise: no scratch for them.
            let after = if i + 1 < n - 1 { slope(i + 1) } else { left };
            let second = slope_change(left, after) * sign;
            if second <= 0.0 {
                knots.push(x[i], y[i], change);
                i += 1;
                continue;
            }
            let beyond = if i + 2 < n - 1 { slope(i + 2) } else { after };
            if slope_change(after, beyond) * sign <= 0.0 {
                let kink = meeting(x[i + 1] - x[i], change.abs(), second);
                knots.push(x[i], y[i], 0.0);
                push_kink(knots, (x[i], x[i + 1]), (y[i], y[i + 1]), sign, kink);
                knots.push(x[i + 1], y[i + 1], 0.0);
                restore_absorbed(knots, kink, (x[i], x[i + 1]), sign);
                left = after;
                i += 2;
                continue;
            }
            let end = self.collect(x, y, i, left, change);
            left = slope(end - 1);
            self.fit_run()?;
            self.emit(x, y, i, sign, knots);
            i = end;
        }
        knots.push(x[n - 1], y[n - 1], 0.0);
        if self.clamp {
            knots.clamp_ends();
        }
        Ok(())
    }
}

impl MinNorm {
    /// Gathers the run that starts at `start`; returns the index after its last point.
    fn collect(&mut self, x: &[f64], y: &[f64], start: usize, mut slope: f64, change: f64) -> usize {
        let run = &mut self.run;
        run.x.clear();
        run.gap.clear();
        run.bend.clear();
        run.x.push(x[start]);
        run.bend.push(change.abs());
        let mut i = start + 1;
        while i < x.len() - 1 {
            let next = (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
            let bend = slope_change(slope, next);
            if bend * change <= 0.0 {
                break;
            }
            run.gap.push(x[i] - x[i - 1]);
            run.x.push(x[i]);
            run.bend.push(bend.abs());
            slope = next;
            i += 1;
        }
        i
    }

    fn fit_run(&mut self) -> Result<(), Degenerate> {
        let run = &mut self.run;
        run.kinks.clear();
        run.kinks.resize(run.gap.len(), None);
        match self.rule {
            Rule::Least(penalty) => self.chain.solve(penalty, &run.x, &run.gap, &run.bend, &mut run.kinks),
            _ => {
                sparsest::pair_up(&run.gap, &run.bend, &mut run.kinks);
                Ok(())
            }
        }
    }

    /// Writes the knots of a fitted run.
    fn emit(&self, x: &[f64], y: &[f64], start: usize, sign: f64, knots: &mut Knots) {
        let run = &self.run;
        let mut before: Option<Kink> = None;
        for (k, bend) in run.bend.iter().enumerate() {
            let i = start + k;
            let here = run.kinks.get(k).copied().flatten();
            let alone = before.is_none() && here.is_none();
            knots.push(x[i], y[i], if alone { sign * bend } else { 0.0 });
            if let Some(kink) = before {
                restore_absorbed(knots, kink, (x[i - 1], x[i]), sign);
            }
            if let Some(kink) = here {
                push_kink(knots, (x[i], x[i + 1]), (y[i], y[i + 1]), sign, kink);
            }
            before = here;
        }
    }
}

/// The kink where two outer lines meet, in a gap of length h between slope changes u and v.
///
/// b = h v/(u + v) behind the left point, depth u b below the chord, slope change u + v.
fn meeting(h: f64, u: f64, v: f64) -> Kink {
    let left = h * (v / (u + v));
    Kink { left, right: h * (u / (u + v)), depth: u * left, change: u + v }
}

/// Appends a kink between two data points, unless rounding puts it on one of them.
fn push_kink(knots: &mut Knots, (x0, x1): (f64, f64), (y0, y1): (f64, f64), sign: f64, kink: Kink) {
    let at = position(kink, (x0, x1));
    if at > x0 && at < x1 {
        let share = kink.left / (kink.left + kink.right);
        let chord = if share <= 0.5 { y0 + (y1 - y0) * share } else { y1 - (y1 - y0) * (1.0 - share) };
        knots.push(at, chord - sign * kink.depth, sign * kink.change);
    }
}

/// Gives a kink that rounding put on a data point to that point, once both are among the knots.
fn restore_absorbed(knots: &mut Knots, kink: Kink, (x0, x1): (f64, f64), sign: f64) {
    let at = position(kink, (x0, x1));
    let last = knots.x.len() - 1;
    if at <= x0 {
        knots.change[last - 1] += sign * kink.change;
    } else if at >= x1 {
        knots.change[last] += sign * kink.change;
    }
}

/// The kink's x, measured from the nearer data point.
fn position(kink: Kink, (x0, x1): (f64, f64)) -> f64 {
    if kink.left <= kink.right { x0 + kink.left } else { x1 - kink.right }
}
