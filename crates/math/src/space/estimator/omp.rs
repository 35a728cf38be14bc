//! Orthogonal matching pursuit.

use super::{Estimator, Report, cost};
use crate::catalogue::{Entry, Kind, Parameter};
use crate::sample::Degenerate;
use crate::seed::Draws;
use crate::space::dense::{dot, norm};
use crate::space::{Predictor, Sample};
use crate::sum::all_finite;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "omp",
    summary: "orthogonal matching pursuit: features are picked one by one, each time the one that the residual asks for most",
    parameters: || {
        let kind = Kind::Whole { low: 1, high: 1_000_000 };
        let summary = "how many are picked; fewer where the data are met before";
        vec![Parameter { name: "features", summary, kind, default: None }]
    },
    build: |values| Ok(Box::new(Omp { features: values[0].whole() as usize })),
};

/// The pursuit ends where the residual is this share of the responses: what is left is rounding.
const MET: f64 = 1e-13;
/// A feature whose part outside the picked ones is below this share of it cannot be told from them.
const DEPENDENT: f64 = 1e-10;

/// ŵ is the least squares on the picked features; the next one maximises |x_j·r|/‖x_j‖ over all others, r the residual.
///
/// # Formula
/// Picked columns are orthogonalised by Gram and Schmidt, twice; the first of equals is picked.
/// # Errors
/// `Overflow` where a number is not finite.
/// # Cost
/// n (d + 4 s) multiplications and additions for each of s features.
/// # Accuracy
/// Weights to ε κ of the picked columns; features that depend on the picked ones are passed over.
/// # Source
/// Pati, Rezaiifar & Krishnaprasad, Asilomar (1993). Sequential attention picks the same features: Yasuda et al., arXiv
/// 2209.14881 (2023).
struct Omp {
    features: usize,
}

impl Estimator for Omp {
    fn fit(&mut self, sample: Sample<'_>, _: &Draws<'_>, out: &mut Predictor) -> Result<Report, Degenerate> {
        let d = sample.d();
        let columns: Vec<Vec<f64>> = (0..d).map(|k| sample.x().rows().map(|row| row[k]).collect()).collect();
        let pursuit = Pursuit::run(&columns, sample.y(), self.features);
        let mut weights = vec![0.0; d];
        for (place, weight) in pursuit.picked.iter().zip(pursuit.weights()) {
            weights[*place] = weight;
        }
        if !all_finite(&weights) {
            return Err(Degenerate::Overflow);
        }
        out.set_linear(&weights, 0.0);
        let picked = pursuit.picked.len() as u64;
        Ok(Report { rank: Some(picked), steps: Some(picked), ..Report::default() })
    }

    fn sees_sums_alone(&self) -> bool {
        true
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        let picked = (self.features as f64).min(n as f64).min(d as f64);
        cost::sample(n, d) + picked * (1000.0 + n as f64 * (0.3 * d as f64 + picked))
    }

    fn interpolates(&self, n: u64, d: u64) -> bool {
        n <= d && self.features as u64 >= n
    }
}

/// Columns picked so far.
#[derive(Default)]
struct Pursuit {
    picked: Vec<usize>,
    /// Orthonormal columns that span the picked ones.
    basis: Vec<Vec<f64>>,
    /// The picked columns in terms of the basis: column after column of an upper triangle.
    upper: Vec<Vec<f64>>,
    /// The responses in terms of the basis.
    along: Vec<f64>,
}

impl Pursuit {
    fn run(columns: &[Vec<f64>], y: &[f64], features: usize) -> Pursuit {
        let sizes: Vec<f64> = columns.iter().map(|column| norm(column)).collect();
        let (mut residual, size) = (y.to_vec(), norm(y));
        let mut pursuit = Pursuit::default();
        let mut passed = vec![false; columns.len()];
        while pursuit.picked.len() < features.min(y.len()) && norm(&residual) > MET * size {
            let asked = |k: usize| dot(&columns[k], &residual).abs() / sizes[k];
            let open = (0..columns.len()).filter(|k| !passed[*k] && sizes[*k] > 0.0);
            let best = open.map(|k| (k, asked(k))).fold(None, |best: Option<(usize, f64)>, (k, by)| {
                if best.is_none_or(|(_, most)| by > most) { Some((k, by)) } else { best }
            });
            let Some((best, _)) = best else { break };
            passed[best] = true;
            pursuit.pick(best, &columns[best], sizes[best], &mut residual);
        }
        pursuit
    }

    /// Takes a column in, unless it depends on those that are, and the residual's part along it out.
    fn pick(&mut self, place: usize, column: &[f64], size: f64, residual: &mut [f64]) {
        let mut rest = column.to_vec();
        let mut shares = vec![0.0; self.basis.len()];
        // Once more, since a first pass leaves rounding errors as large as the part that it has taken out.
        for _ in 0..2 {
            for (share, q) in shares.iter_mut().zip(&self.basis) {
                let by = dot(q, &rest);
                *share += by;
                rest.iter_mut().zip(q).for_each(|(rest, q)| *rest -= by * q);
            }
        }
        let length = norm(&rest);
        if length <= DEPENDENT * size {
            return;
        }
        rest.iter_mut().for_each(|rest| *rest /= length);
        let by = dot(&rest, residual);
        residual.iter_mut().zip(&rest).for_each(|(residual, q)| *residual -= by * q);
        shares.push(length);
        self.along.push(by);
        self.upper.push(shares);
        self.basis.push(rest);
        self.picked.push(place);
    }

    /// The weights of the picked columns.
    fn weights(&self) -> Vec<f64> {
        let mut weights = self.along.clone();
        for k in (0..weights.len()).rev() {
            weights[k] /= self.upper[k][k];
            let by = weights[k];
            weights[..k].iter_mut().zip(&self.upper[k]).for_each(|(weight, share)| *weight -= by * share);
        }
        weights
    }
}
