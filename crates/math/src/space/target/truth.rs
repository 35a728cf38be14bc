//! What targets are.

use super::index::Index;
use crate::space::dense::{Matrix, dot, times};
use crate::space::design::Design;
use crate::space::{Layout, Points, ReluUnits};
use rand_chacha::ChaCha8Rng;

/// A target f*: R^d → R, or a law of targets of which each trial has its own.
///
/// ```
/// use tempered_math::catalogue::{Choice, Value};
/// use tempered_math::seed::{Key, Purpose};
/// use tempered_math::space::target::{CATALOGUE, Truth};
///
/// let entry = CATALOGUE.iter().find(|entry| entry.name == "linear").unwrap();
/// let random = [("norm", Value::Real(2.0)), ("direction", Value::Word("random"))];
/// let target = Choice::new(entry, &random).unwrap().build(CATALOGUE).unwrap();
/// let truth = target.draw(&mut Key::new(7, "an example", Purpose::Design).trial(0), &[1.0; 3]);
/// let Truth::Linear { weights } = &truth else { panic!("not linear") };
/// assert!((weights.iter().map(|w| w * w).sum::<f64>() - 4.0).abs() < 1e-14);
/// assert_eq!(truth.value(&[0.0, 1.0, 0.0]), weights[1]);
/// ```
pub trait Target: Send + Sync {
    /// The target of a trial, for features with these variances; what is fixed draws nothing.
    fn draw(&self, rng: &mut ChaCha8Rng, spectrum: &[f64]) -> Truth;

    /// Whether every trial has the same target.
    fn is_fixed(&self) -> bool;

    /// Adds to the noise in `y` what the labels of a trial are noisy values of: f*(x_i), unless something stands between target and labels.
    /// `rng` is the one that has drawn `truth`, and `design` the law of x.
    fn label(
        &self,
        _rng: &mut ChaCha8Rng,
        _design: &dyn Design,
        truth: &Truth,
        x: Points<'_>,
        y: &mut [f64],
    ) {
        if !matches!(truth, Truth::Zero) {
            x.rows().zip(y).for_each(|(row, y)| *y += truth.value(row));
        }
    }

    /// Whether labels are f*(x_i) and noise, so that risks have the parts variance and bias.
    fn labels_are_of_truth(&self) -> bool {
        true
    }

    /// Whether the target exists in this dimension.
    ///
    /// # Errors
    /// What d must be.
    fn check(&self, _d: usize) -> Result<(), String> {
        Ok(())
    }
}

/// The target of one trial.
pub enum Truth {
    /// f* = 0.
    Zero,
    /// f*(x) = weights · x.
    Linear {
        /// One a feature.
        weights: Vec<f64>,
    },
    /// A two-layer ReLU network without biases.
    Relu(Teacher),
    /// f*(x) = 1 where another target is at least 0, else −1.
    Sign(Box<Truth>),
    /// A function of one direction.
    Index(Index),
    /// Any other function of a row.
    Function(Box<RowFunction>),
}

/// f*(x) = Σ_j a_j max(u_j·x, 0).
pub struct Teacher {
    /// u, a row of d numbers for each unit.
    inner: Vec<f64>,
    outer: Vec<f64>,
    /// −a.
    negative: Vec<f64>,
}

impl Teacher {
    /// The network with these units, a row of d numbers each.
    pub(super) fn new(inner: Vec<f64>, outer: Vec<f64>) -> Teacher {
        let negative = outer.iter().map(|a| -a).collect();
        Teacher { inner, outer, negative }
    }

    /// Its units.
    pub fn units(&self) -> ReluUnits<'_> {
        ReluUnits { outer: &self.outer, inner: &self.inner, layout: Layout::Units }
    }

    /// Those of −f*.
    pub fn negative(&self) -> ReluUnits<'_> {
        ReluUnits { outer: &self.negative, inner: &self.inner, layout: Layout::Units }
    }

    fn value(&self, row: &[f64]) -> f64 {
        let mut z = vec![0.0; self.outer.len()];
        times(Matrix::new(&self.inner, row.len()), row, &mut z);
        z.iter_mut().for_each(|z| *z = z.max(0.0));
        dot(&self.outer, &z)
    }

    /// Σ_j a_j u_j over the units with u_j·x > 0.
    fn gradient(&self, row: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for (u, a) in self.inner.chunks_exact(row.len()).zip(&self.outer) {
            if dot(u, row) > 0.0 {
                out.iter_mut().zip(u).for_each(|(out, u)| *out += a * u);
            }
        }
    }
}

/// A function of the features of one point.
pub type RowFunction = dyn Fn(&[f64]) -> f64 + Send + Sync;

impl Truth {
    /// f* at a point.
    pub fn value(&self, row: &[f64]) -> f64 {
        match self {
            Truth::Zero => 0.0,
            Truth::Linear { weights } => dot(weights, row),
            Truth::Relu(teacher) => teacher.value(row),
            // Rounding may leave −0 of a sum; it is 0.
            Truth::Sign(of) => {
                if of.value(row) >= 0.0 {
                    1.0
                } else {
                    -1.0
                }
            }
            Truth::Index(index) => index.value(row),
            Truth::Function(function) => function(row),
        }
    }

    /// f* at each point; as many numbers as points.
    pub fn values(&self, x: Points<'_>, out: &mut [f64]) {
        x.rows().zip(out).for_each(|(row, out)| *out = self.value(row));
    }

    /// ∇f* at a point, but for points where it jumps; false where none is known, and then `out` stays as it is.
    pub fn gradient(&self, row: &[f64], out: &mut [f64]) -> bool {
        match self {
            Truth::Zero => out.fill(0.0),
            Truth::Linear { weights } => out.copy_from_slice(weights),
            Truth::Relu(teacher) => teacher.gradient(row, out),
            Truth::Index(index) => return index.gradient(row, out),
            Truth::Sign(_) | Truth::Function(_) => return false,
        }
        true
    }

    /// The weights of a linear target, none for 0; `None` for all others.
    pub fn weights(&self) -> Option<&[f64]> {
        match self {
            Truth::Zero => Some(&[]),
            Truth::Linear { weights } => Some(weights),
            Truth::Relu(_) | Truth::Sign(_) | Truth::Index(_) | Truth::Function(_) => None,
        }
    }
}
