//! The minimum-norm two-layer ReLU interpolant.

mod chain;
mod gaps;
mod interleave;
mod newton;
mod quadratic;
mod sparsest;
mod three;

use super::{Estimator, Report, ends, slope_change};
use crate::catalogue::{Choice, Entry, Invalid, Kind, Parameter, Value};
use crate::predictor::Predictor;
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::theory::{Class, Known, Setting, extends};
use crate::wide::wide;
use chain::{Chain, Kink, Penalty};
use gaps::{Begin, Gaps};

const DEFAULT_SELECT: &str = "sparsest";

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
                default: Some(Value::Word(DEFAULT_SELECT)),
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
        if rule == Rule::Least(Penalty::Biased) && values[1].word() != DEFAULT_SELECT {
            return Err(Invalid {
                parameter: "select",
                expected: "chooses only where `penalise_bias` is false: with penalised biases the interpolant is unique",
            });
        }
        let clamp = values[2].word() == "clamp";
        Ok(Box::new(MinNorm { rule, clamp, gaps: Gaps::default(), run: Run::default() }))
    },
};

/// With biases penalised: on a grid tempered for every p; on a random design tempered in probability for p < 2, and for
/// f* = 0 catastrophic for p ≥ 2; in expectation the same, unless lines are extended beyond the data: then
/// catastrophic for every p.
///
/// Source: Joshi, Vardi & Srebro (2024), arXiv 2307.15396. In expectation on the hull: the contribution of a gap has the
/// tail index 2/p, so that its mean is finite if and only if p < 2.
pub(super) fn known(estimator: &Choice, setting: &Setting<'_>) -> Option<Known> {
    if !estimator.arguments().contains(&("penalise_bias", Value::Flag(true))) {
        return None;
    }
    let class = match setting.design {
        "grid" => Some(Class::Tempered),
        "uniform" if setting.p < 2.0 => Some(Class::Tempered),
        "uniform" if setting.target == "zero" => Some(Class::Catastrophic),
        "uniform" => None,
        _ => return None,
    };
    let explodes = setting.design == "uniform" && extends(estimator, setting);
    Some(Known {
        in_probability: class,
        in_expectation: if explodes { Some(Class::Catastrophic) } else { class },
        limit: None,
        source: "arXiv 2307.15396",
    })
}

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
/// With chord slopes δ_i, f̂ is the chord on every gap whose ends have curvatures sign(δ_i − δ_{i−1}) that
/// differ, and on the first and the last gap unless that one spans more than a right angle seen from (0, 1).
/// Each maximal run of points of one curvature sign is fitted by itself: one point takes a kink, two points
/// the kink where the outer lines meet, three points have a closed form ([`three`]), longer runs the solution of a
/// [`Chain`].
///
/// Errors: `NotConverged` where a chain misses its tolerance. Cost: O(n).
/// Accuracy: knots interpolate exactly; relative residual of the optimality conditions ≤ 1e-10.
///
/// Source: Boursier & Flammarion (2023), arXiv 2303.01353; Hanin (2021), arXiv 2109.12960, and Debarre,
/// Denoyelle, Unser & Fageot (2022) for unpenalised biases.
struct MinNorm {
    rule: Rule,
    clamp: bool,
    gaps: Gaps,
    run: Run,
}

impl Estimator for MinNorm {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        _: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let knots = predictor.piecewise_linear();
        let (x, y) = (sample.x(), sample.y());
        if !wide(Begin { gaps: &mut self.gaps, x, y, rule: self.rule }) {
            return Err(Degenerate::Overflow);
        }
        for k in 0..self.gaps.longer.len() {
            let start = self.gaps.longer[k];
            let end = start + self.gaps.kept[start..].iter().take_while(|kept| **kept == 1).count();
            self.run.fit(self.rule, &x[start..=end], &self.gaps.change[start..=end])?;
            for (gap, kink) in (start..end).zip(&self.run.kinks) {
                self.gaps.set(x, y, gap, *kink);
            }
        }
        if self.rule == Rule::Least(Penalty::Biased) {
            self.fit_wide_outer_gap(x, y)?;
        }
        self.gaps.write(x, y, knots);
        (knots.clamp, knots.left, knots.right) = (false, 0, 0);
        if self.clamp {
            knots.clamp_ends();
        }
        Ok(Report::default())
    }
}

