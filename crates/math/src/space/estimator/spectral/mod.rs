//! Estimators that shrink the singular values of the points.

mod decomposition;
mod filter;

pub use decomposition::{Decomposition, Fit};
pub use filter::{Filter, Gain};

use super::{Estimator, Report, Smoother, cost, dot, intercept};
use crate::catalogue::{Entry, Invalid, Kind, Parameter, Value};
use crate::sample::Degenerate;
use crate::seed::{Draws, Purpose};
use crate::space::{Predictor, Sample};
use crate::sum::all_finite;
use crate::ziggurat::fill_normal;

pub(super) const RIDGE_PATH: Entry<dyn Estimator> = Entry {
    name: "ridge_path",
    summary: "ridge regression with one decomposition for all penalties that a study asks for, which pays from four on",
    parameters: || {
        let kind = Kind::Real { low: 0.0, closed: true, high: f64::INFINITY };
        let summary = "added to the diagonal of XᵀX, as scikit-learn's alpha; 0 is least squares";
        vec![Parameter { name: "lambda", summary, kind, default: None }, intercept()]
    },
    build: |values| build(Gain::Ridge(values[0].real()), values[1].flag(), None),
};

pub(super) const NUCLEAR: Entry<dyn Estimator> = Entry {
    name: "nuclear",
    summary: "the gain min(1/s, s/lambda) on singular values s: directions of little variance are shrunk, others are not",
    parameters: || {
        vec![positive("lambda", "s² from which on nothing is shrunk, in units of x²"), intercept()]
    },
    build: |values| build(Gain::Nuclear(values[0].real()), values[1].flag(), None),
};

pub(super) const SPECTRAL: Entry<dyn Estimator> = Entry {
    name: "spectral",
    summary: "the gain (1 − shrinkage)/s on singular values s: least squares, or the minimum norm, by a factor",
    parameters: || {
        let kind = Kind::Real { low: 0.0, closed: true, high: 1.0 };
        let summary = "share of the weights that is taken away";
        vec![Parameter { name: "shrinkage", summary, kind, default: None }, intercept()]
    },
    build: |values| build(Gain::Spectral(values[0].real()), values[1].flag(), None),
};

pub(super) const DESCENT: Entry<dyn Estimator> = Entry {
    name: "gradient_descent",
    summary: "steps of gradient descent on half the sum of squares, from 0 or at random, without rounding of single steps",
    parameters: || {
        let kind = Kind::Whole { low: 0, high: 1_000_000_000_000 };
        let steps = Parameter { name: "steps", summary: "number of steps", kind, default: None };
        let size = "factor before the gradient, in units of 1/x²; it converges below 2 over the largest eigenvalue of XᵀX";
        vec![positive("size", size), steps, intercept(), start()]
    },
    build: |values| {
        let (size, steps) = (values[0].real(), values[1].whole());
        build(Gain::Descent { size, steps }, values[2].flag(), Some(&values[3]))
    },
};

pub(super) const FLOW: Entry<dyn Estimator> = Entry {
    name: "gradient_flow",
    summary: "gradient descent in continuous time, on half the sum of squares, from 0 or at random",
    parameters: || vec![positive("time", "how long, in units of 1/x²"), intercept(), start()],
    build: |values| build(Gain::Flow(values[0].real()), values[1].flag(), Some(&values[2])),
};

pub(super) const PRINCIPAL: Entry<dyn Estimator> = Entry {
    name: "principal_components",
    summary: "least squares on the principal components of largest variance",
    parameters: || {
        let kind = Kind::Whole { low: 1, high: u64::MAX };
        let summary = "number of components; all, where there are no more";
        vec![Parameter { name: "components", summary, kind, default: None }, intercept()]
    },
    build: |values| build(Gain::Principal(values[0].whole()), values[1].flag(), None),
};

fn positive(name: &'static str, summary: &'static str) -> Parameter {
    Parameter { name, summary, kind: Kind::POSITIVE, default: None }
}

