//! Residuals of points that are left out, without fits of their own.

use super::Smoother;
use crate::space::dense::dot;
use crate::space::{Points, Predictor};

/// 1 − h below which a residual over it has lost half of its digits, and h counts as 1: the other formula is then as far off.
const MET: f64 = 1e-8;

impl Smoother {
    /// y_i − f̂^{(−i)}(x_i) for each point, f̂^{(−i)} being fitted to all others.
    ///
    /// `x` are the points that this was made of. `None` for rules that have no formula, for other numbers of points or features, and
    /// where leaving out a point leaves no fit.
    ///
    /// # Formula
    /// Of least squares and a ridge (y_i − f̂(x_i))/(1 − h_i) with h_i = ∂f̂(x_i)/∂y_i. Where h_i = 1, as for all points of an interpolant
    /// of least norm, S_i·ŵ/‖S_i‖² with S_i = ∂ŵ/∂y_i: the others decide all of ŵ but its part along S_i. Of a kernel with A = K +
    /// ridge I, (A⁻¹y)_i/(A⁻¹)_ii; of local averages the average without the point.
    /// # Cost
    /// n d; n² d of local averages.
    /// # Accuracy
    /// ε κ of the fit, and half of all digits where h_i is within 1e-8 of 1 without being 1.
    /// # Source
    /// Allen, Technometrics 16 (1974); Golub, Heath & Wahba, Technometrics 21 (1979).
    ///
    /// ```
    /// use tempered_math::catalogue::Choice;
    /// use tempered_math::space::estimator::{CATALOGUE, Smoother};
    /// use tempered_math::space::{Points, Sample};
    ///
    /// let mut least_squares = Choice::new(&CATALOGUE[0], &[]).unwrap().build(CATALOGUE).unwrap();
    /// let (x, y) = (Points::new(1, &[1.0, 2.0]).unwrap(), [3.0, 4.0]);
    /// let mut smoother = Smoother::default();
    /// least_squares.smoother(Sample::new(x, &y).unwrap(), &mut smoother).unwrap().unwrap();
    /// // The line through 0 and the other point: 2 x, and 3 x.
    /// let left_out = smoother.left_out(x, &y).unwrap();
    /// assert!((left_out[0] - 1.0).abs() < 1e-14 && (left_out[1] + 2.0).abs() < 1e-14);
    /// ```
    pub fn left_out(&self, x: Points<'_>, y: &[f64]) -> Option<Vec<f64>> {
        if y.len() != self.n() || x.n() != y.len() {
            return None;
        }
        if let Some(averages) = self.averages() {
            return averages.left_out(y);
        }
        if !self.is_ridge() || x.d() * y.len() != self.weights().len() {
            return None;
        }
        let mut plane = Predictor::default();
        self.apply(y, &mut plane);
        let Predictor::Linear { weights, intercept } = plane else { return None };
        let of = |(row, own): (&[f64], &[f64]), at_zero: f64, y: f64| {
            let left = 1.0 - (dot(own, row) + at_zero);
            if left > MET {
                return (y - (dot(&weights, row) + intercept)) / left;
            }
            dot(own, &weights) / dot(own, own)
        };
        let rows = x.rows().zip(self.weights().chunks_exact(x.d())).zip(self.intercept()).zip(y);
        let all: Vec<f64> = rows.map(|((pair, at_zero), y)| of(pair, at_zero, *y)).collect();
        all.iter().all(|residual| residual.is_finite()).then_some(all)
    }
}