impl MinNorm {
    /// Fits the run beside an outer gap of more than a right angle, should there be one.
    fn fit_wide_outer_gap(&mut self, x: &[f64], y: &[f64]) -> Result<(), Degenerate> {
        let n = x.len();
        let wide = |i: usize| 1.0 + x[i] * x[i + 1] < 0.0;
        if n < 3 || !(wide(0) || wide(n - 2)) {
            return Ok(());
        }
        let mirrored = wide(0);
        let change = &self.gaps.change;
        let count = |first: usize, points: &mut dyn Iterator<Item = usize>| {
            points.take_while(|k| change[*k].signum() * change[first] > 0.0 && change[*k] != 0.0).count()
        };
        let points = if mirrored {
            1..1 + count(1, &mut (1..n - 1))
        } else {
            n - 1 - count(n - 2, &mut (1..n - 1).rev())..n - 1
        };
        if points.is_empty() {
            return Ok(());
        }
        let beyond = if mirrored { x[0] } else { x[n - 1] };
        self.run.fit_before(&x[points.clone()], &change[points.clone()], beyond, mirrored)?;
        // The gap behind each point, or before it.
        let gaps = if mirrored { points.start - 1..points.end - 1 } else { points };
        for (gap, kink) in gaps.zip(&self.run.kinks) {
            self.gaps.set(x, y, gap, *kink);
        }
        Ok(())
    }
}

/// A run of points of equal curvature: gaps, sizes of the slope changes, the kinks found, and the solver.
#[derive(Default)]
struct Run {
    gap: Vec<f64>,
    bend: Vec<f64>,
    kinks: Vec<Option<Kink>>,
    chain: Chain,
}

impl Run {
    /// Finds the kinks of a run beside an outer gap of more than a right angle: its inner gaps and that one,
    /// from left to right. `mirrored` says that the outer gap is on the left.
    fn fit_before(
        &mut self,
        x: &[f64],
        change: &[f64],
        beyond: f64,
        mirrored: bool,
    ) -> Result<(), Degenerate> {
        let mut x = x.to_vec();
        self.bend.clear();
        self.bend.extend(change.iter().map(|change| change.abs()));
        if mirrored {
            x.reverse();
            x.iter_mut().for_each(|x| *x = -*x);
            self.bend.reverse();
        }
        self.gap.clear();
        self.gap.extend(x.windows(2).map(|pair| pair[1] - pair[0]));
        self.kinks.clear();
        self.kinks.resize(x.len(), None);
        let beyond = if mirrored { -beyond } else { beyond };
        self.chain.solve_before(&x, &self.gap, &self.bend, beyond, &mut self.kinks)?;
        if mirrored {
            self.kinks.reverse();
            for kink in self.kinks.iter_mut().flatten() {
                std::mem::swap(&mut kink.left, &mut kink.right);
            }
        }
        Ok(())
    }

    /// Finds the kinks of a run with points `x` and slope changes `change`, all of one sign.
    fn fit(&mut self, rule: Rule, x: &[f64], change: &[f64]) -> Result<(), Degenerate> {
        self.gap.clear();
        self.gap.extend(x.windows(2).map(|pair| pair[1] - pair[0]));
        self.bend.clear();
        self.bend.extend(change.iter().map(|change| change.abs()));
        self.kinks.clear();
        self.kinks.resize(self.gap.len(), None);
        match rule {
            Rule::Least(penalty) => self.chain.solve(penalty, x, &self.gap, &self.bend, &mut self.kinks),
            Rule::Sparsest | Rule::Spline => {
                sparsest::pair_up(&self.gap, &self.bend, &mut self.kinks);
                Ok(())
            }
        }
    }
}

/// The kink where two outer lines meet, in a gap of length h between slope changes u and v.
///
/// b = h v/(u + v) behind the left point, depth u b below the chord, slope change u + v.
#[inline(always)]
fn meeting(h: f64, u: f64, v: f64) -> Kink {
    let share = h / (u + v);
    let (left, right) = (share * v, share * u);
    Kink { left, right, depth: u * left, change: u + v }
}