/// Where descent begins; what no sample decides stays there.
fn start() -> Parameter {
    let summary = "standard deviation of the normal weights that it starts from, drawn anew for every trial; 0 by itself";
    Parameter { name: "start", summary, kind: Kind::POSITIVE, default: Some(Value::Unset) }
}

fn build(gain: Gain, intercept: bool, start: Option<&Value>) -> Result<Box<dyn Estimator>, Invalid> {
    let start = start.filter(|start| **start != Value::Unset).map(Value::real);
    Ok(Box::new(Spectral { filter: Filter { intercept, gain }, start }))
}

/// f̂(x) = ŵ·x + b̂ with ŵ = V diag(ℓ(s)) Uᵀ y for X = U diag(s) Vᵀ, of deviations from the means where there is an intercept.
///
/// # Formula
/// [`Gain`] has ℓ(s). Descent that starts from w_0 adds to it what the filter makes of y − X w_0: directions without points keep
/// their part of w_0, so that two starts of n < d points differ by E ‖w − w'‖² = 2 τ² (d − n) in the end.
/// # Errors
/// Those of [`Decomposition`]; `Diverged` where descent with too large a step leaves the doubles.
/// # Cost
/// k² (m + 9 k) multiplications and additions; [`Decomposition`] shares them between filters.
/// # Accuracy
/// That of [`Decomposition`].
/// # Source
/// Gerfo et al., Neural Computation 20 (2008), on filters; "Flat minima in linear estimation", arXiv 2311.11093 (2023), on nuclear
/// and spectral.
struct Spectral {
    filter: Filter,
    /// τ, the standard deviation of each weight of w_0.
    start: Option<f64>,
}

impl Spectral {
    /// The fit that starts from normal weights.
    fn fit_from(
        &self,
        sd: f64,
        (sample, draws): (Sample<'_>, &Draws<'_>),
        out: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let mut first = vec![0.0; sample.d()];
        fill_normal(&mut draws.rng(Purpose::Initialisation), sd, &mut first);
        let left: Vec<f64> = sample.x().rows().zip(sample.y()).map(|(row, y)| y - dot(&first, row)).collect();
        let left = Sample::new(sample.x(), &left).map_err(|_| Degenerate::Overflow)?;
        let left = left.with_tail(sample.tail());
        let report = Decomposition::new(left, self.filter.intercept)?.predictor(&self.filter, out)?;
        if let Predictor::Linear { weights, .. } = out {
            weights.iter_mut().zip(&first).for_each(|(w, first)| *w += first);
        }
        if all_finite(out.coefficients()) { Ok(report) } else { Err(Degenerate::Overflow) }
    }
}

impl Estimator for Spectral {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        out: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        match self.start {
            Some(sd) => self.fit_from(sd, (sample, draws), out),
            None => Decomposition::new(sample, self.filter.intercept)?.predictor(&self.filter, out),
        }
    }

    fn smoother(&mut self, sample: Sample<'_>, out: &mut Smoother) -> Option<Result<Report, Degenerate>> {
        if self.start.is_some() {
            // ŵ is S y and what w_0 adds.
            return None;
        }
        let decomposition = Decomposition::new(sample, self.filter.intercept);
        Some(decomposition.and_then(|mut decomposition| decomposition.smoother(&self.filter, out)))
    }

    fn filter(&self) -> Option<Filter> {
        self.start.is_none().then_some(self.filter)
    }

    fn sees_sums_alone(&self) -> bool {
        !self.filter.intercept
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        cost::sample(n, d) + cost::eigen(n, d)
    }

    fn interpolates(&self, n: u64, d: u64) -> bool {
        let all = n <= d + u64::from(self.filter.intercept);
        match self.filter.gain {
            Gain::Ridge(ridge) => all && ridge == 0.0,
            Gain::Spectral(shrinkage) => all && shrinkage == 0.0,
            Gain::Principal(count) => all && count >= n.saturating_sub(u64::from(self.filter.intercept)),
            _ => false,
        }
    }
}
