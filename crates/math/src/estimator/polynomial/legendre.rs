//! Regression on the Legendre polynomials of the unit interval.

use super::{Qr, Series, cost_of};
use crate::catalogue::{Entry, Kind, Parameter, Value};
use crate::estimator::{Estimator, Report};
use crate::predictor::Predictor;
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;

pub(in crate::estimator) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "legendre",
    summary: "least squares in the Legendre polynomials of the unit interval; where many fit, those of least coefficients",
    parameters: || {
        vec![
            Parameter {
                name: "degree",
                summary: "the highest degree; with as many terms as points the fit interpolates, and has its peak",
                kind: Kind::Whole { low: 1, high: 10_000 },
                default: None,
            },
            Parameter {
                name: "constant",
                summary: "whether P_0 is among the terms",
                kind: Kind::Flag,
                default: Some(Value::Flag(true)),
            },
        ]
    },
    build: |values| {
        let (degree, first) = (values[0].whole() as usize, usize::from(!values[1].flag()));
        Ok(Box::new(Legendre { degree, first, qr: Qr::default() }))
    },
};

/// f̂(x) = Σ_j c_j P_j(2x − 1), first ≤ j ≤ degree, P_j(1) = 1, first 0 or 1.
///
/// With A_ij = P_j(2x_i − 1): the c that minimises |A c − y|, and of all that do so with A c = y the one of least |c|, by Householder's
/// QR decomposition with column pivoting, of A or of its transpose. `polynomial` differs in that its basis is orthonormal over the hull
/// of the points, so that the least c is the least f̂ there.
///
/// No breakpoints. Units: those of `polynomial`.
///
/// Errors: those of `polynomial`. Cost: O(n · degree · min(n, degree)) to fit, O(degree) an evaluation. Accuracy: that of `polynomial`.
///
/// Source: Schaeffer et al., "Double descent demystified", arXiv 2303.14151 (2023), for its peak.
struct Legendre {
    degree: usize,
    first: usize,
    qr: Qr,
}

impl Estimator for Legendre {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        _: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let terms = self.degree + 1;
        let series = Series {
            low: 0.0,
            high: 1.0,
            first: self.first,
            outer: vec![0.0; terms],
            weight: vec![1.0; terms],
        };
        series.fit(&mut self.qr, sample, predictor)
    }

    fn interpolates(&self) -> bool {
        false
    }

    fn takes_ties(&self) -> bool {
        true
    }

    fn cost(&self, n: u64) -> f64 {
        cost_of(n, self.degree)
    }
}
