//! Linear predictors by penalised least squares.

use super::centred::Centred;
#[cfg(target_arch = "x86_64")]
use super::side_by_side::SideBySide;
use super::solver::{Solved, Solver};
use super::{Report, Smoother};
use crate::sample::Degenerate;
use crate::space::{Predictor, Sample};

/// Least squares with a ridge Λ ≥ 0 and an intercept or none: what `least_squares` and `ridge` share.
#[derive(Default)]
pub(in crate::space) struct Linear {
    pub ridge: f64,
    pub intercept: bool,
    solver: Solver,
    #[cfg(target_arch = "x86_64")]
    side_by_side: SideBySide,
}

impl Linear {
    pub fn new(ridge: f64, intercept: bool) -> Linear {
        Linear { ridge, intercept, ..Linear::default() }
    }

    pub fn fit(&mut self, sample: Sample<'_>, out: &mut Predictor) -> Result<Report, Degenerate> {
        let system = Centred::new(sample, self.intercept);
        let solved =
            self.solver.solve(system.matrix(), &system.y, system.ridge(self.ridge + sample.tail()))?;
        let intercept = system.restore(&mut self.solver.weights);
        let weights = &self.solver.weights;
        if !intercept.is_finite() || !weights.iter().all(|w| w.is_finite()) {
            return Err(Degenerate::Overflow);
        }
        out.set_linear(weights, intercept);
        Ok(report(&system, solved))
    }

    /// See [`Estimator::takes_several`](super::Estimator::takes_several).
    #[cfg_attr(
        not(target_arch = "x86_64"),
        expect(unused_variables, reason = "without its registers none go side by side")
    )]
    pub fn takes_several(&self, n: usize, d: usize) -> bool {
        #[cfg(target_arch = "x86_64")]
        return !self.intercept && SideBySide::takes(n, d);
        #[cfg(not(target_arch = "x86_64"))]
        return false;
    }

    /// See [`Estimator::fit_several`](super::Estimator::fit_several).
    #[cfg_attr(
        not(target_arch = "x86_64"),
        expect(unused_variables, reason = "without its registers none go side by side")
    )]
    pub fn fit_several(
        &mut self,
        samples: &[Sample<'_>],
        out: &mut [&mut Predictor],
        reports: &mut [Option<Report>],
    ) {
        #[cfg(target_arch = "x86_64")]
        if !self.intercept {
            self.side_by_side.fit(samples, self.ridge, out, reports);
        }
    }

    pub fn smoother(&mut self, sample: Sample<'_>, out: &mut Smoother) -> Result<Report, Degenerate> {
        let system = Centred::new(sample, self.intercept);
        let centre = system.centre();
        let rows = out.set(sample.d(), centre.as_deref());
        let ridge = system.ridge(self.ridge + sample.tail());
        let solved = self.solver.smoother(system.matrix(), ridge, rows)?;
        system.restore_rows(rows);
        out.set_ridge();
        Ok(report(&system, solved))
    }

    /// Whether n points with d features are met without a ridge.
    pub fn interpolates(&self, n: u64, d: u64) -> bool {
        self.ridge == 0.0 && n <= d + u64::from(self.intercept)
    }
}

fn report(system: &Centred<'_>, solved: Solved) -> Report {
    let rank = solved.rank.map(|rank| system.rank(rank));
    Report { rank, route: Some(solved.route), ..Report::default() }
}
