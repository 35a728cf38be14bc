//! Predictors on R^d.

use super::Points;
use super::dense::{Matrix, dot, times, times_each};
use super::kernel::Kernel;

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
    /// A function that is known at the points of its trial alone, such as a program's answer.
    Values(Values),
}

/// Values of f̂ at the points of a trial.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// At the points at which risks are taken, in their order.
    pub test: Vec<f64>,
    /// At the points of the training set.
    pub training: Vec<f64>,
}

/// A function that is known by its values.
pub trait Function: Send + Sync {
    /// f̂ at each point.
    fn values(&self, x: Points<'_>, out: &mut [f64]);

    /// What decides f̂, beside what the seed determines.
    fn coefficients(&self) -> &[f64];

    /// ∇̂f at each point, d numbers each; false where the function has no gradient of its own, and then `out` stays as it is.
    fn gradients(&self, _x: Points<'_>, _out: &mut [f64]) -> bool {
        false
    }

    /// The units of a two-layer ReLU network without biases, whose risk on normal points is known exactly.
    fn relu(&self) -> Option<ReluUnits<'_>> {
        None
    }

    /// The kernels that f̂ is a sum of, whose risk on a sphere is known by a formula.
    fn kernels(&self) -> Option<KernelSum<'_>> {
        None
    }
}

/// Σ_i c_i k(x_i, ·).
#[derive(Clone, Copy)]
pub struct KernelSum<'a> {
    pub(super) kernel: &'a Kernel,
    pub(super) x: Points<'a>,
    /// c, one a point.
    pub(super) coefficients: &'a [f64],
    /// The condition of the system that c solves: the digits that c has lost.
    pub(super) condition: f64,
}

/// Σ_j a_j max(u_j·x, 0).
#[derive(Clone, Copy, Debug)]
pub struct ReluUnits<'a> {
    /// a, one a unit.
    pub outer: &'a [f64],
    /// u, in the order that `layout` says.
    pub inner: &'a [f64],
    /// How u lies.
    pub layout: Layout,
}

/// In which order the numbers of vectors lie, one vector a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A row of one number a unit for each of d features.
    Features,
    /// A row of d numbers for each unit.
    Units,
}

impl ReluUnits<'_> {
    /// Puts u there, a row of d numbers for each unit.
    pub fn put_rows(&self, d: usize, rows: &mut [f64]) {
        match self.layout {
            Layout::Units => rows.copy_from_slice(self.inner),
            Layout::Features => {
                for (feature, components) in self.inner.chunks_exact(self.outer.len().max(1)).enumerate() {
                    for (row, u) in rows.chunks_exact_mut(d).zip(components) {
                        row[feature] = *u;
                    }
                }
            }
        }
    }

    /// The component of each unit along a feature, one of d.
    pub fn along(&self, feature: usize, d: usize) -> impl Iterator<Item = f64> + '_ {
        let (first, step) = match self.layout {
            Layout::Features => (feature * self.outer.len(), 1),
            Layout::Units => (feature, d),
        };
        self.inner.iter().skip(first).step_by(step).take(self.outer.len()).copied()
    }
}

impl Default for Predictor {
    /// The function that is zero.
    fn default() -> Predictor {
        Predictor::Linear { weights: Vec::new(), intercept: 0.0 }
    }
}

impl Predictor {
    /// f̂ at the points of the training set.
    pub fn training_values(&self, x: Points<'_>, out: &mut [f64]) {
        match self {
            Predictor::Values(values) => copy(&values.training, out),
            _ => self.values(x, out),
        }
    }

    /// f̂ at the test points of the trial from the number `first` on, which are the rows of x.
    pub fn test_values(&self, first: usize, x: Points<'_>, out: &mut [f64]) {
        match self {
            Predictor::Values(values) => copy(values.test.get(first..).unwrap_or_default(), out),
            _ => self.values(x, out),
        }
    }

    /// f̂ at each point; as many numbers as points. Values that are not known are NaN.
    pub fn values(&self, x: Points<'_>, out: &mut [f64]) {
        match self {
            Predictor::Values(_) => out.fill(f64::NAN),
            Predictor::Linear { weights, intercept } => {
                if weights.len() != x.d() {
                    return x.rows().zip(out).for_each(|(row, out)| *out = dot(weights, row) + intercept);
                }
                times(Matrix::new(x.values(), x.d()), weights, out);
                out.iter_mut().for_each(|out| *out += intercept);
            }
            Predictor::Function(function) => function.values(x, out),
        }
    }

    /// f̂ at each point of several predictors, with the bits of [`Predictor::values`]: of planes, points are fetched once for several.
    pub fn values_of_each(predictors: &[&Predictor], x: Points<'_>) -> Vec<Vec<f64>> {
        let mut all = vec![vec![0.0; x.n()]; predictors.len()];
        let weights = predictors.iter().map(|predictor| match predictor {
            Predictor::Linear { weights, intercept } if weights.len() == x.d() => {
                Some((&weights[..], intercept))
            }
            _ => None,
        });
        let Some(planes) = weights.collect::<Option<Vec<(&[f64], &f64)>>>() else {
            predictors.iter().zip(&mut all).for_each(|(predictor, values)| predictor.values(x, values));
            return all;
        };
        let weights: Vec<&[f64]> = planes.iter().map(|(weights, _)| *weights).collect();
        times_each(Matrix::new(x.values(), x.d()), &weights, &mut all);
        for (values, (_, intercept)) in all.iter_mut().zip(planes) {
            values.iter_mut().for_each(|value| *value += intercept);
        }
        all
    }

    /// f̂ at one point.
    pub fn value(&self, row: &[f64]) -> f64 {
        let mut value = [f64::NAN];
        if let Ok(point) = Points::new(row.len(), row) {
            self.values(point, &mut value);
        }
        value[0]
    }

    /// ∇f̂ at each point, or its estimate, d numbers each; false where there is none, and then `out` stays as it is.
    pub fn gradients(&self, x: Points<'_>, out: &mut [f64]) -> bool {
        match self {
            Predictor::Linear { weights, .. } => {
                out.chunks_exact_mut(x.d()).for_each(|row| row.copy_from_slice(weights));
                true
            }
            Predictor::Function(function) => function.gradients(x, out),
            Predictor::Values(_) => false,
        }
    }

    /// What decides f̂: weights, or the coefficients of a function.
    pub fn coefficients(&self) -> &[f64] {
        match self {
            Predictor::Linear { weights, .. } => weights,
            Predictor::Function(function) => function.coefficients(),
            Predictor::Values(_) => &[],
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
            Predictor::Function(_) | Predictor::Values(_) => {
                *self = Predictor::Linear { weights: new.to_vec(), intercept: at_zero };
            }
        }
    }
}

/// Copies as many values as there are; others are NaN.
fn copy(from: &[f64], to: &mut [f64]) {
    let known = from.len().min(to.len());
    to[..known].copy_from_slice(&from[..known]);
    to[known..].fill(f64::NAN);
}
