//! The minimum-norm two-layer ReLU interpolant.

mod chain;
mod gaps;
mod interleave;
mod kink;
mod newton;
mod quadratic;
mod sparsest;
mod three;

use super::{Estimator, Report, cost, ends, slope_change};
use crate::catalogue::{Choice, Entry, Invalid, Kind, Parameter, Value};
use crate::predictor::Predictor;
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::theory::{Class, Known, Setting, explodes};
use crate::wide::wide;
use chain::Chain;
use gaps::{Begin, Gaps};
use kink::{Kink, Penalty, Rule, equal};

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
        Ok(Box::new(MinNorm::new(rule, clamp, PART)))
    },
};

/// With penalised biases the interpolant is tempered for every p on a grid. On a random design it is tempered in
/// probability for p < 2 and, for f* = 0, catastrophic for p ≥ 2. The same holds in expectation, unless outer lines are
/// extended: then it is catastrophic for every p.
///
/// Source: Joshi, Vardi & Srebro (2024), arXiv 2307.15396. In expectation on the hull: the contribution of a gap has the
/// tail index 2/p, so that its mean is finite if and only if p < 2.
pub(super) fn known(estimator: &Choice, setting: &Setting<'_>) -> Option<Known> {
    if !estimator.arguments().contains(&("penalise_bias", Value::Flag(true))) {
        return None;
    }
    let class = match setting.p {
        _ if setting.is_grid() => Some(Class::Tempered),
        _ if !setting.is_uniform() => return None,
        p if p < 2.0 => Some(Class::Tempered),
        _ => (setting.target.name() == "zero").then_some(Class::Catastrophic),
    };
    Some(Known {
        in_probability: class,
        in_expectation: if explodes(estimator, setting) { Some(Class::Catastrophic) } else { class },
        limit: None,
        exponent: None,
        source: "arXiv 2307.15396",
    })
}

/// The interpolant that minimises ∫ √(1 + x²) d|f''|(x), or ∫ d|f''| where biases are not penalised.
///
/// With chord slopes δ_i, f̂ is the chord on every gap whose ends have different curvatures sign(δ_i − δ_{i−1}), and on the
/// first and the last gap unless it subtends more than a right angle from (0, 1). Each maximal run of points of one
/// curvature is fitted separately: a single point is a kink, two points have the kink where the chords on their two sides
/// meet, three points have a closed form ([`three`]), and longer runs are the solution of a [`Chain`].
///
/// Errors: `Overflow` where a slope is not finite; `NotConverged` where a chain misses its tolerance. Cost: O(n).
/// Accuracy: knots interpolate exactly; relative residual of the optimality conditions ≤ 1e-10.
///
/// Source: Boursier & Flammarion (2023), arXiv 2303.01353; Hanin (2021), arXiv 2109.12960, and Debarre,
/// Denoyelle, Unser & Fageot (2022) for unpenalised biases.
struct MinNorm {
    rule: Rule,
    clamp: bool,
    /// The least number of gaps of a part.
    part: usize,
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
        let (mut start, mut written) = (0, (0, 0));
        loop {
            let end = self.part(x, y, start);
            let (x, y) = (&x[start..end], &y[start..end]);
            self.fit_part(x, y)?;
            written = self.gaps.write(x, y, written, knots);
            if end == sample.x().len() {
                break;
            }
            start = end - 2;
        }
        for list in [&mut knots.x, &mut knots.y, &mut knots.change] {
            list.truncate(written.0);
        }
        knots.inner.truncate(written.1);
        (knots.clamp, knots.left, knots.right) = (false, 0, 0);
        if self.clamp {
            knots.clamp_ends();
        }
        Ok(Report::default())
    }

    fn is_local(&self) -> bool {
        true
    }

    fn levels_off(&self) -> bool {
        self.clamp
    }

    fn cost(&self, n: u64) -> f64 {
        // Runs of equal curvature are short: fitting is linear in n.
        cost::TRIAL + (cost::POINT + 10.0) * n as f64
    }
}

/// The least number of gaps that are fitted at a time: their lists, of 48 bytes a gap, stay in a second-level cache.
const PART: usize = 1024;

