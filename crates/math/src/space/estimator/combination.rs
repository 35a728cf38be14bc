//! Weighted sums of predictors.

use crate::sample::Degenerate;
use crate::space::dense::{Matrix, transposed_times};
use crate::space::{Function, Layout, Points, Predictor, ReluUnits};
use crate::sum::all_finite;

/// Σ_m c_m f̂_m: a plane where all are planes, else a function, which is a ReLU network where all of them are.
///
/// # Errors
/// `Overflow` where a weight or a coefficient is not finite, `Malformed` where a predictor is known at points alone.
pub(super) fn combination(
    d: usize,
    members: Vec<Predictor>,
    shares: &[f64],
) -> Result<Predictor, Degenerate> {
    let (mut planes, mut of_planes, mut functions) = (Vec::new(), Vec::new(), Vec::new());
    for (member, share) in members.into_iter().zip(shares) {
        match member {
            Predictor::Linear { mut weights, intercept } => {
                // The zero function has no weights.
                weights.resize(d, 0.0);
                planes.extend_from_slice(&weights);
                planes.push(intercept);
                of_planes.push(*share);
            }
            Predictor::Function(function) => functions.push((*share, function)),
            // Values at points are no function to add to; no member has such a predictor.
            Predictor::Values(_) => return Err(Degenerate::Malformed),
        }
    }
    let mut plane = vec![0.0; d + 1];
    transposed_times(Matrix::new(&planes, d + 1), &of_planes, &mut plane);
    let intercept = plane.pop().unwrap_or(0.0);
    let plane = Plane { weights: plane, intercept };
    if !all_finite(&plane.weights) || !plane.intercept.is_finite() {
        return Err(Degenerate::Overflow);
    }
    if functions.is_empty() {
        return Ok(Predictor::Linear { weights: plane.weights, intercept: plane.intercept });
    }
    let sum = Sum::new(d, (!of_planes.is_empty()).then_some(plane), functions);
    if all_finite(&sum.coefficients) {
        Ok(Predictor::Function(Box::new(sum)))
    } else {
        Err(Degenerate::Overflow)
    }
}

struct Plane {
    weights: Vec<f64>,
    intercept: f64,
}

/// A plane and functions with their shares.
struct Sum {
    plane: Option<Plane>,
    functions: Vec<(f64, Box<dyn Function>)>,
    /// Weights of the plane, then the coefficients of each function times its share.
    coefficients: Vec<f64>,
    /// Units of one network, where it is nothing else: those of all functions side by side.
    relu: Option<(Vec<f64>, Vec<f64>)>,
}

impl Sum {
    fn new(d: usize, plane: Option<Plane>, functions: Vec<(f64, Box<dyn Function>)>) -> Sum {
        let mut coefficients = plane.as_ref().map_or_else(Vec::new, |plane| plane.weights.clone());
        for (share, function) in &functions {
            coefficients.extend(function.coefficients().iter().map(|coefficient| share * coefficient));
        }
        let relu = if plane.is_none() { units(d, &functions) } else { None };
        Sum { plane, functions, coefficients, relu }
    }
}

/// The units of a sum of networks.
fn units(d: usize, functions: &[(f64, Box<dyn Function>)]) -> Option<(Vec<f64>, Vec<f64>)> {
    let parts: Vec<(f64, ReluUnits<'_>)> =
        functions.iter().map(|(share, function)| Some((*share, function.relu()?))).collect::<Option<_>>()?;
    let outer = parts.iter().flat_map(|(share, units)| units.outer.iter().map(move |a| share * a)).collect();
    let along = |feature: usize| parts.iter().flat_map(move |(_, units)| units.along(feature, d));
    let inner = (0..d).flat_map(along).collect();
    Some((outer, inner))
}

impl Function for Sum {
    fn values(&self, x: Points<'_>, out: &mut [f64]) {
        match &self.plane {
            Some(Plane { weights, intercept }) => {
                let plane = Predictor::Linear { weights: weights.clone(), intercept: *intercept };
                plane.values(x, out);
            }
            None => out.fill(0.0),
        }
        let mut values = vec![0.0; out.len()];
        for (share, function) in &self.functions {
            function.values(x, &mut values);
            out.iter_mut().zip(&values).for_each(|(out, value)| *out += share * value);
        }
    }

    fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    fn gradients(&self, x: Points<'_>, out: &mut [f64]) -> bool {
        let mut sum = vec![0.0; out.len()];
        if let Some(Plane { weights, .. }) = &self.plane {
            sum.chunks_exact_mut(x.d()).for_each(|row| row.copy_from_slice(weights));
        }
        let mut gradients = vec![0.0; out.len()];
        for (share, function) in &self.functions {
            if !function.gradients(x, &mut gradients) {
                return false;
            }
            sum.iter_mut().zip(&gradients).for_each(|(sum, gradient)| *sum += share * gradient);
        }
        out.copy_from_slice(&sum);
        true
    }

    fn relu(&self) -> Option<ReluUnits<'_>> {
        self.relu.as_ref().map(|(outer, inner)| ReluUnits { outer, inner, layout: Layout::Features })
    }
}
