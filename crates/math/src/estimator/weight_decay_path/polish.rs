//! The last digits of a solution: values and slope changes by least squares, for kinks at known places.

use super::band::Band;
use super::dual::Dual;
use crate::predictor::Knots;
use crate::ties::Distinct;

/// By how much a polished solution's certificate may exceed its bound, relative.
const CERTIFIED: f64 = 5e-10;

/// Scratch.
#[derive(Default)]
pub(super) struct Polish {
    /// Positions of the first point, the kinks and the last point, and their knots.
    at: Vec<f64>,
    knot: Vec<usize>,
    /// Corrections of the values there.
    step: Vec<f64>,
    /// y − f(x_i).
    residual: Vec<f64>,
    normal: Band,
}

impl Polish {
    /// Solves Σ m_i (f(x_i) − y_i)² + λ Σ s_k c_k √(1 + τ_k²) for f linear between the kinks τ_k, with s_k the signs at
    /// hand: in the values at the kinks its normal equations are tridiagonal. Kinks found to 1e-9 then give a certificate
    /// that is exact at kinks and off by squares elsewhere. Takes the result only where it agrees with the dual.
    /// Returns whether it did.
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
        // A correction to what the dual found, so that little is lost in large values.
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
