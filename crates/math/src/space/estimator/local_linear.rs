//! Local linear regression.

use super::local::{self, Places};
use super::{Estimator, Report};
use crate::catalogue::{Entry, Invalid, Kind, Parameter};
use crate::sample::Degenerate;
use crate::seed::Draws;
use crate::space::dense::{Cholesky, dot};
use crate::space::{Function, Points, Predictor, Sample};

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "local_linear",
    summary: "at each x the plane through the k nearest points by least squares, whose slope estimates the gradient",
    parameters: || {
        let kind = Kind::Whole { low: 2, high: u64::MAX };
        let summary = "how many neighbours, more than d + 1";
        vec![Parameter { name: "k", summary, kind, default: None }]
    },
    build: |values| match usize::try_from(values[0].whole()) {
        Ok(k) => Ok(Box::new(LocalLinear { k })),
        Err(_) => {
            Err(Invalid { parameter: "k", expected: "must be a number of points that fit into memory" })
        }
    },
};

/// f̂(x) = â and ∇̂f(x) = b̂ with (â, b̂) the minimisers of Σ (a + b·(x_i − x) − y_i)² over the k points x_i nearest to x.
///
/// # Formula
/// For points that are uniform in a ball of radius r around x, noise of variance σ² makes E ‖b̂ − ∇f(x)‖² = σ² d (d + 2)/(k r²) to
/// leading order in k, and f̂(x) has the variance σ²/k.
/// # Errors
/// `Scarce` for fewer than k points, or for k ≤ d + 1, where planes interpolate their neighbours; `Overflow` where distances or
/// 2 Σ |y_i| may not be finite. Where neighbours lie in a plane of their own, f̂(x) is no number, and the trial fails by its risk.
/// # Cost
/// A value costs n distances, or less by a tree in few dimensions, and k d²; the rule has no parts of variance and bias.
/// # Accuracy
/// To ε κ² of the deviations of the neighbours, in units of the radius.
/// # Source
/// Fan & Gijbels, Local Polynomial Modelling (1996); Ausset, Clémençon & Portier, arXiv 2006.15043 (2020), for gradients.
struct LocalLinear {
    k: usize,
}

impl Estimator for LocalLinear {
    fn fit(&mut self, sample: Sample<'_>, _: &Draws<'_>, out: &mut Predictor) -> Result<Report, Degenerate> {
        if self.k > sample.n() || self.k <= sample.d() + 1 {
            return Err(Degenerate::Scarce);
        }
        let y = sample.y();
        if !y.iter().map(|y| 2.0 * y.abs()).sum::<f64>().is_finite() {
            return Err(Degenerate::Overflow);
        }
        let planes = Planes { k: self.k, places: Places::searched(sample.x(), self.k)?, y: y.to_vec() };
        *out = Predictor::Function(Box::new(planes));
        Ok(Report::default())
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        let (k, d_) = (self.k.min(1_000_000) as f64, d as f64);
        local::cost(n, d, 2.0) + (n as f64 + 4096.0) * (k * (20.0 + d_ * d_) + 500.0 + d_ * d_ * d_)
    }

    fn interpolates(&self, _: u64, _: u64) -> bool {
        false
    }
}

/// Planes through neighbours.
struct Planes {
    k: usize,
    places: Places,
    y: Vec<f64>,
}

/// What a plane is fitted with.
#[derive(Default)]
struct Scratch {
    cholesky: Cholesky,
    deviations: Vec<f64>,
    /// Slope in units of the radius.
    slope: Vec<f64>,
}

impl Planes {
    /// The value at a point; its slope is in the scratch, to be divided by the radius that is returned.
    fn plane(&self, at: &[f64], nearest: &local::Nearest, scratch: &mut Scratch) -> (f64, f64) {
        let (d, k) = (self.places.d, self.k as f64);
        let Scratch { cholesky, deviations, slope } = scratch;
        // Distances of size one keep the matrix away from the ends of the doubles.
        let radius = nearest.radius().sqrt();
        let mean = nearest.places.iter().map(|place| self.y[*place]).sum::<f64>() / k;
        deviations.clear();
        for place in &nearest.places {
            let row = &self.places.x[place * d..(place + 1) * d];
            deviations.extend(row.iter().zip(at).map(|(x, at)| (x - at) / radius));
        }
        let mut centre = vec![0.0; d];
        for row in deviations.chunks_exact(d) {
            centre.iter_mut().zip(row).for_each(|(mean, x)| *mean += x / k);
        }
        let gram = cholesky.matrix();
        gram.clear();
        gram.resize(d * d, 0.0);
        slope.clear();
        slope.resize(d, 0.0);
        for (row, place) in deviations.chunks_exact_mut(d).zip(&nearest.places) {
            row.iter_mut().zip(&centre).for_each(|(x, mean)| *x -= mean);
            let label = self.y[*place] - mean;
            for j in 0..d {
                slope[j] += row[j] * label;
                for i in j..d {
                    gram[j * d + i] += row[j] * row[i];
                }
            }
        }
        if !cholesky.factor(d) {
            slope.fill(f64::NAN);
            return (f64::NAN, radius);
        }
        cholesky.solve(slope);
        (mean - dot(slope, &centre), radius)
    }
}

impl Function for Planes {
    fn values(&self, x: Points<'_>, out: &mut [f64]) {
        let mut scratch = Scratch::default();
        self.places
            .each_nearest(x, self.k, |i, nearest| out[i] = self.plane(x.row(i), nearest, &mut scratch).0);
    }

    fn gradients(&self, x: Points<'_>, out: &mut [f64]) -> bool {
        let mut scratch = Scratch::default();
        self.places.each_nearest(x, self.k, |i, nearest| {
            let (_, radius) = self.plane(x.row(i), nearest, &mut scratch);
            let own = &mut out[i * x.d()..(i + 1) * x.d()];
            own.iter_mut().zip(&scratch.slope).for_each(|(out, slope)| *out = slope / radius);
        });
        true
    }

    fn coefficients(&self) -> &[f64] {
        &self.y
    }
}