impl MinNorm {
    fn new(rule: Rule, clamp: bool, part: usize) -> MinNorm {
        MinNorm { rule, clamp, part, gaps: Gaps::default(), run: Run::default() }
    }

    /// The end of the points of the part that starts at `start`. Two neighbouring parts share a gap on which the fit is the
    /// chord, since the curvatures at its ends differ or one is zero: the fits on its two sides do not depend on each other.
    fn part(&self, x: &[f64], y: &[f64], start: usize) -> usize {
        let n = x.len();
        if n - start <= self.part.saturating_mul(2) || wide_gap(x, 0) || wide_gap(x, n - 2) {
            return n;
        }
        let slope = |i: usize| (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
        let bend = |i: usize| slope_change(slope(i - 1), slope(i));
        let chord = |i: &usize| !equal(bend(*i), bend(i + 1)) && !wide_gap(x, *i);
        (start + self.part..n - 2).find(chord).map_or(n, |gap| gap + 2)
    }

    /// Finds the kinks of a part.
    fn fit_part(&mut self, x: &[f64], y: &[f64]) -> Result<(), Degenerate> {
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
        if self.rule == Rule::Least(Penalty::Biased) { self.fit_wide_outer_gap(x, y) } else { Ok(()) }
    }

    /// Fits the run next to an outer gap of more than a right angle, if there is one. At most one outer gap is that wide.
    fn fit_wide_outer_gap(&mut self, x: &[f64], y: &[f64]) -> Result<(), Degenerate> {
        let n = x.len();
        if n < 3 || !(wide_gap(x, 0) || wide_gap(x, n - 2)) {
            return Ok(());
        }
        let mirrored = wide_gap(x, 0);
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
        // The gap right of each point, or left of it.
        let gaps = if mirrored { points.start - 1..points.end - 1 } else { points };
        for (gap, kink) in gaps.zip(&self.run.kinks) {
            self.gaps.set(x, y, gap, *kink);
        }
        Ok(())
    }
}

/// Whether a gap subtends more than a right angle from (0, 1).
fn wide_gap(x: &[f64], gap: usize) -> bool {
    1.0 + x[gap] * x[gap + 1] < 0.0
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
    /// Finds the kinks of a run next to an outer gap of more than a right angle, in its inner gaps and in that one,
    /// from left to right. `mirrored` is true where the outer gap is on the left.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{Key, Purpose, unit};

    /// Fits do not depend on the size of parts, to the bit: on one side of 0 and across it, where a gap may be wide, with
    /// runs of any length and points on a line.
    #[test]
    fn parts_are_fitted_as_the_whole() {
        let draws = Draws::new(1, "parts", 0);
        let rules = [Rule::Least(Penalty::Biased), Rule::Least(Penalty::Free), Rule::Sparsest, Rule::Spline];
        for round in 0..400u64 {
            let mut rng = Key::new(round, "parts", Purpose::Design).trial(0);
            let n = 2 + (unit(&mut rng) * 120.0) as usize;
            let (low, spread) = [(0.0, 1.0), (-3.0, 6.0), (-30.0, 60.0)][round as usize % 3];
            let mut x: Vec<f64> = (0..n).map(|_| low + spread * unit(&mut rng)).collect();
            x.sort_by(f64::total_cmp);
            // Noise, labels with few values, and a curve with long runs of one curvature.
            let label = |x: &f64| match round / 3 % 3 {
                0 => unit(&mut rng),
                1 => (3.0 * unit(&mut rng)).floor(),
                _ => (x / spread * 20.0).sin() + 1e-3 * unit(&mut rng),
            };
            let y: Vec<f64> = x.iter().map(label).collect();
            let Ok(sample) = Sample::new(&x, &y) else { continue };
            for rule in rules {
                let fit = |part| {
                    let mut predictor = Predictor::default();
                    let fitted = MinNorm::new(rule, false, part).fit(sample, &draws, &mut predictor);
                    (fitted.is_ok(), format!("{:?}", predictor.knots()))
                };
                let whole = fit(n);
                for part in [1, 2, 3, 7, 20] {
                    assert_eq!(fit(part), whole, "{round} {rule:?} {part}");
                }
            }
        }
    }
}
