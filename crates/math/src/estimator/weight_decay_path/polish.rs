//! A refinement of a solution: values and slope changes by penalised least squares, for kinks at fixed positions.

use super::band::Band;
use super::dual::Dual;
use crate::predictor::Knots;
use crate::ties::Distinct;

/// The largest relative excess of a refined solution's certificate over its bound: half of the 1e-9 that the estimator
/// promises.
const CERTIFIED: f64 = 5e-10;

/// Buffers of the refinement.
#[derive(Default)]
pub(super) struct Polish {
    /// Positions of the first point, the kinks and the last point, and their indices among the knots.
    at: Vec<f64>,
    knot: Vec<usize>,
    /// Corrections of the values there.
    step: Vec<f64>,
    /// y − f(x_i).
    residual: Vec<f64>,
    normal: Band,
}

impl Polish {
    /// Minimises Σ m_i (f(x_i) − y_i)² + λ Σ s_k c_k √(1 + τ_k²) over f linear between the kinks τ_k, with the signs s_k of
    /// the solution of the dual: in the values at the kinks the normal equations are tridiagonal. The certificate is then
    /// exact at the kinks, and for kinks known to 1e-9 its error elsewhere is of the order of the square of that.
    ///
    /// Replaces the values and slope changes where signs and certificate hold; returns whether they do.
    pub fn run(
        &mut self,
        points: &Distinct<'_>,
        lambda: f64,
        dual: &Dual,
        size: f64,
        knots: &mut Knots,
    ) -> bool {
        let (x, y) = (&*points.x, &*points.y);
        self.begin(knots);
        let last = self.at.len() - 1;
        // The unknowns are corrections to the solution of the dual, so that large values cost no digits.
        self.add_penalty(lambda, knots);
        self.add_data(points, knots);
        self.normal.solve(&mut self.step);
        let value = |j: usize| knots.y[self.knot[j]] + self.step[j];
        let slope = |j: usize| (value(j + 1) - value(j)) / (self.at[j + 1] - self.at[j]);
        let values: Vec<f64> = (0..=last).map(value).collect();
        let slopes: Vec<f64> = (0..last).map(slope).collect();
        let turned =
            (1..last).any(|j| (slopes[j] - slopes[j - 1]) * knots.change[self.knot[j]].signum() <= 0.0);
        let piece = |j: usize, at: f64| {
            let nearer = if at - self.at[j] <= self.at[j + 1] - at { j } else { j + 1 };
            values[nearer] + slopes[j] * (at - self.at[nearer])
        };
        let mut j = 0;
        self.residual.clear();
        for (x, y) in x.iter().zip(y) {
            while j + 1 < last && *x >= self.at[j + 1] {
                j += 1;
            }
            self.residual.push(y - piece(j, *x));
        }
        if turned || dual.violation(x, &self.residual, size) > CERTIFIED {
            return false;
        }
        let mut j = 0;
        for k in 0..knots.x.len() {
            while j + 1 < last && knots.x[k] >= self.at[j + 1] {
                j += 1;
            }
            knots.y[k] = piece(j, knots.x[k]);
        }
        for j in 1..last {
            knots.change[self.knot[j]] = slopes[j] - slopes[j - 1];
        }
        knots.first_slope = slopes[0];
        true
    }

    fn begin(&mut self, knots: &Knots) {
        let last = knots.x.len() - 1;
        self.at.clear();
        self.knot.clear();
        for k in 0..=last {
            if k == 0 || k == last || knots.change[k] != 0.0 {
                self.at.push(knots.x[k]);
                self.knot.push(k);
            }
        }
        self.step.clear();
        self.step.resize(self.at.len(), 0.0);
        self.normal.reset(self.at.len());
    }

    fn add_penalty(&mut self, lambda: f64, knots: &Knots) {
        for j in 1..self.at.len() - 1 {
            let price = 0.5 * lambda * (1.0 + self.at[j] * self.at[j]).sqrt();
            let price = price.copysign(knots.change[self.knot[j]]);
            let before = price / (self.at[j] - self.at[j - 1]);
            let after = price / (self.at[j + 1] - self.at[j]);
            self.step[j - 1] -= before;
            self.step[j] += before + after;
            self.step[j + 1] -= after;
        }
    }

    fn add_data(&mut self, points: &Distinct<'_>, knots: &Knots) {
        let mut j = 0;
        for (i, (x, y)) in points.x.iter().zip(&*points.y).enumerate() {
            while j + 2 < self.at.len() && *x >= self.at[j + 1] {
                j += 1;
            }
            let length = self.at[j + 1] - self.at[j];
            let (left, right) = ((self.at[j + 1] - x) / length, (x - self.at[j]) / length);
            let miss = y - (left * knots.y[self.knot[j]] + right * knots.y[self.knot[j + 1]]);
            let count = points.count(i);
            self.step[j] += count * left * miss;
            self.step[j + 1] += count * right * miss;
            self.normal.diagonal[j] += count * left * left;
            self.normal.diagonal[j + 1] += count * right * right;
            self.normal.near[j] += count * left * right;
        }
    }
}
