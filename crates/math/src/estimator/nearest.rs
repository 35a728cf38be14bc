//! Nearest neighbours: the mean of the nearest labels.

use super::{Estimator, Report, cost};
use crate::catalogue::{Choice, Entry, Kind, Parameter, Value};
use crate::predictor::{Expansion, Form, Pieces, Predictor, Units};
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::sum::all_finite;
use crate::theory::{Class, Known, Setting, moment};

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "nearest",
    summary: "the mean of the k nearest labels",
    parameters: || {
        vec![Parameter {
            name: "k",
            summary: "how many neighbours; one interpolates",
            kind: Kind::Whole { low: 1, high: u64::MAX },
            default: Some(Value::Whole(1)),
        }]
    },
    build: |values| {
        Ok(Box::new(Nearest {
            k: usize::try_from(values[0].whole()).unwrap_or(usize::MAX),
            tails: Vec::new(),
        }))
    },
};

/// The estimator is tempered for every p and k, on random designs, grids and jittered grids, in probability and in
/// expectation: the error at a point is the mean noise of k labels, so that R_p → E |(ε_1 + … + ε_k)/k|^p, which is
/// m_p k^{−p/2} for normal noise, m_p for k = 1, and E ε²/k for p = 2 and any noise. For f* = 0 and a domain D, E R_p is
/// that times E |D|, exactly.
///
/// Source: Cover & Hart (1967) for k = 1; for other k the noise is independent of the design and f* is continuous.
pub(super) fn known(estimator: &Choice, setting: &Setting<'_>) -> Option<Known> {
    if !setting.fills() {
        return None;
    }
    let k = estimator.arguments().iter().find(|(name, _)| *name == "k")?.1.whole() as f64;
    let p = setting.p;
    let exact = k == 1.0 || p == 2.0 || setting.noise.name() == "normal";
    Some(Known {
        in_probability: Some(Class::Tempered),
        in_expectation: Some(Class::Tempered),
        limit: exact.then(|| moment(setting.noise, p) * libm::pow(k, -p / 2.0)),
        exponent: None,
        source: "Cover & Hart (1967)",
    })
}

/// f̂(x) = (1/k) Σ y_i over the k points x_i nearest to x.
///
/// f̂ is piecewise constant: the window i … i + k − 1 is replaced by the next one halfway between x_i and x_{i+k}. At that
/// point the label on the right counts, and of points that share an x the later one. Breakpoints are a subset of the n − k
/// midpoints: midpoints that rounding makes equal are one, and a midpoint that rounds down to x_i is replaced by x_{i+k}, so
/// that k = 1 interpolates for any gaps. Units are steps, φ(z) = 1 for z ≥ 0 and 0 below; the expansion holds the values,
/// `powers` of degree 0.
///
/// Errors: `Scarce` for fewer than k points; `Overflow` where a sum of k labels or a jump is not finite. Cost: O(n) to fit,
/// O(1) an evaluation after the search for the piece. Accuracy: k units of roundoff of the mean of |y_i|; exact for k = 1.
///
/// Source: Fix & Hodges (1951); Cover & Hart (1967). Sums over windows: van Herk (1992).
struct Nearest {
    k: usize,
    /// Suffix sums: from each label to the end of its block of k.
    tails: Vec<f64>,
}

impl Estimator for Nearest {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        _: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let (x, y, k) = (sample.x(), sample.y(), self.k);
        if k > sample.n() {
            return Err(Degenerate::Scarce);
        }
        self.sum_tails(y);
        let smooth = predictor.smooth();
        smooth.breaks.clear();
        let mut steps = Steps { breaks: Vec::new(), values: vec![self.tails[0] / k as f64] };
        // A window is a suffix of one block and a prefix (`head`) of the next. Nothing is subtracted, so that the rounding
        // error of a large label affects only windows near it.
        let mut head = 0.0;
        for (i, (left, right)) in x.iter().zip(&x[k..]).enumerate() {
            head = if i % k == 0 { y[i + k] } else { head + y[i + k] };
            let window = if (i + 1) % k == 0 { head } else { self.tails[i + 1] + head };
            let middle = 0.5 * left + 0.5 * right;
            let at = if middle > *left { middle } else { *right };
            if steps.breaks.last().is_some_and(|last| *last >= at) {
                steps.values.pop();
            } else {
                steps.breaks.push(at);
            }
            steps.values.push(window / k as f64);
        }
        let jumps = steps.values.windows(2).all(|pair| (pair[1] - pair[0]).is_finite());
        if !jumps || !all_finite(&steps.values) {
            return Err(Degenerate::Overflow);
        }
        smooth.breaks.extend_from_slice(&steps.breaks);
        smooth.pieces = Box::new(steps);
        Ok(Report::default())
    }

    fn interpolates(&self) -> bool {
        self.k == 1
    }

    fn takes_ties(&self) -> bool {
        self.k > 1
    }

    fn is_local(&self) -> bool {
        true
    }

    fn levels_off(&self) -> bool {
        true
    }

    fn cost(&self, n: u64) -> f64 {
        cost::TRIAL + (cost::POINT + cost::PIECE) * n as f64
    }
}

impl Nearest {
    fn sum_tails(&mut self, y: &[f64]) {
        self.tails.clear();
        self.tails.extend_from_slice(y);
        for block in self.tails.chunks_mut(self.k) {
            for i in (1..block.len()).rev() {
                block[i - 1] += block[i];
            }
        }
    }
}

/// A step function; `values` has one entry more than `breaks`.
struct Steps {
    breaks: Vec<f64>,
    values: Vec<f64>,
}

impl Pieces for Steps {
    fn values(&self, piece: usize, _: &[f64], out: &mut [f64]) {
        out.fill(self.values[piece]);
    }

    fn units(&self) -> Units {
        Units {
            skip_slope: 0.0,
            skip_intercept: self.values[0],
            outer: self.values.windows(2).map(|pair| pair[1] - pair[0]).collect(),
            inner: Vec::new(),
            bias: self.breaks.iter().map(|at| -at).collect(),
        }
    }

    fn expansion(&self) -> Expansion {
        let mut powers = Expansion::new(Form::Powers);
        // The first piece extends to −∞; any position before the second piece represents it.
        let first = self.breaks.first().map_or(0.0, |at| (at - (1.0 + at.abs())).max(f64::MIN));
        for (at, value) in [first].iter().chain(&self.breaks).zip(&self.values) {
            powers.push(*at, 1.0, &[*value]);
        }
        powers
    }
}
