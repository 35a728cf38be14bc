//! Predictors on R^d.

use super::Points;
use super::dense::dot;

/// f̂: R^d → R.
///
/// ```
/// use tempered_math::space::{Points, Predictor};
///
/// let plane = Predictor::Linear { weights: vec![1.0, -2.0], intercept: 0.5 };
/// assert_eq!(plane.value(&[3.0, 1.0]), 1.5);
/// let mut values = [0.0; 2];
/// plane.values(Points::new(2, &[3.0, 1.0, 0.0, 0.0]).unwrap(), &mut values);
/// assert_eq!(values, [1.5, 0.5]);
/// ```
pub enum Predictor {
    /// f̂(x) = weights · x + intercept.
    Linear {
        /// One a feature.
        weights: Vec<f64>,
        /// f̂(0).
        intercept: f64,
    },
    /// Any other function.
    Function(Box<dyn Function>),
}

/// A function that is known by its values.
pub trait Function: Send + Sync {
    /// f̂ at each point.
    fn values(&self, x: Points<'_>, out: &mut [f64]);

    /// What decides f̂, beside what the seed determines.
    fn coefficients(&self) -> &[f64];

    /// The units of a two-layer ReLU network without biases, whose risk on normal points is known exactly.
    fn relu(&self) -> Option<ReluUnits<'_>> {
        None
    }
}

/// Σ_j a_j max(u_j·x, 0).
#[derive(Clone, Copy, Debug)]
pub struct ReluUnits<'a> {
    /// a, one a unit.
    pub outer: &'a [f64],
    /// u, d rows of as many numbers as there are units.
    pub inner: &'a [f64],
}

impl Default for Predictor {
    /// The function that is zero.
    fn default() -> Predictor {
        Predictor::Linear { weights: Vec::new(), intercept: 0.0 }
    }
}

impl Predictor {
    /// f̂ at each point; as many numbers as points.
    pub fn values(&self, x: Points<'_>, out: &mut [f64]) {
        match self {
            Predictor::Linear { weights, intercept } => {
                x.rows().zip(out).for_each(|(row, out)| *out = dot(weights, row) + intercept);
            }
            Predictor::Function(function) => function.values(x, out),
        }
    }

    /// f̂ at one point.
    pub fn value(&self, row: &[f64]) -> f64 {
        let mut value = [f64::NAN];
        if let Ok(point) = Points::new(row.len(), row) {
            self.values(point, &mut value);
        }
        value[0]
    }

    /// What decides f̂: weights, or the coefficients of a function.
    pub fn coefficients(&self) -> &[f64] {
        match self {
            Predictor::Linear { weights, .. } => weights,
            Predictor::Function(function) => function.coefficients(),
        }
    }

    /// Makes it this linear predictor, in the memory that it has.
    pub fn set_linear(&mut self, new: &[f64], at_zero: f64) {
        match self {
            Predictor::Linear { weights, intercept } => {
                weights.clear();
                weights.extend_from_slice(new);
                *intercept = at_zero;
            }
            Predictor::Function(_) => {
                *self = Predictor::Linear { weights: new.to_vec(), intercept: at_zero };
            }
        }
    }
}
