//! The two-layer ReLU network that minimises squared error plus weight decay, exactly.

mod arc;
mod band;
mod dual;
mod knots;
mod line;
mod polish;

use super::{Estimator, Report, cost, ends};
use crate::catalogue::{Entry, Kind, Parameter};
use crate::predictor::Predictor;
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::sum::all_finite;
use dual::Dual;
use knots::write;
use line::line;
use polish::Polish;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "weight_decay_path",
    summary: "the two-layer ReLU network of least squared error plus λ times its norm, its affine part free",
    parameters: || {
        vec![
            Parameter {
                name: "lambda",
                summary: "λ in Σ (f(x_i) − y_i)² + λ ∫ √(1 + x²) d|f''|",
                kind: Kind::POSITIVE,
                default: None,
            },
            ends(),
        ]
    },
    build: |values| {
        let (lambda, clamp) = (values[0].real(), values[1].word() == "clamp");
        Ok(Box::new(WeightDecayPath {
            lambda,
            clamp,
            y: Vec::new(),
            dual: Dual::default(),
            polish: Polish::default(),
        }))
    },
};

/// The minimiser of Σ (f(x_i) − y_i)² + λ ∫ √(1 + x²) d|f''|(x) over continuous piecewise-linear f.
///
/// m points that share an x count as one point of weight m with their mean label.
///
/// The limit λ → 0 is the minimum-norm interpolant, that of large λ the least-squares line. Kinks lie anywhere in the
/// hull of the data, at most one between two data points. A network trained on (1/n) Σ (f(x_i) − y_i)² + (μ/2) ‖θ‖² with
/// penalised biases and a free affine part has λ = n μ.
///
/// Errors: `NotConverged` where the dual misses its tolerance, `Overflow` where slopes are not finite. Cost: O(n) a
/// Newton step; tens of steps for ten points, a thousand for a thousand points, and more for tiny λ. Accuracy: the
/// certificate holds to 1e-9 relative to λ √(1 + τ²), plus the rounding error of y over λ.
///
/// Source: representer theorem and norm: Boursier & Flammarion (2023), arXiv 2303.01353; method: Rockafellar (1976),
/// and Li, Sun & Toh (2018) for its Newton steps.
struct WeightDecayPath {
    lambda: f64,
    clamp: bool,
    /// Labels minus the least-squares line, divided by the largest of these differences.
    y: Vec<f64>,
    dual: Dual,
    polish: Polish,
}

impl Estimator for WeightDecayPath {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        _: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let knots = predictor.piecewise_linear();
        let points = sample.distinct();
        let (x, y) = (&*points.x, &*points.y);
        let (slope, intercept, middle) = line(&points);
        let labels = x.iter().zip(y).map(|(x, y)| y - (slope * (x - middle) + intercept));
        self.y.clear();
        self.y.extend(labels);
        let size = self.y.iter().fold(0.0f64, |most, y| most.max(y.abs()));
        let largest = y.iter().fold(0.0f64, |most, y| most.max(y.abs()));
        if !size.is_finite() || !slope.is_finite() {
            return Err(Degenerate::Overflow);
        }
        // Differences from the line of a few ε of the largest label are rounding errors of data on a line.
        let bent = x.len() > 2 && size > 8.0 * f64::EPSILON * largest;
        if bent {
            self.y.iter_mut().for_each(|y| *y /= size);
            self.dual.solve(&points, &self.y, self.lambda / size)?;
        }
        if bent {
            let apart = write(x, y, &self.dual, size, knots);
            let polished = self.polish.run(&points, self.lambda, &self.dual, size, knots);
            if !polished && apart > APART {
                return Err(Degenerate::NotConverged);
            }
        } else {
            knots.x.clear();
            knots.x.extend_from_slice(x);
            knots.y.clear();
            knots.y.extend(x.iter().map(|x| slope * (x - middle) + intercept));
            knots.change.clear();
            knots.change.resize(x.len(), 0.0);
            knots.inner.clear();
            (knots.first_slope, knots.clamp, knots.left, knots.right) = (slope, false, 0, 0);
        }
        if self.clamp {
            knots.clamp_ends();
        }
        if all_finite(&knots.y) && all_finite(&knots.change) {
            Ok(Report::default())
        } else {
            Err(Degenerate::Overflow)
        }
    }

    fn interpolates(&self) -> bool {
        false
    }

    fn takes_ties(&self) -> bool {
        true
    }

    fn cost(&self, n: u64) -> f64 {
        // About n Newton steps of cost O(n); a large λ has few kinks and takes fewer steps.
        let n = n as f64;
        cost::TRIAL + cost::POINT * n + 400.0 * n * n / (1.0 + 4.0 * self.lambda.sqrt())
    }
}

/// The largest relative difference between kinks and values with which a solution that was not polished is accepted.
const APART: f64 = 1e-8;
