//! Linear models that are merged by the Gram matrices of their data.

use super::linear::Linear;
use super::parts::{self, Scheme};
use super::ridge::Ridge;
use super::{Estimator, Report, cost};
use crate::catalogue::{Entry, Kind, Parameter};
use crate::sample::Degenerate;
use crate::seed::{Draws, Purpose};
use crate::space::{Points, Predictor, Sample};

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "regmean",
    summary: "least squares on disjoint parts of the sample, merged by (Σ G_m)⁻¹ Σ G_m ŵ_m, G_m the Gram matrix of part m",
    parameters: || {
        let kind = Kind::Whole { low: 1, high: 1_000_000 };
        vec![Parameter {
            name: "parts",
            summary: "M, how many; points left over belong to none",
            kind,
            default: None,
        }]
    },
    build: |values| {
        Ok(Box::new(RegMean { parts: values[0].whole() as usize, fit: Ridge(Linear::new(0.0, false)) }))
    },
};

/// ŵ = (Σ_m G_m)⁺ Σ_m G_m ŵ_m with G_m = X_mᵀX_m and ŵ_m least squares, or the minimum norm, on part m.
///
/// # Formula
/// G_m ŵ_m = X_mᵀ ŷ_m with ŷ_m = X_m ŵ_m, so that ŵ is the least squares of the fitted values over all parts. Where parts are
/// fitted by least squares or interpolated, that is the least squares of the pooled labels.
/// # Errors
/// Those of least squares; `Scarce` where there are fewer points than parts.
/// # Cost
/// Least squares with n points and M times with n/M.
/// # Accuracy
/// That of [`Solver`](super::solver::Solver): no Gram matrix is inverted whose square root would do.
/// # Source
/// Jin, Ren, Preotiuc-Pietro & Cheng, arXiv 2212.09849 (2023).
struct RegMean {
    parts: usize,
    /// Least squares, of the parts and of what they say.
    fit: Ridge,
}

impl Estimator for RegMean {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        out: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let (n, d) = (sample.n(), sample.d());
        let size = n / self.parts;
        if size == 0 {
            return Err(Degenerate::Scarce);
        }
        let mut fitted = Vec::with_capacity(size * self.parts);
        // Disjoint parts draw nothing.
        let mut rng = draws.rng(Purpose::Optimiser);
        for part in 0..self.parts {
            let places = parts::places(Scheme::Disjoint, part, size, n, &mut rng);
            parts::fit(&mut self.fit, (sample, &places), draws, out)?;
            fitted.extend(places.iter().map(|i| out.value(sample.x().row(*i))));
        }
        let used = &sample.x().values()[..fitted.len() * d];
        // The sample is finite: what is not has been fitted.
        let merged = Sample::new(Points::new(d, used)?, &fitted).map_err(|_| Degenerate::Overflow)?;
        self.fit.0.fit(merged.with_tail(sample.tail()), out)
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        let size = n / self.parts as u64;
        cost::sample(n, d) + cost::cholesky(n, d) + self.parts as f64 * cost::part(size, d)
    }

    fn interpolates(&self, n: u64, d: u64) -> bool {
        n <= d && n.is_multiple_of(self.parts as u64)
    }
}
